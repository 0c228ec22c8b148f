# SPDX-License-Identifier: GPL-3.0-or-later
"""Listen to a span of sound, or remember it; runs anywhere and touches no Blender data."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..core.audio.load import fingerprint_of
from ..core.phone_list import SHORTEST_SECONDS, end_to_end, laid_over
from ..core.phones import Phone
from ..core.timing import Seconds
from ..core.transcript.words import Transcript
from ..pipeline import Analysis, analyse
from ..scene.saved.phones import Corrected
from ..scene.session import digest, memory
from ..scene.sounds.decode import read_span
from ..scene.sounds.strip import AudioSpan

LEAST_SECONDS = 0.05  # two strips of one recording may share the frame at which it was cut

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Machine:
    """Where the networks run."""

    device: str = "auto"
    threads: int = 1


@dataclass(frozen=True)
class Heard:
    """What was heard of a span, which recording it is of, and which corrections were used."""

    analysis: Analysis
    recording: str
    corrected: Corrected | None = None


def hear(
    span: AudioSpan,
    machine: Machine,
    *,
    phones: Sequence[Phone] | None = None,
    corrected: Sequence[Corrected] = (),
    transcript: Transcript | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Heard:
    """Listen to a span, or remember it. Raises SoundError, ModelError or Cancelled.

    `phones` count for any sound; of those in `corrected` the ones that belong to this recording do,
    also where it was trimmed or its volume changed since.
    """
    sound = read_span(span)
    recording = span.recording

    def heard(given: Sequence[Phone] | None) -> Analysis:
        key = (digest(sound), None if given is None else tuple(given), transcript)
        analysis = memory.analyses.get(key)
        if analysis is None:
            analysis = analyse(
                sound,
                device=machine.device,
                threads=machine.threads,
                phones=given,
                transcript=transcript,
                progress=progress,
                cancelled=cancelled,
            )
            memory.analyses.put(key, analysis)
        return analysis

    # How files of before name a sound; an hour takes a while, so only where there is a list.
    names = (recording, str(fingerprint_of(sound))) if corrected else ()
    mine = next((one for one in corrected if one.sound in names), None)
    if mine is not None:
        start = span.recording_seconds if mine.sound == recording else mine.start_seconds
        inside = mine.within(start, sound.seconds)
        if sum(one.end_seconds - one.start_seconds for one in inside) < LEAST_SECONDS:
            mine = None  # another part of the recording was corrected
        elif _covers(inside, sound.seconds):
            phones = inside
        else:
            phones = laid_over(end_to_end(heard(None).phones, sound.seconds), inside)
    return Heard(heard(phones), recording, mine)


def _covers(phones: Sequence[Phone], seconds: Seconds) -> bool:
    """Say whether a list says something of a whole sound."""
    return (
        phones[0].start_seconds <= SHORTEST_SECONDS
        and phones[-1].end_seconds >= seconds - SHORTEST_SECONDS
    )
