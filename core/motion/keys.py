# SPDX-License-Identifier: GPL-3.0-or-later
"""Dense curves to keyframes: one a frame, or few within a tolerance."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats
from ..errors import SettingsError
from ..timing import FrameClock, Hertz
from .track import LIP_CONTACT, FaceTrack

# From this rate on every closure has a frame: none is shorter than two of the articulator's.
EVERY_CLOSURE_HZ = 50.0
MOUTH = ("jaw", "mouth", "tongue", "lip")  # how the channels begin that a closure is made of


@dataclass(frozen=True)
class Keys:
    """Keyframes of one control.

    Parameters
    ----------
    frames : ndarray [shape=(k,)], float64
        Scene frames, ascending.
    values : ndarray [shape=(k,)], float32
        The control's value there; straight lines in between, unless there are slopes.
    slopes : ndarray [shape=(k, 2)], optional
        Change in a frame to the left and to the right: Bézier handles at a third of the way.
    kinds : ndarray [shape=(k,)], optional
        What kind of pose each is (`core.motion.key_poses`).
    held : bool
        A value stays until the next key.
    drawn : bool
        The values are drawings, between which there is nothing.
    """

    frames: NDArray[np.float64]
    values: NDArray[np.float32]
    slopes: NDArray[np.float64] | None = None
    kinds: NDArray[np.int32] | None = None
    held: bool = False
    drawn: bool = False


def scene_frames(times_seconds: Floats, clock: FrameClock) -> NDArray[np.float64]:
    """Find the whole scene frames that some times span.

    Parameters
    ----------
    times_seconds : ndarray [shape=(n,)], n > 0
        Ascending, in seconds of the sound.
    clock : FrameClock

    Returns
    -------
    ndarray [shape=(frames,)]
        From the last frame at or before the start to the first at or after the end.

    Raises
    ------
    SettingsError
        If there are no times.
    """
    if len(times_seconds) == 0:
        raise SettingsError("The animation is empty. Choose a longer sound")
    span = clock.frames(np.asarray(times_seconds)[[0, -1]])
    first, last = math.floor(span[0] + 1e-6), math.ceil(span[1] - 1e-6)
    return np.asarray(range(first, last + 1), np.float64)


def sampled(track: FaceTrack, times_seconds: Floats, rate_hz: Hertz) -> FaceTrack:
    """Take a track's values at some times, lips that meet in between included.

    A closure may be shorter than a frame. A frame shows the mouth as it is at the most closed
    instant that lies nearer to it than to its neighbours, so that none falls between two frames.

    Parameters
    ----------
    track : FaceTrack
        May carry the channel lipContact.
    times_seconds : ndarray [shape=(frames,)]
        Ascending; the ends of the track are held.
    rate_hz : float
        How many of them there are in a second.

    Returns
    -------
    FaceTrack
    """
    values = track.at(times_seconds)
    if LIP_CONTACT in track.names and rate_hz < EVERY_CLOSURE_HZ and len(track.values):
        guide, column = track[LIP_CONTACT], track.names.index(LIP_CONTACT)
        reach = int(np.ceil(track.rate_hz / rate_hz / 2))
        place = np.asarray(times_seconds)[:, None] * track.rate_hz
        near = np.rint(place) + np.arange(-reach, reach + 1)
        apart = np.abs(near - place) > track.rate_hz / rate_hz / 2 + 1e-6
        near = np.clip(near, 0, len(guide) - 1).astype(int)
        best = np.where(apart, -1.0, guide[near]).argmax(1)
        closest = near[np.arange(len(near)), best]
        shut = guide[closest] > values[:, column]
        mouth = np.array([name.startswith(MOUTH) for name in track.names])
        values[np.ix_(shut, mouth)] = track.values[np.ix_(closest[shut], mouth.nonzero()[0])]
    return FaceTrack(values, track.names, rate_hz)


def few_keys(keys: Keys, *, tolerance: float = 0.01) -> Keys:
    """Drop keys that straight lines between the others replace.

    Ramer (1972) and Douglas and Peucker (1973), with the distance measured along the value.

    Parameters
    ----------
    keys : Keys
    tolerance : float >= 0
        Largest error, in the unit of the values.

    Returns
    -------
    Keys
        A subset of the keys; first and last are always kept.
    """
    frames, values = keys.frames, keys.values.astype(np.float64)
    if len(frames) <= 2:
        return keys
    keep = np.zeros(len(frames), bool)
    keep[[0, -1]] = True
    stretches = [(0, len(frames) - 1)]
    while stretches:
        a, b = stretches.pop()
        if b - a < 2:
            continue
        inner = slice(a + 1, b)
        slope = (values[b] - values[a]) / (frames[b] - frames[a])
        error = np.abs(values[inner] - values[a] - slope * (frames[inner] - frames[a]))
        worst = int(error.argmax())
        if error[worst] > tolerance:
            middle = a + 1 + worst
            keep[middle] = True
            stretches += [(a, middle), (middle, b)]
    return Keys(frames[keep], keys.values[keep])
