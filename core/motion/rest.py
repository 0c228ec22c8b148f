# SPDX-License-Identifier: GPL-3.0-or-later
"""A mouth rests where nobody speaks: nearly at once in a pause, wholly in a long silence.

And it comes to rest after a sound that was cut tightly.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter1d, uniform_filter1d

from ..timing import Hertz, Seconds
from .ease import ramp, smoothstep
from .track import FaceTrack

# Beyond this much silence to both sides a share of the motion goes; beyond the second, the rest.
# Chosen on the dev splits: captured people stay a little ajar in short pauses.
PAUSE_SECONDS, PAUSE_SHARE = 0.09, 0.6
SILENCE_SECONDS = 0.35
SOFT_SECONDS = 0.05
# A mouth that is further open than this where its sound ends takes so long to close, as at the end
# of a phrase.
OPEN, CLOSING_SECONDS = 0.06, 0.25
SURE = 0.9  # a silence heard with this probability is as good as certain


def moving_share(silence: NDArray[np.floating], rate_hz: Hertz) -> NDArray[np.float32]:
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


def _inside(silence: NDArray[np.floating], reach: Seconds, rate_hz: Hertz) -> NDArray[np.floating]:
    """1 where silence reaches at least `reach` to both sides, with soft edges."""
    if not len(silence):
        return silence
    least = minimum_filter1d(silence, 2 * round(reach * rate_hz) + 1, mode="nearest")
    soft = uniform_filter1d(least, 2 * round(SOFT_SECONDS * rate_hz) + 1, mode="nearest")
    return ramp(soft, 0, SURE)


def come_to_rest(
    track: FaceTrack, room_seconds: Seconds = CLOSING_SECONDS, *, always: bool = False
) -> FaceTrack:
    """Let a face come to rest after its sound has ended.

    Parameters
    ----------
    track : FaceTrack
    room_seconds : float >= 0
        How much longer it may become.
    always : bool
        Make it longer also where it ends at rest.

    Returns
    -------
    FaceTrack
        As it is where it ends at rest, else up to `CLOSING_SECONDS` longer.
    """
    more = round(min(CLOSING_SECONDS, room_seconds) * track.rate_hz)
    if more < 1 or not len(track.values):
        return track
    if not always and np.abs(track.values[-1]).max() < OPEN:
        return track
    left = 1 - smoothstep(np.arange(1, more + 1) / more)
    closing = (left[:, None] * track.values[-1]).astype(np.float32)
    return FaceTrack(np.concatenate([track.values, closing]), track.names, track.rate_hz)
