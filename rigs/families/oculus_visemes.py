# SPDX-License-Identifier: GPL-3.0-or-later
"""The 15 visemes of Oculus (Meta) LipSync, as Ready Player Me and VRChat avatars carry them.

``viseme_sil`` is the face at rest and is left alone.
"""

from ..mouths import MOUTHS
from ..schema import Family
from .arkit import UPPER_FACE, both
from .whole_faces import WHOLE_FACES

# Viseme: its mouth, and the other spelling that Meta's documentation has for the vowels.
_VISEMES = {
    "PP": ("m",),
    "FF": ("f",),
    "TH": ("th",),
    "DD": ("t",),
    "kk": ("k",),
    "CH": ("sh",),
    "SS": ("s",),
    "nn": ("n",),
    "RR": ("r",),
    "aa": ("aa",),
    "E": ("eh",),
    "I": ("iy", "ih"),
    "O": ("ow", "oh"),
    "U": ("uw", "ou"),
}
_PREFIXES = ("viseme_", "vrc.v_", "v_", "")

OCULUS_VISEMES = Family(
    name="oculus_visemes",
    rank=50,
    label="Oculus visemes",
    shapes={
        **UPPER_FACE,
        **WHOLE_FACES,
        "mouthSmile": both("mouthSmile"),
        "eyesClosed": both("eyeBlink"),
        "blink": both("eyeBlink"),
        "vrc.blink": both("eyeBlink"),
    },
    mouths={
        prefix + name: MOUTHS[sound]
        for viseme, (sound, *others) in _VISEMES.items()
        for name in (viseme, *others)
        for prefix in _PREFIXES
    },
    wanted=tuple(f"viseme_{viseme}" for viseme in _VISEMES),
    needed=6,
    source="Meta, Oculus LipSync viseme reference; Ready Player Me, Oculus OVR LipSync morph "
    "targets; VRChat, avatar descriptor visemes",
)
