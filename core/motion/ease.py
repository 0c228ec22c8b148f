# SPDX-License-Identifier: GPL-3.0-or-later
"""The one soft step from which ramps, blinks and contacts are made."""

from typing import Any

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
