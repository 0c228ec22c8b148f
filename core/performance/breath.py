# SPDX-License-Identifier: GPL-3.0-or-later
"""Breath: air taken in pauses and spent while speaking, for chests and nostrils that can move."""

import numpy as np

from ..motion.ease import smoothstep
from ..motion.track import BREATH_NAMES, FaceTrack
from .acting import PLAIN, Acting
from .voice import Voice, smooth_bump

STREAM = 8  # which of the take's random numbers
# People inhale in the pauses of speech, in 0.3-0.6 s, deeper before a longer phrase (Winkworth et
# al. 1995), and start with a breath.
INHALE_SECONDS = 0.5
LONG_PHRASE_SECONDS = 4.0  # takes a full breath
FLARE = 0.5


def breath_layer(voice: Voice, *, seed: int, acting: Acting = PLAIN) -> FaceTrack:
    """Raise the chest in pauses and let it sink while words are spoken.

    Parameters
    ----------
    voice : Voice
    seed : int
    acting : Acting
        Its `breath`.

    Returns
    -------
    FaceTrack
        `BREATH_NAMES`, 0..1, 0 at both ends.
    """
    rng = voice.random(seed, STREAM)
    times = voice.times_seconds
    chest, flare = np.zeros(voice.frames), np.zeros(voice.frames)
    starts = [end for _, end in voice.pauses if end < voice.seconds - 0.3]
    ends = [start for start, _ in voice.pauses if start > 0] + [voice.seconds]
    for start in starts:
        stop = min((end for end in ends if end > start), default=voice.seconds)
        depth = (0.35 + 0.65 * min(1.0, (stop - start) / LONG_PHRASE_SECONDS)) * rng.uniform(0.8, 1)
        begin = max(0.0, start - INHALE_SECONDS)
        rise = smoothstep(np.clip((times - begin) / max(start - begin, 0.1), 0, 1))
        sink = smoothstep(np.clip((stop - times) / max(stop - start, 0.1), 0, 1))
        chest = np.maximum(chest, depth * rise * sink)
        near, bump = smooth_bump(times, (begin + start) / 2, INHALE_SECONDS / 2, INHALE_SECONDS / 2)
        flare[near] = np.maximum(flare[near], FLARE * depth * bump)
    curves = np.clip(np.stack([flare, chest], axis=1) * acting.breath, 0, 1)
    edge = voice.from_ends(0.2)[:, None]
    return FaceTrack((curves * edge).astype(np.float32), BREATH_NAMES, voice.rate_hz)
