# SPDX-License-Identifier: GPL-3.0-or-later
"""What Generate and Redraw share: listen, at once or in a thread, then write the take."""

from dataclasses import replace

import bpy

from ..core.errors import RigError
from ..pipeline import Analysis
from ..scene import compat
from ..scene.character.find import (
    Character,
    character_of,
    refuse_if_not_writable,
    rig_of,
    rig_or_refuse,
)
from ..scene.clock import clock_of
from ..scene.saved.phones import Corrected, keep_phones
from ..scene.saved.preferences import device_and_threads
from ..scene.saved.properties import chosen_character, chosen_item, settings_of
from ..scene.session import HeardFrom
from ..scene.sounds.strip import AudioSpan, claim_source
from .dials import tolerance_of
from .hear import Machine, hear, sound_name
from .manners import NO_CHARACTER, Reasoned, say, speaking
from .take import animate, looked_at, settings_for
from .worker import Job, Work

TICK_SECONDS = 0.1
DROPPED = "The sounds that were corrected by hand belonged to another line and were dropped"


def character_reason(context: bpy.types.Context) -> str:
    """Why there is no character yet."""
    item = chosen_item(context)
    if item is None:
        return NO_CHARACTER
    character = chosen_character(context)
    if character is None:
        return f"“{item.name}” has no shape keys. Pick the face mesh or the armature of a character"
    rig = rig_of(character)
    if isinstance(rig, str):
        return rig
    try:
        refuse_if_not_writable(character)
    except RigError as error:
        return str(error)
    return ""


class Listening(Reasoned):
    """Mixin: an operator that listens and writes a take; `_prepare` says to what."""

    heard_from: HeardFrom
    corrected: Corrected | None
    by_hand_notes: tuple[str, ...] = ()

    def _prepare(self, context: bpy.types.Context) -> None:
        """Set `heard_from` and `corrected`, and call `_character`."""
        raise NotImplementedError

    def _heard_span(self, _context: bpy.types.Context) -> AudioSpan:
        """Where the take is to lie."""
        return self.heard_from.span

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Work through it at once."""
        with speaking(self):
            self._prepare(context)
            self._write(context, self._work()(None, None))
        return {"CANCELLED"} if self.said_error else {"FINISHED"}

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Listen in a thread while the window stays alive."""
        with speaking(self):
            self._prepare(context)
        if self.said_error:
            return {"CANCELLED"}
        self.job = Job(self._work()).start()
        state = context.window_manager.lipwright
        state.running, state.factor, state.text, state.notes = True, 0.0, "Listening", ""
        self.timer = context.window_manager.event_timer_add(TICK_SECONDS, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Move the bar; at the end write all keys in one undo step."""
        state = context.window_manager.lipwright
        if event.type == "ESC" or not state.running:
            self.job.cancel()
        elif event.type != "TIMER":
            return {"PASS_THROUGH"}
        news = self.job.advance()
        if news is not None:
            state.factor = news
        _redraw(context)
        if not self.job.done:
            return {"RUNNING_MODAL"} if event.type == "ESC" else {"PASS_THROUGH"}
        self._stop(context)
        with speaking(self):
            self._write(context, self.job.result())
        return {"CANCELLED"} if self.said_error else {"FINISHED"}

    def cancel(self, context: bpy.types.Context) -> None:
        """Blender itself ends the operator, as on loading a file."""
        self.job.cancel()
        self._stop(context)

    def _stop(self, context: bpy.types.Context) -> None:
        context.window_manager.event_timer_remove(self.timer)
        state = context.window_manager.lipwright
        state.running, state.factor, state.text = False, 0.0, ""
        _redraw(context)

    def _work(self) -> Work:
        """What the worker does; it sees values only, not the operator."""
        span, transcript = self.heard_from.span, self.heard_from.transcript
        corrected, machine = self.corrected, self.machine

        def listen(progress, cancelled) -> Analysis:
            return hear(
                span,
                machine,
                phones=corrected and corrected.phones,
                of_sound=corrected and corrected.sound,
                transcript=transcript,
                progress=progress,
                cancelled=cancelled,
            )

        return listen

    def _character(self, context: bpy.types.Context) -> Character:
        """The character that is meant, remembered by name; RigError if it cannot be animated."""
        character = chosen_character(context)
        if character is None:
            raise RigError(NO_CHARACTER)
        rig_or_refuse(character)
        refuse_if_not_writable(character)
        self.face_name = character.root.name
        self.machine = Machine(*device_and_threads(context))
        return character

    def _write(self, context: bpy.types.Context, analysis: Analysis) -> None:
        # Fetched again by name: undo or a deletion may have happened while the worker listened.
        item = context.scene.objects.get(self.face_name)
        if item is None:
            raise RigError(f"“{self.face_name}” is gone from the scene. Generate once more")
        character = character_of(item, context.scene)
        span = self._heard_span(context)
        claim_source(span, compat.sequencer_scene(context))
        clock = clock_of(context.scene, span.first_frame)
        look_at = looked_at(character, analysis, clock)
        settings = settings_for(character, analysis, clock, span.name, look_at)
        tolerance = tolerance_of(settings_of(character))
        heard_from = replace(self.heard_from, span=span)
        report = animate(
            character, analysis, settings, clock, span.name, tolerance, heard_from=heard_from
        )
        report.notes += self._keep(character, analysis, span)
        say(self, report)

    def _keep(self, character: Character, analysis: Analysis, span: AudioSpan) -> list[str]:
        """Remember the sounds with the character, and what is to be said about it."""
        sound, corrected = sound_name(analysis), self.corrected
        if corrected is not None and corrected.sound == sound:
            # The list stays: it may have been changed further while the worker was at it.
            character.root.lipwright_phones.first_frame = span.first_frame
            return list(self.by_hand_notes)
        keep_phones(character.root, analysis.phones, sound, span.first_frame, edited=False)
        return [] if corrected is None else [DROPPED]


def _redraw(context: bpy.types.Context) -> None:
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                area.tag_redraw()
