# SPDX-License-Identifier: GPL-3.0-or-later
"""A guess at what a voice feels, from its prosody alone: a suggestion, never a finding.

How aroused a voice is can be heard in its pitch, melody, effort and tempo; whether it is then glad
or angry only a little. So a few cues, counted in spreads of read speech, say first whether a voice
is high, low or neither, and then whether a high one is rather glad: what is high is happy or angry,
what is low is sad. The numbers in ``feelings.json`` are fitted by ``training/data/fit_feelings.py``
on a synthetic actress and on real readers whose voices were changed, and the model card tells how
far that carries.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.special import expit, softmax

from ..motion.envelope import Envelope
from ..phones import SILENCE, VOWELS, Phone
from .voice import VOICED, Voice

FITTED = Path(__file__).with_name("feelings.json")  # made by training/data/fit_feelings.py
CUES = ("pitch", "range", "speed", "effort", "tempo", "length")
NEUTRAL = "neutral"
# Disgust, surprise and contempt have no voice that studies agree on, and a high, quick voice is far
# more often lively than afraid: these are never guessed.
GUESSED = ("happy", "angry", "sad")

LISTENS_OVER_SECONDS = 1.0  # spread of the stretch that a moment is judged by
STEP_SECONDS = 0.25  # between the values of an envelope
# A moment says less than a line: so much of what sets it apart counts.
OF_A_MOMENT = 0.6
# A line with so many seconds of voice is believed half.
HALF_BELIEVED_SECONDS = 0.3
LEAST_VOICED_SECONDS, LEAST_PHONES = 0.3, 4
STRONGEST = 0.9  # a guess never shows whole
SADDEST = 0.6  # a flat voice may also be a bored, tired or reading one
UNSURE = 0.35  # a level of arousal no likelier than this does not show at all
SEMITONES = 12.0
MELODY = 9.0  # semitones: further from the middle is the tracker's error, not a feeling
SMOOTH_SECONDS = 0.03
FARTHEST = 2.0  # spreads: no single cue, such as the effort of a muffled recording, decides


@dataclass(frozen=True)
class Suggestion:
    """What a voice may feel.

    Parameters
    ----------
    arousal : Envelope
        0..1; read speech is about 0.5.
    emotions : mapping of str to Envelope
        Strength 0..`STRONGEST` of each guessed emotion: the surer, the stronger.
    label : str
        The likeliest over the whole line, or "neutral".
    certainty : float
        0..1, how likely that is; about 0.25 says nothing.
    likelihoods : mapping of str to float
        0..1 of `NEUTRAL` and each of `GUESSED`, over the whole line.
    """

    arousal: Envelope
    emotions: Mapping[str, Envelope]
    label: str
    certainty: float
    likelihoods: Mapping[str, float]


@cache
def fitted() -> dict[str, Any]:
    """Read the numbers of the rule.

    Returns
    -------
    dict
        `middle` and `spread` of each of `CUES` in read speech; `arousal`, how likely a voice is
        `high` or `low`, and how likely a high one is `glad`, each as `weights` of the cues and an
        `offset`.
    """
    return json.loads(FITTED.read_text("utf-8"))


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
    whole = cues_of(voice)
    if whole is None:
        still = Envelope((0.0,), (0.0,))
        sure = {NEUTRAL: 1.0, **dict.fromkeys(GUESSED, 0.0)}
        return Suggestion(still, {}, NEUTRAL, 1.0, sure)
    times = np.arange(0.0, max(voice.seconds, STEP_SECONDS), STEP_SECONDS)
    place = np.minimum((times * voice.rate_hz).astype(int), voice.frames - 1)
    moments = whole + OF_A_MOMENT * (_cues(voice, _around(voice))[place] - whole)
    label, told = judge(whole)
    return Suggestion(
        Envelope.of(times, arousal_of(moments)),
        {name: Envelope.of(times, shown) for name, shown in strengths_of(moments, whole).items()},
        label,
        told[label],
        told,
    )


def judge(cues: NDArray[np.float64]) -> tuple[str, dict[str, float]]:
    """Say what a line feels most likely: first how aroused it is, then which feeling.

    Parameters
    ----------
    cues : ndarray [shape=(CUES,)]
        As `cues_of` gives them.

    Returns
    -------
    str
        `NEUTRAL` or one of `GUESSED`.
    dict of str to float
        0..1 of each of these, together 1.
    """
    middle, high, low = levels_of(cues).tolist()
    glad = float(gladness_of(cues))
    told = {NEUTRAL: middle, "happy": high * glad, "angry": high * (1 - glad), "sad": low}
    if high > max(middle, low):
        return ("happy" if glad > 0.5 else "angry"), told
    return ("sad" if low > middle else NEUTRAL), told


def strengths_of(
    moments: NDArray[np.float64], whole: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """Say how strongly each of `GUESSED` is to be shown: the surer, the stronger.

    Parameters
    ----------
    moments : ndarray [shape=(n, CUES)]
        Cues around each moment: they say how aroused it is.
    whole : ndarray [shape=(CUES,)]
        Those of the line: they say whether it is glad, for a line is not glad and angry in turns.

    Returns
    -------
    dict of str to ndarray [shape=(n,)]
        0..`STRONGEST`.
    """
    _, high, low = np.clip((levels_of(moments).T - UNSURE) / (1 - UNSURE), 0, 1)
    glad = 2 * float(gladness_of(whole)) - 1
    # A face that is half glad and half angry is neither: the likelier shows alone.
    high = STRONGEST * abs(glad) ** 0.5 * high
    return {"happy": high * (glad > 0), "angry": high * (glad <= 0), "sad": SADDEST * low}


def levels_of(cues: NDArray[np.float64]) -> NDArray[np.float64]:
    """Say how likely arousal is in the middle, high and low.

    Parameters
    ----------
    cues : ndarray [shape=(..., CUES)]

    Returns
    -------
    ndarray [shape=(..., 3)], float64
        0..1, together 1.
    """
    scores = [np.zeros(cues.shape[:-1]), _score("high", cues), _score("low", cues)]
    return softmax(np.stack(scores, axis=-1), axis=-1)


def gladness_of(cues: NDArray[np.float64]) -> NDArray[np.float64]:
    """Say how likely a voice is glad, if it is aroused, 0..1; of cues as for `levels_of`."""
    return expit(_score("glad", cues))


def arousal_of(cues: NDArray[np.float64]) -> NDArray[np.float64]:
    """Say how aroused a voice is, 0..1; of cues as for `levels_of`."""
    return expit(_score("arousal", cues))


def _score(name: str, cues: NDArray[np.float64]) -> NDArray[np.float64]:
    rule = fitted()[name]
    return cues @ np.array([rule["weights"][cue] for cue in CUES]) + rule["offset"]


def cues_of(voice: Voice) -> NDArray[np.float64] | None:
    """Measure what a feeling may be heard in, over a whole line.

    Parameters
    ----------
    voice : Voice

    Returns
    -------
    ndarray [shape=(CUES,)], float64, or None
        In spreads of read speech from its middle, within ±`FARTHEST`, the less the shorter the
        line: height of the pitch, width and speed of the melody, effort, vowels a second of
        speech, length of the vowels. None where too little is said.
    """
    return _cues(voice, _over_line)[0] if is_enough(voice) else None


def is_enough(voice: Voice) -> bool:
    """Say whether so much is said that something may be heard in it."""
    said = list(_spoken(voice))
    vowels = any(phone.symbol in VOWELS for phone in said)
    return _voiced_seconds(voice) >= LEAST_VOICED_SECONDS and len(said) >= LEAST_PHONES and vowels


def trust_in(voice: Voice) -> float:
    """Say how much of what a line's cues say counts, 0..1."""
    voiced = _voiced_seconds(voice)
    return voiced / (voiced + HALF_BELIEVED_SECONDS)


