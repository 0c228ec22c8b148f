# SPDX-License-Identifier: GPL-3.0-or-later
"""What a voice does, as channels for anything that is no face: a lamp, a meter, a row of LEDs."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..motion.track import SIGNAL_NAMES, FaceTrack
from ..phones import BILABIAL, LABIODENTAL, ROUNDED, SILENCE, VOWELS
from .voice import VOICED, Voice

# A voice is between so many decibels below its loudest moment, where a meter shows nothing, and it.
RANGE_DB = 30.0
SOFT_SECONDS = 0.02  # lamps and meters follow so softly
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
