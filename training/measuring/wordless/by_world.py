# SPDX-License-Identifier: GPL-3.0-or-later
"""The same sounds from parts of real voices, by WORLD: to check the ear on, which was not tuned so.

Vowels and breaths of a reader are taken apart (`training/data/voices.py`); their envelopes, held
and changed as in speech, sound with the pitch, breath and rhythm of a laugh or a sob.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyworld
from numpy.typing import NDArray

from lipwright.core.audio.load import load_sound
from lipwright.core.phones import SILENCE, to_phones

from ...config import RATE_HZ
from ...data.voices import STEP_MS, Parts, take_apart

Samples = NDArray[np.float64]
Rng = np.random.Generator
SHORTEST_VOWEL_SECONDS, SHORTEST_PAUSE_SECONDS = 0.1, 0.3
OPEN_VOWELS = frozenset("a ɑ æ ʌ ɛ ɔ".split())
READERS = {"kathleen": 60, "nathalie": 40}  # whose phones have times


@dataclass(frozen=True)
class Material:
    """What one reader gives: vowels, and pauses in which somebody may breathe."""

    vowels: tuple[Parts, ...]
    pauses: tuple[Parts, ...]


def material_of(speech: Path, name: str, rng: Rng) -> Material:
    """Take some of a reader's vowels and pauses apart."""
    rows = [json.loads(line) for line in (speech / name / "manifest.jsonl").open(encoding="utf8")]
    rows = [row for row in rows if row["phones"]]
    vowels, pauses = [], []
    for index in rng.permutation(len(rows))[: READERS[name]]:
        row = rows[index]
        samples = load_sound(speech / name / row["file"]).samples.astype(np.float64)
        parts = take_apart(samples)
        for start, end, label in row["phones"]:
            phones, seconds = to_phones(label, row["phone_set"]) or (), end - start
            if set(phones) & OPEN_VOWELS and seconds >= SHORTEST_VOWEL_SECONDS:
                vowels.append(_cut(parts, start, end))
            if SILENCE in phones and seconds >= SHORTEST_PAUSE_SECONDS:
                pauses.append(_cut(parts, start, end))
    return Material(tuple(vowels), tuple(pauses))


def _cut(parts: Parts, start: float, end: float) -> Parts:
    a, b = (round(at * 1000 / STEP_MS) for at in (start, end))
    return Parts(*(np.ascontiguousarray(one[a:b]) for one in vars(parts).values()))


def _said(parts: Parts, seconds: float, pitch: Callable[[Samples], Samples], air: float) -> Samples:
    """Say parts in so many seconds at a pitch (0: none), with so much of it as breath."""
    steps = max(2, round(seconds * 1000 / STEP_MS))
    place = np.linspace(0, len(parts.pitch) - 1, steps).round().astype(int)
    high = np.asarray(pitch(np.linspace(0.0, 1.0, steps)), np.float64)
    breath = np.ascontiguousarray(1 - (1 - parts.breath[place]) * (1 - air))
    envelope = np.ascontiguousarray(parts.envelope[place])
    return np.asarray(pyworld.synthesize(high, envelope, breath, RATE_HZ, STEP_MS))


def _level(samples: Samples, peak: float) -> Samples:
    ramp = np.minimum(1.0, np.linspace(0, 8, len(samples)))
    return samples * ramp * ramp[::-1] * peak / max(float(np.abs(samples).max()), 1e-9)


def _any(parts: tuple[Parts, ...], rng: Rng) -> Parts:
    return parts[int(rng.integers(len(parts)))]


def _unvoiced(at: Samples) -> Samples:
    return np.zeros_like(at)


def laugh(of: Material, rng: Rng) -> Samples:
    """A reader's vowel, again and again, breath before each."""
    vowel, period, high = _any(of.vowels, rng), 1 / rng.uniform(3.8, 6.2), rng.uniform(150, 430)
    parts, quieter = [], rng.uniform(0.86, 0.98)
    for note in range(int(rng.integers(3, 9))):
        length, share = period * rng.uniform(0.9, 1.1), rng.uniform(0.35, 0.6)
        top = high * 0.97**note
        air = _said(vowel, length * (1 - share), _unvoiced, 1.0)
        voice = _said(vowel, length * share, lambda at, top=top: top * (1.1 - 0.25 * at), 0.35)
        parts += [_level(air, rng.uniform(0.05, 0.2)), _level(voice, 1.0) * quieter**note]
    return np.concatenate(parts)


def sob(of: Material, rng: Rng) -> Samples:
    """Breaths caught, then a vowel that falls and trembles."""
    vowel, parts = _any(of.vowels, rng), []
    for _ in range(int(rng.integers(2, 6))):
        air = _level(_said(vowel, rng.uniform(0.15, 0.28), _unvoiced, 1.0), rng.uniform(0.3, 0.8))
        parts += [air, np.zeros(round(rng.uniform(0.12, 0.3) * RATE_HZ))]
    high, tremor = rng.uniform(200, 400), rng.uniform(3, 6)

    def fall(at: Samples) -> Samples:
        return high * (1.2 - 0.45 * at) * (1 + 0.06 * np.sin(2 * np.pi * tremor * at))

    parts.append(_level(_said(vowel, rng.uniform(0.5, 1.2), fall, 0.2), 1.0))
    return np.concatenate(parts)


def sigh(of: Material, rng: Rng) -> Samples:
    """A pause's or a vowel's breath, long, dying away."""
    source = _any(of.vowels if rng.random() < 0.5 else of.pauses, rng)
    air = _said(source, rng.uniform(0.9, 1.8), _unvoiced, 1.0)
    return _level(air * np.exp(-np.linspace(0, rng.uniform(1, 2.5), len(air))), 1.0)


def gasp(of: Material, rng: Rng) -> Samples:
    """The same, short, growing and cut off."""
    source = _any(of.vowels if rng.random() < 0.5 else of.pauses, rng)
    air = _said(source, rng.uniform(0.25, 0.5), _unvoiced, 1.0)
    return _level(air * np.linspace(0.5, 1, len(air)), 1.0)


def scream(of: Material, rng: Rng) -> Samples:
    """A vowel, long and higher than people speak."""
    high, rough = rng.uniform(460, 680), rng.uniform(0.0, 0.03)

    def pitch(at: Samples) -> Samples:
        return high * (1.08 - 0.15 * at) * np.exp(rough * rng.standard_normal(len(at)))

    said = _said(_any(of.vowels, rng), rng.uniform(0.6, 1.6), pitch, 0.0)
    return _level(np.diff(said, prepend=0.0), 1.0)


MADE: dict[str, Callable[[Material, Rng], Samples]] = {
    one.__name__: one for one in (laugh, sob, sigh, gasp, scream)
}
