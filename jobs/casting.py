# SPDX-License-Identifier: GPL-3.0-or-later
"""Many lines of many characters in one press: one after the other, each a take like any other."""

import bpy

from ..core.errors import RigError, SoundError
from ..core.steps import at_once
from ..scene import compat
from ..scene.character.chosen import character_or_none
from ..scene.character.find import Character
from ..scene.saved.cast import CHANNEL, NAME, LIPWRIGHT_PG_cast, fits, lines_of
from ..scene.saved.phones import corrected_phones
from ..scene.session import HeardFrom
from ..scene.sounds.strip import sound_strips, span_of_strip
from ..scene.sounds.transcript import transcript_beside
from .listening import Listening
from .manners import speaking
from .worker import Stepping

WAITS, RUNS, DONE, FAILED, STOPPED = "WAITS", "RUNS", "DONE", "FAILED", "STOPPED"


class CastLine(Listening):
    """One strip that one character says. What an operator would report is kept in `said`."""

    def __init__(self, strip: "bpy.types.Strip", item: bpy.types.Object) -> None:
        self.strip_name, self.item_name, self.item_uid = strip.name, item.name, item.session_uid
        self.said: list[str] = []
        self.said_error = False

    def report(self, _kind: set[str], text: str) -> None:
        """Keep what is said."""
        self.said.append(text)

    def _meant(self, context: bpy.types.Context) -> Character | None:
        alike = [one for one in context.scene.objects if one.session_uid == self.item_uid]
        if not alike:
            raise RigError(f"“{self.item_name}” is gone from the scene. Choose it in the cast anew")
        return character_or_none(alike[0], context.scene)

    def _prepare(self, context: bpy.types.Context) -> None:
        scene = compat.sequencer_scene(context)
        strip = next((one for one in sound_strips(scene) if one.name == self.strip_name), None)
        if strip is None:
            raise SoundError(f"The strip “{self.strip_name}” is gone. Generate the cast once more")
        self.heard_from = HeardFrom(span_of_strip(strip, scene), transcript_beside(context, strip))
        self.corrected = corrected_phones(self._character(context).root)

    def begin(self, context: bpy.types.Context) -> Stepping | None:
        """Begin with it, in a window; None where it is refused."""
        with speaking(self):
            self._prepare(context)
        if self.said_error:
            return None
        stepping = Stepping(self._steps(context))
        stepping.advance()  # to the listening, in its thread
        return stepping

    def go_on(self, stepping: Stepping) -> bool:
        """Go on a little; True at its end, good or bad."""
        ended = True
        with speaking(self):
            ended = stepping.advance()
        return ended

    def do(self, context: bpy.types.Context) -> None:
        """All of it at once."""
        with speaking(self):
            self._prepare(context)
            at_once(self._steps(context))


class Cast:
    """The lines of a press, and how far they are; `show` tells the panel."""

    def __init__(self, context: bpy.types.Context) -> None:
        scene = context.scene
        found = lines_of(scene.lipwright_cast, scene, compat.sequencer_scene(context))
        self.lines = [CastLine(strip, item) for strip, item in found]
        self.states = [WAITS] * len(self.lines)
        self.at = -1
        self.job: Stepping | None = None

    @property
    def counts(self) -> tuple[int, int]:
        """How many are done, and how many failed."""
        return self.states.count(DONE), self.states.count(FAILED)

    def do_all(self, context: bpy.types.Context) -> None:
        """Without a window: one line after the other."""
        for at, line in enumerate(self.lines):
            self.at = at
            line.do(context)
            self._settle(context)

    def advance(self, context: bpy.types.Context) -> bool:
        """Go on a little; False once all lines are through."""
        if self._ended:  # the undo step, which Blender makes in one go, has a turn of its own
            self._settle(context)
        elif self.job is None:
            self.at += 1
            if self.at >= len(self.lines):
                return False
            self.states[self.at] = RUNS
            self.job = self.lines[self.at].begin(context)
            if self.job is None:
                self._settle(context)
        elif not self.lines[self.at].go_on(self.job):
            self.show(context, self.job.share)
        else:
            self.job = None
        return True

    @property
    def _ended(self) -> bool:
        """Say whether a line was said, good or bad, and is no undo step yet."""
        return self.job is None and RUNS in self.states

    @property
    def listens(self) -> bool:
        """Say whether Blender is the artist's: nothing is being written."""
        return not self._ended if self.job is None else self.job.listens

    def stop(self, context: bpy.types.Context) -> None:
        """Leave off; lines that are done stay, and one that is being written becomes whole."""
        if self.job is not None and not self.job.may_stop:
            while not self.lines[self.at].go_on(self.job):
                pass
            self._settle(context)
        elif self._ended:
            self._settle(context)
        elif self.job is not None:
            self.job.close()
        self.job = None
        self.states = [STOPPED if one in (WAITS, RUNS) else one for one in self.states]
        self.show(context)

    def _settle(self, context: bpy.types.Context) -> None:
        well = not self.lines[self.at].said_error
        self.states[self.at] = DONE if well else FAILED
        if well:  # each line is an undo step of its own
            bpy.ops.ed.undo_push(message=f"Lip-Sync “{self.lines[self.at].strip_name}”")
        self.show(context)

    def show(self, context: bpy.types.Context, factor: float = 0.0) -> None:
        """Tell the panel."""
        state = context.window_manager.lipwright
        state.lines.clear()
        for line, status in zip(self.lines, self.states, strict=True):
            row = state.lines.add()
            row.name, row.character, row.status = line.strip_name, line.item_name, status
            row.factor = factor if status == RUNS else float(status == DONE)
            row.note = line.said[-1] if status == FAILED and line.said else ""
        through = sum(one in (DONE, FAILED) for one in self.states)
        state.factor = (through + factor) / max(len(self.lines), 1)
        now = min(max(self.at, 0), len(self.lines) - 1)
        state.text = f"{now + 1} of {len(self.lines)}: {self.lines[now].strip_name}"

    def sentence(self) -> str:
        """What it came to."""
        done, failed = self.counts
        left = len(self.lines) - done - failed
        said = [f"{done} of {len(self.lines)} lines are done"]
        said += [f"{failed} failed: the list tells why"] if failed else []
        said += [f"{left} were stopped"] if left else []
        return ", ".join(said)


def fill(cast: LIPWRIGHT_PG_cast, context: bpy.types.Context) -> int:
    """Add rows for strips that no row has: by a character's name, else by their channel."""
    scene = context.scene
    names: dict[str, bpy.types.Object] = {}
    for item in scene.objects:
        found = character_or_none(item, scene) if item.type in {"MESH", "ARMATURE"} else None
        if found is not None:
            names.setdefault(found.root.name, found.root)
    before = len(cast.parts)
    for strip in sound_strips(compat.sequencer_scene(context)):
        if any(fits(row, strip) for row in cast.parts):
            continue
        row = cast.parts.add()
        alike = [name for name in names if name.lower() in strip.name.lower()]
        if alike:
            row.by, row.pattern = NAME, max(alike, key=len)
            row.character = names[row.pattern]
        else:
            row.by, row.channel = CHANNEL, strip.channel
    return len(cast.parts) - before
