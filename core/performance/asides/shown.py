# SPDX-License-Identifier: GPL-3.0-or-later
"""How sounds without words move mouth, lids, brows and chest; words are left alone."""

from collections.abc import Sequence

import numpy as np

from ...motion.ease import ramp, smoothstep
from ...motion.track import BREATH_NAMES, FaceTrack
from ...phones import SILENCE
from ...timing import Seconds
from ..acting import PLAIN, Acting
from ..voice import Voice
from .kinds import KINDS, Aside, Curve, Kind

LEAST_SECONDS, EDGE_SECONDS = 0.15, 0.1
AUDIBLE_DB = 6.0  # a stretch whose loudness varies by more has a rhythm of its own


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
        Its `emotion_mouth`, `emotion_upper`, `breath`, and `heard` for what nobody wrote.

    Returns
    -------
    FaceTrack
        With `BREATH_NAMES`, where there is an aside that has room.
    """
    asides = [one for one in asides if acting.heard or not one.heard]
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
                share = amount * _share(stem, acting) * (acting.heard if aside.heard else 1.0)
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


def not_written(
    heard: Sequence[Aside], written: Sequence[Aside], voice: Voice
) -> tuple[Aside, ...]:
    """Leave of the sounds that were heard those where none is written: what is written rules."""
    spans = [_span(one, voice) for one in written]
    return tuple(
        one
        for one in heard
        if all(one.before_seconds <= a or one.after_seconds >= b for a, b in spans)
    )


def _share(stem: str, acting: Acting) -> float:
    if stem in BREATH_NAMES:
        return acting.breath
    return acting.emotion_mouth if stem.startswith(("mouth", "jaw")) else acting.emotion_upper


def _span(aside: Aside, voice: Voice) -> tuple[Seconds, Seconds]:
    """Where it was heard, or where there is room: the longest silence between the words."""
    if aside.heard:
        return aside.after_seconds, aside.before_seconds
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
