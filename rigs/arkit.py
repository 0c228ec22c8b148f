# SPDX-License-Identifier: GPL-3.0-or-later
"""The 52 ARKit shapes, and our three tongue shapes beside them."""

from ..core.motion.track import ARKIT_NAMES, FACE_NAMES
from .schema import Family

ARKIT = Family(
    name="arkit",
    label="ARKit",
    shapes={name: ((name, 1.0),) for name in FACE_NAMES},
    wanted=ARKIT_NAMES,
    needed=8,
    source="Apple, ARFaceAnchor.BlendShapeLocation",
)
