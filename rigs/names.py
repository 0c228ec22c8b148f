# SPDX-License-Identifier: GPL-3.0-or-later
"""How a shape key's name is read: case, separators, sides and prefixes."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

_SIDE_WORD = re.compile(r"^(?P<base>.+?)[ _.\-]?(?P<side>Left|Right|LEFT|RIGHT)$")
_SIDE_WORD_LOW = re.compile(r"^(?P<base>.+?)[ _.\-](?P<side>left|right)$")
_SIDE_LETTER = re.compile(r"^(?P<base>.+?)[ _.\-](?P<side>[lLrR])$")
_SIDE_CAPITAL = re.compile(r"^(?P<base>.*[a-z])(?P<side>[LR])$")
_SIDE_FRONT = re.compile(r"^(?P<side>[lLrR]|[lL]eft|[rR]ight)[ _.\-](?P<base>.+)$")

Shape = tuple[str, str]  # name in lower case without separators; side "l", "r" or ""

SHORT = 2  # letters; names of this length are too common to be read behind just any prefix
ALIKE = 4  # keys with one prefix and known short names make it a prefix


def parse(name: str) -> Shape:
    """Take a shape's name apart: its bare name and its side.

    Parameters
    ----------
    name : str
        Such as ``eyeBlinkLeft``, ``eyeBlinkL``, ``Eye Blink.L`` or ``EYE_BLINK_LEFT``.

    Returns
    -------
    tuple of str
        ``("eyeblink", "l")`` for all of these; the side is "" where there is none.
    """
    for pattern in (_SIDE_WORD, _SIDE_WORD_LOW, _SIDE_LETTER, _SIDE_CAPITAL, _SIDE_FRONT):
        found = pattern.match(name)
        if found:
            return bare(found["base"]), found["side"][0].lower()
    return bare(name), ""


def bare(text: str) -> str:
    """Return a name in lower case without separators; half-width and full-width are one."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).lower()


def tails(name: str) -> Iterator[str]:
    """Yield what is left of a key's name without a prefix such as ``blendShape1.``."""
    for mark in re.finditer(r"[.:|_]+", name):
        tail = name[mark.end() :]
        if len(tail) > SHORT:
            yield tail


def short_tails(keys: Sequence[str], known: Collection[str]) -> dict[str, str]:
    """Read very short names behind a prefix that several keys share: ``mouth_A``, ``mouth_E``.

    Parameters
    ----------
    keys : sequence of str
    known : collection of str
        Bare names that count.

    Returns
    -------
    dict of str to str
        Bare name of each key that has such a prefix.
    """
    parts = {key: re.match(rf"^(.*[.:|_\- ])(\w{{1,{SHORT}}})$", key) for key in keys}
    found = {key: (m[1], bare(m[2])) for key, m in parts.items() if m and bare(m[2]) in known}
    heads = Counter(head for head, _ in found.values())
    return {key: tail for key, (head, tail) in found.items() if heads[head] >= ALIKE}
