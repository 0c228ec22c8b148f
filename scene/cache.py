# SPDX-License-Identifier: GPL-3.0-or-later
"""What was heard, kept in memory, so that changing a dial does not listen again."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from threading import Lock
from typing import Any

from ..core.audio.load import Sound
from ..core.performance.acting import LookAt
from ..core.performance.feeling import Suggestion, suggest
from ..core.timing import FrameClock
from ..core.transcript.words import Transcript
from .sounds.strip import AudioSpan

MOST_LINES = 32


def digest(sound: Sound) -> str:
    """A name for the samples themselves: the same recording has it wherever it lies."""
    return blake2b(sound.samples.tobytes(), digest_size=16).hexdigest()


class AnalysisCache:
    """The newest analyses by what they were made from; used from worker threads too."""

    def __init__(self, most: int = MOST_LINES) -> None:
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._most = most
        self._lock = Lock()

    def get(self, key: Hashable) -> Any | None:
        """The analysis, or None if it must be made."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Hashable, analysis: Any) -> None:
        """Keep an analysis; the one that was not used for longest goes."""
        with self._lock:
            self._kept[key] = analysis
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()


@dataclass(frozen=True)
class HeardFrom:
    """What was listened to."""

    span: AudioSpan
    transcript: Transcript | None = None


@dataclass(frozen=True)
class LastTake:
    """What re-mixing a character's newest take needs; to redraw it, what it was heard from."""

    name: str
    analysis: Any
    clock: FrameClock
    look_at: LookAt | None = None
    target: str = ""  # name of the object that was looked at
    heard_from: HeardFrom | None = None

    @cached_property
    def guess(self) -> Suggestion:
        """What the voice seems to feel."""
        return suggest(self.analysis.voice)


analyses = AnalysisCache()
last_takes: dict[str, LastTake] = {}  # by the name of the character's root


def forget() -> None:
    """Drop everything, as on loading another file."""
    analyses.clear()
    last_takes.clear()
