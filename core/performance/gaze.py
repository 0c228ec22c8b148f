# SPDX-License-Identifier: GPL-3.0-or-later
"""Gaze: saccades, fixations, and lids that follow the eyes."""

import numpy as np
from numpy.typing import NDArray

from ..motion.ease import smoothstep
from ..motion.track import FaceTrack
from .voice import Voice

# Weight 1 of an eyeLook shape, in degrees of eye turn (usual ranges of ARKit heads).
SIDE_DEGREES, UP_DEGREES, DOWN_DEGREES = 30.0, 25.0, 30.0
# Lee, Badler and Badler 2002, Eyes Alive: 30 Hz frames of mutual gaze and of looking away in talk.
ON_SECONDS, AWAY_SECONDS = 93.9 / 30, 27.8 / 30
WIDEST_DEGREES = 14.0  # further turns take the head along
LID_FOLLOW = 0.35  # the upper lid goes down with the eye
NAMES = (
    *tuple(
        f"eyeLook{way}{side}" for side in ("Left", "Right") for way in ("In", "Out", "Up", "Down")
    ),
    "eyeBlinkLeft",
    "eyeBlinkRight",
    "eyeWideLeft",
    "eyeWideRight",
)


def saccade_seconds(degrees: float) -> float:
    """Duration of a saccade: 2.2 ms a degree and 21 ms (Carpenter 1988)."""
    return 0.0022 * abs(degrees) + 0.021


def gaze_path(voice: Voice, *, seed: int) -> NDArray[np.float64]:
    """Choose where the eyes look.

    Parameters
    ----------
    voice : Voice
    seed : int

    Returns
    -------
    ndarray [shape=(frames, 2)], float64
        Degrees to the character's left and up.
    """
    rng = voice.random(seed, 4)
    times = voice.times_seconds
    path = np.zeros((voice.frames, 2))
    where, now, away, last = np.zeros(2), 0.0, False, 0
    while True:
        # Fixations outlast saccades, so each move starts from where the last one came to rest.
        hold = rng.exponential(AWAY_SECONDS if away else ON_SECONDS * 0.45) + 0.2
        now += hold
        if now >= voice.seconds:
            break
        away = not away and rng.random() < 0.55
        target = _target(rng, away)
        size = float(np.hypot(*(target - where)))
        first, end = np.searchsorted(times, [now, now + saccade_seconds(size)])
        path[last:first] = where
        part = (times[first:end] - now) / saccade_seconds(size)
        path[first:end] = where + smoothstep(part)[:, None] * (target - where)
        where, last = target, end
    path[last:] = where
    drift = np.cumsum(rng.standard_normal((voice.frames, 2)), 0) * 0.01
    return path + np.clip(drift - drift.mean(0) if voice.frames else drift, -0.6, 0.6)


def _target(rng: np.random.Generator, away: bool) -> NDArray[np.float64]:
    """Near the listener's face, or off to a side as far as Eyes Alive's magnitudes go."""
    if not away:
        return rng.normal(0, (1.6, 1.0))
    degrees = min(WIDEST_DEGREES, -6.9 * np.log(rng.uniform(0.5, 15.0) / 15.7))
    direction = rng.choice([0.0, np.pi, np.pi / 4, 3 * np.pi / 4, -np.pi / 4, -3 * np.pi / 4])
    return degrees * np.array([np.cos(direction), 0.6 * np.sin(direction)])


def gaze_layer(voice: Voice, *, seed: int) -> FaceTrack:
    """Move both eyes over a line; the upper lids follow.

    Parameters
    ----------
    voice : Voice
    seed : int

    Returns
    -------
    FaceTrack
        The eight eyeLook channels, blink (a looking-down lid) and eyeWide, 0..1.
    """
    left, up = gaze_path(voice, seed=seed).T
    curves = {name: np.zeros(voice.frames) for name in NAMES}
    for side, outward in (("Left", left), ("Right", -left)):
        curves[f"eyeLookOut{side}"] = np.maximum(outward, 0) / SIDE_DEGREES
        curves[f"eyeLookIn{side}"] = np.maximum(-outward, 0) / SIDE_DEGREES
        curves[f"eyeLookUp{side}"] = np.maximum(up, 0) / UP_DEGREES
        curves[f"eyeLookDown{side}"] = np.maximum(-up, 0) / DOWN_DEGREES
        curves[f"eyeBlink{side}"] = LID_FOLLOW * curves[f"eyeLookDown{side}"]
        curves[f"eyeWide{side}"] = LID_FOLLOW * curves[f"eyeLookUp{side}"]
    return FaceTrack.of({n: np.clip(c, 0, 1) for n, c in curves.items()}, voice.rate_hz)
