# What core calls of scipy.signal.
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

def resample_poly(
    x: ArrayLike, up: int, down: int, axis: int = 0, window: Any = ..., padtype: str = "constant"
) -> NDArray[np.floating[Any]]: ...
def find_peaks(
    x: ArrayLike,
    height: Any = None,
    threshold: Any = None,
    distance: float | None = None,
    prominence: Any = None,
) -> tuple[NDArray[np.int64], dict[str, NDArray[np.floating[Any]]]]: ...
