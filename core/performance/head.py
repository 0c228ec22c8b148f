# SPDX-License-Identifier: GPL-3.0-or-later
"""Head and brows: nods and raises on stress, a slow drift between."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..motion.ease import smoothstep
from ..motion.track import HEAD_NAMES, FaceTrack
from .voice import Voice, smooth_bump

NOD_DEGREES = 3.5
DRIFT_DEGREES = (1.6, 2.2, 1.2)  # pitch, yaw, roll: spread of slow drift while talking
DRIFT_SECONDS = 0.9
RAISE = 0.32
RAISE_ON_SHARE = 0.55  # not every stress moves the brows


def head_layer(voice: Voice, *, seed: int) -> FaceTrack:
    """Turn the head with the speech.

    Parameters
    ----------
    voice : Voice
    seed : int

    Returns
    -------
    FaceTrack
        Pitch, yaw and roll in degrees, 0 at both ends of the line.
    """
    rng = voice.random(seed, 5)
    times = voice.times_seconds
    noise = gaussian_filter1d(
        rng.standard_normal((voice.frames, 3)),
        DRIFT_SECONDS * voice.rate_hz / 2,
        axis=0,
        mode="nearest",
    )
    noise *= np.sqrt(2 * np.sqrt(np.pi) * DRIFT_SECONDS * voice.rate_hz / 2) * np.array(
        DRIFT_DEGREES
    )
    turn = noise * (0.35 + 0.65 * voice.speaking[:, None])
    for time, strength in voice.stresses:
        near, bump = smooth_bump(times, time + 0.04, 0.22, 0.38)
        turn[near, 0] += NOD_DEGREES * strength * bump
        near, bump = smooth_bump(times, time, 0.3, 0.5)
        turn[near, 2] += rng.normal(0, 0.5) * bump
    edge = np.clip(np.minimum(times, times[-1:] - times) / 0.6, 0, 1)
    turn *= smoothstep(edge)[:, None]
    return FaceTrack(turn.astype(np.float32), HEAD_NAMES, voice.rate_hz)


def brow_layer(voice: Voice, *, seed: int) -> FaceTrack:
    """Raise the brows on some of the stresses.

    Parameters
    ----------
    voice : Voice
    seed : int

    Returns
    -------
    FaceTrack
        ``browInnerUp``, ``browOuterUpLeft``, ``browOuterUpRight``, 0..1.
    """
    rng = voice.random(seed, 6)
    times = voice.times_seconds
    raised = np.zeros(voice.frames)
    for time, strength in voice.stresses:
        if rng.random() < RAISE_ON_SHARE:
            amount = RAISE * strength * rng.uniform(0.7, 1.2)
            near, bump = smooth_bump(times, time, 0.18, 0.42)
            raised[near] = np.maximum(raised[near], amount * bump)
    sides = raised * rng.uniform(0.6, 1.0), raised * rng.uniform(0.6, 1.0)
    return FaceTrack.of(
        {"browInnerUp": raised, "browOuterUpLeft": sides[0], "browOuterUpRight": sides[1]},
        voice.rate_hz,
    )
