# SPDX-License-Identifier: GPL-3.0-or-later
"""Mouths of the sounds of speech as ARKit shapes: what a viseme or a vowel of a rig stands for.

They are ours: which channels, from the usual description of the sounds (International Phonetic
Association, Handbook, 1999); how much, near what the articulator draws in the middle of each sound
when it is said clearly. MakeHuman's CC0 visemes, taken apart into the same head's ARKit shapes by
least squares, are of the same size (its "aa" is jawOpen 0.54, its "U" mouthPucker 0.50, its "CH"
mouthFunnel 0.51 with mouthLowerDown 0.34).
"""

from ..core.motion.track import FACE_NAMES
from .schema import Terms

# A name without Left or Right means both sides.
_POSES: dict[str, dict[str, float]] = {
    "m": {
        "jawOpen": 0.1,
        "mouthClose": 0.1,
        "mouthPress": 0.2,
        "mouthRollUpper": 0.1,
        "mouthRollLower": 0.1,
    },
    "f": {"jawOpen": 0.05, "mouthRollLower": 0.5, "mouthUpperUp": 0.2},
    "th": {"jawOpen": 0.12, "mouthLowerDown": 0.15, "mouthUpperUp": 0.1, "tongueDental": 0.8},
    "t": {"jawOpen": 0.06, "mouthLowerDown": 0.28, "mouthUpperUp": 0.18, "tongueTipUp": 0.7},
    "n": {"jawOpen": 0.08, "mouthLowerDown": 0.18, "mouthUpperUp": 0.14, "tongueTipUp": 0.9},
    "l": {"jawOpen": 0.14, "mouthLowerDown": 0.22, "mouthUpperUp": 0.12, "tongueTipUp": 0.9},
    "s": {
        "jawOpen": 0.03,
        "mouthLowerDown": 0.35,
        "mouthUpperUp": 0.2,
        "mouthStretch": 0.15,
        "mouthSmile": 0.1,
        "tongueTipUp": 0.4,
    },
    "sh": {"jawOpen": 0.06, "mouthFunnel": 0.5, "mouthLowerDown": 0.32, "mouthUpperUp": 0.15},
    "k": {"jawOpen": 0.12, "mouthLowerDown": 0.2, "mouthUpperUp": 0.15, "tongueBackUp": 0.8},
    "h": {"jawOpen": 0.15, "mouthLowerDown": 0.15, "mouthUpperUp": 0.1},
    "r": {
        "jawOpen": 0.05,
        "mouthFunnel": 0.25,
        "mouthPucker": 0.25,
        "mouthLowerDown": 0.15,
        "mouthUpperUp": 0.1,
    },
    "w": {"jawOpen": 0.03, "mouthPucker": 0.75, "mouthFunnel": 0.05},
    "aa": {"jawOpen": 0.4, "mouthLowerDown": 0.34, "mouthUpperUp": 0.18},
    "ah": {"jawOpen": 0.24, "mouthLowerDown": 0.24, "mouthUpperUp": 0.14},
    "ao": {"jawOpen": 0.4, "mouthFunnel": 0.3, "mouthPucker": 0.1, "mouthLowerDown": 0.15},
    "aw": {"jawOpen": 0.36, "mouthFunnel": 0.15, "mouthPucker": 0.1, "mouthLowerDown": 0.22},
    "ay": {
        "jawOpen": 0.3,
        "mouthLowerDown": 0.32,
        "mouthUpperUp": 0.2,
        "mouthStretch": 0.12,
    },
    "eh": {
        "jawOpen": 0.14,
        "mouthLowerDown": 0.27,
        "mouthUpperUp": 0.17,
        "mouthStretch": 0.12,
        "mouthSmile": 0.1,
    },
    "er": {"jawOpen": 0.12, "mouthFunnel": 0.3, "mouthPucker": 0.15, "mouthLowerDown": 0.18},
    "ih": {
        "jawOpen": 0.09,
        "mouthLowerDown": 0.3,
        "mouthUpperUp": 0.2,
        "mouthStretch": 0.22,
        "mouthSmile": 0.12,
    },
    "iy": {
        "jawOpen": 0.06,
        "mouthLowerDown": 0.3,
        "mouthUpperUp": 0.2,
        "mouthStretch": 0.4,
        "mouthSmile": 0.2,
    },
    "ow": {"jawOpen": 0.25, "mouthPucker": 0.4, "mouthFunnel": 0.25},
    "oy": {"jawOpen": 0.22, "mouthPucker": 0.2, "mouthFunnel": 0.35, "mouthLowerDown": 0.1},
    "uw": {"jawOpen": 0.08, "mouthPucker": 0.6, "mouthFunnel": 0.15},
    # No sound: the one open mouth of a character that has no other.
    "open": {"jawOpen": 0.7, "mouthLowerDown": 0.3},
}

_SIDED = frozenset(name.removesuffix("Left") for name in FACE_NAMES if name.endswith("Left"))


def _terms(pose: dict[str, float]) -> Terms:
    terms: list[tuple[str, float]] = []
    for name, weight in pose.items():
        sides = ("Left", "Right") if name in _SIDED else ("",)
        terms += [(name + side, weight) for side in sides]
    return tuple(terms)


# By the name of the sound in the CMU dictionary's spelling.
MOUTHS: dict[str, Terms] = {sound: _terms(pose) for sound, pose in _POSES.items()}


def mouths(**sounds: str) -> dict[str, Terms]:
    """Return ``{shape: pose}`` from ``sound="shape another_name_of_it"``."""
    return {name: MOUTHS[sound] for sound, names in sounds.items() for name in names.split()}
