# SPDX-License-Identifier: GPL-3.0-or-later
"""What is remembered while Blender runs and lost with it: one memory, with one way to forget.

Characters are known by the `session_uid` of their root, which stays when they are renamed, undone
or redone, and which a copy does not share.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from threading import Lock
from typing import Any

import bpy
import bpy.utils.previews

from ..core.audio.load import Sound
from ..core.motion.captured import Captured
from ..core.motion.keying import EVERY_FRAME, Keying
from ..core.performance.acting import LookAt
from ..core.performance.feeling import Suggestion, suggest
from ..core.performance.pictured import picture_of_guess
from ..core.settings import Settings
from ..core.timing import FrameClock, Seconds
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
    source: str  # what the ledger knows it by
    analysis: Any
    clock: FrameClock
    look_at: LookAt | None = None
    target: str = ""  # name of the object that was looked at
    heard_from: HeardFrom | None = None
    performed: Captured | None = None  # what it is instead, where nothing was heard
    settings: Settings = field(default_factory=Settings)  # what it was drawn with, and how keyed
    keying: Keying = EVERY_FRAME

    @property
    def recording_seconds(self) -> Seconds:
        """Where in its recording its sound begins."""
        return 0.0 if self.heard_from is None else self.heard_from.span.recording_seconds

    @cached_property
    def guess(self) -> Suggestion:
        """What the voice seems to feel."""
        return suggest(self.analysis.voice)

    @cached_property
    def guess_picture(self) -> Any:
        """It over the line, as a picture that a panel can show."""
        pixels = picture_of_guess(self.guess, self.analysis.seconds)
        key = f"guess {blake2b(pixels.tobytes(), digest_size=16).hexdigest()}"
        if key not in memory.pictures:
            made = memory.pictures.new(key)
            made.image_size = pixels.shape[1::-1]
            made.image_pixels_float.foreach_set(pixels.ravel())
        return memory.pictures[key]


@dataclass
class Memory:
    """Everything that is remembered, by the `session_uid` of a character's root where it has one.

    `takes` re-mix a character's newest line, `lines` any that was said, by its source as well,
    `lips` are what was measured of it and from what, `poses` what was found of its bones and from
    what, `faces` what its controls were seen to move.
    """

    analyses: AnalysisCache = field(default_factory=AnalysisCache)
    takes: dict[int, LastTake] = field(default_factory=dict)
    lines: AnalysisCache = field(default_factory=AnalysisCache)
    lips: dict[int, tuple[Any, Any]] = field(default_factory=dict)
    poses: dict[int, tuple[Any, Any]] = field(default_factory=dict)
    faces: dict[int, tuple[Any, Any]] = field(default_factory=dict)
    # Pictures as icons: of moods by file and when it was drawn, of guesses by what they show.
    pictures: Any = None
    _looked_up: dict[Hashable, Any] = field(default_factory=dict)

    def once(self, key: Hashable, look_up: Callable[[], Any]) -> Any:
        """What `look_up` found for a key, until something in the scene changes.

        Every panel and every button of a redraw asks which character is meant; finding out takes
        milliseconds where a scene has thousands of objects.
        """
        if key not in self._looked_up:
            self._looked_up[key] = look_up()
        return self._looked_up[key]

    def keep(self, who: int, take: LastTake) -> None:
        """Remember what a character said last."""
        self.takes[who] = take
        self.lines.put((who, take.source), take)

    def scene_changed(self) -> None:
        """Look everything up anew."""
        self._looked_up.clear()

    def forget(self) -> None:
        """Drop everything, as on loading another file."""
        self.analyses.clear()
        self.lines.clear()
        for kept in (self.takes, self.lips, self.poses, self.faces, self._looked_up):
            kept.clear()


memory = Memory()


@bpy.app.handlers.persistent
def _scene_changed(*_: object) -> None:
    memory.scene_changed()


def _watched() -> tuple[list[Any], ...]:
    """What Blender calls when objects, their data or all references to them may have changed."""
    handlers = bpy.app.handlers
    return (handlers.depsgraph_update_post, handlers.undo_post, handlers.redo_post)


def register() -> None:
    """Watch the scene."""
    for handlers in _watched():
        handlers.append(_scene_changed)
    memory.pictures = bpy.utils.previews.new()


def unregister() -> None:
    """Stop watching, and forget."""
    for handlers in _watched():
        handlers.remove(_scene_changed)
    bpy.utils.previews.remove(memory.pictures)
    memory.forget()
