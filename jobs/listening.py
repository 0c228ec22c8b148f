# SPDX-License-Identifier: GPL-3.0-or-later
"""What Generate and Redraw share: listen, at once or in a thread, then write the take."""

from collections.abc import Callable
from dataclasses import replace

import bpy

from ..core.errors import RigError
from ..core.phone_list import SHORTEST_SECONDS, end_to_end
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
from ..scene.saved.phones import Corrected, keep_phones
from ..scene.saved.preferences import device_and_threads
from ..scene.session import HeardFrom
from ..scene.sounds.strip import AudioSpan, claim_source
from .dials import keying_of, read_dials
from .earlier import Earlier, take_away
from .hear import Heard, Machine, Progress, hear
from .manners import Reasoned, redraw, say, speaking
from .take import animate, gather, looked_at, settings_for, wanted_part
from .worker import Job, Work

TICK_SECONDS = 0.1


def character_reason(context: bpy.types.Context) -> str:
    """Why there is no character yet."""
    item = chosen_item(context)
    if item is None:
        return NO_CHARACTER
    character = chosen_character(context)
    if character is None:
        return f"“{item.name}” has no shape keys. Pick the face mesh or the armature of a character"
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

    def _prepare(self, context: bpy.types.Context) -> None:
        """Set `heard_from` and `corrected`, and call `_character`."""
        raise NotImplementedError

    def _heard_span(self, _context: bpy.types.Context) -> AudioSpan:
        """Where the take is to lie."""
        return self.heard_from.span

    def _asks(self, _context: bpy.types.Context) -> bool:
        """Say whether something was asked that has to be answered first."""
        return False

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
        if self.said_error or self._asks(context):
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
        redraw(context)
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

    def _write(self, context: bpy.types.Context, heard: Heard) -> None:
        # Looked for again: undo, a deletion or another name may have come meanwhile.
        alike = (one for one in context.scene.objects if one.session_uid == self.face_uid)
        item = next(alike, None)
        if item is None:
            raise RigError(f"“{self.face_name}” is gone from the scene. Generate once more")
        character, analysis = character_of(item, context.scene), heard.analysis
        # What is refused is refused before a strip is added.
        found = gather(character, read_dials(settings_of(character)).layers)
        span = self._heard_span(context)
        claim_source(span, compat.sequencer_scene(context))
        clock = clock_of(context.scene, span.first_frame)
        look_at = looked_at(character, analysis, clock)
        settings = settings_for(character, analysis, clock, span.name, look_at)
        keying = keying_of(settings_of(character))
        heard_from = replace(self.heard_from, span=span)
        report = animate(
            *(character, analysis, settings, clock, span.name, keying),
            found=found,
            heard_from=heard_from,
            instead_of=frozenset(one.source for one in self.instead_of),
            wanted=wanted_part(context.scene),
        )
        take_away(self.instead_of, span, compat.sequencer_scene(context))
        report.notes += [*self._keep(character, heard, span), *self.kept_notes]
        say(self, report)

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


def _shows(
    shown: bpy.types.PropertyGroup, recording: str, span: AudioSpan, seconds: Seconds
) -> bool:
    """Say whether the list that is shown is a corrected one of just this stretch."""
    length = shown.rows[-1].end_seconds if shown.rows else 0.0
    return (
        shown.edited
        and shown.sound == recording
        and abs(shown.start_seconds - span.recording_seconds) < 1e-3
        and abs(length - seconds) < 2 * SHORTEST_SECONDS
    )
