# SPDX-License-Identifier: GPL-3.0-or-later
"""What a recording may have gone through, for evaluation: each takes and returns 16 kHz samples."""

import zlib
from collections.abc import Callable

import numpy as np
from scipy.signal import butter, fftconvolve, sosfiltfilt

from ..config import RATE_HZ
from ..data.codecs import Samples, coded


def _random(samples: Samples) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(samples.tobytes()))


def quiet(samples: Samples) -> Samples:
    """30 dB less, kept in 16 bits."""
    return np.round(samples * 10**-1.5 * 32767) / 32767


def a_little_quieter(samples: Samples) -> Samples:
    """15 dB less, kept in 16 bits."""
    return np.round(samples * 10**-0.75 * 32767) / 32767


def telephone(samples: Samples) -> Samples:
    """300 to 3400 Hz."""
    return sosfiltfilt(butter(4, (300, 3400), "bandpass", fs=RATE_HZ, output="sos"), samples)


def white_noise(samples: Samples) -> Samples:
    """White noise 10 dB under the voice."""
    level = np.sqrt((samples**2).mean()) * 10**-0.5
    return samples + level * _random(samples).standard_normal(len(samples))


def music(samples: Samples) -> Samples:
    """Slow chords of three harmonics, 10 dB under the voice."""
    rng = _random(samples)
    time = np.arange(len(samples)) / RATE_HZ
    out = np.zeros(len(samples))
    for start in np.arange(0, time[-1], 0.6):
        envelope = np.where(time >= start, np.exp(-(time - start) / 0.7), 0)
        for pitch in 110 * 2 ** (rng.choice([0, 4, 7, 12, 16], 3) / 12):
            out += envelope * sum(np.sin(2 * np.pi * pitch * k * time) / k for k in (1, 2, 3))
    scale = np.sqrt((samples**2).mean() / max((out**2).mean(), 1e-12)) * 10**-0.5
    return samples + scale * out


def opus(samples: Samples) -> Samples:
    """Opus at about 24 kbit/s."""
    return coded(samples, "opus", 0.928)


def mp3(samples: Samples) -> Samples:
    """MP3 at 24 kbit/s."""
    return coded(samples, "mp3", 0.9)


def room(samples: Samples) -> Samples:
    """A room of 0.4 s reverberation, its sound 10 dB under the direct one."""
    time = np.arange(int(0.4 * RATE_HZ)) / RATE_HZ
    tail = _random(samples).standard_normal(len(time)) * 10 ** (-3 * time / 0.4)
    tail[: RATE_HZ // 100] = 0
    tail *= 10**-0.5 / np.sqrt((tail**2).sum())
    return samples + fftconvolve(samples, tail)[: len(samples)]


CONDITIONS: dict[str, Callable[[Samples], Samples]] = {
    "15 dB quieter": a_little_quieter,
    "30 dB quieter": quiet,
    "Opus at 24 kbit/s": opus,
    "MP3 at 24 kbit/s": mp3,
    "telephone band": telephone,
    "white noise at 10 dB": white_noise,
    "music at 10 dB": music,
    "room": room,
}
