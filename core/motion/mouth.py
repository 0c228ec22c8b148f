# SPDX-License-Identifier: GPL-3.0-or-later
"""One table of the mouth: which shapes part the lips, which shut them, which give way, how far."""

from dataclasses import dataclass
from enum import Enum
from functools import cache

from .track import FACE_NAMES


class Kind(Enum):
    """What a shape is to the lips."""

    OPENS = "opens the jaw"
    CLOSES = "brings the lips together over an open jaw"
    PARTS = "parts the lips, and gives way before the jaw does where they must meet"
    # Another layer's mood must not flicker off on every M B P. A wrinkled nose is none of these:
    # it would part the lips of some heads.
    CORNERS = "draws a mood at the corners, and parts the lips a little"
    SHUTS = "presses lips together, and makes a P of an F where another layer does it"
    ROUNDS = "rounds the lips"


@dataclass(frozen=True)
class MouthShape:
    """What one shape (both sides of it) does to the lips.

    Parameters
    ----------
    kind : Kind
    gap : float
        How far it parts the lips at 1 as a share of jawOpen: the middle of the demo head,
        MakeHuman, ICT-FaceKit and FaceCap; 0 where that is little or differs from head to head.
    """

    kind: Kind
    gap: float = 0.0


MOUTH: dict[str, MouthShape] = {
    "jawOpen": MouthShape(Kind.OPENS, 1.0),
    "mouthClose": MouthShape(Kind.CLOSES),
    "mouthLowerDown": MouthShape(Kind.PARTS, 0.25),
    "mouthUpperUp": MouthShape(Kind.PARTS, 0.2),
    "mouthFunnel": MouthShape(Kind.PARTS, 0.35),
    "mouthShrugUpper": MouthShape(Kind.PARTS),
    "noseSneer": MouthShape(Kind.PARTS),
    # Hardly parts them (0.05); more here so that a rounded mouth without any jaw still shows.
    "mouthPucker": MouthShape(Kind.ROUNDS, 0.15),
    "mouthStretch": MouthShape(Kind.CORNERS),
    "mouthSmile": MouthShape(Kind.CORNERS),
    "mouthFrown": MouthShape(Kind.CORNERS),
    "mouthDimple": MouthShape(Kind.CORNERS),
    "mouthShrugLower": MouthShape(Kind.SHUTS),
    "mouthPress": MouthShape(Kind.SHUTS),
    "mouthRollLower": MouthShape(Kind.SHUTS),
    "mouthRollUpper": MouthShape(Kind.SHUTS),
}
# Share of jawOpen that mouthClose undoes: 1 on most heads, 0.84 on ICT-FaceKit; between the two
# no head shows a gap that is seen nor an overlap.
CLOSE_PER_JAW = 0.95


def stem_of(channel: str) -> str:
    """Return a channel's name without its side."""
    return channel.removesuffix("Left").removesuffix("Right")


@cache
def channels_of(*kinds: Kind) -> frozenset[str]:
    """Return the face channels of some kinds, sides spelt out."""
    return frozenset(
        name
        for name in FACE_NAMES
        if (shape := MOUTH.get(stem_of(name))) is not None and shape.kind in kinds
    )


def gap_of(channel: str) -> float:
    """Say how far a channel (one side, or both) parts the lips at 1, as a share of jawOpen."""
    stem = stem_of(channel)
    shape = MOUTH.get(stem)
    return 0.0 if shape is None else shape.gap / (1 if stem == channel else 2)
