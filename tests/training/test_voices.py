# SPDX-License-Identifier: GPL-3.0-or-later
"""Other voices say the same at the same time; needs pyworld, as training does."""

import numpy as np
import pytest

from lipwright.training.config import FRAME_HZ, HOP, RATE_HZ

pytest.importorskip("pyworld")
voices = pytest.importorskip("lipwright.training.data.voices")


def spoken(pitch_hz: float = 120.0) -> np.ndarray:
    """Two seconds of a buzz through two formants, on and off four times."""
    times = np.arange(2 * RATE_HZ) / RATE_HZ
    buzz = sum(
        np.sin(2 * np.pi * pitch_hz * k * times) / (1 + ((pitch_hz * k - 600) / 200) ** 2)
        for k in range(1, 40)
    )
    gate = (np.sin(2 * np.pi * 2 * times) > 0).astype(float)
    gate = np.convolve(gate, np.hanning(320) / 160, "same")
    return 0.1 * buzz * gate + 1e-4 * np.random.default_rng(0).standard_normal(len(times))


def loudness(samples: np.ndarray) -> np.ndarray:
    return np.sqrt((samples.reshape(-1, HOP) ** 2).mean(1))


@pytest.mark.parametrize("seed", range(4))
def test_times_stay_and_the_pitch_that_is_told_is_the_pitch(seed):
    said = spoken()
    other, tone = voices.other_voice(said, np.random.default_rng(seed))
    assert len(other) == len(said)
    assert len(tone) == len(said) // HOP == 2 * FRAME_HZ
    assert np.corrcoef(loudness(said), loudness(other))[0, 1] > 0.8
    assert np.abs(other).max() < 1.0
    heard = voices.pyworld.dio(other, RATE_HZ, f0_floor=60.0, f0_ceil=800.0, frame_period=10.0)[0]
    both = np.isfinite(tone) & (heard[: len(tone)] > 0)
    assert both.sum() > 20
    assert np.median(np.abs(np.log2(heard[: len(tone)][both] / 100) - tone[both])) < 0.1


def test_silence_is_left_silent():
    other, tone = voices.other_voice(np.zeros(RATE_HZ), np.random.default_rng(1))
    assert np.abs(other).max() < 1e-3
    assert np.isnan(tone).all()
