# SPDX-License-Identifier: GPL-3.0-or-later
"""What a voice does, as channels: for a lamp, a meter, a row of LEDs; and how hard it speaks."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arrays import Floats
from ..motion.track import HEARD_EFFORT, SIGNAL_NAMES, FaceTrack
from ..phones import BILABIAL, LABIODENTAL, ROUNDED, SILENCE, VOWELS
from .feeling import suggest
from .voice import VOICED, Voice

# A voice is between so many decibels below its loudest moment, where a meter shows nothing, and it.
RANGE_DB = 30.0
SOFT_SECONDS = 0.02  # lamps and meters follow so softly
# A shout lies some 20 dB above plain speech of the same voice (Traunmueller and Eriksson 2000,
# "Acoustic effects of variation in vocal effort"). Single words differ by a few dB without effort.
SHOUT_DB, WORDS_DB = 20.0, 3.0
EFFORT_SECONDS = 0.4  # spread of the stretch whose level counts
# Read speech has arousals between these, and speaks plainly whatever they are.
CALM, LIVELY = 0.2, 0.8
# What the calmest and the liveliest voice make of the effort. People who act a feeling open their
# mouths up to two thirds further than readers do.
OF_CALM, OF_LIVELY = -0.2, 0.5
SOFTEST = -0.5
CLASSES = {
    "saysVowel": frozenset(VOWELS),
    "saysLips": BILABIAL,
    "saysTeeth": LABIODENTAL,
    "saysRound": ROUNDED,
}


def signals(voice: Voice) -> FaceTrack:
    """Tell how loud a voice is, whether it sounds, and what kind of sound it says.

    Parameters
    ----------
    voice : Voice

    Returns
    -------
    FaceTrack
        `SIGNAL_NAMES`, 0..1, at the voice's rate.
    """
    said = np.zeros((voice.frames, len(SIGNAL_NAMES)), np.float64)
    column = {name: i for i, name in enumerate(SIGNAL_NAMES)}
    loud = np.asarray(voice.loudness_db, np.float64)
    heard = voice.voicing > VOICED
    top = float(np.percentile(loud[heard], 98)) if heard.any() else float(loud.max(initial=0.0))
    said[:, column["loudness"]] = np.clip(1 + (loud - top) / RANGE_DB, 0, 1)
    said[:, column["voiced"]] = np.clip(voice.voicing, 0, 1)
    for phone in voice.phones:
        a = round(phone.start_seconds * voice.rate_hz)
        b = max(a + 1, round(phone.end_seconds * voice.rate_hz))
        if phone.symbol == SILENCE:
            said[a:b, column["loudness"]] = 0.0
            continue
        said[a:b, column["speaking"]] = 1.0
        for name, phones in CLASSES.items():
            said[a:b, column[name]] = float(phone.symbol in phones)
    said = gaussian_filter1d(said, SOFT_SECONDS * voice.rate_hz, axis=0, mode="nearest")
    return FaceTrack(np.clip(said, 0, 1).astype(np.float32), SIGNAL_NAMES, voice.rate_hz)


def with_effort(mouth: FaceTrack, voice: Voice) -> FaceTrack:
    """Let a mouth's track tell how hard its voice speaks, as `HEARD_EFFORT`."""
    return FaceTrack.of({**mouth.curves(), HEARD_EFFORT: heard_effort(voice)}, mouth.rate_hz)


def heard_effort(voice: Voice) -> Floats:
    """Tell how much harder or softer a voice speaks than plainly.

    Two things that no distance to a microphone changes: the level against the line's own middle,
    and how aroused the voice is by its melody and tempo.

    Parameters
    ----------
    voice : Voice

    Returns
    -------
    ndarray [shape=(frames,)], float64
        `SOFTEST` to 1, a shout; 0 is plain speech.
    """
    # A pause's noise may seem voiced, and is no part of the line's level.
    heard = ((voice.voicing > VOICED) & (voice.speaking > 0.5)).astype(float)
    if not heard.any():
        return np.zeros(voice.frames)
    loud = np.asarray(voice.loudness_db, np.float64)
    spread = EFFORT_SECONDS * voice.rate_hz
    weight = gaussian_filter1d(heard, spread, mode="constant") + 1e-3
    middle = float(np.median(loud[heard > 0]))
    above = gaussian_filter1d((loud - middle) * heard, spread, mode="constant") / weight
    level = np.sign(above) * np.maximum(np.abs(above) - WORDS_DB, 0.0) / SHOUT_DB
    arousal = suggest(voice).arousal.at(voice.times_seconds)
    lively = np.interp(arousal, [0.0, CALM, LIVELY, 1.0], [OF_CALM, 0.0, 0.0, OF_LIVELY])
    lively = np.where(arousal > 0, lively, 0.0)  # too little is said to tell
    return np.clip(level + lively, SOFTEST, 1.0)
