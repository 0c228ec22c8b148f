# SPDX-License-Identifier: GPL-3.0-or-later
"""How the name of a bone is read, whatever it stands for: its words and its side."""

import re
import unicodedata

# Words of a bone's name that tell nothing about what it moves.
NOISE = frozenset(
    "c m ctrl ctl control con bone bn jnt joint facial cc base rig x bip sk skel mixamorig bind "
    "def fk adj".split()
)
# Bones that are a rig's inner workings, for nobody to move.
_WORKS = re.compile(r"^(ORG|MCH|VIS|WGT)[-_.]", re.IGNORECASE)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")
_SIDES = {"l": "l", "left": "l", "r": "r", "right": "r", "左": "l", "右": "r"}


def words_of(name: str, noise: frozenset[str]) -> tuple[tuple[str, ...], str] | None:
    """Take a bone's name apart.

    Parameters
    ----------
    name : str
        Such as ``CC_Base_JawRoot``, ``mixamorig:LeftEye``, ``lid.T.L.002`` or ``左目``.
    noise : frozenset of str
        Words to leave out.

    Returns
    -------
    tuple of (tuple of str, str) or None
        Its words in lower case without sides, and its side "l", "r" or ""; None for a bone that
        is a rig's inner workings.
    """
    if _WORKS.match(name):
        return None
    text = unicodedata.normalize("NFKC", name).rpartition(":")[2]
    side = ""
    if text[:1] in ("左", "右") and len(text) > 1:
        side, text = _SIDES[text[0]], text[1:]
    words = [word.lower() for word in _WORDS.findall(text)]
    side = side or next((_SIDES[word] for word in words if word in _SIDES), "")
    return tuple(word for word in words if word not in _SIDES and word not in noise), side
