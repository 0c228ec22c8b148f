# SPDX-License-Identifier: GPL-3.0-or-later
"""What Generate and Redraw share: listen, at once or in a thread, then write the take."""

from collections.abc import Callable
from dataclasses import replace

import bpy

from ..core.errors import RigError
from ..core.phone_list import SHORTEST_SECONDS, end_to_end
from ..core.steps import Step, Steps, Work, at_once
from ..core.timing import Seconds
from ..scene import compat
from ..scene.character.chosen import NO_CHARACTER, chosen_character, chosen_item, settings_of
from ..scene.character.find import (
    Character,
    character_of,
    refuse_if_not_writable,
    rig_of,
)
from ..scene.clock import clock_of
from ..scene.saved.phones import Corrected, LIPWRIGHT_PG_phones, keep_phones
from ..scene.saved.preferences import device_and_threads
from ..scene.saved.scene import LIPWRIGHT_PG_progress
from ..scene.session import HeardFrom, memory
from ..scene.sounds.strip import AudioSpan, claim_source
from ..scene.takes.ledger import source_of_name
from .dials import keying_of, read_dials, wanted_part
from .earlier import Earlier, take_away
from .hear import Heard, Machine, Progress, hear
from .manners import Reasoned, redraw, say, speaking
from .take import animate_steps, gather_steps, looked_at, settings_for
from .worker import Stepping

TICK_SECONDS = 0.1
WAYS = "Listening", "Planning", "Writing"


def character_reason(context: bpy.types.Context) -> str:
    """Why there is no character yet."""
    item = chosen_item(context)
    if item is None:
        return NO_CHARACTER
    character = chosen_character(context)
    if character is None:
        return f"“{item.name}” has no shape keys. Pick the face mesh or the armature of a character"
    root = character.root
    rows, drawing = root.lipwright_rig, root.lipwright_drawing.kind
    state = root.session_uid, rows.edited, len(rows.rows), rows.system, drawing
    return memory.once(("animated", *state), lambda: _why_not_animated(character))


def _why_not_animated(character: Character) -> str:
    try:
        rig_of(character)
        refuse_if_not_writable(character)
    except RigError as error:
        return str(error)
    return ""


