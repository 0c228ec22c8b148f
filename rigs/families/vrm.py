# SPDX-License-Identifier: GPL-3.0-or-later
"""VRM avatars: five vowels, blinks and whole expressions; VRoid Studio's own names of them.

A VRM with "perfect sync" carries the 52 ARKit shapes and is taken as ARKit.
"""

from ..mouths import mouths
from ..schema import Family
from .arkit import UPPER_FACE, both
from .whole_faces import WHOLE_FACES

VRM = Family(
    name="vrm",
    rank=90,
    label="VRM vowels",
    shapes={
        **UPPER_FACE,
        **WHOLE_FACES,
        **{name: both("eyeBlink") for name in ("blink", "Fcl_EYE_Close", "eyesClosed")},
        **{name: (("eyeBlinkLeft", 1.0),) for name in ("blinkLeft", "Fcl_EYE_Close_L")},
        **{name: (("eyeBlinkRight", 1.0),) for name in ("blinkRight", "Fcl_EYE_Close_R")},
        "lookUp": both("eyeLookUp"),
        "lookDown": both("eyeLookDown"),
        "look_Left": (("eyeLookOutLeft", 0.5), ("eyeLookInRight", 0.5)),
        "look_Right": (("eyeLookInLeft", 0.5), ("eyeLookOutRight", 0.5)),
        "Fcl_BRW_Angry": both("browDown"),
        "Fcl_BRW_Sorrow": (("browInnerUp", 1.0),),
        "Fcl_BRW_Surprised": both("browOuterUp"),
        "Fcl_EYE_Spread": both("eyeWide"),
        "Fcl_MTH_Fun": both("mouthSmile"),
        "Fcl_MTH_Angry": both("mouthFrown"),
    },
    mouths=mouths(
        aa="A aa Fcl_MTH_A MTH_A",
        iy="I ih Fcl_MTH_I MTH_I",
        uw="U ou Fcl_MTH_U MTH_U",
        eh="E ee Fcl_MTH_E MTH_E",
        ow="O oh Fcl_MTH_O MTH_O",
    ),
    wanted=("A", "I", "U", "E", "O"),
    needed=3,
    source="VRM Consortium, VRM 0.x blend shape groups and VRMC_vrm-1.0 expressions; the names "
    "that VRoid Studio and Unity-chan export",
)
