# SPDX-License-Identifier: GPL-3.0-or-later
"""The bounded problem of many frames is solved as well as a general solver solves each."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from lipwright.rigs.lips.bounded import STIFF, nearest

FRAMES, UNKNOWNS, DISTANCES = 5, 6, 4


def problem(seed):
    rng = np.random.default_rng(seed)
    wanted = rng.uniform(0, 1, (FRAMES, UNKNOWNS))
    gap = rng.uniform(-0.3, 0.8, (DISTANCES, UNKNOWNS))
    most = rng.uniform(0, 0.3, (FRAMES, DISTANCES))
    room = np.zeros_like(wanted), np.maximum(wanted, rng.uniform(0, 1, wanted.shape))
    return wanted, gap, (most - 0.31, most), room, rng.uniform(0.1, 3, UNKNOWNS)


def cost_of(x, wanted, gap, gaps, cost):
    now = gap @ x
    outside = np.maximum(now - gaps[1], 0) + np.minimum(now - gaps[0], 0)
    return (cost * (x - wanted) ** 2).sum() + STIFF[-1] * (outside**2).sum()


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 10_000))
def test_as_good_as_a_general_solver(seed):
    wanted, gap, gaps, room, cost = problem(seed)
    found = nearest(wanted, gap, gaps, room, cost)
    assert (found >= room[0] - 1e-9).all()
    assert (found <= room[1] + 1e-9).all()
    for frame in range(FRAMES):
        told = wanted[frame], gap, (gaps[0][frame], gaps[1][frame]), cost
        limits = np.stack([room[0][frame], room[1][frame]], 1)
        best = minimize(cost_of, found[frame], told, method="L-BFGS-B", bounds=limits)
        # A step may stall beside a kink: rare, and of no size that is seen.
        assert cost_of(found[frame], *told) <= best.fun + 0.08 * (1 + best.fun)


def test_what_is_right_already_is_left_alone():
    wanted, gap, (least, most), room, cost = problem(1)
    far = least - 100, most + 100
    assert np.array_equal(nearest(wanted, gap, far, room, cost), wanted)


def test_nothing_that_may_move_is_no_error():
    wanted, gap, gaps, _, cost = problem(2)
    assert np.array_equal(nearest(wanted, gap, gaps, (wanted, wanted), cost), wanted)
    empty = np.zeros((0, UNKNOWNS))
    none = np.zeros((0, DISTANCES))
    assert nearest(empty, gap, (none, none), (empty, empty), cost).shape == empty.shape
