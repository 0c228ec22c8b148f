# SPDX-License-Identifier: GPL-3.0-or-later
"""Emotion poses by facial action units, with onset, apex and offset."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ..errors import SettingsError
from ..motion.ease import smoothstep
from ..motion.envelope import Envelope, at_times
from ..motion.track import ARKIT_NAMES, FaceTrack
from .acting import PLAIN, Acting
from .voice import Voice, smooth_bump

# Action units of the FACS manual (Ekman, Friesen and Hager 2002) and the ARKit shapes that show
# them, as far as Apple describes those (ARFaceAnchor.BlendShapeLocation). No side: both.
ACTION_UNITS: dict[int, dict[str, float]] = {
    1: {"browInnerUp": 1.0},  # inner brow raiser
    2: {"browOuterUp": 1.0},  # outer brow raiser
    4: {"browDown": 1.0},  # brow lowerer
    5: {"eyeWide": 1.0},  # upper lid raiser
    6: {"cheekSquint": 1.0, "eyeSquint": 0.4},  # cheek raiser, narrows the eye
    7: {"eyeSquint": 1.0},  # lid tightener
    9: {"noseSneer": 1.0},  # nose wrinkler
    10: {"mouthUpperUp": 1.0},  # upper lip raiser
    12: {"mouthSmile": 1.0},  # lip corner puller
    14: {"mouthDimple": 1.0},  # dimpler
    15: {"mouthFrown": 1.0},  # lip corner depressor
    17: {"mouthShrugLower": 1.0},  # chin raiser
    20: {"mouthStretch": 1.0},  # lip stretcher
    24: {"mouthPress": 1.0},  # lip pressor; 23, the tightener, has no shape of its own
    25: {"mouthLowerDown": 1.0},  # lips part
    26: {"jawOpen": 1.0},  # jaw drop
    29: {"jawForward": 1.0},  # jaw thrust
    43: {"eyeBlink": 1.0},  # lids droop
    64: {"eyeLookDown": 1.0},  # eyes down
}


@dataclass(frozen=True)
class Emotion:
    """One emotion: how it is called and which action units show it.

    Parameters
    ----------
    name : str
        As on the command line and in saved files.
    help : str
        For the artist: what it looks like.
    units : mapping of str to float
        Amount 0..1 of each of `ACTION_UNITS`; a number with L or R is one side of it.
    stream : int
        Which of the take's random numbers are its own. It never changes, so that another emotion
        in this table changes no take.
    """

    name: str
    help: str
    units: Mapping[str, float]
    stream: int

    @property
    def label(self) -> str:
        """The name for the artist."""
        return self.name.capitalize()


# Which units make up an emotion: the prototypes and major variants of EMFACS (Friesen and Ekman
# 1983) and the FACS Investigator's Guide (2002), and for contempt Ekman and Friesen 1986. Amounts
# set by eye on the demo head and kept where `make emotions` finds the words unharmed.
EMOTIONS: dict[str, Emotion] = {
    one.name: one
    for one in (
        Emotion("neutral", "Nothing is shown", {}, 10),
        Emotion(
            "happy",
            "Smile, raised cheeks",
            {"6": 0.70, "12": 0.50, "14": 0.12, "25": 0.075, "1": 0.08},
            11,
        ),
        Emotion(
            "sad",
            "Inner brows up, mouth corners down",
            {"1": 0.85, "4": 0.28, "15": 0.58, "17": 0.16, "43": 0.14, "64": 0.14},
            12,
        ),
        Emotion(
            "angry",
            "Brows down, lids tight",
            {"4": 0.90, "5": 0.22, "7": 0.50, "9": 0.26, "24": 0.28, "15": 0.25, "29": 0.15},
            13,
        ),
        Emotion(
            "fearful",
            "Brows up and together, eyes wide",
            {"1": 0.95, "2": 0.42, "4": 0.22, "5": 0.85, "20": 0.48, "15": 0.20},
            14,
        ),
        Emotion(
            "disgusted",
            "Nose wrinkled, upper lip up",
            {"9": 0.70, "10": 0.18, "4": 0.55, "6": 0.40, "7": 0.32, "15": 0.36, "17": 0.24},
            15,
        ),
        Emotion(
            "surprised", "Brows up, eyes wide", {"1": 1.00, "2": 0.95, "5": 0.85, "26": 0.055}, 16
        ),
        Emotion(
            "contemptuous",
            "One mouth corner up",
            {"12L": 0.46, "14L": 0.55, "7": 0.20, "4R": 0.25, "2L": 0.25},
            17,
        ),
    )
}
# Without the one that shows nothing: what has a slider.
FELT = tuple(name for name, one in EMOTIONS.items() if one.units)

MOUTH = ("mouth", "jaw")  # how the shapes of the mouth begin; all others are the upper face
Strength = float | Envelope  # 0..1, constant or animated

ONSET_SECONDS, OFFSET_SECONDS = 0.5, 0.8
ONSET_SHARE, OFFSET_SHARE = 0.3, 0.4  # of a line too short for those
MOUTH_LAG_SECONDS = 0.08  # eyes and brows show a feeling first: set by eye
ASYMMETRY = 0.08  # one side is up to this much weaker: posed faces are, Borod et al. 1997
STRESS_GAIN = 0.18


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
    if name not in EMOTIONS:
        raise SettingsError(f"There is no emotion “{name}”. Choose from {', '.join(EMOTIONS)}")
    out: dict[str, float] = {}
    for unit, amount in EMOTIONS[name].units.items():
        number, wanted = unit.rstrip("LR"), unit.lstrip("0123456789")
        for shape, share in ACTION_UNITS[int(number)].items():
            sides = [shape + side for side in ("Left", "Right") if side.startswith(wanted)]
            for sided in [shape] if shape in ARKIT_NAMES else sides:
                out[sided] = out.get(sided, 0.0) + amount * share
    return out


def _levels(voice: Voice) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How much shows over the line, upper face and mouth: onset, apex, offset."""
    times = voice.times_seconds
    onset = min(ONSET_SECONDS, ONSET_SHARE * voice.seconds)
    lag = min(MOUTH_LAG_SECONDS, ONSET_SHARE * onset)
    fall = (times[-1:] - times) / min(OFFSET_SECONDS, OFFSET_SHARE * voice.seconds)
    leaving = smoothstep(np.clip(fall, 0, 1))
    upper = smoothstep(np.clip(times / onset, 0, 1))
    mouth = smoothstep(np.clip((times - lag) / onset, 0, 1))
    return np.multiply(upper, leaving), np.multiply(mouth, leaving)


