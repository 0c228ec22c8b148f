# SPDX-License-Identifier: GPL-3.0-or-later
"""Key poses: within every tolerance, on shared frames, fitted sums as they are."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lipwright.core.motion.key_poses import EXTREME, JITTER, drawn, key_poses


def redrawn(values, poses):
    frames = poses.places.astype(float)
    return np.stack(
        [
            drawn(frames, values[poses.places, i], poses.slopes[:, i], np.arange(len(values)))
            for i in range(values.shape[1])
        ],
        axis=1,
    )


@settings(deadline=None, max_examples=60)
@given(
    arrays(np.float64, st.tuples(st.integers(1, 80), st.integers(1, 4)), elements=st.floats(0, 1)),
    st.sampled_from([0.005, 0.02, 0.05, 0.3]),
    st.sets(st.integers(0, 79), max_size=8),
)
def test_every_curve_stays_within_its_tolerance_and_pins_are_poses(values, tolerance, pins):
    frames, count = values.shape
    pinned = np.isin(np.arange(frames), list(pins))
    poses = key_poses(values, np.full(count, tolerance), pinned)
    assert poses.places[0] == 0
    assert poses.places[-1] == frames - 1
    assert (np.diff(poses.places) > 0).all()
    assert set(np.flatnonzero(pinned)) <= set(poses.places)
    assert np.isfinite(poses.slopes).all()
    assert np.abs(redrawn(values, poses) - values).max() <= tolerance + 1e-9


def test_a_sum_of_curves_keeps_a_tolerance_of_its_own():
    frames = np.arange(120)
    jaw = 0.5 + 0.4 * np.sin(frames / 3)
    close = jaw * (np.sin(frames / 7) > 0)
    values, mixed = np.stack([jaw, close], axis=1), np.array([[1.0], [-1.0]])
    shut = np.where(close > 0, 0.002, np.inf)[:, None]
    poses = key_poses(values, np.full(2, 0.05), np.zeros(120, bool), mixed, shut)
    gap = redrawn(values, poses) @ mixed
    assert np.abs(gap[close > 0]).max() <= 0.002 + 1e-9
    loose = key_poses(values, np.full(2, 0.05), np.zeros(120, bool))
    assert len(loose.places) <= len(poses.places) < 60


def test_stillness_of_a_minute_needs_few_poses():
    values = np.full((1441, 3), 0.3)
    values[700:710, 0] += 0.2 * np.sin(np.linspace(0, np.pi, 10))
    poses = key_poses(values, np.full(3, 0.02), np.zeros(1441, bool))
    assert len(poses.places) < 20


def test_turning_points_are_extremes_and_what_hardly_differs_is_jitter():
    swing = np.sin(np.linspace(0, 4 * np.pi, 97))[:, None]
    poses = key_poses(swing, np.array([0.001]), np.isin(np.arange(97), [12, 36, 60, 84]))
    assert (poses.kinds[np.isin(poses.places, [12, 36, 60, 84])] == EXTREME).all()
    flat = np.full((30, 1), 0.2)
    flat[15] = 0.22
    kinds = key_poses(flat, np.array([0.015]), np.zeros(30, bool)).kinds
    assert (kinds[1:-1] == JITTER).all()
    assert len(kinds) > 2
