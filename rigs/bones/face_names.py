# SPDX-License-Identifier: GPL-3.0-or-later
"""Bones of faces: what they are called, and how each face channel moves them.

Names: Rigify (blender.org, face rig of the human metarig), Auto-Rig Pro, Character Creator, Daz
Genesis 8 and 9, Unreal's and Unity's usual ones, MikuMikuDance, each without prefixes and sides
(`role_of`). Moves: ours, near what the demo head's shapes of the same names do.
"""

from .names import NOISE, words_of

# Role: names, the first is preferred. Words are joined, in lower case.
ROLES: dict[str, tuple[str, ...]] = {
    "jaw": (
        *("jawmaster", "jawroot", "jawbone", "jaw", "lowerjaw", "jawlower", "mandible"),
        *("jawmain", "jawopen", "jawdrop", "jawhinge", "jaw01", "jaw001", "jaw1", "あご", "顎"),
        *("下顎", "アゴ"),
    ),
    "corner": (
        *("lips", "lipcorner", "lipscorner", "mouthcorner", "cornermouth", "cornerlip"),
        *("lipssmile", "mouth", "mouthside", "lipside"),
    ),
    "upper lip": (
        *("lipt", "upperlip", "lipupper", "liptop", "lipstop", "lipupmid", "lipuppermid"),
        *("lipuppermiddle", "uplip", "toplip", "upperlipmid", "lipsupper", "mouthupper"),
        *("lipuppercenter", "lipsuppermid", "liptopmid", "mouthtop"),
    ),
    "lower lip": (
        *("lipb", "lowerlip", "liplower", "lipbot", "lipsbot", "lipbottom", "liplowmid"),
        *("liplowermid", "liplowermiddle", "lowlip", "botlip", "bottomlip", "lowerlipmid"),
        *("lipslower", "mouthlower", "liplowercenter", "lipslowermid", "lipbotmid", "mouthbottom"),
    ),
    "upper lid": (
        *("lidt002", "eyelidupper", "uppereyelid", "eyelidtop", "upperlid", "lidupper", "toplid"),
        *("eyelidup", "lidtop", "eyelid", "lid", "eyelidupper01"),
    ),
    "lower lid": (
        *("lidb002", "eyelidlower", "lowereyelid", "eyelidbot", "lowerlid", "lidlower", "botlid"),
        *("eyelidlow", "lidbot", "eyelidbottom", "bottomlid", "lidbottom", "eyelidlower01"),
    ),
    "inner brow": ("browt003", "browinner", "innerbrow", "browin", "eyebrowinner", "brow01"),
    "brow": ("browmid", "brow", "eyebrow", "browmiddle", "midbrow", "brow02"),
    "outer brow": ("browt001", "browouter", "outerbrow", "browout", "eyebrowouter", "brow03"),
    "cheek": ("cheekt001", "cheek", "cheekupper", "uppercheek", "cheekbone"),
    "nostril": ("nose001", "nostril", "nosewing", "nosewrinkle"),
}
_KNOWN = {name: (role, place) for role, names in ROLES.items() for place, name in enumerate(names)}
# Roles of bones in the middle of the face; the others come in pairs.
MIDDLE = frozenset({"jaw", "upper lip", "lower lip", "brow"})
_NOISE = NOISE | frozenset("face head anim sec mid middle center centre".split())
SECOND = 100  # places behind

Part = tuple[str, tuple[float, float, float]]

# Channel: parts as (role, (outwards, up, forward)) in mouth widths, those of lids in openings of
# the eye. A channel with Left or Right moves the sided bones of its side; unsided bones are moved
# half by each side.
MOVES: dict[str, tuple[Part, ...]] = {
    "mouthSmile": (("corner", (0.14, 0.16, -0.06)),),
    "mouthFrown": (("corner", (0.03, -0.14, 0.0)),),
    "mouthStretch": (("corner", (0.16, -0.03, -0.05)),),
    "mouthDimple": (("corner", (0.07, 0.02, -0.06)),),
    "mouthUpperUp": (("upper lip", (0.0, 0.13, 0.0)),),
    "mouthLowerDown": (("lower lip", (0.0, -0.13, 0.0)),),
    "mouthPress": (("upper lip", (0.0, -0.015, 0.0)), ("lower lip", (0.0, 0.015, 0.0))),
    "mouthPucker": (
        ("corner", (-0.28, 0.0, 0.08)),
        ("upper lip", (-0.1, 0.0, 0.14)),
        ("lower lip", (-0.1, 0.0, 0.14)),
    ),
    "mouthFunnel": (
        ("corner", (-0.2, 0.0, 0.06)),
        ("upper lip", (-0.05, 0.1, 0.12)),
        ("lower lip", (-0.05, -0.12, 0.12)),
    ),
    "mouthRollLower": (("lower lip", (0.0, 0.06, -0.09)),),
    "mouthRollUpper": (("upper lip", (0.0, -0.05, -0.07)),),
    "mouthShrugLower": (("lower lip", (0.0, 0.06, 0.04)),),
    "mouthShrugUpper": (("upper lip", (0.0, 0.05, 0.02)),),
    "browInnerUp": (("inner brow", (0.0, 0.18, 0.0)), ("brow", (0.0, 0.06, 0.0))),
    "browDown": (
        ("inner brow", (-0.05, -0.12, 0.0)),
        ("brow", (-0.02, -0.1, 0.0)),
        ("outer brow", (0.0, -0.03, 0.0)),
    ),
    "browOuterUp": (("outer brow", (0.0, 0.16, 0.0)), ("brow", (0.0, 0.1, 0.0))),
    "cheekSquint": (("cheek", (0.0, 0.09, 0.01)),),
    "noseSneer": (("nostril", (0.01, 0.06, 0.0)),),
    "eyeBlink": (("upper lid", (0.0, -0.9, 0.0)), ("lower lid", (0.0, 0.1, 0.0))),
    "eyeWide": (("upper lid", (0.0, 0.25, 0.0)), ("lower lid", (0.0, -0.05, 0.0))),
    "eyeSquint": (("upper lid", (0.0, -0.12, 0.0)), ("lower lid", (0.0, 0.25, 0.0))),
}
SIDED = frozenset(
    "mouthSmile mouthFrown mouthStretch mouthDimple mouthUpperUp mouthLowerDown mouthPress "
    "browDown browOuterUp cheekSquint noseSneer eyeBlink eyeWide eyeSquint".split()
)


def role_of(name: str) -> tuple[str, str, int] | None:
    """Read a bone's name.

    Parameters
    ----------
    name : str
        Such as ``CC_Base_JawRoot``, ``c_lips_top.x``, ``lid.T.L.002`` or ``FACIAL_L_LipCorner``.

    Returns
    -------
    tuple of (str, str, int) or None
        Role, side ("l", "r" or ""), and how far down its list of names it was found, 100 further
        if a number was dropped; None for bones that are not of a face.
    """
    read = words_of(name, _NOISE)
    if read is None:
        return None
    words, side = read
    joined = "".join(words).lstrip("0123456789")
    # “jaw.001” is second to “jaw”.
    for extra, short in ((0, joined), (SECOND, joined.rstrip("0123456789"))):
        if short in _KNOWN:
            role, place = _KNOWN[short]
            fits = side or role in MIDDLE
            return (role, side, place + extra) if fits else None
    return None