def _swell(voice: Voice) -> NDArray[np.float64]:
    """0..1, highest on stressed words."""
    swell = np.zeros(voice.frames)
    for time, strength in voice.stresses:
        near, bump = smooth_bump(voice.times_seconds, time, 0.25, 0.45)
        swell[near] = np.maximum(swell[near], strength * bump)
    return swell


def strengths_over(
    name: str, strength: Strength, times_seconds: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Spread a strength over times, shape (n,); SettingsError if it leaves 0..1."""
    over = at_times(strength, times_seconds)
    outside = over[~((over >= 0) & (over <= 1))]
    if len(outside):
        worst = outside[np.abs(outside - 0.5).argmax()]
        raise SettingsError(f"The strength {worst:g} of “{name}” is outside 0 to 1")
    return over


def emotion_layer(
    voice: Voice, emotions: Mapping[str, Strength], *, seed: int, acting: Acting = PLAIN
) -> FaceTrack:
    """Hold a mix of emotions over a line: it comes, stays and goes.

    Parameters
    ----------
    voice : Voice
    emotions : mapping of str to float or Envelope
        Strength 0..1 of each of `EMOTIONS`, constant or animated.
    seed : int
    acting : Acting
        Its `emotion_mouth` and `emotion_upper`.

    Returns
    -------
    FaceTrack
        ARKit channels, at the voice's rate.

    Raises
    ------
    SettingsError
        If a name is unknown or a strength is outside 0..1.
    """
    face = np.zeros((voice.frames, len(ARKIT_NAMES)), np.float32)
    upper, mouth = _levels(voice)
    swell = _swell(voice)
    for name, strength in emotions.items():
        shapes = pose(name)
        shown = strengths_over(name, strength, voice.times_seconds)
        # Each emotion has a generator of its own: a dial changes nothing of the others.
        rng = voice.random(seed, EMOTIONS[name].stream)
        wander = gaussian_filter1d(
            rng.standard_normal(voice.frames), voice.rate_hz, mode="nearest"
        ) * np.sqrt(voice.rate_hz)
        shown = shown * (1 - STRESS_GAIN + STRESS_GAIN * swell + 0.03 * wander)
        weaker = "Left" if rng.random() < 0.5 else "Right"
        less = 1 - ASYMMETRY * rng.random()
        for shape, amount in shapes.items():
            side = less if shape.endswith(weaker) else 1.0
            of_mouth = shape.startswith(MOUTH)
            dial = acting.emotion_mouth if of_mouth else acting.emotion_upper
            level = mouth if of_mouth else upper
            face[:, ARKIT_NAMES.index(shape)] += amount * dial * side * shown * level
    return FaceTrack(np.clip(face, 0, 1), ARKIT_NAMES, voice.rate_hz)
