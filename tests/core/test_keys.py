# SPDX-License-Identifier: GPL-3.0-or-later
"""Curves to keyframes: dense ones at any frame rate, few ones within the tolerance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lipwright.core.errors import SettingsError
from lipwright.core.motion.keys import EVERY_CLOSURE_HZ, Keys, few_keys, sampled, scene_frames
from lipwright.core.motion.track import LIP_CONTACT, FaceTrack
from lipwright.core.timing import FrameClock

RATES = [(24, 1.0), (25, 1.0), (30, 1.001), (30, 1.0), (60, 1.0), (120, 1.0)]
TIMES = np.arange(321) / 100
CURVE = (0.5 + 0.5 * np.sin(2 * np.pi * 1.5 * TIMES)).astype(np.float32)


def dense_keys(values, clock):
    """One key a frame of a curve at 100 Hz."""
    track = FaceTrack.of({"jawOpen": values}, 100.0)
    frames = scene_frames(track.times_seconds, clock)
    return Keys(frames, sampled(track, clock.seconds(frames), clock.fps)["jawOpen"])


@pytest.mark.parametrize(("fps", "base"), RATES)
@pytest.mark.parametrize("first_frame", [1.0, 0.0, 100.37, -12.5])
def test_the_same_curve_in_seconds_at_every_rate(fps, base, first_frame):
    clock = FrameClock.from_render(fps, base, first_frame)
    keys = dense_keys(CURVE, clock)
    assert np.array_equal(keys.frames, np.round(keys.frames))
    assert (np.diff(keys.frames) == 1).all()
    at = clock.seconds(keys.frames)
    assert at[0] <= 0 < at[1] + 1e-9
    assert at[-2] < TIMES[-1] <= at[-1] + 1e-6
    # Somewhere within half a frame the curve has the value of the key.
    near = np.linspace(-0.5, 0.5, 41) / clock.fps
    wanted = np.interp(at[:, None] + near, TIMES, CURVE)
    assert (wanted.min(axis=1) - 1e-3 <= keys.values).all()
    assert (keys.values <= wanted.max(axis=1) + 1e-3).all()
    # And a peak lies where it lay.
    peak = at[np.argmax(keys.values)]
    assert min(abs(peak - t) for t in (1 / 6, 5 / 6, 1.5, 13 / 6, 17 / 6)) <= 0.5 / clock.fps + 0.01


def test_ends_are_held_and_one_frame_is_enough():
    keys = dense_keys([0.7], FrameClock(24, 10))
    assert keys.frames.tolist() == [10]
    keys = dense_keys([0.25, 0.75], FrameClock(24, 10.5))
    assert keys.frames.tolist() == [10, 11]
    assert keys.values.tolist() == [0.25, 0.75]


def test_nothing_to_key():
    with pytest.raises(SettingsError, match="Choose a longer sound"):
        scene_frames(np.array([]), FrameClock(24))


@settings(deadline=None)
@given(
    arrays(np.float32, st.integers(1, 200), elements=st.floats(0, 1, width=32)),
    st.sampled_from([0.0, 0.001, 0.01, 0.1, 1.0]),
    st.floats(-1000, 1000),
)
def test_few_keys_stay_within_the_tolerance(values, tolerance, start):
    dense = Keys(np.arange(len(values)) + np.round(start), values)
    few = few_keys(dense, tolerance=tolerance)
    assert few.frames[0] == dense.frames[0]
    assert few.frames[-1] == dense.frames[-1]
    assert set(few.frames) <= set(dense.frames)
    assert (np.diff(few.frames) > 0).all()
    drawn = np.interp(dense.frames, few.frames, few.values.astype(np.float64))
    assert np.abs(drawn - values).max() <= tolerance + 1e-9
    again = few_keys(few, tolerance=tolerance)
    assert np.isin(again.frames, few.frames).all()


def test_straight_lines_need_two_keys_and_a_flat_curve_too():
    for values in (np.linspace(0, 1, 50), np.zeros(50)):
        assert len(few_keys(Keys(np.arange(50.0), values.astype(np.float32))).frames) == 2


def test_a_spoken_curve_needs_far_fewer():
    dense = dense_keys(CURVE, FrameClock(60))
    assert len(few_keys(dense, tolerance=0.02).frames) < len(dense.frames) / 3


def test_a_closure_between_two_frames_is_on_both():
    contact = np.zeros(101, np.float32)
    contact[52:54] = 1.0  # 20 ms between frames 12 and 13 at 24 a second
    jaw, blink = np.where(contact > 0, 0.1, 1.0), np.linspace(0, 1, 101)
    track = FaceTrack.of({LIP_CONTACT: contact, "jawOpen": jaw, "eyeBlinkLeft": blink}, 100.0)
    clock = FrameClock(24.0, 0.0)
    times = clock.seconds(scene_frames(track.times_seconds, clock))
    assert track.at(times)[:, 0].max() < 0.6
    shown = sampled(track, times, 24.0)
    assert shown[LIP_CONTACT].tolist() == [float(frame in (12, 13)) for frame in range(25)]
    assert np.allclose(shown["jawOpen"][12:14], 0.1), "the mouth is that of the closure"
    assert shown["eyeBlinkLeft"] == pytest.approx(np.minimum(times, 1.0), abs=1e-6)


@settings(deadline=None)
@given(
    st.floats(8, EVERY_CLOSURE_HZ, exclude_max=True),
    st.integers(15, 280),
    st.floats(-3, 3),
)
def test_no_closure_falls_between_two_frames_at_any_rate(rate_hz, start, first_frame):
    contact = np.zeros(301, np.float32)
    contact[start : start + 3] = 1.0
    track = FaceTrack.of({LIP_CONTACT: contact, "mouthClose": contact * 0.3}, 100.0)
    clock = FrameClock(rate_hz, first_frame)
    times = clock.seconds(scene_frames(track.times_seconds, clock))
    shown = sampled(track, times, rate_hz)
    assert shown[LIP_CONTACT].max() == 1.0
    assert shown["mouthClose"].max() == pytest.approx(0.3)
    closed = times[shown[LIP_CONTACT] > 0.99]
    assert np.abs(closed - (start + 1) / 100).max() <= 0.5 / rate_hz + 0.011


def test_frames_of_a_sound_that_starts_between_two():
    track = FaceTrack.of({"jawOpen": np.linspace(0, 1, 101)}, 100.0)
    clock = FrameClock(24.0, 10.5)
    frames = scene_frames(track.times_seconds, clock)
    assert frames[[0, -1]].tolist() == [10.0, 35.0]
    jaw = sampled(track, clock.seconds(frames), clock.fps)["jawOpen"]
    assert jaw[1:-1] == pytest.approx(clock.seconds(frames[1:-1]))
    assert jaw[[0, -1]].tolist() == [0.0, 1.0]  # the ends are held
