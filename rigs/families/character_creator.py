# SPDX-License-Identifier: GPL-3.0-or-later
"""Reallusion Character Creator 3+ and 4: expression shapes, and viseme shapes without them.

The ExPlus profile (``A25_Jaw_Open`` …) is ARKit with numbers and is recognised as that.
"""

from ..mouths import mouths
from ..schema import Family, Terms
from .arkit import both

# Channel stem: shape stems, each with _L and _R for the two sides of the channel.
_SIDED = {
    "browOuterUp": "Brow_Raise_Outer",
    "browDown": "Brow_Drop",
    "eyeBlink": "Eye_Blink",
    "eyeSquint": "Eye_Squint",
    "eyeWide": "Eye_Wide",
    "noseSneer": "Nose_Sneer Nose_Flank_Raise",
    "cheekSquint": "Cheek_Raise",
    "mouthSmile": "Mouth_Smile",
    "mouthFrown": "Mouth_Frown",
    "mouthStretch": "Mouth_Stretch",
    "mouthDimple": "Mouth_Dimple",
    "mouthPress": "Mouth_Press",
    "mouthUpperUp": "Mouth_Up_Upper",
    "mouthLowerDown": "Mouth_Down_Lower",
}
# Channel: shapes that follow it whole.
_WHOLE = {
    "browInnerUp": "Brow_Raise_Inner_L Brow_Raise_Inner_R",
    "cheekPuff": "Cheek_Puff_L Cheek_Puff_R",
    "eyeLookUpLeft": "Eye_L_Look_Up",
    "eyeLookUpRight": "Eye_R_Look_Up",
    "eyeLookDownLeft": "Eye_L_Look_Down",
    "eyeLookDownRight": "Eye_R_Look_Down",
    "eyeLookOutLeft": "Eye_L_Look_L",
    "eyeLookInLeft": "Eye_L_Look_R",
    "eyeLookInRight": "Eye_R_Look_L",
    "eyeLookOutRight": "Eye_R_Look_R",
    "jawOpen": "Jaw_Open",
    "jawForward": "Jaw_Forward",
    "jawLeft": "Jaw_L",
    "jawRight": "Jaw_R",
    "mouthClose": "Mouth_Close",
    "mouthLeft": "Mouth_L",
    "mouthRight": "Mouth_R",
    "mouthFunnel": "Mouth_Funnel_Up_L Mouth_Funnel_Up_R Mouth_Funnel_Down_L Mouth_Funnel_Down_R "
    "Mouth_Funnel Mouth_Pucker_Open",
    "mouthPucker": "Mouth_Pucker_Up_L Mouth_Pucker_Up_R Mouth_Pucker_Down_L Mouth_Pucker_Down_R "
    "Mouth_Pucker",
    "mouthRollUpper": "Mouth_Roll_In_Upper_L Mouth_Roll_In_Upper_R Mouth_Roll_In_Upper "
    "Mouth_Top_Lip_Under",
    "mouthRollLower": "Mouth_Roll_In_Lower_L Mouth_Roll_In_Lower_R Mouth_Roll_In_Lower "
    "Mouth_Bottom_Lip_Under",
    "mouthShrugUpper": "Mouth_Shrug_Upper Mouth_Top_Lip_Up",
    "mouthShrugLower": "Mouth_Shrug_Lower",
    "tongueOut": "Tongue_Out",
    "tongueTipUp": "Tongue_Tip_Up",
    "nostrilFlare": "Nose_Nostril_Dilate_L Nose_Nostril_Dilate_R",
}
_SHAPES: dict[str, Terms] = {
    **{
        f"{shape}_{side[0]}": ((f"{stem}{side}", 1.0),)
        for stem, shapes in _SIDED.items()
        for shape in shapes.split()
        for side in ("Left", "Right")
    },
    **{shape: ((name, 1.0),) for name, shapes in _WHOLE.items() for shape in shapes.split()},
}

# Few characters of this make have them, so their lack is not reported as missing.
_EXTRA = {"tongueTipUp", "nostrilFlare"}

CHARACTER_CREATOR = Family(
    name="character_creator",
    rank=30,
    label="Character Creator",
    shapes=_SHAPES,
    wanted=tuple(sorted({channel for terms in _SHAPES.values() for channel, _ in terms} - _EXTRA)),
    needed=8,
    source="Reallusion, Character Creator 4 facial profiles: Standard and Extended",
    essential=("jawOpen",),
)

CHARACTER_CREATOR_VISEMES = Family(
    name="character_creator_visemes",
    rank=70,
    label="Character Creator visemes",
    shapes={
        **{name: terms for name, terms in _SHAPES.items() if name.startswith(("Eye_", "Brow_"))},
        "Eye_Blink": both("eyeBlink"),
        "Brow_Raise_L": (("browOuterUpLeft", 1.0),),
        "Brow_Raise_R": (("browOuterUpRight", 1.0),),
        "Mouth_Smile_L": (("mouthSmileLeft", 1.0),),
        "Mouth_Smile_R": (("mouthSmileRight", 1.0),),
        "Mouth_Smile": both("mouthSmile"),
        "V_Tongue_up": (("tongueTipUp", 1.0),),
        "Tongue_up": (("tongueTipUp", 1.0),),
    },
    mouths=mouths(
        aa="V_Open Open Ah",
        m="V_Explosive Explosive B_M_P",
        f="V_Dental_Lip Dental_Lip F_V",
        ow="V_Tight_O Tight-O Oh",
        uw="V_Tight Tight W_OO",
        iy="V_Wide Wide EE",
        sh="V_Affricate Affricate Ch_J",
        s="V_Lip_Open Lip_Open S_Z",
        eh="AE",
        er="Er",
        ih="Ih",
        r="R",
        th="Th",
        t="T_L_D_N",
        k="K_G_H_NG",
    ),
    wanted=(
        *("V_Open", "V_Explosive", "V_Dental_Lip", "V_Tight_O"),
        *("V_Tight", "V_Wide", "V_Affricate", "V_Lip_Open"),
    ),
    needed=5,
    source="Reallusion, Character Creator 3 and 4 visemes: 4 + 4 lip pairs, and 15 direct ones",
)
