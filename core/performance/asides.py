# SPDX-License-Identifier: GPL-3.0-or-later
"""Sounds without words that a transcript names: ``[laugh]``, ``[sob]``, ``[sigh]``, ``[gasp]``.

They move mouth, lids, brows and chest in the pause where they stand; words are left alone.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..motion.ease import ramp, smoothstep
from ..motion.track import BREATH_NAMES, FaceTrack
from ..phones import SILENCE
from ..timing import Seconds
from ..transcript.words import words_of
from .acting import PLAIN, Acting
from .voice import Voice

Curve = NDArray[np.float64]
_TAG = re.compile(r"\[\s*([^\W\d_]+)\s*\]")
LEAST_SECONDS, EDGE_SECONDS = 0.15, 0.1
AUDIBLE_DB = 6.0  # a stretch whose loudness varies by more has a rhythm of its own
# Notes of a laugh come about every 0.21 s (Provine 2001, "Laughter"); sobs, as breath allows, about
# half as often: set by eye.
LAUGHS_HZ, SOBS_HZ = 4.8, 2.3


@dataclass(frozen=True)
class Aside:
    """A sound without words, and between which times it may lie.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    after_seconds, before_seconds : float
        The words beside it begin here.
    alone : bool
        The text has no words: all of the sound is this.
    """

    kind: str
    after_seconds: Seconds
    before_seconds: Seconds
    alone: bool = False


@dataclass(frozen=True)
class Kind:
    """How a sound without words looks.

    Parameters
    ----------
    names : tuple of str
        As a text may name it.
    longest_seconds : float
        It takes no more than this, at the end of its pause.
    held, beaten : mapping of str to float
        Shapes that are there all through it, and those that follow its rhythm, 0..1. A name
        without a side means both.
    beat : callable
        The rhythm where the sound has none: seconds from the start and the length to 0..1.
    """

    names: tuple[str, ...]
    longest_seconds: Seconds
    held: Mapping[str, float]
    beaten: Mapping[str, float]
    beat: Callable[[Curve, Seconds], Curve]


def _notes(rate_hz: float) -> Callable[[Curve, Seconds], Curve]:
    """Make beats that grow weaker, as breath runs out."""

    def beat(at: Curve, length: Seconds) -> Curve:
        weaker = 1 - 0.4 * at / max(length, 1e-3)
        swings: Curve = 0.5 - 0.5 * np.cos(2 * np.pi * rate_hz * at)
        return swings * weaker

    return beat


def _out(at: Curve, length: Seconds) -> Curve:
    """Breathe in over a third, then out."""
    falls: Curve = 1.0 - ramp(at, 0.6 * length, length)
    return falls * ramp(at, 0.3 * length, 0.5 * length)


def _at_once(at: Curve, length: Seconds) -> Curve:
    """There in a tenth of a second, and slowly gone."""
    falls: Curve = 1.0 - 0.7 * ramp(at, 0.4 * length, length)
    return falls * ramp(at, 0.0, 0.1)


KINDS: dict[str, Kind] = {
    "laugh": Kind(
        ("laugh", "laughs", "laughing", "laughter", "chuckle", "chuckles", "giggle", "giggles"),
        4.0,
        {"mouthSmile": 0.8, "cheekSquint": 0.7, "eyeSquint": 0.55, "jawOpen": 0.12},
        {"jawOpen": 0.25, "mouthUpperUp": 0.2, "chestRise": 0.6, "browOuterUp": 0.15},
        _notes(LAUGHS_HZ),
    ),
    "sob": Kind(
        ("sob", "sobs", "sobbing", "cry", "cries", "crying", "weeps", "whimpers"),
        4.0,
        {
            **{"browInnerUp": 0.85, "mouthFrown": 0.7, "mouthShrugLower": 0.4, "eyeSquint": 0.7},
            **{"browDown": 0.25, "mouthStretch": 0.25, "eyeBlink": 0.35},
        },
        {"jawOpen": 0.22, "mouthStretch": 0.3, "chestRise": 0.7, "noseSneer": 0.25},
        _notes(SOBS_HZ),
    ),
    "sigh": Kind(
        ("sigh", "sighs", "sighing", "exhales", "yawn", "yawns"),
        1.8,
        {"browInnerUp": 0.25, "eyeBlink": 0.3},
        {"jawOpen": 0.2, "mouthFunnel": 0.22, "mouthLowerDown": 0.1},
        _out,
    ),
    "gasp": Kind(
        ("gasp", "gasps", "inhales"),
        0.7,
        {},
        {
            **{"jawOpen": 0.5, "eyeWide": 0.65, "browInnerUp": 0.55, "browOuterUp": 0.45},
            **{"chestRise": 1.0, "nostrilFlare": 0.6, "mouthStretch": 0.15},
        },
        _at_once,
    ),
    "scream": Kind(
        ("scream", "screams", "shriek", "shrieks", "yell", "yells"),
        3.0,
        {"eyeWide": 0.6, "browInnerUp": 0.7, "browOuterUp": 0.4},
        {
            **{"jawOpen": 0.95, "mouthStretch": 0.45, "mouthUpperUp": 0.4, "mouthLowerDown": 0.6},
            **{"chestRise": 0.8, "nostrilFlare": 0.7},
        },
        _at_once,
    ),
}
_KIND_OF = {name: kind for kind, one in KINDS.items() for name in one.names}


def asides_in(
    text: str, word_starts_seconds: Sequence[Seconds | None], seconds: Seconds
) -> tuple[Aside, ...]:
    """Find the sounds without words that a text names, and where they may lie.

    Parameters
    ----------
    text : str
    word_starts_seconds : sequence of float or None
        When each word of the text is said; None for one that was not heard.
    seconds : float
        Length of the sound.

    Returns
    -------
    tuple of Aside
        In the order of the text; none where its words were not followed.
    """
    words = words_of(text)
    if words and not word_starts_seconds:
        return ()
    found: list[Aside] = []
    for match in _TAG.finditer(text):
        kind = _KIND_OF.get(match[1].lower())
        if kind is None:
            continue
        word = len(words_of(text[: match.start()]))
        before = [at for at in word_starts_seconds[:word] if at is not None]
        behind = [at for at in word_starts_seconds[word:] if at is not None]
        found.append(
            Aside(kind, before[-1] if before else 0.0, min(behind, default=seconds), not words)
        )
    return tuple(found)


def with_asides(
    track: FaceTrack, asides: Sequence[Aside], voice: Voice, acting: Acting = PLAIN
) -> FaceTrack:
    """Show sounds without words on top of what is felt.

    Parameters
    ----------
    track : FaceTrack
        The layer of feelings, at the voice's rate.
    asides : sequence of Aside
    voice : Voice
    acting : Acting
        Its `emotion_mouth`, `emotion_upper` and `breath`.

    Returns
    -------
    FaceTrack
        With `BREATH_NAMES`, where there is an aside that has room.
    """
    spans = [(one, _span(one, voice)) for one in asides]
    spans = [(one, span) for one, span in spans if span[1] - span[0] >= LEAST_SECONDS]
    if not spans:
        return track
    names = (*track.names, *(name for name in BREATH_NAMES if name not in track.names))
    face = np.zeros((len(track.values), len(names)), np.float32)
    face[:, : len(track.names)] = track.values
    for aside, (start, end) in spans:
        kind = KINDS[aside.kind]
        start = max(start, end - kind.longest_seconds)
        at = voice.times_seconds - start
        edge = min(EDGE_SECONDS, (end - start) / 3)
        there = ramp(at, 0.0, edge) * (1 - ramp(at, end - start - edge, end - start))
        beat = _rhythm(kind, voice, start, end)
        for shapes, curve in ((kind.held, there), (kind.beaten, there * beat)):
            for stem, amount in shapes.items():
                share = amount * _share(stem, acting)
                for name in (stem, f"{stem}Left", f"{stem}Right"):
                    if name in names:
                        column = names.index(name)
                        face[:, column] = np.maximum(face[:, column], share * curve)
    return FaceTrack(np.clip(face, 0, 1), names, voice.rate_hz)


def without_room(asides: Sequence[Aside], voice: Voice) -> list[str]:
    """Say which sounds without words cannot be shown, in sentences for the artist."""
    return [
        f"[{one.kind}] stands where the voice does not pause, so it is not shown. Move it"
        for one in asides
        if np.diff(_span(one, voice))[0] < LEAST_SECONDS
    ]


def _share(stem: str, acting: Acting) -> float:
    if stem in BREATH_NAMES:
        return acting.breath
    return acting.emotion_mouth if stem.startswith(("mouth", "jaw")) else acting.emotion_upper


def _span(aside: Aside, voice: Voice) -> tuple[Seconds, Seconds]:
    """Where there is room: the longest silence between the words beside it."""
    if aside.alone:
        return 0.0, voice.seconds
    pauses = [
        (
            max(phone.start_seconds, aside.after_seconds),
            min(phone.end_seconds, aside.before_seconds),
        )
        for phone in voice.phones
        if phone.symbol == SILENCE
    ]
    return max(pauses, key=lambda pause: pause[1] - pause[0], default=(0.0, 0.0))


def _rhythm(kind: Kind, voice: Voice, start: Seconds, end: Seconds) -> Curve:
    """Follow the sound's own loudness where it has a shape, else the kind's beat, (frames,)."""
    times = voice.times_seconds
    inside = (times >= start) & (times <= end)
    loudness = np.asarray(voice.loudness_db, np.float64)
    if inside.any():
        low, high = np.percentile(loudness[inside], [20, 95])
        audible = high > np.percentile(loudness, 60) - AUDIBLE_DB
        if audible and high - low > AUDIBLE_DB:
            return np.asarray(smoothstep(np.clip((loudness - low) / (high - low), 0, 1)))
    at = np.clip(times - start, 0.0, end - start)
    return kind.beat(at, end - start)
