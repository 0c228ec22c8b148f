# SPDX-License-Identifier: GPL-3.0-or-later
"""Feelings that are written into a transcript.

In ``[angry] Get out. [sad 0.4] Please.`` a tag counts from the word that it stands before to the
next tag; ``[neutral]`` ends what was felt. Of other asides some are sounds without words
(`asides/`), the rest is left alone.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import Floats
from ..motion.envelope import Envelope
from ..timing import Seconds
from ..transcript.words import words_of
from .emotion import STRONGEST, Strength, strengths_over
from .prototypes import BLENDS, EMOTIONS

_TAG = re.compile(r"\[\s*([^\W\d_][^\d\]\n]*?)\s*[=:]?\s*(\d*[.,]?\d+)?\s*\]")
# A feeling shows a little before the word that it is written at, as it does in people.
COMES_SECONDS, AHEAD_SECONDS = 0.35, 0.1
AFTER_LAST_WORD_SECONDS = 0.4


@dataclass(frozen=True)
class Tag:
    """What is felt from a word on.

    Parameters
    ----------
    word : int
        Which word of the text it stands before; their number, if behind the last.
    feelings : mapping of str to float
        Strength 0..`STRONGEST` of each emotion; empty for neutral.
    """

    word: int
    feelings: Mapping[str, float]


@dataclass(frozen=True)
class Written:
    """What a transcript says of the feelings of a line.

    Parameters
    ----------
    counts : Envelope
        0 where nothing is written yet, 1 where what is written rules.
    feelings : mapping of str to Envelope
        Strength of each emotion that is written somewhere.
    """

    counts: Envelope
    feelings: Mapping[str, Envelope]


def tags_of(text: str) -> tuple[Tag, ...]:
    """Find the feelings that are written into a text.

    Parameters
    ----------
    text : str

    Returns
    -------
    tuple of Tag
        In the order of the text. Names are those of emotions and of mixes; a strength is 1 where
        none is written, and at most `STRONGEST`.
    """
    found: list[Tag] = []
    for match in _TAG.finditer(text):
        name = match[1].strip().lower()
        if name not in EMOTIONS and name not in BLENDS:
            continue
        strength = min(float((match[2] or "1").replace(",", ".")), STRONGEST)
        shares = BLENDS.get(name, {name: 1.0})
        felt = {part: strength * share for part, share in shares.items() if EMOTIONS[part].variants}
        found.append(Tag(len(words_of(text[: match.start()])), felt))
    return tuple(found)


def written_in(
    text: str, word_starts_seconds: Sequence[Seconds | None], seconds: Seconds
) -> Written | None:
    """Lay the feelings of a text over the time in which it is said.

    Parameters
    ----------
    text : str
    word_starts_seconds : sequence of float or None
        When each word of the text is said; None for one that was not heard.
    seconds : float
        Length of the sound.

    Returns
    -------
    Written or None
        None if no feeling is written, or no word was heard.
    """
    tags = tags_of(text)
    heard = [start for start in word_starts_seconds if start is not None]
    if not tags or not heard:
        return None
    turns: dict[float, Mapping[str, float]] = {}
    for tag in tags:
        behind = [start for start in word_starts_seconds[tag.word :] if start is not None]
        last = min(seconds, heard[-1] + AFTER_LAST_WORD_SECONDS)
        turns[0.0 if tag.word == 0 else min(behind, default=last)] = tag.feelings
    names = sorted({name for felt in turns.values() for name in felt})
    moments = sorted(turns)
    return Written(
        _steps(moments, [1.0] * len(moments), 0.0),
        {
            name: _steps(moments, [turns[at].get(name, 0.0) for at in moments], 0.0)
            for name in names
        },
    )


def _steps(moments: Sequence[Seconds], values: Sequence[float], before: float) -> Envelope:
    """Go from value to value at some moments, each in `COMES_SECONDS`."""
    times, levels = [0.0], [values[0] if moments[0] <= 0 else before]
    for moment, value in zip(moments, values, strict=True):
        end = moment - AHEAD_SECONDS + COMES_SECONDS / 2
        start = max(end - COMES_SECONDS, times[-1] + 1e-3)
        if moment > 0 and end > start:
            times += [start, end]
            levels += [levels[-1], value]
        elif moment > 0:  # the next tag follows at once
            levels[-1] = value
    return Envelope.of(times, levels)


def with_written(
    asked: Mapping[str, Strength], written: Written, times_seconds: Floats
) -> dict[str, Strength]:
    """Let what is written rule over what was asked for, from the first tag on.

    Parameters
    ----------
    asked : mapping of str to float or Envelope
    written : Written
    times_seconds : ndarray [shape=(n,)]
        Ascending; between them strengths are linear.

    Returns
    -------
    dict of str to Envelope
    """
    left = 1 - written.counts.at(times_seconds)
    out: dict[str, Strength] = {}
    for name in dict.fromkeys((*asked, *written.feelings)):
        over = left * strengths_over(name, asked.get(name, 0.0), times_seconds)
        if name in written.feelings:
            over = over + written.feelings[name].at(times_seconds)
        out[name] = Envelope.of(times_seconds, np.minimum(over, STRONGEST))
    return out
