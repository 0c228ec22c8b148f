# SPDX-License-Identifier: GPL-3.0-or-later
"""FaceTrack: named channels, in time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lipwright.core.motion.track import (
    ARKIT_NAMES,
    CONTACT_NAMES,
    FACE_NAMES,
    HEAD_NAMES,
    TONGUE_NAMES,
    FaceTrack,
)


def test_fifty_two_names_and_no_double():
    assert len(ARKIT_NAMES) == 52
    everything = ARKIT_NAMES + TONGUE_NAMES + HEAD_NAMES + CONTACT_NAMES
    assert len(set(everything)) == len(everything)
    for name in ARKIT_NAMES:
        if name.endswith("Left") and name not in ("mouthLeft", "jawLeft"):
            assert name.removesuffix("Left") + "Right" in ARKIT_NAMES


def test_values_must_fit_the_names():
    with pytest.raises(ValueError, match="do not fit 2 names"):
        FaceTrack(np.zeros((3, 1), np.float32), ("a", "b"), 100.0)
    with pytest.raises(ValueError, match="do not fit"):
        FaceTrack(np.zeros(3, np.float32), ("a",), 100.0)


def test_rest_and_reading():
    rest = FaceTrack.rest(5, 100.0)
    assert rest.names == FACE_NAMES
    assert rest.values.shape == (5, len(FACE_NAMES))
    assert not rest.values.any()
    assert rest.seconds == pytest.approx(0.04)
    assert rest.times_seconds.tolist() == pytest.approx([0, 0.01, 0.02, 0.03, 0.04])
    with pytest.raises(KeyError, match="noSuch"):
        rest["noSuch"]


def test_curves_there_and_back():
    curves = {"jawOpen": np.array([0.0, 1.0]), "mouthClose": np.array([0.5, 0.25])}
    track = FaceTrack.of(curves, 50.0)
    assert track.values.dtype == np.float32
    assert track["mouthClose"].tolist() == [0.5, 0.25]
    assert {k: v.tolist() for k, v in track.curves().items()} == {
        k: v.tolist() for k, v in curves.items()
    }


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=20), st.integers(1, 8))
def test_between_frames_it_is_a_straight_line_and_the_ends_are_held(times, frames):
    values = np.random.default_rng(frames).random((frames, 2)).astype(np.float32)
    track = FaceTrack(values, ("a", "b"), 4.0)
    at = track.at(np.array(times))
    for column in (0, 1):
        wanted = np.interp(times, track.times_seconds, values[:, column])
        assert np.abs(at[:, column] - wanted).max() < 1e-5
