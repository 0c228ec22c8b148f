# SPDX-License-Identifier: GPL-3.0-or-later
"""Preston Blair's mouths, the set of most lip-sync breakdowns; the rest mouth is left alone."""

from ..mouths import mouths
from ..schema import Family
from .arkit import UPPER_FACE, both
from .whole_faces import WHOLE_FACES

PRESTON_BLAIR = Family(
    name="preston_blair",
    rank=110,
    label="Preston Blair mouths",
    shapes={
        **UPPER_FACE,
        **WHOLE_FACES,
        "mouthSmile": both("mouthSmile"),
        "smile": both("mouthSmile"),
        "blink": both("eyeBlink"),
    },
    mouths=mouths(
        aa="AI A_and_I",
        eh="E",
        ow="O",
        uw="U",
        w="WQ W_and_Q OOQ",
        m="MBP",
        f="FV F_and_V",
        l="L",
        t="etc CDGKNRSThYZ CDGKNRSYZ consonants",
    ),
    wanted=("AI", "E", "O", "U", "WQ", "MBP", "FV", "L", "etc"),
    needed=5,
    source="Preston Blair, Cartoon Animation; the names that Papagayo writes",
)
