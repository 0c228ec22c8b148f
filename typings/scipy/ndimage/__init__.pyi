# What core and models call of scipy.ndimage.
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

_Mode = Literal["reflect", "constant", "nearest", "mirror", "wrap"]

class _Filter(Protocol):
    def __call__(
        self,
        input: ArrayLike,
        size: int,
        axis: int = -1,
        output: Any = None,
        mode: _Mode = "reflect",
        cval: float = 0.0,
        origin: int = 0,
    ) -> NDArray[np.floating[Any]]: ...

uniform_filter1d: _Filter
minimum_filter1d: _Filter
maximum_filter1d: _Filter

def grey_opening(
    input: ArrayLike, size: int | tuple[int, ...], *, mode: _Mode = "reflect", cval: float = 0.0
) -> NDArray[np.floating[Any]]: ...
def gaussian_filter1d(
    input: ArrayLike,
    sigma: float,
    axis: int = -1,
    order: int = 0,
    output: Any = None,
    mode: _Mode = "reflect",
    cval: float = 0.0,
    truncate: float = 4.0,
) -> NDArray[np.floating[Any]]: ...
def convolve1d(
    input: ArrayLike, weights: ArrayLike, axis: int = -1, output: Any = None, mode: _Mode = ...
) -> NDArray[np.floating[Any]]: ...
