# SPDX-License-Identifier: GPL-3.0-or-later
"""The one soft step from which ramps, blinks and contacts are made."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def smoothstep(part: NDArray[Any]) -> NDArray[Any]:
    """Ease in and out: 0 at 0, 1 at 1, level at both ends (Hermite's cubic).

    Parameters
    ----------
    part : ndarray, real-valued
        0..1.

    Returns
    -------
    ndarray
        0..1, of the same shape.
    """
    return part * part * (3 - 2 * part)


def ramp(value: NDArray[Any], start: float, end: float) -> NDArray[Any]:
    """Ease from 0 to 1 while a value goes from start to end.

    Parameters
    ----------
    value : ndarray, real-valued
    start, end : float
        `end` is above `start`.

    Returns
    -------
    ndarray
        0 up to `start`, 1 from `end`, of the same shape.
    """
    part: NDArray[Any] = np.clip((value - start) / (end - start), 0, 1)
    return smoothstep(part)
