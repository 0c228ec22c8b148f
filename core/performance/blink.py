# SPDX-License-Identifier: GPL-3.0-or-later
"""Blinks: when, how fast, how far."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..motion.ease import smoothstep
from ..motion.track import FaceTrack
from ..timing import Seconds
from .acting import PLAIN, Acting
from .voice import Voice

TIMES_STREAM, SHAPES_STREAM = STREAMS = 2, 3  # which of the take's random numbers
INTERVAL_SPREAD = 0.6  # of the logarithm: human intervals are close to log-normal
SHORTEST_INTERVAL_SECONDS = 0.5
# VanderWerf et al. 2003: down about twice as fast as up.
CLOSING_SECONDS, OPENING_SECONDS = 0.085, 0.19
HELD_SECONDS = 0.02
QUICKEST, SLOWEST = 0.9, 1.15  # times those
# A blink this near to the start of a pause or to a large gaze shift moves there: people blink
# where attention breaks (Nakano et al. 2009) and while the eyes jump far (Evinger et al. 1994).
PULL_SECONDS = 0.45


def blink_times(
    voice: Voice, *, seed: int, acting: Acting = PLAIN, shifts: Sequence[Seconds] = ()
) -> list[Seconds]:
    """Choose when to blink.

    Parameters
    ----------
    voice : Voice
    seed : int
    acting : Acting
    shifts : sequence of float
        Seconds at which the gaze makes a large shift.

    Returns
    -------
    list of float
        Seconds at which the lids start to close, ascending.
    """
    times: list[Seconds] = []
    if acting.blink_rate_per_minute == 0:
        return times
    rng = voice.random(seed, TIMES_STREAM)
    mean = 60.0 / acting.blink_rate_per_minute
    middle = (
        math.log(mean) - INTERVAL_SPREAD**2 / 2
    )  # so that the mean interval is the one asked for
    anchors = np.array(sorted([*(start for start, _ in voice.pauses), *shifts]))
    closed = () if acting.blink_on_emphasis else voice.emphatic_closures
    # The lids are open again when the line ends.
    last = voice.seconds - _longest(acting) - 0.01
    # As if blinks had been going on before: the first comes anywhere within an interval.
    now = max(0.1, float(rng.uniform(0.0, 1.0) * rng.lognormal(middle, INTERVAL_SPREAD)))
    while now < last:
        earliest = times[-1] + SHORTEST_INTERVAL_SECONDS if times else 0.0
        for wish in (_pulled(now, anchors), now):
            when = _after_closure(wish, closed, acting)
            if earliest <= when < last:
                times.append(when)
                break
        now += max(SHORTEST_INTERVAL_SECONDS, float(rng.lognormal(middle, INTERVAL_SPREAD)))
    return times


def _longest(acting: Acting) -> Seconds:
    return ((CLOSING_SECONDS + OPENING_SECONDS) * SLOWEST + HELD_SECONDS) / acting.blink_speed


def _pulled(now: Seconds, anchors: NDArray[np.float64]) -> Seconds:
    near = anchors[np.abs(anchors - now) < PULL_SECONDS]
    return float(near[np.abs(near - now).argmin()]) if len(near) else now


def _after_closure(
    when: Seconds, closed: Sequence[tuple[Seconds, Seconds]], acting: Acting
) -> Seconds:
    """Wait for the end of every emphatic closure that the shut lids would fall on."""
    covered = (CLOSING_SECONDS + HELD_SECONDS + OPENING_SECONDS / 3) * SLOWEST / acting.blink_speed
    for start, end in closed:
        if start - covered < when < end:
            when = end
    return when


def blink_layer(
    voice: Voice, *, seed: int, acting: Acting = PLAIN, shifts: Sequence[Seconds] = ()
) -> FaceTrack:
    """Close and open both lids now and then.

    Parameters
    ----------
    voice : Voice
    seed : int
    acting : Acting
        Its blink dials.
    shifts : sequence of float
        Seconds at which the gaze makes a large shift.

    Returns
    -------
    FaceTrack
        ``eyeBlinkLeft`` and ``eyeBlinkRight``, 0..1.
    """
    rng = voice.random(seed, SHAPES_STREAM)
    times = voice.times_seconds
    lids = np.zeros(voice.frames)
    for start in blink_times(voice, seed=seed, acting=acting, shifts=shifts):
        depth = rng.uniform(0.45, 0.7) if rng.random() < acting.half_blinks else 1.0
        pace = rng.uniform(QUICKEST, SLOWEST) / acting.blink_speed
        down, up, held = CLOSING_SECONDS * pace, OPENING_SECONDS * pace, HELD_SECONDS * pace
        shut, release = start + down, start + down + held
        near = slice(*np.searchsorted(times, [start, release + up]))
        closing = np.clip((times[near] - start) / down, 0, 1)
        opening = np.clip((times[near] - release) / up, 0, 1)
        # Lids brake at both ends of the way down and creep into the open position.
        shape = np.where(
            times[near] < shut,
            smoothstep(closing),
            (1 - opening) ** 2 * (1 + 2 * opening),
        )
        lids[near] = np.maximum(lids[near], depth * shape)
    both = np.repeat(lids[:, None], 2, axis=1).astype(np.float32)
    return FaceTrack(both, ("eyeBlinkLeft", "eyeBlinkRight"), voice.rate_hz)
