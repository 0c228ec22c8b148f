# SPDX-License-Identifier: GPL-3.0-or-later
"""Daz Genesis figures: the facial units of 8.1 and 9, and the viseme controls of 3 to 9.

``facs_bs_`` moves the skin, ``facs_jnt_`` bones, ``facs_ctrl_`` both; Genesis 8.1 halves some and
writes ``_div2`` behind them, Genesis 9 splits some in upper, lower, left and right.
"""

from ...core.motion.track import ARKIT_NAMES
from ..mouths import mouths
from ..schema import Family, Terms
from .arkit import both

_QUARTERS = {
    "mouthClose": "MouthClose",
    "mouthFunnel": "MouthFunnel",
    "mouthPucker": "MouthPurse",
}
_HALVES = {
    "browInnerUp": "BrowInnerUp",
    "cheekPuff": "CheekPuff",
    "mouthRollLower": "MouthRollLower",
    "mouthRollUpper": "MouthRollUpper",
    "mouthShrugLower": "MouthShrugLower",
    "mouthShrugUpper": "MouthShrugUpper",
}
_SIDES = ("Left", "Right")


def _one(channel: str) -> Terms:
    return ((channel, 1.0),)


_UNITS: dict[str, Terms] = {
    **{
        f"facs_{kind}_{name[0].upper()}{name[1:]}{tail}": _one(name)
        for name in ARKIT_NAMES
        for kind, tail in (("bs", ""), ("bs", "_div2"), ("jnt", ""), ("ctrl", ""))
    },
    **{f"facs_{name[0].upper()}{name[1:]}": _one(name) for name in ARKIT_NAMES if "brow" in name},
    **{
        f"facs_bs_{unit}{half}{side}": _one(channel)
        for channel, unit in _QUARTERS.items()
        for half in ("Upper", "Lower")
        for side in _SIDES
    },
    **{
        f"facs_bs_{unit}{side}": _one(channel)
        for channel, unit in _HALVES.items()
        for side in _SIDES
    },
    **{
        f"facs_bs_MouthPress{half}{side}": _one(f"mouthPress{side}")
        for half in ("Upper", "Lower")
        for side in _SIDES
    },
    **{
        f"facs_bs_EyelidOpen{half}{side}": _one(f"eyeWide{side}")
        for half in ("Upper", "Lower")
        for side in _SIDES
    },
    **{f"facs_jnt_EyesWide{side}": _one(f"eyeWide{side}") for side in _SIDES},
}

DAZ = Family(
    name="daz",
    rank=40,
    label="Daz Genesis facial units",
    shapes=_UNITS,
    wanted=ARKIT_NAMES,
    needed=8,
    source="Daz 3D, Genesis 8.1 and Genesis 9 FACS morphs, as Daz's bridges list them",
    essential=("jawOpen",),
)

# ARPAbet vowel or consonant: the mouth nearest to it.
_VISEMES = {
    "AA": "aa",
    "EE": "ay",
    "EH": "eh",
    "ER": "er",
    "F": "f",
    "IH": "ih",
    "IY": "iy",
    "K": "k",
    "L": "l",
    "M": "m",
    "OW": "ow",
    "S": "s",
    "SH": "sh",
    "T": "t",
    "TH": "th",
    "UW": "uw",
    "W": "w",
}

DAZ_VISEMES = Family(
    name="daz_visemes",
    rank=80,
    label="Daz Genesis visemes",
    shapes={
        **{name: terms for name, terms in _UNITS.items() if "Eye" in name or "Brow" in name},
        "eCTRLEyesClosed": both("eyeBlink"),
        "eCTRLEyesClosedL": _one("eyeBlinkLeft"),
        "eCTRLEyesClosedR": _one("eyeBlinkRight"),
        "eCTRLMouthSmile": both("mouthSmile"),
    },
    mouths=mouths(**{sound: f"eCTRLv{name} facs_ctrl_v{name}" for name, sound in _VISEMES.items()}),
    wanted=tuple(f"eCTRLv{name}" for name in _VISEMES),
    needed=5,
    source="Daz 3D, Genesis 3, 8 and 9 pose controls “Visemes”",
)
