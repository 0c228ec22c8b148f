# SPDX-License-Identifier: GPL-3.0-or-later
"""Phone lists that others write: our JSON, label tracks, TextGrid, MFA's CSV, Rhubarb's mouths.

A label track is what Audacity exports (its manual, "Importing and Exporting Labels"); TextGrid is
Praat's (its manual, "TextGrid file formats", long and short); the CSV is the Montreal Forced
Aligner's; the TSV and JSON are Rhubarb Lip Sync's, whose nine mouths stand for groups of sounds.
"""

import csv
import io
import itertools
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from ..errors import SettingsError
from ..phones import (
    CONSONANTS,
    INDEX,
    PHONES,
    SILENCE,
    VOWELS,
    Phone,
    from_arpabet,
    from_ipa,
    split_evenly,
)
from ..timing import Seconds
from .tracks import shown_name

# What a file without confidences is as good as: not set by hand, so that a list which was heard and
# not changed changes nothing.
HEARD = 0.99
# The mouths of Rhubarb's README (A to H, X) as the sound that looks most like each.
RHUBARB = dict(zip("ABCDEFGHX", "m s ɛ ɑ ɔ u f l _".split(), strict=True))
# More than so many letters make a word, and so does a syllable: no tool that lists sounds joins a
# consonant to a vowel, but for glides before it (ju) and what colours it behind (ow, ɪɹ, ən).
LETTERS_OF_A_SOUND = 3
_GLIDES, _COLOURS, _NASALS = frozenset("jw"), frozenset("jwrɹ"), frozenset("lmnŋ")
WORDS_SHARE = 0.34  # a list with more than this share of words is one of words


@dataclass(frozen=True)
class _Row:
    """One entry of a list as it stands in the file."""

    label: str
    start_seconds: Seconds
    end_seconds: Seconds
    confidence: float = HEARD


def read_phones(path: Path) -> tuple[Phone, ...]:
    """Read a phone list: our JSON (a face JSON too), or what other tools write.

    Labels are ours, IPA or ARPAbet (a file is ARPAbet where all its labels are); times are
    seconds.

    Parameters
    ----------
    path : Path
        JSON, Audacity's or plain ``start end label`` lines, TextGrid, MFA's CSV, Rhubarb's TSV or
        JSON; told apart by what is in them.

    Returns
    -------
    tuple of Phone
        Those without a length are left out.

    Raises
    ------
    SettingsError
        If the file is missing, holds no sounds or words instead of sounds, or a line of it cannot
        be understood; the message names the line.
    """
    text, name = _text_of(path), shown_name(path)
    rows = [row for row in _reader_of(text)(text, name) if row.end_seconds > row.start_seconds]
    if not rows:
        raise SettingsError(
            f"“{name}” holds no sounds that last. Choose a list with a start, an end and a sound "
            "in each line"
        )
    labels = {row.label for row in rows} - {SILENCE}
    _refuse_words(rows, name)
    # One letter means much the same in both; two letters tell which it is.
    arpabet = all(map(from_arpabet, labels)) and any(len(label) > 1 for label in labels)
    phones = [
        phone
        for number, row in enumerate(rows, 1)
        for phone in _phones_of(row, number, name, arpabet)
    ]
    if any(b.start_seconds < a.start_seconds for a, b in itertools.pairwise(phones)):
        raise SettingsError(f"The phones in “{name}” are not in order of time. Sort them")
    return tuple(phones)


def _text_of(path: Path) -> str:
    try:
        data = path.read_bytes()
        wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
        return data.decode("utf-16" if wide else "utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"The phone file “{shown_name(path)}” could not be read as text. "
            "Check the path, and save it as UTF-8"
        ) from error


def _reader_of(text: str) -> Callable[[str, str], Iterator[_Row]]:
    """Tell by its first line what a file is."""
    first = text.lstrip().partition("\n")[0].strip()
    if first.startswith(("{", "[")):
        return _json
    if "ooTextFile" in text[:200]:
        return _textgrid
    if first.lower().startswith("begin,end,label"):
        return _mfa
    if re.fullmatch(r"[\d.]+\s+[A-HX]", first):
        return _rhubarb
    return _labels


