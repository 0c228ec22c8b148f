# SPDX-License-Identifier: GPL-3.0-or-later
"""Sounds without words that a transcript names: ``[laugh]``, ``[sob]``, ``[sigh]``, ``[gasp]``."""

import re
from collections.abc import Sequence

from ...timing import Seconds
from ...transcript.words import words_of
from .kinds import KINDS, Aside

_TAG = re.compile(r"\[\s*([^\W\d_]+)\s*\]")
_KIND_OF = {name: kind for kind, one in KINDS.items() for name in one.names}


def asides_in(
    text: str, word_starts_seconds: Sequence[Seconds | None], seconds: Seconds
) -> tuple[Aside, ...]:
    """Find the sounds without words that a text names, and where they may lie.

    Parameters
    ----------
    text : str
    word_starts_seconds : sequence of float or None
        When each word of the text is said; None for one that was not heard.
    seconds : float
        Length of the sound.

    Returns
    -------
    tuple of Aside
        In the order of the text; none where its words were not followed.
    """
    words = words_of(text)
    if words and not word_starts_seconds:
        return ()
    found: list[Aside] = []
    for match in _TAG.finditer(text):
        kind = _KIND_OF.get(match[1].lower())
        if kind is None:
            continue
        word = len(words_of(text[: match.start()]))
        before = [at for at in word_starts_seconds[:word] if at is not None]
        behind = [at for at in word_starts_seconds[word:] if at is not None]
        found.append(
            Aside(kind, before[-1] if before else 0.0, min(behind, default=seconds), not words)
        )
    return tuple(found)
