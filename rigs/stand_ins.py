# SPDX-License-Identifier: GPL-3.0-or-later
"""What does the work of an ARKit channel that a character lacks.

Shares of jawOpen follow how far the lips part per channel on the demo head, MakeHuman, ICT-FaceKit
and FaceCap; the others are our choice: enough that the mouth still tells the sound, little enough
that the shape that helps out keeps its own meaning.
"""

from .schema import Terms

# Channel: channels that take a share of it, as far as the character has them.
STAND_INS: dict[str, Terms] = {
    # mouthClose undoes 0.84 (ICT-FaceKit) to 1 of jawOpen.
    "mouthClose": (("jawOpen", -1.0),),
    "jawOpen": (("mouthLowerDownLeft", 0.6), ("mouthLowerDownRight", 0.6), ("mouthFunnel", 0.2)),
    "mouthPucker": (("mouthFunnel", 0.6),),
    "mouthFunnel": (("mouthPucker", 0.5), ("jawOpen", 0.15)),
    "mouthLowerDownLeft": (("jawOpen", 0.12),),
    "mouthLowerDownRight": (("jawOpen", 0.12),),
    "mouthUpperUpLeft": (("jawOpen", 0.06),),
    "mouthUpperUpRight": (("jawOpen", 0.06),),
    "mouthSmileLeft": (("mouthDimpleLeft", 0.7), ("mouthStretchLeft", 0.4)),
    "mouthSmileRight": (("mouthDimpleRight", 0.7), ("mouthStretchRight", 0.4)),
    "mouthStretchLeft": (("mouthSmileLeft", 0.4),),
    "mouthStretchRight": (("mouthSmileRight", 0.4),),
    "mouthDimpleLeft": (("mouthSmileLeft", 0.4),),
    "mouthDimpleRight": (("mouthSmileRight", 0.4),),
    "mouthRollLower": (("mouthPressLeft", 0.3), ("mouthPressRight", 0.3)),
    "mouthRollUpper": (("mouthPressLeft", 0.3), ("mouthPressRight", 0.3)),
    "mouthPressLeft": (("mouthRollUpper", 0.2), ("mouthRollLower", 0.2)),
    "mouthPressRight": (("mouthRollUpper", 0.2), ("mouthRollLower", 0.2)),
    "cheekSquintLeft": (("eyeSquintLeft", 0.5),),
    "cheekSquintRight": (("eyeSquintRight", 0.5),),
    "eyeSquintLeft": (("cheekSquintLeft", 0.5),),
    "eyeSquintRight": (("cheekSquintRight", 0.5),),
    "browInnerUp": (("browOuterUpLeft", 0.5), ("browOuterUpRight", 0.5)),
    "browOuterUpLeft": (("browInnerUp", 0.3),),
    "browOuterUpRight": (("browInnerUp", 0.3),),
}