def _problem(number: int, name: str) -> SettingsError:
    return SettingsError(
        f"Phone {number} in “{name}” cannot be understood. Write: start seconds, end seconds, phone"
    )


def _row(label: object, start: object, end: object, number: int, name: str) -> _Row:
    try:
        low, high = float(str(start)), float(str(end))
    except ValueError as error:
        raise _problem(number, name) from error
    if not 0 <= low <= high or not np.isfinite(high):
        raise _problem(number, name)
    return _Row(str(label).strip(), low, high)


def _json(text: str, name: str) -> Iterator[_Row]:
    """Read our own list, or Rhubarb's ``mouthCues``."""
    try:
        told: dict[str, Any] = json.loads(text)
        cues = told.get("mouthCues")
        rows = None if cues is not None else told["phones"]
    except (ValueError, AttributeError, KeyError) as error:
        raise SettingsError(
            f"“{name}” is not a phone list. Save one with Lipwright first"
        ) from error
    if isinstance(cues, list):
        yield from _cues(cast(list[Any], cues), name)
        return
    if not isinstance(rows, list):
        raise SettingsError(f"“{name}” holds no list of phones. Save one with Lipwright first")
    for number, row in enumerate(cast(list[Any], rows), 1):
        if not isinstance(row, list) or len(cast(list[Any], row)) not in (3, 4):
            raise _problem(number, name)
        row = cast(list[Any], row)
        read = _row(row[0], row[1], row[2], number, name)
        try:
            confidence = float(str(row[3])) if len(row) == 4 else 1.0
        except ValueError as error:
            raise _problem(number, name) from error
        yield _Row(read.label, read.start_seconds, read.end_seconds, confidence)


def _cues(cues: Sequence[Any], name: str) -> Iterator[_Row]:
    for number, cue in enumerate(cues, 1):
        if not isinstance(cue, dict):
            raise _problem(number, name)
        cue = cast(dict[str, Any], cue)
        if cue.get("value") not in RHUBARB:
            raise _problem(number, name)
        yield _row(RHUBARB[cue["value"]], cue.get("start"), cue.get("end"), number, name)


def _rhubarb(text: str, name: str) -> Iterator[_Row]:
    """Read Rhubarb's TSV: a time and a mouth in each line, which lasts until the next."""
    lines = [line.split() for line in text.splitlines() if line.strip()]
    for number, (line, after) in enumerate(itertools.pairwise(lines), 1):
        if len(line) != 2 or line[1] not in RHUBARB:
            raise _problem(number, name)
        yield _row(RHUBARB[line[1]], line[0], after[0], number, name)


def _labels(text: str, name: str) -> Iterator[_Row]:
    """Read lines of start, end and label, as Audacity writes them in any country."""
    number = 0
    for line in text.splitlines():
        if not line.strip() or line[0] in "#\\":  # Audacity keeps a label's frequencies so
            continue
        number += 1
        fields = line.split("\t") if "\t" in line else line.split()
        if len(fields) == 2 and "\t" in line:  # a label without a text
            fields.append(SILENCE)
        if len(fields) != 3:
            raise _problem(number, name)
        start, end = (field.strip().replace(",", ".") for field in fields[:2])
        yield _row(fields[2].strip() or SILENCE, start, end, number, name)


def _mfa(text: str, name: str) -> Iterator[_Row]:
    """Read the Montreal Forced Aligner's CSV: its phones, not its words."""
    rows = [row for row in csv.DictReader(io.StringIO(text)) if _field(row, "type") == "phones"]
    for number, row in enumerate(rows, 1):
        label = _field(row, "label") or SILENCE
        yield _row(label, _field(row, "begin"), _field(row, "end"), number, name)


