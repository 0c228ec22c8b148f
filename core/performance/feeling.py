# SPDX-License-Identifier: GPL-3.0-or-later
"""A guess at what a voice feels, from its prosody alone: a suggestion, never a finding.

How aroused a voice is can be heard in its pitch, loudness, tempo and effort; whether it is glad or
angry hardly. No emotional speech with a free licence was there to learn from, so the rules below
are a table from the literature, and all they say is weak on purpose.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ..arrays import Floats
from ..motion.envelope import Envelope
from ..phones import VOWELS
from ..timing import Seconds
from .voice import VOICED, Voice

LISTENS_OVER_SECONDS = 0.8  # spread of the stretch that a moment is judged by
STEP_SECONDS = 0.25  # between the values of an envelope
STRONGEST = 0.8  # a guess never shows whole
SEMITONES = 12.0
# Mean and spread of each cue in read speech, so that reading comes out as neutral: some 170
# sentences of LibriSpeech, LJSpeech and three other readers, as the listener hears them. Pitch and
# loudness are counted from the middle of the line itself: voices and microphones differ.
NORMS = {
    "pitch": (0.3, 1.5),  # semitones
    "range": (2.8, 1.2),  # semitones
    "loudness": (0.0, 3.0),  # dB
    "effort": (-20.5, 6.0),  # dB
    "tempo": (4.85, 0.9),  # vowels a second of speech
}
# Which cues go up and down with which emotion: Juslin and Laukka 2003, table 7, the directions of
# most studies; sizes by judgement. Disgust, surprise and contempt have no profile there that
# holds, so they are never guessed.
PROFILES: dict[str, dict[str, float]] = {
    "happy": {"pitch": 0.5, "range": 0.9, "loudness": 0.3, "effort": 0.2, "tempo": 0.3},
    "angry": {"pitch": 0.1, "range": 0.3, "loudness": 0.6, "effort": 1.0, "tempo": 0.4},
    "fearful": {"pitch": 0.9, "range": -0.6, "loudness": -0.1, "effort": -0.1, "tempo": 0.6},
    "sad": {"pitch": -0.3, "range": -0.6, "loudness": -0.6, "effort": -0.6, "tempo": -0.7},
}
AROUSAL = {"pitch": 0.4, "range": 0.5, "loudness": 0.5, "effort": 0.7, "tempo": 0.4}
NEUTRAL = 2.2  # what a profile must beat


@dataclass(frozen=True)
class Suggestion:
    """What a voice may feel.

    Parameters
    ----------
    arousal : Envelope
        0..1; read speech is about 0.5.
    emotions : mapping of str to Envelope
        Strength 0..`STRONGEST` of each guessed emotion.
    label : str
        The likeliest over the whole line, or "neutral".
    certainty : float
        0..1, its share of the line's feeling; about 0.25 says nothing.
    """

    arousal: Envelope
    emotions: Mapping[str, Envelope]
    label: str
    certainty: float


def suggest(voice: Voice) -> Suggestion:
    """Guess what a voice feels over a line.

    Parameters
    ----------
    voice : Voice

    Returns
    -------
    Suggestion
        Neutral with arousal 0 where too little of the line is voiced.
    """
    times = np.arange(0.0, max(voice.seconds, STEP_SECONDS), STEP_SECONDS)
    cues = _cues(voice)
    if cues is None:
        still = Envelope((0.0,), (0.0,))
        return Suggestion(still, {}, "neutral", 1.0)
    place = np.minimum((times * voice.rate_hz).astype(int), voice.frames - 1)
    arousal = 0.5 + 0.5 * np.tanh(_dot(AROUSAL, cues) / 2)[place]
    names = ("neutral", *PROFILES)
    scores = np.stack([np.full(voice.frames, NEUTRAL), *(_dot(p, cues) for p in PROFILES.values())])
    shares = np.exp(scores - scores.max(axis=0))
    shares /= shares.sum(axis=0)
    mean = shares.mean(axis=1)
    likeliest = int(mean.argmax())
    emotions = {
        name: Envelope.of(times, STRONGEST * share[place])
        for name, share in zip(names[1:], shares[1:], strict=True)
    }
    return Suggestion(
        Envelope.of(times, arousal), emotions, names[likeliest], float(mean[likeliest])
    )


def _dot(profile: Mapping[str, float], cues: Mapping[str, NDArray[np.float64]]) -> Floats:
    return sum((cues[name] * weight for name, weight in profile.items()), np.zeros(1))


def _cues(voice: Voice) -> dict[str, NDArray[np.float64]] | None:
    """Every cue of `NORMS` over the line in spreads of read speech, within -3..3."""
    voiced = (voice.voicing > VOICED).astype(float)
    if voiced.sum() < voice.rate_hz * 0.3:
        return None
    here = voiced > 0
    pitch = voice.pitch_log2.astype(float) * SEMITONES
    # An octave off is the tracker's error, not a feeling.
    pitch = np.clip(pitch - np.median(pitch[here]), -9.0, 9.0)
    loudness = voice.loudness_db - float(np.mean(voice.loudness_db[here]))
    centre = _around(pitch, voiced, voice)
    found = {
        "pitch": centre,
        "range": 1.25 * _around(np.abs(pitch - centre), voiced, voice),  # of a normal spread
        "loudness": _around(loudness, voiced, voice),
        "tempo": _tempo(voice),
    }
    if voice.effort_db is not None:
        found["effort"] = _around(voice.effort_db.astype(float), voiced, voice)
    zero = np.zeros(voice.frames)
    return {
        name: np.clip((found[name] - mean) / spread, -3, 3) if name in found else zero
        for name, (mean, spread) in NORMS.items()
    }


def _around(
    values: NDArray[np.float64], weight: NDArray[np.float64], voice: Voice
) -> NDArray[np.float64]:
    """Weighted mean around each moment; where nothing weighs, that of the whole line."""
    spread = LISTENS_OVER_SECONDS * voice.rate_hz
    floor = 0.02
    whole = float(np.average(values, weights=weight))
    total = gaussian_filter1d(values * weight, spread, mode="constant") + floor * whole
    return total / (gaussian_filter1d(weight, spread, mode="constant") + floor)


def _tempo(voice: Voice) -> NDArray[np.float64]:
    """Vowels a second of speech around each moment."""
    beats = np.zeros(voice.frames)
    for phone in voice.phones:
        if phone.symbol in VOWELS:
            at: Seconds = (phone.start_seconds + phone.end_seconds) / 2
            beats[min(int(at * voice.rate_hz), voice.frames - 1)] += voice.rate_hz
    speaking = voice.speaking.astype(float)
    if not beats.any() or speaking.sum() < 1:
        return np.full(voice.frames, NORMS["tempo"][0])
    return _around(beats / np.maximum(speaking, 0.2), speaking, voice)
