# SPDX-License-Identifier: GPL-3.0-or-later
"""Laughs, sighs and screams that nobody wrote, found in what was heard of a sound.

A false laugh on a line is far worse than a missed one, so each rule asks for several things at
once and the numbers are such that speech is all but never taken for one; how often, and what is
found, `training/measuring/wordless` measures. Sobs and gasps are like the breaths of people who
read, so these are never heard, only written.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from ...phones import INDEX, SILENCE, VOWELS
from ..voice import Voice
from .kinds import Aside

Curve = NDArray[np.float64]
# What the listener may take the breath and the vowels of such a sound for.
_OPEN = [INDEX[symbol] for symbol in (SILENCE, *"h ʔ ç x ʁ k ɡ t".split(), *VOWELS)]
_HISSES = [INDEX[symbol] for symbol in "s ʃ z ʒ tʃ dʒ f θ".split()]
SMOOTH_SECONDS = 0.02
LOUDEST_PERCENT = 95.0  # of a line's frames are quieter than its loud ones, which levels refer to

# A laugh: notes of one vowel that follow each other as evenly and as often as those of people (3 to
# 9 a second; Provine and Yong 1991), with breath and no consonant between them. The fewest notes
# and the depth between them are what speech does not reach.
FEWEST_NOTES = 4
NOTES_APART_SECONDS = (0.11, 0.34)
NOTE_SECONDS = 0.085  # half of one, before the first peak and after the last
NOTES_DEEP_DB, NOTES_BELOW_LOUD_DB = 15.0, 25.0
LEAST_EVEN, LEAST_ALIKE, LEAST_OPEN, MOST_VOICED = 0.2, 0.6, 0.7, 0.75
_SEEN_DB = 5.0  # what is a peak at all
# A scream: a vowel, long, higher than people speak and with the effort of a shout.
SCREAM_SECONDS, SCREAM_LOG2 = 0.5, 1.85  # of the pitch over 100 Hz
SCREAM_EFFORT_DB, SCREAM_BELOW_LOUD_DB = -3.0, 15.0
SCREAM_VOICED, SCREAM_OPEN = 0.55, 0.8
# A sigh: breath, long, that dies away evenly into silence, as loud as speech and without a hiss.
SIGH_SECONDS, SIGH_DB_A_SECOND, SIGH_ROUGH_DB = 0.8, -5.0, 4.0
SIGH_BELOW_LOUD_DB, SIGH_HEARD_DB, SIGH_ENDS_DB = 15.0, 28.0, 20.0
SIGH_VOICED, SIGH_HISS = 0.7, 0.3
_SIGH_ENDS_SECONDS = 0.1


def heard_in(voice: Voice, posteriors: NDArray[np.float32]) -> tuple[Aside, ...]:
    """Find sounds without words in what was heard.

    Parameters
    ----------
    voice : Voice
    posteriors : ndarray [shape=(frames, phones)]
        As they count: where a transcript or a person says which words there are, these are sure.

    Returns
    -------
    tuple of Aside
        In the order of time, none upon another.
    """
    if voice.effort_db is None or not voice.frames:
        return ()
    width = SMOOTH_SECONDS * voice.rate_hz
    loud = gaussian_filter1d(voice.loudness_db.astype(np.float64), width)
    loud -= np.percentile(loud, LOUDEST_PERCENT)
    is_open = gaussian_filter1d(posteriors[:, _OPEN].sum(axis=1), width)
    found = [("laugh", *span) for span in _laughs(voice, posteriors, loud)]
    found += [("scream", *span) for span in _screams(voice, loud, is_open)]
    found += [("sigh", *span) for span in _sighs(voice, posteriors, loud, is_open)]
    kept: list[Aside] = []
    for kind, start, end in sorted(found, key=lambda one: one[1]):
        after, before = start / voice.rate_hz, min(end / voice.rate_hz, voice.seconds)
        if not kept or after >= kept[-1].before_seconds:
            kept.append(Aside(kind, after, before, heard=True))
    return tuple(kept)


def _laughs(
    voice: Voice, posteriors: NDArray[np.float32], loud: Curve
) -> Iterator[tuple[int, int]]:
    """First and last frame of each run of notes."""
    low, high = (seconds * voice.rate_hz for seconds in NOTES_APART_SECONDS)
    notes, facts = find_peaks(
        loud, height=-NOTES_BELOW_LOUD_DB, prominence=_SEEN_DB, distance=max(1, round(0.8 * low))
    )
    apart, deep = np.diff(notes), facts["prominences"]
    for first, last in _stretches((apart >= low) & (apart <= high)):
        run, gaps = notes[first : last + 1], apart[first:last]
        half = round(NOTE_SECONDS * voice.rate_hz)
        start, end = max(0, int(run[0]) - half), int(run[-1]) + half
        if (
            len(run) >= FEWEST_NOTES
            and gaps.std() < LEAST_EVEN * gaps.mean()
            and np.median(deep[first : last + 1]) > NOTES_DEEP_DB
            and posteriors[start:end, _OPEN].sum(axis=1).mean() > LEAST_OPEN
            and voice.voicing[start:end].mean() < MOST_VOICED
            and _alike(posteriors, run, voice.rate_hz) > LEAST_ALIKE
        ):
            yield start, end


def _alike(posteriors: NDArray[np.float32], notes: NDArray[np.int64], rate_hz: float) -> float:
    """How alike each note sounds to the next, 0..1: the cosine of what was heard."""
    reach = round(0.03 * rate_hz)
    heard = np.stack([posteriors[max(0, at - reach) : at + reach + 1].mean(axis=0) for at in notes])
    heard /= np.linalg.norm(heard, axis=1, keepdims=True)
    return float((heard[1:] * heard[:-1]).sum(axis=1).mean())


def _screams(voice: Voice, loud: Curve, is_open: Curve) -> Iterator[tuple[int, int]]:
    width = SMOOTH_SECONDS * voice.rate_hz
    high = gaussian_filter1d(voice.pitch_log2.astype(np.float64), width) > SCREAM_LOG2
    voiced = gaussian_filter1d(voice.voicing.astype(np.float64), width) > SCREAM_VOICED
    assert voice.effort_db is not None
    for start, end in _stretches(high & voiced & (loud > -SCREAM_BELOW_LOUD_DB)):
        if (
            end - start >= SCREAM_SECONDS * voice.rate_hz
            and is_open[start:end].mean() > SCREAM_OPEN
            and voice.effort_db[start:end].mean() > SCREAM_EFFORT_DB
        ):
            yield start, end


def _sighs(
    voice: Voice, posteriors: NDArray[np.float32], loud: Curve, is_open: Curve
) -> Iterator[tuple[int, int]]:
    voiced = gaussian_filter1d(voice.voicing.astype(np.float64), SMOOTH_SECONDS * voice.rate_hz)
    breathed = (voiced < SIGH_VOICED) & (loud > -SIGH_HEARD_DB) & (is_open > 0.5)
    beyond = round(_SIGH_ENDS_SECONDS * voice.rate_hz)
    for start, end in _stretches(breathed):
        if end - start < SIGH_SECONDS * voice.rate_hz:
            continue
        times, level = np.arange(end - start) / voice.rate_hz, loud[start:end]
        slope = float(np.polyfit(times, level, 1)[0])
        curved = np.asarray(np.polyval(np.polyfit(times, level, 2), times), np.float64)
        if (
            slope < SIGH_DB_A_SECOND
            and np.std(level - curved) < SIGH_ROUGH_DB
            and np.percentile(level, 90) > -SIGH_BELOW_LOUD_DB
            and loud[end - 1 : end + beyond].min() < -SIGH_ENDS_DB
            and posteriors[start:end, _HISSES].sum(axis=1).max() < SIGH_HISS
        ):
            yield start, end


def _stretches(where: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Where something holds: first index and the one behind the last."""
    edges = np.flatnonzero(np.diff(where.astype(np.int8), prepend=0, append=0))
    yield from ((int(start), int(end)) for start, end in edges.reshape(-1, 2))
