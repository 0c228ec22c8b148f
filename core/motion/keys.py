# SPDX-License-Identifier: GPL-3.0-or-later
"""Dense curves to keyframes: one a frame, or few within a tolerance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from ..errors import SettingsError
from ..timing import FrameClock
from .track import LIP_CONTACT, FaceTrack


@dataclass(frozen=True)
class Keys:
    """Keyframes of one control.

    Parameters
    ----------
    frames : ndarray [shape=(k,)], float64
        Scene frames, ascending.
    values : ndarray [shape=(k,)], float32
        The control's value there; straight lines in between.
    """

    frames: NDArray[np.float64]
    values: NDArray[np.float32]


def scene_frames(times_seconds: NDArray[np.floating], clock: FrameClock) -> NDArray[np.float64]:
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
    return np.arange(np.floor(span[0] + 1e-6), np.ceil(span[1] - 1e-6) + 1)


def sampled(track: FaceTrack, frames: NDArray[np.float64], clock: FrameClock) -> FaceTrack:
    """Take a track's values on scene frames.

    Parameters
    ----------
    track : FaceTrack
    frames : ndarray [shape=(frames,)]
        See `scene_frames`.
    clock : FrameClock

    Returns
    -------
    FaceTrack
        One frame for each scene frame; the ends of the track are held.
    """
    return FaceTrack(track.at(clock.seconds(frames)), track.names, clock.fps)


def held_contacts(track: FaceTrack, fps: float) -> FaceTrack:
    """Let lips stay together as long as a frame is, so that no closure falls between two frames.

    Parameters
    ----------
    track : FaceTrack
        May carry the channel lipContact.
    fps : float
        Scene frames in a second.

    Returns
    -------
    FaceTrack
        As long as before.
    """
    if LIP_CONTACT not in track.names:
        return track
    reach = int(track.rate_hz / fps / 2)
    values = track.values.copy()
    column = track.names.index(LIP_CONTACT)
    values[:, column] = maximum_filter1d(values[:, column], 2 * reach + 1, mode="nearest")
    return FaceTrack(values, track.names, track.rate_hz)


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
