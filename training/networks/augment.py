# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens to a voice on its way: room, noise, music, band, clipping, level, codec, whisper."""

import numpy as np
import torch
from scipy.ndimage import uniform_filter1d
from torch import Tensor
from torch.nn import functional as F

from ..config import RATE_HZ
from ..data.codecs import coded
from .listener import FLOOR, MEL_CENTRE, MEL_SPREAD, mel_matrix

WARPS = np.linspace(0.82, 1.22, 9)
UNSPOKEN_LEVEL = 0.1  # of a voice that is not there, for the noise around it
# How far each codec is driven: about 12 to 48 kbit/s.
COMPRESSIONS = {"mp3": (0.75, 0.97), "opus": (0.85, 0.97)}


def _chance(rng: np.random.Generator, batch: int, probability: float) -> np.ndarray:
    return rng.random(batch) < probability


def _smooth_spectrum(
    rng: np.random.Generator, batch: int, bins: int, spread_db: float
) -> np.ndarray:
    """Random gain curves over frequency, (batch, bins), from eight points on a bent axis."""
    points = rng.normal(0, spread_db, (batch, 8))
    place = np.sqrt(np.linspace(0, 1, bins)) * 7
    low = np.minimum(place.astype(int), 6)
    part = place - low
    curve = points[:, low] * (1 - part) + points[:, low + 1] * part
    return 10 ** (curve / 20)


def _band_limit(rng: np.random.Generator, batch: int, bins: int) -> np.ndarray:
    """All-pass for most; a telephone or a dull microphone for some."""
    hertz = np.linspace(0, RATE_HZ / 2, bins)
    low = np.where(_chance(rng, batch, 0.12), rng.uniform(100, 350, batch), 0.0)
    high = np.where(_chance(rng, batch, 0.18), rng.uniform(3000, 6500, batch), 9e3)
    phone = _chance(rng, batch, 0.12)  # both edges at once, near 300 and 3400 Hz
    low = np.where(phone, rng.uniform(200, 400, batch), low)[:, None]
    high = np.where(phone, rng.uniform(3000, 4000, batch), high)[:, None]
    return 1 / (1 + (low / np.maximum(hertz, 1)) ** 8) / (1 + (hertz / high) ** 12)


def _room(rng: np.random.Generator, length: int) -> np.ndarray:
    """A room's answer: the direct sound, then decaying noise."""
    decay = rng.uniform(0.12, 0.7)
    time = np.arange(int(decay * RATE_HZ)) / RATE_HZ
    tail = rng.standard_normal(len(time)) * 10 ** (-3 * time / decay)
    tail[: int(rng.uniform(0.001, 0.015) * RATE_HZ)] = 0
    tail *= 10 ** (rng.uniform(-14, 2) / 20) / max(np.sqrt((tail**2).sum()), 1e-9)
    tail[0] = 1.0
    out = np.zeros(length, np.float32)
    out[: min(len(tail), length)] = tail[:length]
    return out


def _tones(rng: np.random.Generator, length: int) -> np.ndarray:
    """Chords of harmonics, plucked or swelling, sometimes trembling."""
    time = np.arange(length) / RATE_HZ
    out = np.zeros(length)
    for _ in range(int(rng.integers(3, 14))):
        began = rng.uniform(-0.5, time[-1])
        since = np.maximum(time - began, 0.0)
        hold, attack = rng.uniform(0.1, 1.8), rng.choice([0.005, rng.uniform(0.02, 0.5)])
        envelope = np.exp(-since / hold) * (1 - np.exp(-since / attack))
        pitch = 55 * 2 ** (rng.integers(0, 48) / 12)
        phase = 2 * np.pi * pitch * time
        if rng.random() < 0.4:
            phase += rng.uniform(0.1, 2.0) * np.sin(2 * np.pi * rng.uniform(3, 8) * time)
        fall = rng.uniform(0.6, 2.0)
        for harmonic in range(1, int(rng.integers(2, 20))):
            if pitch * harmonic < RATE_HZ / 2:
                out += envelope * np.sin(harmonic * phase) / harmonic**fall
    return out


