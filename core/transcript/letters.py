# SPDX-License-Identifier: GPL-3.0-or-later
"""Letters to sounds, for words that no dictionary has and for other languages than English.

Each language is a table of ours in ``spelling.json``: letters and the phones that they stand for,
the longest that fits first; ``^`` and ``$`` are the ends of a word, ``.`` is nothing. Rough on
purpose: the listener decides where the sound lies and the text only says which sounds to look for,
so what counts is that lips that close, round or tuck are right. Doubled consonants and marks of
length are one sound. Sources: the languages' own spelling rules, as any grammar gives them.
"""

import json
import unicodedata
from functools import lru_cache
from pathlib import Path

from ..phones import INDEX

SPELLINGS = Path(__file__).with_name("spelling.json")
VIRAMA = "\u094d"  # takes the vowel away from a Devanagari consonant
LEARNED = Path(__file__).with_name("english.json")  # made by training/data/fit_letters.py
_SIDES = 3  # letters to each side that the learned table looks at


@lru_cache(maxsize=1)
def spellings() -> dict[str, dict[str, str]]:
    """Read the tables of all languages.

    Returns
    -------
    dict of str to dict
        By language: ``letters``, the rules; ``small_words``, its commonest words; for scripts
        whose consonants bring a vowel along also ``consonants`` and ``signs``.
    """
    tables: dict[str, dict[str, str]] = json.loads(SPELLINGS.read_text("utf-8"))
    for table in tables.values():
        if "from" in table:
            table["letters"] = f"{tables[table['from']]['letters']} {table['letters']}"
        if "signs" in table:
            table["letters"] += " " + _syllables(table["consonants"], table["signs"])
    del tables["latin"]
    return tables


def _syllables(consonants: str, signs: str) -> str:
    """Join consonants with each vowel sign; without one they bring a schwa, but not at the end."""
    rules: list[str] = []
    for letter, sound in (pair.split("=") for pair in consonants.split()):
        rules += [f"{letter}={sound}+ə", f"{letter}$={sound}", f"{letter}{VIRAMA}={sound}"]
        for sign, vowel in (pair.split("=") for pair in signs.split()):
            rules.append(f"{letter}{sign}={sound}+{vowel}")
    return " ".join(rules)


@lru_cache(maxsize=32)
def _table(language: str) -> tuple[dict[str, tuple[str, ...]], int]:
    """Rules of a language, and how many letters the longest looks at."""
    rules: dict[str, tuple[str, ...]] = {}
    for pair in spellings()[language]["letters"].split():
        letters, phones = pair.split("=")
        rules[letters] = () if phones == "." else tuple(phones.split("+"))
    return rules, max(map(len, rules))


@lru_cache(maxsize=4096)  # a text whose language is looked for asks twice
def spell(word: str, language: str) -> tuple[str, ...]:
    """Say a word by the spelling rules of a language.

    Parameters
    ----------
    word : str
        In lower case.
    language : str
        A key of `spellings`.

    Returns
    -------
    tuple of str
        Phones of `core.phones.PHONES`; empty if a letter is not the language's.
    """
    rules, longest = _table(language)
    text = "^" + word.replace("'", "") + "$"
    phones: list[str] = []
    place = 0
    while place < len(text):
        for size in range(min(longest, len(text) - place), 0, -1):
            part = text[place : place + size]
            if part in rules:
                phones += rules[part]
                place += size
                break
        else:
            if text[place] not in "^$":
                bare = unicodedata.normalize("NFD", text[place])[0]
                if bare == text[place] or bare not in rules:
                    return ()
                phones += rules[bare]
            place += 1
    return _undoubled(phones)


def _undoubled(phones: list[str]) -> tuple[str, ...]:
    return tuple(p for i, p in enumerate(phones) if not i or p != phones[i - 1])


@lru_cache(maxsize=1)
def _learned() -> dict[str, dict[str, str]]:
    return json.loads(LEARNED.read_text("utf-8"))


def contexts(word: str, place: int) -> list[str]:
    """Letters around one letter of a word, from far to near: how the learned table is looked up.

    Parameters
    ----------
    word : str
    place : int
        Index of the letter.

    Returns
    -------
    list of str
        ``left.right``; the right side matters a little more, so it goes first.
    """
    text = "^" * _SIDES + word + "$" * _SIDES
    at = place + _SIDES
    sizes = [(3, 3), (2, 3), (2, 2), (1, 2), (1, 1), (0, 1), (0, 0)]
    return [f"{text[at - left : at]}.{text[at + 1 : at + 1 + right]}" for left, right in sizes]


def spell_english(word: str) -> tuple[str, ...]:
    """Say an English word that the dictionary lacks, by what its letters usually stand for.

    Parameters
    ----------
    word : str
        In lower case.

    Returns
    -------
    tuple of str
        Phones of `core.phones.PHONES`; empty if it holds other letters than English ones.
    """
    learned = _learned()
    bare = unicodedata.normalize("NFD", word.replace("'", ""))
    letters = "".join(c for c in bare if not unicodedata.combining(c))
    phones: list[str] = []
    for place, letter in enumerate(letters):
        if letter not in learned:
            return ()
        table = learned[letter]
        found = next(table[key] for key in contexts(letters, place) if key in table)
        phones += found.split()
    return _undoubled([phone for phone in phones if phone in INDEX])
