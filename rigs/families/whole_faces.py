# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of controls that show a whole face at once: they follow what is felt, never a single shape.

VRM Consortium, VRM 0.x blend shape groups (joy, angry, sorrow, fun) and VRMC_vrm-1.0 expressions
(happy, angry, sad, relaxed, surprised); VRoid Studio names them Fcl_ALL_Joy and so on.
"""

from dataclasses import dataclass

from ..names import bare, tails
from ..schema import Terms

# Of two controls for one feeling the first is used: joy before fun, which is milder.
WHOLE_FACES: dict[str, Terms] = {
    **{name: (("feelHappy", 1.0),) for name in ("happy", "joy", "Fcl_ALL_Joy")},
    **{
        name: (("feelHappy", 0.5), ("feelHappyMouth", 0.5))
        for name in ("fun", "relaxed", "Fcl_ALL_Fun")
    },
    **{name: (("feelAngry", 1.0),) for name in ("angry", "anger", "Fcl_ALL_Angry")},
    **{name: (("feelSad", 1.0),) for name in ("sad", "sorrow", "Fcl_ALL_Sorrow")},
    **{name: (("feelSurprised", 1.0),) for name in ("surprised", "surprise", "Fcl_ALL_Surprised")},
    **{name: (("feelFearful", 1.0),) for name in ("fear", "fearful", "scared")},
    **{name: (("feelDisgusted", 1.0),) for name in ("disgust", "disgusted")},
    **{name: (("feelContemptuous", 1.0),) for name in ("contempt", "contemptuous")},
}

# VRoid Studio's parts of the same faces, the stronger of two for one feeling first.
_FELT = {
    "Joy": ("feelHappy", 1.0),
    "Fun": ("feelHappy", 0.5),
    "Angry": ("feelAngry", 1.0),
    "Sorrow": ("feelSad", 1.0),
    "Surprised": ("feelSurprised", 1.0),
}
PART_FACES = tuple(_FELT)
UPPER_PARTS, MOUTH_PART = ("BRW", "EYE"), "MTH"


@dataclass(frozen=True)
class FacePart:
    """Brows, eyes or mouth of a whole face: which face and part, and what it follows."""

    face: str
    part: str
    terms: Terms


_PARTS = {
    bare(f"Fcl_{part}_{face}"): FacePart(
        face, part, ((felt + ("Mouth" if part == MOUTH_PART else ""), share),)
    )
    for face, (felt, share) in _FELT.items()
    for part in (*UPPER_PARTS, MOUTH_PART)
}


def part_of(name: str) -> FacePart | None:
    """Return the part of a whole face that a control is; None for any other."""
    return next((_PARTS[one] for one in map(bare, (name, *tails(name))) if one in _PARTS), None)
