# SPDX-License-Identifier: GPL-3.0-or-later
"""Emotion poses by facial action units, with onset, apex and offset."""

from collections.abc import Mapping

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..errors import SettingsError
from ..motion.ease import smoothstep
from ..motion.track import ARKIT_NAMES, FaceTrack
from .voice import Voice, smooth_bump

# Prototypes after Ekman and Friesen's EMFACS (1983) and the FACS manual (2002); action units in the
# comments, amounts set by eye on the demo head. A name without a side is used on both.
POSES: dict[str, dict[str, float]] = {
    "neutral": {},
    # 6 + 12
    "happy": {
        "mouthSmile": 0.62,
        "cheekSquint": 0.55,
        "eyeSquint": 0.22,
        "mouthDimple": 0.12,
        "browInnerUp": 0.06,
    },
    # 1 + 4 + 15 + 17
    "sad": {
        "browInnerUp": 0.72,
        "browDown": 0.22,
        "mouthFrown": 0.55,
        "mouthShrugLower": 0.25,
        "eyeLookDown": 0.12,
        "eyeBlink": 0.10,
    },
    # 4 + 5 + 7 + 23 + 24
    "angry": {
        "browDown": 0.85,
        "eyeWide": 0.18,
        "eyeSquint": 0.45,
        "noseSneer": 0.32,
        "mouthPress": 0.25,
        "mouthFrown": 0.22,
        "jawForward": 0.15,
    },
    # 1 + 2 + 4 + 5 + 20
    "fearful": {
        "browInnerUp": 0.80,
        "browOuterUp": 0.35,
        "browDown": 0.15,
        "eyeWide": 0.72,
        "mouthStretch": 0.42,
        "mouthFrown": 0.18,
    },
    # 9 + 10 + 15
    "disgusted": {
        "noseSneer": 0.80,
        "mouthUpperUp": 0.32,
        "browDown": 0.42,
        "eyeSquint": 0.38,
        "mouthFrown": 0.32,
        "cheekSquint": 0.30,
    },
    # 1 + 2 + 5 + 26
    "surprised": {"browInnerUp": 0.85, "browOuterUp": 0.80, "eyeWide": 0.68, "jawOpen": 0.12},
    # 12 + 14 on one side
    "contemptuous": {
        "mouthSmileLeft": 0.42,
        "mouthDimpleLeft": 0.50,
        "eyeSquint": 0.15,
        "browDownRight": 0.15,
        "browOuterUpLeft": 0.18,
    },
}
EMOTIONS = tuple(POSES)

ONSET_SECONDS, OFFSET_SECONDS = 0.5, 0.8
ASYMMETRY = 0.08  # one side is up to this much weaker: posed faces are, Borod et al. 1997
STRESS_GAIN = 0.18
FIRST_STREAM = 10  # of the random numbers; the other layers have 2 to 6


def pose(name: str) -> dict[str, float]:
    """Spell a pose out on ARKit names.

    Parameters
    ----------
    name : str
        One of `EMOTIONS`.

    Returns
    -------
    dict of str to float
        Weights 0..1.

    Raises
    ------
    SettingsError
        If there is no such emotion.
    """
    if name not in POSES:
        raise SettingsError(f"There is no emotion “{name}”. Choose from {', '.join(EMOTIONS)}")
    out: dict[str, float] = {}
    for shape, amount in POSES[name].items():
        sides = [shape] if shape in ARKIT_NAMES else [shape + "Left", shape + "Right"]
        out.update(dict.fromkeys(sides, amount))
    return out


def emotion_layer(voice: Voice, emotions: Mapping[str, float], *, seed: int) -> FaceTrack:
    """Hold a mix of emotions over a line: it comes, stays and goes.

    Parameters
    ----------
    voice : Voice
    emotions : mapping of str to float
        Strength 0..1 of each of `EMOTIONS`.
    seed : int

    Returns
    -------
    FaceTrack
        ARKit channels, at the voice's rate.

    Raises
    ------
    SettingsError
        If a name is unknown or a strength is outside 0..1.
    """
    times = voice.times_seconds
    face = np.zeros((voice.frames, len(ARKIT_NAMES)), np.float32)
    envelope = np.clip(times / ONSET_SECONDS, 0, 1) * np.clip(
        (times[-1:] - times) / OFFSET_SECONDS, 0, 1
    )
    envelope = smoothstep(envelope)
    swell = np.zeros(voice.frames)
    for time, strength in voice.stresses:
        near, bump = smooth_bump(times, time, 0.25, 0.45)
        swell[near] = np.maximum(swell[near], strength * bump)
    for name, strength in emotions.items():
        shapes = pose(name)
        if not 0 <= strength <= 1:
            raise SettingsError(f"The strength {strength:g} of “{name}” is outside 0 to 1")
        # Each emotion has a generator of its own: a dial changes nothing of the others.
        rng = voice.random(seed, FIRST_STREAM + EMOTIONS.index(name))
        wander = gaussian_filter1d(
            rng.standard_normal(voice.frames), voice.rate_hz, mode="nearest"
        ) * np.sqrt(voice.rate_hz)
        level = envelope * (1 - STRESS_GAIN + STRESS_GAIN * swell + 0.03 * wander)
        weaker = "Left" if rng.random() < 0.5 else "Right"
        less = 1 - ASYMMETRY * rng.random()
        for shape, amount in shapes.items():
            side = less if shape.endswith(weaker) else 1.0
            face[:, ARKIT_NAMES.index(shape)] += amount * strength * side * level
    return FaceTrack(np.clip(face, 0, 1), ARKIT_NAMES, voice.rate_hz)
