# SPDX-License-Identifier: GPL-3.0-or-later
"""The last resort: a character that only opens and shuts its mouth."""

from ..mouths import mouths
from ..schema import Family
from .arkit import UPPER_FACE, both
from .whole_faces import WHOLE_FACES

PLAIN = Family(
    name="plain",
    last_resort=True,
    label="Open and shut mouth",
    shapes={
        **UPPER_FACE,
        **WHOLE_FACES,
        "mouthPucker": (("mouthPucker", 1.0),),
        "mouthFunnel": (("mouthFunnel", 1.0),),
        "mouthStretch": both("mouthStretch"),
        "mouthSmile": both("mouthSmile"),
        "smile": both("mouthSmile"),
        "blink": both("eyeBlink"),
        "eyesClosed": both("eyeBlink"),
    },
    mouths=mouths(open="mouthOpen openMouth jawOpen jawDrop"),
    wanted=(),
    needed=1,
    source="Ready Player Me's two standard morph targets, and what such keys are usually called",
)
