# SPDX-License-Identifier: GPL-3.0-or-later
"""Head and brows: nods and raises on stress, a slow drift between."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ..motion.ease import smoothstep
from ..motion.track import HEAD_NAMES, FaceTrack
from ..timing import Seconds
from .acting import PLAIN, Acting, LookAt
from .voice import Voice, smooth_bump

HEAD_STREAM, BROW_STREAM = 5, 6  # which of the take's random numbers
NOD_DEGREES = 3.5
DRIFT_DEGREES = (1.6, 2.2, 1.2)  # pitch, yaw, roll: spread of slow drift while talking
# Slow turns and quicker ones: spreads of the blur, and their parts of the drift.
DRIFTS, SHARES = (0.45, 0.14), (0.94, 0.34)
PHRASE_END_DEGREES = 1.2
# The head helps the eyes only with targets further off than this, by so much of the rest (Stahl
# 1999 finds 0-18 degrees and 0.2-0.9, each person their own), at about this pace.
EYES_ALONE_DEGREES, HELP_SHARE, MOST_HELP_DEGREES, HELP_SECONDS = 8.0, 0.5, 60.0, 0.16
RAISE = 0.32
RAISE_ON_SHARE = 0.55  # not every stress moves the brows; Cavé et al. 1996 count 71 % of rises


def head_layer(voice: Voice, *, seed: int, acting: Acting = PLAIN) -> FaceTrack:
    """Turn the head with the speech, and some of the way to what the eyes hold.

    Parameters
    ----------
    voice : Voice
    seed : int
    acting : Acting
        Its head dials and `look_at`.

    Returns
    -------
    FaceTrack
        Pitch, yaw and roll in degrees, 0 at both ends of the line.
    """
    rng = voice.random(seed, HEAD_STREAM)
    times = voice.times_seconds
    noise = sum(
        share * _noise(rng, voice, seconds) for seconds, share in zip(DRIFTS, SHARES, strict=True)
    )
    turn = noise * np.array(DRIFT_DEGREES) * (0.35 + 0.65 * voice.speaking[:, None])
    for time, strength in voice.stresses:
        near, bump = smooth_bump(times, time + 0.04, 0.22, 0.38)
        turn[near, 0] += NOD_DEGREES * strength * bump
        near, bump = smooth_bump(times, time, 0.3, 0.5)
        turn[near, 2] += rng.normal(0, 0.5) * bump
    for start, _ in voice.pauses:
        # The chin comes up where a phrase ends, and goes down with the next stress.
        near, bump = smooth_bump(times, start, 0.35, 0.45)
        turn[near, 0] -= PHRASE_END_DEGREES * bump
    turn *= np.array([acting.head_pitch, acting.head_yaw, acting.head_roll])
    turn[:, :2] += _towards(acting.look_at, voice)
    turn *= smoothstep(voice.from_ends(0.6))[:, None]
    return FaceTrack(turn.astype(np.float32), HEAD_NAMES, voice.rate_hz)


def _noise(rng: np.random.Generator, voice: Voice, seconds: Seconds) -> NDArray[np.float64]:
    """Smooth noise of spread 1, shape (frames, 3)."""
    spread = seconds * voice.rate_hz
    noise = gaussian_filter1d(
        rng.standard_normal((voice.frames, 3)), spread, axis=0, mode="nearest"
    )
    # A Gaussian blur leaves 1 / sqrt(2 sqrt(pi) spread) of white noise.
    return noise * np.sqrt(2 * np.sqrt(np.pi) * spread)


def _towards(look_at: LookAt | None, voice: Voice) -> NDArray[np.float64]:
    """Pitch and yaw by which the head helps the eyes with a target off to the side."""
    if look_at is None:
        return np.zeros((voice.frames, 2))
    target, _ = look_at.at(voice.times_seconds)
    beyond = np.sign(target) * np.clip(np.abs(target) - EYES_ALONE_DEGREES, 0, MOST_HELP_DEGREES)
    help_ = gaussian_filter1d(
        beyond * HELP_SHARE, HELP_SECONDS * voice.rate_hz, axis=0, mode="nearest"
    )
    return np.stack([-help_[:, 1], help_[:, 0]], axis=1)


def brow_layer(voice: Voice, *, seed: int, acting: Acting = PLAIN) -> FaceTrack:
    """Raise the brows on some of the stresses.

    Parameters
    ----------
    voice : Voice
    seed : int
    acting : Acting
        Its `brow`.

    Returns
    -------
    FaceTrack
        ``browInnerUp``, ``browOuterUpLeft``, ``browOuterUpRight``, 0..1.
    """
    rng = voice.random(seed, BROW_STREAM)
    times = voice.times_seconds
    raised = np.zeros(voice.frames)
    for time, strength in voice.stresses:
        if rng.random() < RAISE_ON_SHARE:
            amount = min(1.0, RAISE * strength * rng.uniform(0.7, 1.2) * acting.brow)
            near, bump = smooth_bump(times, time, 0.18, 0.42)
            raised[near] = np.maximum(raised[near], amount * bump)
    sides = raised * rng.uniform(0.6, 1.0), raised * rng.uniform(0.6, 1.0)
    return FaceTrack.of(
        {"browInnerUp": raised, "browOuterUpLeft": sides[0], "browOuterUpRight": sides[1]},
        voice.rate_hz,
    )
