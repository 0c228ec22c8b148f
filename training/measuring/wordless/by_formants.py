# SPDX-License-Identifier: GPL-3.0-or-later
"""Laughs, sobs, sighs, gasps and screams from pulses, noise and formants: to tune the ear on.

No recording of one with a free licence is at hand, so this is what the literature says of them:
laughs are notes of breath and vowel some 4.5 a second, high, each falling, growing weaker (Provine
and Yong 1991; Bachorowski, Smoski and Owren 2001); screams are long, high and rough (Arnal et al.
2015). A real one may be otherwise.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from lipwright.core.performance.voice import smooth_bump

from ...config import RATE_HZ

Samples = NDArray[np.float64]
Rng = np.random.Generator
BANDWIDTHS_HZ = (90.0, 110.0, 170.0, 250.0)
# Formants of open and half-open vowels, and how much shorter tracts than a man's are.
VOWELS_HZ = ((730, 1090, 2440, 3400), (660, 1720, 2410, 3400), (500, 1500, 2500, 3500))
TRACTS = (1.0, 1.17)


def resonant(source: Samples, formants_hz: NDArray[np.float64]) -> Samples:
    """Send a source through formants, one after another (Klatt 1980)."""
    for formant_hz, width_hz in zip(formants_hz, BANDWIDTHS_HZ, strict=True):
        radius = np.exp(-np.pi * width_hz / RATE_HZ)
        poles = [1, -2 * radius * np.cos(2 * np.pi * formant_hz / RATE_HZ), radius**2]
        source = lfilter([sum(poles)], poles, source)
    return np.asarray(source)


def pulses(pitch_hz: Samples) -> Samples:
    """Glottal pulses at a pitch, falling off by 12 dB an octave above 200 Hz."""
    phase = np.cumsum(pitch_hz) / RATE_HZ
    beats = np.diff(np.floor(phase), prepend=0.0)
    slope = np.exp(-2 * np.pi * 200 / RATE_HZ)
    return np.asarray(lfilter([1 - slope], [1, -slope], beats)) * np.sqrt(RATE_HZ / pitch_hz)


def breath(samples: int, rng: Rng) -> Samples:
    """Noise of air."""
    return rng.standard_normal(samples)


def arch(samples: int, rise: float) -> Samples:
    """0 to 1 in a share of the time, and back to 0."""
    times = np.linspace(0.0, 1.0, samples)
    _, bump = smooth_bump(times, rise, max(rise, 1e-3), max(1 - rise, 1e-3))
    out = np.zeros(samples)
    out[: len(bump)] = bump
    return out


def _count(seconds: float) -> int:
    return max(2, round(seconds * RATE_HZ))


def _mouth(rng: Rng) -> NDArray[np.float64]:
    return np.array(VOWELS_HZ[rng.integers(3)]) * rng.choice(TRACTS) * rng.uniform(0.95, 1.05)


def laugh(rng: Rng) -> Samples:
    """Three to nine notes, each a little breath and a vowel that falls."""
    period, formants, high = 1 / rng.uniform(3.6, 6.0), _mouth(rng), rng.uniform(170, 480)
    notes, parts = int(rng.integers(3, 10)), []
    voiced, aspirated = rng.uniform(0.35, 0.6), rng.uniform(0.1, 0.4)
    for note in range(notes):
        size = _count(period * rng.uniform(0.92, 1.08))
        vowel = arch(int(size * voiced), 0.35)
        pitch = high * (1 - 0.03 * note) * np.linspace(1.08, 0.88, len(vowel))
        air = arch(size, 0.3) * breath(size, rng) * aspirated
        air[-len(vowel) :] += vowel * pulses(pitch) * 3
        parts.append(resonant(air, formants) * 10 ** (-note * rng.uniform(0.3, 1.0) / 20))
    return np.concatenate(parts)


def sob(rng: Rng) -> Samples:
    """Two to five caught breaths, then a wail that falls and trembles."""
    formants, parts = _mouth(rng), []
    for _ in range(int(rng.integers(2, 6))):
        size = _count(rng.uniform(0.18, 0.3))
        parts += [arch(size, 0.25) * breath(size, rng), np.zeros(_count(rng.uniform(0.1, 0.25)))]
    size = _count(rng.uniform(0.5, 1.1))
    times = np.arange(size) / RATE_HZ
    tremor = 1 + 0.06 * np.sin(2 * np.pi * rng.uniform(5, 8) * times)
    wail = pulses(np.linspace(1.2, 0.75, size) * rng.uniform(220, 420) * tremor)
    parts.append(arch(size, 0.2) * (2 * wail + 0.2 * breath(size, rng)))
    return resonant(np.concatenate(parts), formants)


def sigh(rng: Rng) -> Samples:
    """A long breath that comes at once and dies away, now and then with a voice that falls."""
    size = _count(rng.uniform(0.9, 1.9))
    air = breath(size, rng)
    if rng.random() < 0.5:
        air += rng.uniform(0.5, 2) * pulses(np.linspace(1.3, 0.7, size) * rng.uniform(110, 240))
    return resonant(arch(size, 0.15) ** 0.7 * air, _mouth(rng))


def gasp(rng: Rng) -> Samples:
    """Air drawn in: there at once, and stopped."""
    size = _count(rng.uniform(0.25, 0.5))
    return resonant(arch(size, rng.uniform(0.25, 0.7)) * breath(size, rng), 1.15 * _mouth(rng))


def scream(rng: Rng) -> Samples:
    """Long, high, bright and rough."""
    size = _count(rng.uniform(0.6, 1.8))
    times = np.arange(size) / RATE_HZ
    pitch = rng.uniform(480, 700) * (1 + 0.05 * np.sin(2 * np.pi * rng.uniform(0.5, 2) * times))
    rough = 1 + rng.uniform(0.2, 0.6) * np.sin(2 * np.pi * rng.uniform(40, 120) * times)
    voice = np.diff(pulses(pitch), prepend=0.0)
    out = resonant(arch(size, 0.15) ** 0.4 * rough * voice, 1.2 * _mouth(rng))
    return out


MADE: dict[str, Callable[[Rng], Samples]] = {
    one.__name__: one for one in (laugh, sob, sigh, gasp, scream)
}
