# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of controls that show a whole face at once: they follow what is felt, never a single shape.

VRM Consortium, VRM 0.x blend shape groups (joy, angry, sorrow, fun) and VRMC_vrm-1.0 expressions
(happy, angry, sad, relaxed, surprised); VRoid Studio names them Fcl_ALL_Joy and so on.
"""

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
