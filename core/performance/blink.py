# SPDX-License-Identifier: GPL-3.0-or-later
"""Blinks: when, how fast, how far."""

import numpy as np

from ..errors import SettingsError
from ..motion.ease import smoothstep
from ..motion.track import FaceTrack
from ..timing import Seconds
from .voice import Voice

RATE_PER_MINUTE = 17.0  # at rest, Bentivoglio et al. 1997
INTERVAL_SPREAD = 0.6  # of the logarithm: human intervals are close to log-normal
SHORTEST_INTERVAL_SECONDS = 0.5
# VanderWerf et al. 2003: down about twice as fast as up.
CLOSING_SECONDS, OPENING_SECONDS = 0.085, 0.19
HELD_SECONDS = 0.02
QUICKEST, SLOWEST = 0.9, 1.15  # times those
HALF_BLINK_SHARE = 0.12
PULL_TO_PAUSE_SECONDS = 0.45  # a blink this near to the start of a pause moves there


def blink_times(
    voice: Voice, *, seed: int, rate_per_minute: float = RATE_PER_MINUTE
) -> list[Seconds]:
    """Choose when to blink.

    Parameters
    ----------
    voice : Voice
    seed : int
    rate_per_minute : float
        0 to 60; 0 for none.

    Returns
    -------
    list of float
        Seconds at which the lids start to close, ascending.

    Raises
    ------
    SettingsError
        If the rate is outside 0 to 60.
    """
    if not 0 <= rate_per_minute <= 60:
        raise SettingsError(f"A blink rate of {rate_per_minute:g} a minute is outside 0 to 60")
    times: list[Seconds] = []
    if rate_per_minute == 0:
        return times
    rng = voice.random(seed, 2)
    mean = 60.0 / rate_per_minute
    middle = np.log(mean) - INTERVAL_SPREAD**2 / 2  # so that the mean interval is the one asked for
    now = float(rng.uniform(0.2, 1.0) * mean)
    # The lids are open again when the line ends.
    last = voice.seconds - (CLOSING_SECONDS + OPENING_SECONDS) * SLOWEST - HELD_SECONDS - 0.01
    while now < last:
        near = [a for a, _ in voice.pauses if abs(a - now) < PULL_TO_PAUSE_SECONDS]
        when = min(near, key=lambda a: abs(a - now)) if near else now
        if when < last and (not times or when - times[-1] >= SHORTEST_INTERVAL_SECONDS):
            times.append(when)
        now += max(SHORTEST_INTERVAL_SECONDS, float(rng.lognormal(middle, INTERVAL_SPREAD)))
    return times


def blink_layer(voice: Voice, *, seed: int, rate_per_minute: float = RATE_PER_MINUTE) -> FaceTrack:
    """Close and open both lids now and then.

    Parameters
    ----------
    voice : Voice
    seed : int
    rate_per_minute : float

    Returns
    -------
    FaceTrack
        ``eyeBlinkLeft`` and ``eyeBlinkRight``, 0..1.

    Raises
    ------
    SettingsError
        If the rate is outside 0 to 60.
    """
    rng = voice.random(seed, 3)
    times = voice.times_seconds
    lids = np.zeros(voice.frames)
    for start in blink_times(voice, seed=seed, rate_per_minute=rate_per_minute):
        depth = rng.uniform(0.45, 0.7) if rng.random() < HALF_BLINK_SHARE else 1.0
        pace = rng.uniform(QUICKEST, SLOWEST)
        down, up = CLOSING_SECONDS * pace, OPENING_SECONDS * pace
        shut, release = start + down, start + down + HELD_SECONDS
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