def _machine(rng: np.random.Generator, length: int) -> np.ndarray:
    """A drone: many harmonics of one slowly drifting pitch, and a little air."""
    time = np.arange(length) / RATE_HZ
    pitch = rng.uniform(30, 260) * (
        1 + rng.uniform(0, 0.08) * np.sin(2 * np.pi * rng.uniform(0.05, 1.0) * time)
    )
    phase = 2 * np.pi * np.cumsum(pitch) / RATE_HZ
    fall = rng.uniform(0.3, 1.8)
    highest = max(2, int(min(40, RATE_HZ / 2 / pitch.max())))
    out = sum(
        rng.uniform(0.3, 1.0) * np.sin(k * phase + rng.uniform(0, 6.28)) / k**fall
        for k in range(1, highest)
    )
    return np.asarray(out) + rng.uniform(0, 0.1) * rng.standard_normal(length)


def _hits(rng: np.random.Generator, length: int) -> np.ndarray:
    """Drums, steps and doors: short decays of noise or of a falling tone."""
    out = np.zeros(length)
    for _ in range(int(rng.integers(2, 20))):
        start = int(rng.integers(0, length))
        time = np.arange(min(length - start, RATE_HZ // 2)) / RATE_HZ
        decay = np.exp(-time / rng.uniform(0.01, 0.2))
        if rng.random() < 0.5:
            low, high = rng.uniform(40, 120), rng.uniform(0, 300)
            phase = low * time - high * 0.03 * np.exp(-time / 0.03)
            out[start : start + len(time)] += decay * np.sin(2 * np.pi * phase)
        else:
            grain = rng.standard_normal(len(time))
            out[start : start + len(time)] += decay * uniform_filter1d(
                grain, int(rng.integers(1, 12)), mode="constant"
            )
    return out


def _music(rng: np.random.Generator, length: int) -> np.ndarray:
    """Sound with pitch or beat that is no voice."""
    kinds = [_tones, _machine, _hits]
    out = kinds[rng.choice(3, p=[0.5, 0.3, 0.2])](rng, length)
    if rng.random() < 0.3:
        other = kinds[int(rng.integers(3))](rng, length)
        out = out + other * np.abs(out).max() / max(1e-6, float(np.abs(other).max()))
    return out


def disturb(samples: Tensor, rng: np.random.Generator) -> Tensor:
    """Colour, reverberate, add noise, clip, scale and encode a batch [B, S]."""
    batch, length = samples.shape
    size = 1 << (length + RATE_HZ // 2).bit_length() if length & (length - 1) else 2 * length
    size = min(size, length + RATE_HZ)
    spectrum = torch.fft.rfft(samples, size)
    bins = spectrum.shape[1]
    shape = np.where(
        _chance(rng, batch, 0.7)[:, None], _smooth_spectrum(rng, batch, bins, 4.0), 1.0
    )
    channel = torch.tensor(shape * _band_limit(rng, batch, bins), dtype=torch.float32)
    rooms = np.zeros((batch, length), np.float32)
    rooms[:, 0] = 1
    for i in np.flatnonzero(_chance(rng, batch, 0.3)):
        rooms[i] = _room(rng, length)
    wet = torch.fft.irfft(spectrum * torch.fft.rfft(torch.tensor(rooms), size), size)[:, :length]
    wet = wet + _noise(wet, rng)
    # What comes last colours voice and noise alike: the microphone and the line.
    out = torch.fft.irfft(torch.fft.rfft(wet, size) * channel, size)[:, :length]
    peak = out.abs().amax(1, keepdim=True).clamp_min(1e-4)
    out = out / peak
    drive = torch.tensor(np.where(_chance(rng, batch, 0.08), rng.uniform(1.5, 6, batch), 1.0))
    out = (out * drive[:, None].float()).clamp(-1, 1)
    gain = 10 ** (rng.uniform(-34, 0, batch) / 20)
    out = out * torch.tensor(gain, dtype=torch.float32)[:, None]
    for i in np.flatnonzero(_chance(rng, batch, 0.12)):
        codec = "mp3" if rng.random() < 0.9 else "opus"  # which is slow and does less harm
        out[i] = torch.tensor(coded(out[i].numpy(), codec, rng.uniform(*COMPRESSIONS[codec])))
    return out


def _noise(voice: Tensor, rng: np.random.Generator) -> Tensor:
    batch, length = voice.shape
    kind = rng.random(batch)
    white = torch.tensor(rng.standard_normal((batch, length), dtype=np.float32))
    spectrum = torch.fft.rfft(white)
    colour = torch.tensor(
        _smooth_spectrum(rng, batch, spectrum.shape[1], 12.0), dtype=torch.float32
    )
    noise = torch.fft.irfft(spectrum * colour, length)
    # Where nobody speaks, music is as likely as noise: a scene is not muted for it.
    unspoken = voice.pow(2).mean(1).numpy() < 1e-9
    for i in np.flatnonzero(np.where(unspoken, kind < 0.65, kind < 0.12)):
        noise[i] = torch.tensor(_music(rng, length), dtype=torch.float32)
    plain = torch.tensor(kind > 0.65)
    noise[plain] = white[plain]
    for i in np.flatnonzero((kind > 0.12) & (kind < 0.22) & ~unspoken):
        others = rng.choice(batch, 4)
        noise[i] = sum(torch.roll(voice[j], int(rng.integers(length))) for j in others)
    loud = voice.pow(2).mean(1).clamp_min(1e-8).sqrt()
    loud[torch.tensor(unspoken)] = UNSPOKEN_LEVEL
    level = noise.pow(2).mean(1).clamp_min(1e-8).sqrt()
    ratio_db = np.where(
        _chance(rng, batch, 0.65) | unspoken, rng.uniform(-5, 25, batch), rng.uniform(35, 70, batch)
    )
    scale = loud / level * torch.tensor(10 ** (-ratio_db / 20), dtype=torch.float32)
    return noise * scale[:, None]


def warped_mels(batch: int, mels: int, rng: np.random.Generator) -> tuple[Tensor, np.ndarray]:
    """Mel filters of a shorter or longer vocal tract for each item: [B, M, BINS]."""
    table = np.stack([mel_matrix(mels, warp) for warp in WARPS])
    chosen = np.where(
        _chance(rng, batch, 0.6), rng.integers(len(WARPS), size=batch), len(WARPS) // 2
    )
    return torch.tensor(table[chosen]), chosen


def whisper(mels: Tensor, which: np.ndarray, rng: np.random.Generator) -> Tensor:
    """Take the voice out of some log-mels [B, M, F]: no harmonics, weak lows, noise instead."""
    if not which.any():
        return mels
    chosen = torch.tensor(np.flatnonzero(which))
    part = mels[chosen]
    smooth = F.avg_pool1d(part.transpose(1, 2), 5, 1, 2, count_include_pad=False).transpose(1, 2)
    tilt = np.clip(1 - np.arange(part.shape[1]) / 30, 0, 1) * rng.uniform(8, 20)
    tilt_log = torch.tensor(tilt * 0.23 / MEL_SPREAD, dtype=torch.float32)[:, None]
    grain = torch.tensor(np.log(rng.gamma(3.0, 1 / 3.0, part.shape) + 1e-3), dtype=torch.float32)
    lowest = (np.log(FLOOR) - MEL_CENTRE) / MEL_SPREAD
    out = mels.clone()
    out[chosen] = (smooth - tilt_log + grain / MEL_SPREAD).clamp_min(float(lowest))
    return out


def mask(mels: Tensor, rng: np.random.Generator) -> Tensor:
    """Hide a few bands or frames (Park et al. 2019, SpecAugment), mildly: edges must stay sharp."""
    out = mels.clone()
    for i in np.flatnonzero(_chance(rng, len(mels), 0.3)):
        if rng.random() < 0.5:
            low = int(rng.integers(0, mels.shape[1] - 10))
            out[i, low : low + int(rng.integers(2, 10))] = out[i].mean()
        else:
            start = int(rng.integers(0, mels.shape[2] - 8))
            out[i, :, start : start + int(rng.integers(1, 7))] = out[i].mean()
    return out
