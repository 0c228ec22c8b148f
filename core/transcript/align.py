# SPDX-License-Identifier: GPL-3.0-or-later
"""Forced alignment: where in the sound each phone of a text lies.

A left-to-right hidden Markov model (Rabiner 1989) over the words of the text, with the listener's
posteriors as emissions. Between words there may be silence, or speech that the text lacks; a word
that the text has and the voice does not may be skipped. So a text that fits only in part is
followed only there.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..phones import INDEX, OCULUS_OF, PHONES, SILENCE, VOWELS

Pronunciations = Sequence[tuple[str, ...]]

# What a sound that is no speech of the text costs for each frame, in nats, against the best phone;
# a word that is not said; a phone that is swallowed; to begin or end within the text, as a trimmed
# strip does. Chosen on the dev splits.
OTHER_COST, SKIP_COST, SWALLOW_COST, TRIM_COST = 1.6, 12.0, 4.0, 20.0
SHORTEST_FRAMES = 3  # of a phone; 30 ms, as in three-state phone models
FLOOR = 2e-3
# States that are followed at once: enough for some 25 s of text around the likeliest place.
REACH = 900
# All states are followed at first, wherever in a long script the sound may begin: as many frames
# with speech as this many states in all allow, which takes about a second and 20 MB. Pauses tell
# nothing of the place; with them it is four times as much at most.
SEARCHED, SEARCHED_WITH_PAUSES = 20_000_000, 80_000_000
SILENT = np.log(0.5)  # a frame is, where silence is as likely as this
_OTHER = -1
# Sounds made in one way at different places are what a listener confuses (Miller and Nicely 1955).
_MANNERS = tuple(
    frozenset(group.split()) for group in ("m n ɲ ŋ", "p t k", "b d ɡ", "f θ s h", "v ð z")
)


@dataclass
class _Graph:
    """States of the model and how they follow each other."""

    symbol: list[int] = field(default_factory=list[int])  # phone index, or _OTHER
    word: list[int] = field(default_factory=list[int])  # -1 between words
    before: list[list[tuple[int, float]]] = field(
        default_factory=list[list[tuple[int, float]]]
    )  # (state, cost)
    # Where a path may begin and end, in the order of the text: silence and other speech around
    # the words. Those outside the text come first and last.
    entries: list[int] = field(default_factory=list[int])
    exits: list[int] = field(default_factory=list[int])

    def add(self, symbol: int, word: int, before: Sequence[tuple[int, float]]) -> int:
        state = len(self.symbol)
        self.symbol.append(symbol)
        self.word.append(word)
        self.before.append([*before, (state, 0.0)])
        return state


@dataclass(frozen=True)
class Alignment:
    """Which phone of the text each frame belongs to.

    Parameters
    ----------
    phone : ndarray [shape=(frames,)], int64
        Index into `core.phones.PHONES`; -1 where the voice says something else.
    word : ndarray [shape=(frames,)], int64
        Index of the word; -1 between words.
    score : float
        Mean log emission of the frames, 0 at best.
    """

    phone: NDArray[np.int64]
    word: NDArray[np.int64]
    score: float


def similarity() -> NDArray[np.float32]:
    """How much of each heard phone counts for each written one.

    Returns
    -------
    ndarray [shape=(phones, phones)], float32
        1 on the diagonal; less for phones of one viseme, for any two vowels, which dialects and
        small words exchange, and for consonants of one manner.
    """
    table = np.eye(len(PHONES), dtype=np.float32)
    for a, b in itertools.permutations(PHONES[1:], 2):
        both_vowels = a in VOWELS and b in VOWELS
        alike = OCULUS_OF[a] == OCULUS_OF[b]
        one_manner = any(a in group and b in group for group in _MANNERS)
        table[INDEX[a], INDEX[b]] = max(0.5 * alike, 0.3 * both_vowels, 0.2 * one_manner)
    return table


SIMILARITY = similarity()


def align(posteriors: NDArray[np.float32], words: Sequence[Pronunciations]) -> Alignment:
    """Find the likeliest place of every phone of a text.

    Parameters
    ----------
    posteriors : ndarray [shape=(frames, phones)], float32
        As the listener gives them.
    words : sequence of sequences of tuples of str
        For each word its possible pronunciations; a word with none may sound like anything.

    Returns
    -------
    Alignment
    """
    graph = _graph_of(words)
    path, score = _best_path(_emissions(posteriors, graph), graph)
    symbols, owners = np.array(graph.symbol), np.array(graph.word)
    return Alignment(symbols[path], owners[path], score)


def _graph_of(words: Sequence[Pronunciations]) -> _Graph:
    """Chain the words; before each may come silence or other speech, and each may be skipped."""
    graph = _Graph()
    before: list[tuple[int, float]] = []  # what may precede the next word
    skipped: list[tuple[int, float]] = []  # the same, had the last word not been said
    for number in range(len(words) + 1):
        entries = [*before, *((s, cost + SKIP_COST) for s, cost in skipped)]
        silence = graph.add(INDEX[SILENCE], -1, entries)
        other = graph.add(_OTHER, -1, [*entries, (silence, 0.0)])
        graph.before[silence].append((other, 0.0))
        graph.entries += [silence, other]
        graph.exits += [silence, other]
        entries = [*entries, (silence, 0.0), (other, 0.0)]
        if number == len(words):
            break
        exits = [
            _add_word(graph, number, phones, entries) for phones in words[number] if phones
        ] or [[(other, 0.0)]]
        skipped = [*before, (silence, 0.0), (other, 0.0)]
        before = [pair for pairs in exits for pair in pairs]
    return graph


def _add_word(
    graph: _Graph, number: int, phones: tuple[str, ...], entries: Sequence[tuple[int, float]]
) -> list[tuple[int, float]]:
    """Add one pronunciation; returns the states that end it."""
    before, earlier = list(entries), list[tuple[int, float]]()
    for place, phone in enumerate(phones):
        swallowed = [(s, cost + SWALLOW_COST) for s, cost in earlier] if place else []
        state = graph.add(INDEX[phone], number, [*before, *swallowed])
        for _ in range(SHORTEST_FRAMES - 1):
            graph.before[state].pop()  # the first frames of a phone are not repeated
            state = graph.add(INDEX[phone], number, [(state, 0.0)])
        earlier, before = before if place else [], [(state, 0.0)]
    return before


def _emissions(posteriors: NDArray[np.float32], graph: _Graph) -> NDArray[np.float32]:
    """Log emission of each phone, and of other speech in the last column: [frames, phones + 1]."""
    alike = np.minimum(posteriors @ SIMILARITY, 1.0)
    other = posteriors.max(1, keepdims=True) * np.float32(np.exp(-OTHER_COST))
    return np.log(np.maximum(np.concatenate([alike, other], 1), FLOOR))


def _best_path(log_emission: NDArray[np.float32], graph: _Graph) -> tuple[NDArray[np.int64], float]:
    """Viterbi, over all states at first and then over those near the likeliest one.

    Time and memory grow with the frames. The silence before the first sound is waited through.
    """
    states, frames = len(graph.symbol), len(log_emission)
    origin, cost = _arrivals(graph)
    column = np.array(graph.symbol)  # _OTHER is the last column
    silent = log_emission[:, INDEX[SILENCE]] >= SILENT
    begin = max(0, int(silent.argmin()) - 1) if not silent.all() else 0
    heard = np.cumsum(~silent)
    score = np.full(states, -np.inf, np.float32)
    score[graph.entries] = log_emission[: begin + 1, column[graph.entries]].sum(0) - TRIM_COST
    score[graph.entries[:2]] += TRIM_COST
    low = 0
    rows = np.arange(0, origin.size, origin.shape[1])  # where each begins in a flat array
    chosen: list[tuple[int, NDArray[np.uint8]]] = []
    for frame in range(begin + 1, frames):
        near = slice(0, states)
        if states > 2 * REACH and (
            heard[frame] * states > SEARCHED or (frame - begin) * states > SEARCHED_WITH_PAUSES
        ):
            leader = low + int(score[low:].argmax())
            low = max(low, leader - REACH)
            near = slice(low, min(states, leader + REACH))
        arrivals = score[origin[near]] - cost[near]
        slot = arrivals.argmax(1)
        score[:low] = score[near.stop :] = -np.inf
        # The best of each row by its flat index: a quarter of the time of max() over short rows.
        best = arrivals.ravel()[slot + rows[: len(slot)]]
        score[near] = best + log_emission[frame, column[near]]
        chosen.append((low, slot.astype(np.uint8)))
    ending = score[graph.exits] - TRIM_COST
    ending[-2:] += TRIM_COST
    state = graph.exits[int(ending.argmax())]
    total = float(score[state])
    path = np.empty(frames, np.int64)
    path[-1] = state
    for frame in range(frames - 1, begin, -1):
        first, slots = chosen[frame - begin - 1]
        path[frame - 1] = origin[path[frame], slots[path[frame] - first]]
    path[:begin] = path[begin]
    return path, total / frames


def _arrivals(graph: _Graph) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """From where each state is reached and at what cost: [states, most], unused ones infinite."""
    most = max(map(len, graph.before))
    origin = np.zeros((len(graph.before), most), np.int64)
    cost = np.full(origin.shape, np.inf, np.float32)
    for state, pairs in enumerate(graph.before):
        for slot, (one, price) in enumerate(pairs):
            origin[state, slot], cost[state, slot] = one, price
    return origin, cost