def _spoken(voice: Voice) -> Iterator[Phone]:
    """Yield the phones that begin within the sound, without silences."""
    for phone in voice.phones:
        if phone.symbol != SILENCE and phone.start_seconds * voice.rate_hz < voice.frames - 1:
            yield phone


def _voiced_seconds(voice: Voice) -> float:
    return float((voice.voicing > VOICED).sum()) / voice.rate_hz


def _over_line(values: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.full(1, np.average(values, weights=weight))


Mean = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]


def _around(voice: Voice) -> Mean:
    """Weighted mean around each moment; where nothing weighs, that of the whole line."""
    spread, floor = LISTENS_OVER_SECONDS * voice.rate_hz, 0.02

    def mean(values: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
        # Vowels are counted by single frames, so a weight is a share of the line's own.
        share = weight / max(float(weight.mean()), 1e-9)
        whole = float(np.average(values, weights=share))
        total = gaussian_filter1d(values * share, spread, mode="constant") + floor * whole
        return total / (gaussian_filter1d(share, spread, mode="constant") + floor)

    return mean


def _cues(voice: Voice, mean: Mean) -> NDArray[np.float64]:
    """`CUES` by one way of taking means, shape (n, CUES)."""
    measured, numbers = measures(voice, mean), fitted()
    middle = np.array([numbers["middle"][cue] for cue in CUES])
    spread = np.array([numbers["spread"][cue] for cue in CUES])
    return np.clip((measured - middle) / spread, -FARTHEST, FARTHEST) * trust_in(voice)


def measures(voice: Voice, mean: Mean = _over_line) -> NDArray[np.float64]:
    """Measure `CUES` in their own units.

    Parameters
    ----------
    voice : Voice
        With some voice and some vowels.
    mean : callable
        Takes values and their weights over the line, both (frames,), and gives (n,) means.

    Returns
    -------
    ndarray [shape=(n, CUES)], float64
        Semitones above 100 Hz, semitones, semitones a second, dB, vowels a second, seconds.
    """
    voiced = (voice.voicing > VOICED).astype(float)
    pitch = voice.pitch_log2.astype(float) * SEMITONES
    off = np.clip(pitch - np.median(pitch[voiced > 0]), -MELODY, MELODY)
    centre = mean(off, voiced)
    spread = np.sqrt(np.maximum(mean(off**2, voiced) - centre**2, 0.0))
    smooth = SMOOTH_SECONDS * voice.rate_hz
    line = gaussian_filter1d(off * voiced, smooth) / (gaussian_filter1d(voiced, smooth) + 1e-3)
    speed = np.abs(np.gradient(line)) * voice.rate_hz
    beats, lengths, speech = _vowels(voice)
    effort = np.full(voice.frames, fitted()["middle"]["effort"])
    if voice.effort_db is not None:
        effort = voice.effort_db.astype(float)
    return np.stack(
        [
            centre + np.median(pitch[voiced > 0]),
            spread,
            mean(speed, voiced),
            mean(effort, voiced),
            mean(beats * voice.rate_hz, speech),
            mean(lengths, beats),
        ],
        axis=-1,
    )


def _vowels(
    voice: Voice,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """1 in the middle of each vowel, how long it is there, and 1 where something is said."""
    beats, lengths, speech = np.zeros((3, voice.frames))
    for phone in _spoken(voice):
        a, b = (round(at * voice.rate_hz) for at in (phone.start_seconds, phone.end_seconds))
        speech[a : max(a + 1, b)] = 1.0
        if phone.symbol in VOWELS:
            middle = min((a + b) // 2, voice.frames - 1)
            beats[middle], lengths[middle] = 1.0, phone.end_seconds - phone.start_seconds
    return beats, lengths, speech
