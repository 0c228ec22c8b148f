# SPDX-License-Identifier: GPL-3.0-or-later
"""Listen to a span of sound, or remember it; runs anywhere and touches no Blender data."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..core.phones import Phone
from ..core.transcript.words import Transcript
from ..pipeline import Analysis, analyse, fingerprint_of
from ..scene.session import digest, memory
from ..scene.sounds.decode import read_span
from ..scene.sounds.strip import AudioSpan

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Machine:
    """Where the networks run."""

    device: str = "auto"
    threads: int = 1


def hear(
    span: AudioSpan,
    machine: Machine,
    *,
    phones: Sequence[Phone] | None = None,
    of_sound: str | None = None,
    transcript: Transcript | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Analysis:
    """Listen to a span, or remember it. Raises SoundError, ModelError or Cancelled.

    Where `of_sound` names a sound (`sound_name`), the phones count for that one only.
    """
    sound = read_span(span)
    if of_sound is not None and of_sound != str(fingerprint_of(sound)):
        phones = None
    key = (digest(sound), None if phones is None else tuple(phones), transcript)
    known = memory.analyses.get(key)
    if known is not None:
        return known
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
    return analysis


def sound_name(analysis: Analysis) -> str:
    """The fingerprint of the sound that was heard, as a character remembers it."""
    return str(analysis.voice.fingerprint)
