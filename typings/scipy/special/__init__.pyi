# What core calls of scipy.special.
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

def betainc(a: float, b: float, x: ArrayLike) -> NDArray[np.floating[Any]]: ...