class Listening(Reasoned):
    """Mixin: an operator that listens and writes a take; `_prepare` says to what."""

    heard_from: HeardFrom
    corrected: tuple[Corrected, ...] = ()
    by_hand_notes: tuple[str, ...] = ()
    instead_of: tuple[Earlier, ...] = ()
    kept_notes: tuple[str, ...] = ()
    ways: tuple[str, ...] = WAYS

    def _prepare(self, context: bpy.types.Context) -> None:
        """Set `heard_from` and `corrected`, and call `_character`."""
        raise NotImplementedError

    def _heard_span(self, _context: bpy.types.Context) -> AudioSpan:
        """Where the take is to lie; a strip for it may be added."""
        return self.heard_from.span

    def _take_back(self, _context: bpy.types.Context) -> None:
        """Undo what `_heard_span` did, where nothing came of the take."""

    def _asks(self, _context: bpy.types.Context) -> bool:
        """Say whether something was asked that has to be answered first."""
        return False

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Work through it at once."""
        with speaking(self):
            self._prepare(context)
            at_once(self._steps(context))
        return {"CANCELLED"} if self.said_error else {"FINISHED"}

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Listen in a thread while the window stays alive."""
        with speaking(self):
            self._prepare(context)
        if self.said_error or self._asks(context):
            return {"CANCELLED"}
        self.stepping = Stepping(self._steps(context))
        self.stepping.advance()  # to the listening, in its thread
        state = context.window_manager.lipwright
        state.running, state.factor, state.text, state.notes = True, 0.0, self.ways[0], ""
        self.timer = context.window_manager.event_timer_add(TICK_SECONDS, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Move the bar; at the end write all keys in one undo step.

        While they are written nobody else gets at them: what is done then would be half ours.
        """
        state, stepping = context.window_manager.lipwright, self.stepping
        if event.type == "ESC" or not state.running:
            stepping.cancel()
        elif event.type != "TIMER":
            return {"PASS_THROUGH"} if stepping.listens else {"RUNNING_MODAL"}
        ended = True
        with speaking(self):
            ended = stepping.advance()
        if ended:
            self._stop(context)
            return {"CANCELLED"} if self.said_error else {"FINISHED"}
        show(state, stepping, self.ways)
        redraw(context)
        return {"RUNNING_MODAL"} if event.type == "ESC" else {"PASS_THROUGH"}

    def cancel(self, context: bpy.types.Context) -> None:
        """Blender itself ends the operator, as on loading a file."""
        self.stepping.close()
        self._stop(context)

    def _stop(self, context: bpy.types.Context) -> None:
        context.window_manager.event_timer_remove(self.timer)
        state = context.window_manager.lipwright
        state.running, state.factor, state.text = False, 0.0, ""
        redraw(context)

    def _work(self) -> Work:
        """What the worker does; it sees values only, not the operator."""
        span, transcript = self.heard_from.span, self.heard_from.transcript
        corrected, machine = self.corrected, self.machine

        def listen(progress: Progress | None, cancelled: Callable[[], bool] | None) -> Heard:
            return hear(
                span,
                machine,
                corrected=corrected,
                transcript=transcript,
                progress=progress,
                cancelled=cancelled,
            )

        return listen

    def _meant(self, context: bpy.types.Context) -> Character | None:
        """Who says it."""
        return chosen_character(context)

    def _character(self, context: bpy.types.Context) -> Character:
        """The character that is meant, to be found again; RigError if it cannot be animated."""
        character = self._meant(context)
        if character is None:
            raise RigError(NO_CHARACTER)
        rig_of(character)
        refuse_if_not_writable(character)
        self.face_name, self.face_uid = character.root.name, character.root.session_uid
        self.machine = Machine(*device_and_threads(context))
        return character

    def _found(self, context: bpy.types.Context) -> Character:
        """Look for the character again: undo, a deletion or another name may have come."""
        alike = (one for one in context.scene.objects if one.session_uid == self.face_uid)
        item = next(alike, None)
        if item is None:
            raise RigError(f"“{self.face_name}” is gone from the scene. Generate once more")
        return character_of(item, context.scene)

    def _steps(self, context: bpy.types.Context) -> Steps:
        """All of it: listen, plan, write."""
        heard = yield self._work()
        character, analysis = self._found(context), heard.analysis
        found = yield from gather_steps(character, read_dials(settings_of(character)).layers)
        yield Step(1.0)
        span = self.heard_from.span
        clock = clock_of(context.scene, span.first_frame)
        look_at = looked_at(character, analysis, clock)
        settings = settings_for(
            *(character, analysis, clock, span.name, look_at),
            *(span.source or source_of_name(span.name), span.recording_seconds),
        )
        keying = keying_of(settings_of(character))
        try:
            report = yield from animate_steps(
                *(character, analysis, settings, clock, span.name, keying),
                found=found,
                heard_from=self.heard_from,
                instead_of=frozenset(one.source for one in self.instead_of),
                wanted=wanted_part(context.scene),
                settle=lambda: self._settle(context),
            )
        except BaseException:  # also where the artist leaves off
            self._take_back(context)
            raise
        yield Step(1.0, may_stop=False)
        character, span = self._found(context), self.heard_from.span
        take_away(self.instead_of, span, compat.sequencer_scene(context))
        report.notes += [*self._keep(character, heard, span), *self.kept_notes]
        say(self, report)

    def _settle(self, context: bpy.types.Context) -> tuple[Character, HeardFrom]:
        """Who says it, and where it lies: asked when all is planned and nothing is written yet."""
        character = self._found(context)
        span = self._heard_span(context)
        claim_source(span, compat.sequencer_scene(context))
        self.heard_from = replace(self.heard_from, span=span)
        return character, self.heard_from

    def _keep(self, character: Character, heard: Heard, span: AudioSpan) -> list[str]:
        """Remember the sounds with the character, and what is to be said about it."""
        used, shown = heard.corrected, character.root.lipwright_phones
        if used is not None and _shows(shown, used.sound, span, heard.analysis.seconds):
            # The list stays: it may have been changed further while the worker was at it.
            shown.first_frame, shown.sound = span.first_frame, heard.recording
            return list(self.by_hand_notes)
        phones = heard.analysis.phones
        if used is not None:
            phones = end_to_end(phones, heard.analysis.seconds)
        keep_phones(
            *(character.root, phones, heard.recording, span.first_frame),
            edited=used is not None,
            start_seconds=span.recording_seconds,
        )
        return [] if used is None else list(self.by_hand_notes)


def _shows(shown: LIPWRIGHT_PG_phones, recording: str, span: AudioSpan, seconds: Seconds) -> bool:
    """Say whether the list that is shown is a corrected one of just this stretch."""
    length = shown.rows[-1].end_seconds if shown.rows else 0.0
    return (
        shown.edited
        and shown.sound == recording
        and abs(shown.start_seconds - span.recording_seconds) < 1e-3
        and abs(length - seconds) < 2 * SHORTEST_SECONDS
    )


def show(state: LIPWRIGHT_PG_progress, stepping: Stepping, ways: tuple[str, ...] = WAYS) -> None:
    """Tell the panel how far it is."""
    *works, writing = ways
    state.factor = stepping.share
    place = min(max(stepping.works, 1), len(works)) - 1
    state.text = works[place] if stepping.listens else writing
