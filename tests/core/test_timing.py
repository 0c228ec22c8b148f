# SPDX-License-Identifier: GPL-3.0-or-later
"""Seconds to frames and back, at every rate that Blender knows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lipwright.core.errors import SettingsError
from lipwright.core.timing import FrameClock

RATES = [(24, 1.0), (24, 1.001), (25, 1.0), (30, 1.0), (30, 1.001), (60, 1.001), (120, 1.0)]


@given(st.sampled_from(RATES), st.floats(-1e5, 1e5), st.floats(-1e4, 1e5))
def test_round_trip(rate, first_frame, frame):
    clock = FrameClock.from_render(*rate, first_frame)
    assert clock.frames(clock.seconds(frame)) == pytest.approx(frame, abs=1e-6)
    assert clock.seconds(clock.frames(frame)) == pytest.approx(frame, abs=1e-6)


def test_ntsc_is_slower_than_its_whole_number():
    clock = FrameClock.from_render(30, 1.001, 10)
    assert clock.fps == pytest.approx(29.97002997)
    assert clock.frames(1001.0) == pytest.approx(30_010)
    assert clock.seconds(10) == 0


def test_arrays_keep_their_shape():
    times = np.linspace(0, 3, 7, dtype=np.float32)
    frames = FrameClock(24, 100).frames(times)
    assert frames.shape == times.shape
    assert frames.dtype == np.float64
    assert frames[0] == 100


@pytest.mark.parametrize("fps", [0, -24, float("nan"), float("inf")])
def test_a_rate_that_is_none(fps):
    with pytest.raises(SettingsError, match="Set one above 0"):
        FrameClock(fps)
