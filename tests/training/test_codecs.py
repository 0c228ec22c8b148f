# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound that went through a codec stays where it was, or the labels beside it would be wrong."""

import numpy as np
import pytest
from scipy.signal import correlate

from lipwright.core.audio.load import load_sound
from lipwright.training.config import RATE_HZ, ROOT
from lipwright.training.data.codecs import CODECS, coded

LINE = load_sound(ROOT / "demo" / "line.wav").samples


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("compression", [0.86, 0.9, 0.96])
@pytest.mark.parametrize("seconds", [0.6, 4.0])
def test_a_codec_keeps_length_and_time(codec, compression, seconds):
    samples = LINE[RATE_HZ // 2 :][: round(seconds * RATE_HZ)]
    back = coded(samples, codec, compression)
    assert len(back) == len(samples)
    assert not np.array_equal(back, samples)
    match = correlate(back, samples, "same", "fft")
    lag = match.argmax() - correlate(samples, samples, "same", "fft").argmax()
    assert abs(lag) <= 0.002 * RATE_HZ
