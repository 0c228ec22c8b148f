# SPDX-License-Identifier: GPL-3.0-or-later
"""Listen to a span of sound, or remember it; runs anywhere and touches no Blender data."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..core.audio.load import fingerprint_of
from ..core.phones import Phone
from ..core.transcript.words import Transcript
from ..pipeline import Analysis, analyse
from ..scene.saved.phones import Corrected
from ..scene.session import digest, memory
from ..scene.sounds.decode import read_span
from ..scene.sounds.strip import AudioSpan

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
    recording = name_of_recording(span.path)
    # How files of before name a sound; an hour takes a while, so only where there is a list.
    names = (recording, str(fingerprint_of(sound))) if corrected else ()
    mine = next((one for one in corrected if one.sound in names), None)
    if mine is not None:
        start = span.start_seconds if mine.sound == recording else mine.start_seconds
        phones = mine.within(start, sound.seconds) or None
    key = (digest(sound), None if phones is None else tuple(phones), transcript)
    analysis = memory.analyses.get(key)
    if analysis is None:
        analysis = analyse(
            sound,
            device=machine.device,
            threads=machine.threads,
            phones=phones,
            transcript=transcript,
            progress=progress,
            cancelled=cancelled,
        )
        memory.analyses.put(key, analysis)
    return Heard(analysis, recording, mine)


def name_of_recording(path: Path) -> str:
    """A name for what is in a sound file, wherever it lies and however it is used."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:32]
