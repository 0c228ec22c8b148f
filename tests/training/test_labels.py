# SPDX-License-Identifier: GPL-3.0-or-later
"""Labels and pitch beside a training line, and letters that are given their sounds."""

import numpy as np
import pytest

from lipwright.core.phones import INDEX
from lipwright.training.config import FRAME_HZ, HOP, RATE_HZ
from lipwright.training.data.fit_letters import align, aligned, learn
from lipwright.training.data.pitch import pitch_log2
from lipwright.training.data.prepare import UNLABELLED, frame_labels, make_line


def test_labels_lie_on_their_frames_and_unknown_ones_on_none():
    labels = frame_labels(
        [("SIL", 0, 0.1), ("AA1", 0.1, 0.2), ("??", 0.2, 0.3)], "arpabet", 40, 0.0
    )
    assert set(labels[:10]) == {INDEX["_"]}
    assert set(labels[10:20]) == {INDEX["ɑ"]}
    assert set(labels[20:]) == {UNLABELLED}


def test_a_shift_moves_the_labels_and_holds_the_silence_before():
    labels = frame_labels([("SIL", 0, 0.1), ("AA1", 0.1, 0.2)], "arpabet", 40, 0.03)
    assert set(labels[:13]) == {INDEX["_"]}
    assert labels[13] == INDEX["ɑ"]


def test_a_line_ends_with_a_whole_frame():
    line = make_line(np.zeros(HOP * 5 + 7, np.float32), [("SIL", 0, 1)], "arpabet", 0.0)
    assert [len(part) for part in (line.samples, line.labels, line.pitch)] == [HOP * 5, 5, 5]


@pytest.mark.parametrize("pitch_hz", [80.0, 130.0, 240.0, 400.0])
def test_the_pitch_of_a_voice_like_tone(pitch_hz):
    frames = FRAME_HZ
    times = np.arange(frames * HOP) / RATE_HZ
    tone = sum(np.sin(2 * np.pi * pitch_hz * k * times) / k for k in range(1, 8))
    found = pitch_log2((0.2 * tone).astype(np.float32), frames)[10:-10]
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found, np.log2(pitch_hz / 100), atol=0.05)


def test_silence_and_noise_have_no_pitch():
    noise = 0.1 * np.random.default_rng(1).standard_normal(100 * HOP)
    assert np.isnan(pitch_log2(np.zeros(100 * HOP, np.float32), 100)).all()
    assert np.isnan(pitch_log2(noise.astype(np.float32), 100)).mean() > 0.95


def test_letters_get_their_sounds():
    words = [("cat", ("k", "æ", "t")), ("kit", ("k", "ɪ", "t")), ("tick", ("t", "ɪ", "k"))] * 5
    for word, chunks in aligned(words):
        assert len(chunks) == len(word)
    assert align("a", ("k", "æ", "t"), lambda letter, chunk: 1.0) is None
    rules = learn(aligned(words))
    assert rules["t"]["."] == "t"
    assert rules["i"]["."] == "ɪ"
