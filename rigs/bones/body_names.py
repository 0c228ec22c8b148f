# SPDX-License-Identifier: GPL-3.0-or-later
"""Bones that turn with a performance: head, neck and eyes, and what they are called.

Names: Rigify (blender.org), Auto-Rig Pro, Mixamo, Character Creator, Daz Genesis, MakeHuman, VRM,
Unreal's and Unity's usual ones, MikuMikuDance, each without prefixes and sides.
"""

import re
import unicodedata
from collections.abc import Iterable

# Role: names, the first is preferred. Words are joined, in lower case.
ROLES: dict[str, tuple[str, ...]] = {
    "head": ("head", "head01", "headbone", "skull", "頭", "頭部"),
    "neck": (
        *("neck", "neck01", "neck1", "necklower", "necktwist01", "neck001", "neckbase", "首"),
        *("neckbone", "necktwist"),
    ),
    "eye": ("mastereye", "eye", "eyeball", "faceeye", "eyejoint", "eyebone", "eye01", "目"),
}
EYES = ("eyeLeft", "eyeRight")
_PLACE = {name: (role, place) for role, names in ROLES.items() for place, name in enumerate(names)}
# Words of a bone's name that tell nothing about the body.
_NOISE = frozenset(
    "c m ctrl ctl control con bone bn jnt joint facial cc base rig x j bip bip01 bip001 bip1 sk "
    "skel mixamorig bind def fk adj g valvebiped".split()
)
# Bones that are a rig's inner workings, for nobody to move.
_WORKS = re.compile(r"^(ORG|MCH|VIS|WGT|DEF)[-_.]", re.IGNORECASE)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")
_SIDES = {"l": "Left", "left": "Left", "r": "Right", "right": "Right", "左": "Left", "右": "Right"}


def _read(name: str) -> tuple[str, int] | None:
    """Role, with the side for an eye, and how far down its list of names; None for other bones."""
    if _WORKS.match(name):
        return None
    text = unicodedata.normalize("NFKC", name).rpartition(":")[2]
    side = ""
    if text[:1] in "左右" and len(text) > 1:
        side, text = _SIDES[text[0]], text[1:]
    words = [word.lower() for word in _WORDS.findall(text)]
    side = side or next((_SIDES[word] for word in words if word in _SIDES), "")
    left = "".join(word for word in words if word not in _SIDES and word not in _NOISE)
    if left not in _PLACE:
        return None
    role, place = _PLACE[left]
    if role == "eye":
        return (role + side, place) if side else None
    return (role, place) if not side else None


def find_body(names: Iterable[str]) -> dict[str, str]:
    """Find the bones that turn.

    Parameters
    ----------
    names : iterable of str
        Bones of one armature that somebody may move, in its order.

    Returns
    -------
    dict of str to str
        Bone by role: ``head``, ``neck``, ``eyeLeft``, ``eyeRight``; only what is there.
    """
    found: dict[str, tuple[int, str]] = {}
    for name in names:
        read = _read(name)
        if read is not None and read[1] < found.get(read[0], (len(_PLACE), ""))[0]:
            found[read[0]] = (read[1], name)
    return {role: name for role, (_, name) in found.items()}
