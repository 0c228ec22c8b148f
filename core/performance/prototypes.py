# SPDX-License-Identifier: GPL-3.0-or-later
"""What a feeling looks like: one table of emotions, their variants and what artists call mixes.

Units and intensities are those of the FACS manual (Ekman, Friesen and Hager 2002); 1 is intensity
E, the strongest that a face can.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..errors import SettingsError
from ..motion.track import ARKIT_NAMES

# Action units and the ARKit shapes that show them, as far as Apple describes those
# (ARFaceAnchor.BlendShapeLocation). No side: both.
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

Units = Mapping[str, float]


@dataclass(frozen=True)
class Emotion:
    """One emotion: how it is called and which action units show it.

    Parameters
    ----------
    name : str
        As on the command line and in saved files.
    help : str
        For the artist: what it looks like.
    variants : mapping of str to mapping of str to float
        Amount 0..1 of each of `ACTION_UNITS`, by the variant's name; a number with L or R is one
        side of it. The first is the usual one. Without any, nothing is shown.
    stream : int
        Which of the take's random numbers are its own. It never changes, so that another emotion
        in this table changes no take.
    """

    name: str
    help: str
    variants: Mapping[str, Units]
    stream: int

    @property
    def label(self) -> str:
        """The name for the artist."""
        return self.name.capitalize()


# Which units make up an emotion: the prototypes and major variants of EMFACS (Friesen and Ekman
# 1983) and the FACS Investigator's Guide (2002), and for contempt Ekman and Friesen 1986. Amounts
# set by eye on the demo head and ICT-FaceKit.
EMOTIONS: dict[str, Emotion] = {
    one.name: one
    for one in (
        Emotion("neutral", "Nothing is shown", {}, 10),
        Emotion(
            "happy",
            "Smile, raised cheeks",
            {
                "smile": {"6": 1.0, "12": 1.0, "14": 0.45, "10": 0.25, "25": 0.4, "1": 0.1},
                "grin": {
                    "6": 1.0,
                    "12": 1.0,
                    "14": 0.3,
                    "10": 0.35,
                    "25": 0.65,
                    "26": 0.12,
                    "1": 0.15,
                },
            },
            11,
        ),
        Emotion(
            "sad",
            "Inner brows up, mouth corners down",
            {
                "sorrow": {
                    **{"1": 1.0, "4": 0.32, "15": 1.0, "17": 0.55, "43": 0.2, "64": 0.3},
                },
                "crying": {
                    **{"1": 1.0, "4": 0.6, "6": 0.5, "7": 0.4, "15": 0.8, "20": 0.4, "25": 0.35},
                    **{"17": 0.3, "43": 0.3, "64": 0.25},
                },
            },
            12,
        ),
        Emotion(
            "angry",
            "Brows down, lids tight, teeth bared or lips pressed",
            {
                "shouting": {
                    **{"4": 1.0, "5": 0.8, "6": 0.25, "7": 0.65, "9": 1.0, "10": 0.65, "15": 0.1},
                    **{"20": 0.15, "25": 0.7, "26": 0.35, "29": 0.2},
                },
                "clenched": {
                    **{"4": 1.0, "5": 0.4, "7": 0.85, "9": 0.35, "15": 0.35, "17": 0.35},
                    **{"24": 0.8, "29": 0.25},
                },
            },
            13,
        ),
        Emotion(
            "fearful",
            "Brows up and together, eyes wide",
            {
                "fear": {
                    **{"1": 1.0, "2": 0.55, "4": 0.4, "5": 1.0, "15": 0.15, "20": 0.9},
                    **{"25": 0.25, "26": 0.12},
                },
                "terror": {
                    **{"1": 1.0, "2": 0.8, "4": 0.45, "5": 1.0, "20": 1.0, "25": 0.55, "26": 0.4},
                },
            },
            14,
        ),
        Emotion(
            "disgusted",
            "Nose wrinkled, upper lip up",
            {
                "disgust": {
                    **{"9": 0.7, "10": 0.9, "4": 0.65, "6": 0.5, "7": 0.15, "15": 0.5, "17": 0.4},
                },
                "revulsion": {
                    **{"9": 1.0, "10": 1.0, "4": 0.8, "6": 0.6, "7": 0.6, "15": 0.3, "25": 0.5},
                    **{"26": 0.2},
                },
            },
            15,
        ),
        Emotion(
            "surprised",
            "Brows up, eyes wide, jaw dropped",
            {
                "surprise": {"1": 1.0, "2": 1.0, "5": 0.9, "26": 0.35},
                "astonishment": {"1": 1.0, "2": 1.0, "5": 1.0, "25": 0.2, "26": 0.6},
            },
            16,
        ),
        Emotion(
            "contemptuous",
            "One mouth corner up",
            {
                "sneer": {
                    **{"12L": 0.75, "14L": 0.85, "10L": 0.25, "7": 0.3, "4R": 0.4, "2L": 0.45},
                },
                "scorn": {"12R": 0.4, "14": 0.9, "15": 0.3, "43": 0.22, "2": 0.35, "17": 0.2},
            },
            17,
        ),
    )
}
BY_SEED = "auto"  # stands for a variant: the take's seed chooses among them
# Without the one that shows nothing: what has a slider.
FELT = tuple(name for name, one in EMOTIONS.items() if one.variants)

# What artists ask for under names of their own: mixes of the emotions above, as MetaHuman's and
# Audio2Face's moods are. Strengths set by eye.
BLENDS: dict[str, Mapping[str, float]] = {
    "amazed": {"surprised": 0.8, "happy": 0.5},
    "in pain": {"disgusted": 0.55, "sad": 0.6, "fearful": 0.35},
    "cheeky": {"happy": 0.35, "contemptuous": 0.45},
    "outraged": {"angry": 0.8, "disgusted": 0.4, "surprised": 0.25},
    "tired": {"sad": 0.35, "contemptuous": 0.1},
    "bored": {"contemptuous": 0.3, "sad": 0.2},
    "proud": {"happy": 0.3, "contemptuous": 0.25},
    "confused": {"angry": 0.3, "surprised": 0.3, "disgusted": 0.15},
}


def variant_of(name: str, variant: str = "") -> str:
    """Return the name of an emotion's variant, or `BY_SEED`; SettingsError if unknown.

    The usual one for "".
    """
    if name not in EMOTIONS:
        raise SettingsError(f"There is no emotion “{name}”. Choose from {', '.join(EMOTIONS)}")
    known = EMOTIONS[name].variants
    if variant and variant not in (*known, BY_SEED):
        listed = ", ".join((*known, BY_SEED)) if known else "none"
        raise SettingsError(f"“{name}” has no variant “{variant}”. Choose from {listed}")
    return variant or next(iter(known), "")


def variants_by_seed(variants: Mapping[str, str], seed: int) -> dict[str, str]:
    """Choose a variant wherever the choice was left to the seed.

    Parameters
    ----------
    variants : mapping of str to str
        Which variant of an emotion is wanted; of others it is the usual one.
    seed : int >= 0
        The same seed chooses the same, whatever is said: lines in a row belong together.

    Returns
    -------
    dict of str to str
        Without `BY_SEED`.
    """
    chosen = dict(variants)
    for name, variant in variants.items():
        if variant == BY_SEED:
            known, stream = list(EMOTIONS[name].variants), EMOTIONS[name].stream
            rng = np.random.default_rng([seed, stream])
            chosen[name] = known[int(rng.random() * len(known))]
    return chosen


def pose(name: str, variant: str = "") -> dict[str, float]:
    """Spell a pose out on ARKit names.

    Parameters
    ----------
    name : str
        One of `EMOTIONS`.
    variant : str
        One of its variants; the usual one if empty, or where no seed chose.

    Returns
    -------
    dict of str to float
        Weights 0..1.

    Raises
    ------
    SettingsError
        If there is no such emotion or variant.
    """
    chosen = variant_of(name, "" if variant == BY_SEED else variant)
    out: dict[str, float] = {}
    for unit, amount in EMOTIONS[name].variants.get(chosen, {}).items():
        number, wanted = unit.rstrip("LR"), unit.lstrip("0123456789")
        for shape, share in ACTION_UNITS[int(number)].items():
            sides = [shape + side for side in ("Left", "Right") if side.startswith(wanted)]
            for sided in [shape] if shape in ARKIT_NAMES else sides:
                out[sided] = min(1.0, out.get(sided, 0.0) + amount * share)
    return out
