# SPDX-License-Identifier: GPL-3.0-or-later
"""Blinks, gaze and head over minutes: their statistics are those of people, and so stay.

The same measures as `make statistics`, on a made-up voice.
"""

import numpy as np
import pytest
from scipy.stats import kstest

from lipwright.core.performance.acting import Acting
from lipwright.core.performance.blink import blink_layer, blink_times
from lipwright.core.performance.gaze import gaze_path, large_shifts, plan_gaze
from lipwright.core.performance.head import head_layer
from lipwright.training.measuring.lifelike import (
    gaze_phases,
    lid_times,
    made_up,
    saccades,
    shares_of_bands,
)

MINUTES = 15.0


@pytest.fixture(scope="module")
def voice():
    return made_up(MINUTES * 60)


@pytest.fixture(scope="module")
def fine():
    """The same kind of voice in frames of a millisecond."""
    return made_up(180.0, rate_hz=1000.0)


@pytest.mark.parametrize("seed", range(3))
def test_intervals_stay_log_normal_though_blinks_are_pulled(voice, seed):
    shifts = large_shifts(plan_gaze(voice, seed=seed))
    times = np.array(blink_times(voice, seed=seed, shifts=shifts))
    assert len(times) / MINUTES == pytest.approx(17, rel=0.15)
    gaps = np.log(np.diff(times))
    assert kstest((gaps - gaps.mean()) / gaps.std(), "norm").pvalue > 0.01
    assert 0.45 < gaps.std() < 0.9
    assert np.diff(times).min() >= 0.5 - 1e-9


def test_lids_close_in_a_tenth_of_a_second_and_take_twice_as_long_to_open(voice):
    track = blink_layer(voice, seed=0)
    down, up = np.median(lid_times(track["eyeBlinkLeft"], track.rate_hz), axis=0)
    assert 0.04 < down < 0.11
    assert 1.6 < up / down < 3.2
    quick = blink_layer(voice, seed=0, acting=Acting(blink_speed=2.0))
    assert np.median(lid_times(quick["eyeBlinkLeft"], 100)[:, 1]) < 0.65 * up


def test_the_share_of_half_blinks_is_a_dial(voice):
    def share(half):
        lids = blink_layer(voice, seed=1, acting=Acting(half_blinks=half))["eyeBlinkLeft"]
        count = len(blink_times(voice, seed=1))
        return 1 - len(lid_times(lids, 100)) / count

    assert share(0.0) < 0.02
    assert share(0.4) == pytest.approx(0.4, abs=0.1)


def test_blinks_like_large_gaze_shifts(voice):
    shifts = np.array(large_shifts(plan_gaze(voice, seed=0)))
    assert len(shifts) > 40
    with_gaze = np.array(blink_times(voice, seed=0, shifts=shifts.tolist()))
    alone = np.array(blink_times(voice, seed=0))

    def near(times):
        return (np.abs(shifts[:, None] - times).min(axis=1) < 0.02).mean()

    assert near(with_gaze) > 0.15 > 2 * near(alone)
    assert len(with_gaze) == pytest.approx(len(alone), rel=0.05)


def test_no_lid_closes_over_an_emphatic_closure_unless_asked(voice):
    assert len(voice.emphatic_closures) > 20

    def shut(acting):
        lids = blink_layer(voice, seed=2, acting=acting)["eyeBlinkLeft"]
        spans = [slice(round(a * 100), round(b * 100)) for a, b in voice.emphatic_closures]
        return sum(bool((lids[span] > 0.9).any()) for span in spans)

    often = Acting(blink_rate_per_minute=60)
    asked = Acting(blink_rate_per_minute=60, blink_on_emphasis=True)
    assert shut(often) == 0
    assert shut(asked) > 0


def test_saccades_follow_the_main_sequence(fine):
    jumps = saccades(gaze_path(fine, seed=0), 1000.0)
    assert len(jumps) > 100
    slope, start = np.polyfit(jumps[:, 0], jumps[:, 1], 1)
    assert slope == pytest.approx(0.0022, abs=0.0006)
    assert start == pytest.approx(0.018, abs=0.006)
    ratio = jumps[:, 2] * jumps[:, 1] / jumps[:, 0]  # highest speed over the mean
    assert np.median(ratio[jumps[:, 0] > 3]) == pytest.approx(1.55, abs=0.15)


def test_the_eyes_rest_and_leave_as_in_conversation(voice):
    rests = np.diff([one.start_seconds for one in plan_gaze(voice, seed=0)])
    assert 0.2 < np.median(rests) < 0.6
    assert rests.min() > 0.149
    here, away = gaze_phases(voice, 0)
    assert here == pytest.approx(3.1, rel=0.35)
    assert away == pytest.approx(0.93, rel=0.35)


def test_the_head_is_mostly_slow(voice):
    turns = head_layer(voice, seed=0).values
    slow, ordinary, rapid = shares_of_bands(turns, 100.0)
    assert 0.5 < slow < 0.9
    assert 0.08 < ordinary < 0.45
    assert rapid < 0.1
