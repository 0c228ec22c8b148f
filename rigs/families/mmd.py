# SPDX-License-Identifier: GPL-3.0-or-later
"""MikuMikuDance models: Japanese morph names.

ウィンク and 笑い are laughing eyes, so a blink takes まばたき or the pair ウィンク２.
"""

from ..mouths import mouths
from ..schema import Family
from .arkit import both

MMD = Family(
    name="mmd",
    rank=100,
    label="MMD morphs",
    shapes={
        "まばたき": both("eyeBlink"),
        "ウィンク２": (("eyeBlinkLeft", 1.0),),
        "ウィンク２右": (("eyeBlinkRight", 1.0),),
        "びっくり": both("eyeWide"),
        "怒り": both("browDown"),
        "困る": (("browInnerUp", 1.0),),
        "上": both("browOuterUp"),
        "にこり": both("cheekSquint"),
        "口角上げ": both("mouthSmile"),
        "口角下げ": both("mouthFrown"),
    },
    mouths=mouths(aa="あ", iy="い", uw="う", eh="え", ow="お", m="ん"),
    wanted=("あ", "い", "う", "え", "お"),
    needed=3,
    source="The morphs of the models that come with MikuMikuDance",
)
