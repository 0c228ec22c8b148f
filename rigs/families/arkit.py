# SPDX-License-Identifier: GPL-3.0-or-later
"""The 52 ARKit shapes, and our three tongue shapes beside them."""

from ...core.motion.track import ARKIT_NAMES, FACE_NAMES
from ..schema import Family, Terms

ARKIT = Family(
    name="arkit",
    rank=10,
    label="ARKit",
    shapes={name: ((name, 1.0),) for name in FACE_NAMES},
    wanted=ARKIT_NAMES,
    needed=3,
    source="Apple, ARFaceAnchor.BlendShapeLocation",
    essential=("jawOpen",),
    enough=8,
)

# Characters whose mouth is visemes often have these for the rest of the face.
UPPER_FACE: dict[str, Terms] = {
    name: ((name, 1.0),)
    for name in ARKIT_NAMES
    if name.startswith(("eye", "brow", "cheekSquint", "noseSneer"))
}


def both(stem: str, weight: float = 1.0) -> Terms:
    """Return terms for one shape that does both sides: the mean of left and right."""
    return tuple((f"{stem}{side}", weight / 2) for side in ("Left", "Right"))
