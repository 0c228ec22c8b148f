# SPDX-License-Identifier: GPL-3.0-or-later
"""Pitch and voicing targets by autocorrelation (Boersma 1993: over the window's own)."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import medfilt

from ..config import HOP, RATE_HZ

WINDOW = 640  # 40 ms: two periods of 50 Hz
FFT = 2048
LOWEST_HZ, HIGHEST_HZ = 60.0, 550.0
VOICED_STRENGTH = 0.5


def pitch_log2(samples: NDArray[np.float32], frames: int) -> NDArray[np.float32]:
    """Estimate log2(pitch / 100 Hz), shape (frames,), NaN where unvoiced; one frame each 10 ms."""
    padded = np.pad(samples, (WINDOW // 2, WINDOW // 2 + frames * HOP))
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][:frames]
    shape = np.hanning(WINDOW).astype(np.float32)
    own = np.fft.irfft(np.abs(np.fft.rfft(shape, FFT)) ** 2)[: FFT // 2]
    low, high = int(RATE_HZ / HIGHEST_HZ), int(RATE_HZ / LOWEST_HZ)
    out = np.full(frames, np.nan, np.float32)
    for start in range(0, frames, 4096):
        block = windows[start : start + 4096] * shape
        power = np.abs(np.fft.rfft(block - block.mean(1, keepdims=True) * shape, FFT)) ** 2
        auto = np.fft.irfft(power)[:, : FFT // 2]
        strength = auto[:, low:high] / np.maximum(auto[:, :1], 1e-9) * (own[0] / own[low:high])
        # A small cost for long lags keeps octave errors away.
        strength = strength - 0.02 * np.log2(np.arange(low, high) / low)
        best = strength.argmax(1)
        loud = auto[:, 0] > 1e-4
        voiced = loud & (strength.max(1) > VOICED_STRENGTH)
        pitch = np.log2(RATE_HZ / (best + low) / 100.0)
        out[start : start + 4096] = np.where(voiced, pitch, np.nan)
    smooth = medfilt(np.nan_to_num(out, nan=-9.0), 5)
    return np.where(np.isnan(out) | (smooth < -5), np.nan, smooth).astype(np.float32)
