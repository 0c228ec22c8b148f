# SPDX-License-Identifier: GPL-3.0-or-later
"""A mouth rests where nobody speaks: nearly at once in a pause, wholly in a long silence."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter1d, uniform_filter1d

from ..arrays import Floats
from ..timing import Hertz, Seconds
from .ease import ramp

# Beyond this much silence to both sides a share of the motion goes; beyond the second, the rest.
# Chosen on the dev splits: captured people stay a little ajar in short pauses.
PAUSE_SECONDS, PAUSE_SHARE = 0.09, 0.6
SILENCE_SECONDS = 0.35
SOFT_SECONDS = 0.05
SURE = 0.9  # a silence heard with this probability is as good as certain


def moving_share(silence: Floats, rate_hz: Hertz) -> NDArray[np.float32]:
    """Say how much of a mouth's motion stays, frame by frame.

    Parameters
    ----------
    silence : ndarray [shape=(frames,)]
        Probability of silence, 0..1.
    rate_hz : float
        Frames in a second.

    Returns
    -------
    ndarray [shape=(frames,)], float32
        1 in and around speech, 0 deep in silence, smooth in between.
    """
    pause = _inside(silence, PAUSE_SECONDS, rate_hz)
    deep = _inside(silence, SILENCE_SECONDS, rate_hz)
    return (1 - PAUSE_SHARE * pause - (1 - PAUSE_SHARE) * deep).astype(np.float32)


def _inside(silence: Floats, reach: Seconds, rate_hz: Hertz) -> Floats:
    """1 where silence reaches at least `reach` to both sides, with soft edges."""
    if not len(silence):
        return silence
    least = minimum_filter1d(silence, 2 * round(reach * rate_hz) + 1, mode="nearest")
    soft = uniform_filter1d(least, 2 * round(SOFT_SECONDS * rate_hz) + 1, mode="nearest")
    return ramp(soft, 0, SURE)