def _field(row: dict[str, str], wanted: str) -> str:
    return next((value or "" for key, value in row.items() if (key or "").lower() == wanted), "")


def _textgrid(text: str, name: str) -> Iterator[_Row]:
    """Read the tier of phones of a Praat TextGrid, long or short."""
    tiers = _tiers(text, name)
    phones = [rows for tier, rows in tiers if re.search(r"phon|segment", tier, re.IGNORECASE)]
    if not phones and len(tiers) > 1:
        names = ", ".join(f"“{tier}”" for tier, _ in tiers)
        raise SettingsError(
            f"“{name}” has no tier of phones, only {names}. Call the tier with the sounds “phones”"
        )
    chosen = phones[0] if phones else tiers[0][1]
    for number, (start, end, label) in enumerate(chosen, 1):
        yield _row(label or SILENCE, start, end, number, name)


def _tiers(text: str, name: str) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Take a TextGrid apart: its tiers of intervals with their names."""
    bare = re.sub(r"\[\d*\]", " ", text)
    found = re.findall(r'"((?:[^"]|"")*)"|(?<![\w.])(-?\d+(?:\.\d+)?(?:[eE]-?\d+)?)(?![\w.])', bare)
    tokens = iter([(word.replace('""', '"'), number) for word, number in found])

    def skip(count: int) -> None:
        for _ in range(count):
            next(tokens)

    tiers: list[tuple[str, list[tuple[str, str, str]]]] = []
    try:
        skip(4)  # what file this is, and its span
        for _ in range(int(next(tokens)[1])):
            kind, tier = next(tokens)[0], next(tokens)[0]
            skip(2)
            count = int(next(tokens)[1])
            if kind == "IntervalTier":
                rows = [
                    (next(tokens)[1], next(tokens)[1], next(tokens)[0].strip())
                    for _ in range(count)
                ]
                tiers.append((tier, rows))
            else:
                skip(2 * count)
    except (StopIteration, ValueError, RuntimeError) as error:
        raise SettingsError(f"“{name}” is no whole TextGrid. Save it again with Praat") from error
    if not tiers:
        raise SettingsError(f"“{name}” has no tier of intervals. Mark the sounds as intervals")
    return tiers


def _refuse_words(rows: Sequence[_Row], name: str) -> None:
    """Raise SettingsError if these are words: read as IPA they would be wrong sounds."""
    sounding = [row.label for row in rows if from_arpabet(row.label) != (SILENCE,)]
    words = [label for label in sounding if not from_arpabet(label) and _is_word(label)]
    if len(words) > WORDS_SHARE * len(sounding):
        raise SettingsError(
            f"“{name}” lists words (“{words[0]}”), and sounds are needed. Give the words as a "
            "transcript, or list the sounds"
        )


def _is_word(label: str) -> bool:
    letters = "".join(filter(str.isalpha, label)).lower()
    if len(letters) > LETTERS_OF_A_SOUND:
        return True
    behind = _COLOURS if letters.isascii() else _COLOURS | _NASALS
    phones = from_ipa(letters) or ()
    return any(
        (a in CONSONANTS and a not in _GLIDES and b in VOWELS)
        or (a in VOWELS and b in CONSONANTS and b not in behind)
        for a, b in itertools.pairwise(phones)
    )


def _phones_of(row: _Row, number: int, name: str, arpabet: bool) -> list[Phone]:
    label, start, end = row.label, row.start_seconds, row.end_seconds
    if label in INDEX and not arpabet:
        return [Phone(label, start, end, row.confidence)]
    symbols = from_arpabet(label) if arpabet or label.isupper() else None
    symbols = symbols or from_ipa(label) or from_arpabet(label)
    if symbols is None:
        raise SettingsError(
            f"Phone {number} in “{name}” is “{label}”, which is not a known sound. "
            f"Use one of: {' '.join(PHONES)}"
        )
    return [
        Phone(phone.symbol, phone.start_seconds, phone.end_seconds, row.confidence)
        for phone in split_evenly(symbols, start, end)
    ]
