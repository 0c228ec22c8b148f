# SPDX-License-Identifier: GPL-3.0-or-later
"""Bones that turn with a performance: head, neck and eyes, and what they are called.

Names: Rigify (blender.org), Auto-Rig Pro, Mixamo, Character Creator, Daz Genesis, MakeHuman, VRM,
Unreal's and Unity's usual ones, MikuMikuDance, each without prefixes and sides.
"""

from collections.abc import Iterable

from .names import NOISE, words_of

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
_NOISE = NOISE | frozenset("j bip01 bip001 bip1 g valvebiped".split())
# Rigify's bones that carry the skin follow its controls: whoever turns a head turns those.
_DEFORMS = ("DEF-", "DEF_", "DEF.")
_SIDES = {"l": "Left", "r": "Right", "": ""}


def _read(name: str) -> tuple[str, int] | None:
    """Role, with the side for an eye, and how far down its list of names; None for other bones."""
    read = None if name.upper().startswith(_DEFORMS) else words_of(name, _NOISE)
    if read is None or "".join(read[0]) not in _PLACE:
        return None
    role, place = _PLACE["".join(read[0])]
    side = _SIDES[read[1]]
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
