# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate Lip-Sync: from the chosen sound to keys on the chosen character."""

from dataclasses import replace

import bpy
from bpy.props import BoolProperty

from ..core.errors import RigError
from ..pipeline import Analysis
from ..scene import compat
from ..scene.character import Character, character_of, refuse_if_not_writable, rig_of, rig_or_refuse
from ..scene.clock import clock_of
from ..scene.preferences import device_and_threads
from ..scene.properties import chosen_character, chosen_item, settings_of
from ..scene.strip import (
    AudioSpan,
    add_to_sequencer,
    sound_strips,
    span_of_file,
    span_of_speaker,
    span_of_strip,
    strip_named,
    strip_of_file,
)
from ..scene.transcript import chosen_transcript
from .baking import Machine, act, hear, looked_at, settings_for
from .base import Reasoned, say, speaking
from .job import Job
from .settings import tolerance_of

TICK_SECONDS = 0.1


def chosen_span(context: bpy.types.Context) -> AudioSpan:
    """What the panel's sound choice means now; SoundError says what is wrong with it."""
    choice = context.scene.lipwright
    scene = compat.sequencer_scene(context)
    if choice.source == "SPEAKER" and choice.speaker is not None:
        return span_of_speaker(choice.speaker, context.scene)
    if choice.source == "FILE":
        strip = strip_of_file(scene, choice.file)
        if strip is None:
            return span_of_file(choice.file, float(scene.frame_current))
        return span_of_strip(strip, scene)
    return span_of_strip(strip_named(scene, choice.strip), scene)


def sound_reason(context: bpy.types.Context) -> str:
    """Why there is no sound yet."""
    choice = context.scene.lipwright
    scene = compat.sequencer_scene(context)
    if choice.source == "FILE":
        return "" if choice.file else "Choose a sound file"
    if choice.source == "SPEAKER":
        return "" if choice.speaker else "Choose a Speaker object"
    if strip_named(scene, choice.strip) is not None:
        return ""
    if choice.strip:
        return f"There is no sound strip “{choice.strip}” any more. Pick another"
    if not sound_strips(scene):
        return "Add a sound strip to the sequencer, or choose a sound file"
    return "Pick one of the sound strips"


def character_reason(context: bpy.types.Context) -> str:
    """Why there is no character yet."""
    item = chosen_item(context)
    if item is None:
        return "Pick a character: its face mesh or its armature"
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


class LIPWRIGHT_OT_generate(Reasoned, bpy.types.Operator):
    """Animate the character's mouth and face from the chosen sound"""

    bl_idname = "lipwright.generate"
    bl_label = "Generate Lip-Sync"
    bl_options = {"REGISTER", "UNDO"}

    add_strip: BoolProperty(
        name="Add the Sound",
        description="Add a chosen file to the sequencer, so that Play gives sound with motion",
        default=True,
    )

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """Running already, no sound, no character, in this order."""
        if context.window_manager.lipwright.running:
            return "A line is being worked on. Wait for it, or press Esc"
        return sound_reason(context) or character_reason(context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Work through it at once."""
        with speaking(self):
            self._prepare(context)
            analysis = hear(self.span, self.machine, transcript=self.transcript)
            self._write(context, analysis)
        return {"CANCELLED"} if self.said_error else {"FINISHED"}

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Listen in a thread while the window stays alive."""
        with speaking(self):
            self._prepare(context)
        if self.said_error:
            return {"CANCELLED"}
        span, machine, transcript = self.span, self.machine, self.transcript

        def listen(progress, cancelled) -> Analysis:
            return hear(
                span, machine, transcript=transcript, progress=progress, cancelled=cancelled
            )

        self.job = Job(listen).start()
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

    def _prepare(self, context: bpy.types.Context) -> None:
        """Take everything that the worker needs as values, while Blender's data is at hand."""
        self.span = chosen_span(context)
        self.transcript = chosen_transcript(context)
        character = _character(context)
        self.face_name = character.root.name
        self.machine = Machine(*device_and_threads(context))

    def _write(self, context: bpy.types.Context, analysis: Analysis) -> None:
        # Fetched again by name: undo or a deletion may have happened while the worker listened.
        item = context.scene.objects.get(self.face_name)
        if item is None:
            raise RigError(f"“{self.face_name}” is gone from the scene. Generate once more")
        character = character_of(item, context.scene)
        span = self._heard_span(context)
        clock = clock_of(context.scene, span.first_frame)
        look_at = looked_at(character, analysis, clock)
        settings = settings_for(character, analysis, clock, span.name, look_at)
        tolerance = tolerance_of(settings_of(character))
        report = act(character, analysis, settings, clock, span.name, tolerance)
        say(self, report)

    def _heard_span(self, context: bpy.types.Context) -> AudioSpan:
        """The span, after a file that is in no strip was put into the sequencer."""
        choice = context.scene.lipwright
        scene = compat.sequencer_scene(context)
        loose = choice.source == "FILE" and strip_of_file(scene, choice.file) is None
        if not (loose and self.add_strip and compat.HAS_SOUND):
            return self.span
        strip = add_to_sequencer(scene, self.span.path, int(self.span.first_frame))
        return replace(self.span, name=strip.name)


def _character(context: bpy.types.Context) -> Character:
    character = chosen_character(context)
    if character is None:
        raise RigError("Pick a character: its face mesh or its armature")
    rig_or_refuse(character)
    refuse_if_not_writable(character)
    return character


def _redraw(context: bpy.types.Context) -> None:
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                area.tag_redraw()


class LIPWRIGHT_OT_cancel(Reasoned, bpy.types.Operator):
    """Stop the line that is being worked on; nothing is changed"""

    bl_idname = "lipwright.cancel"
    bl_label = "Stop"

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """Only while something runs."""
        return "" if context.window_manager.lipwright.running else "Nothing is being worked on"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """The modal operator sees this at its next tick."""
        context.window_manager.lipwright.running = False
        return {"FINISHED"}


register, unregister = bpy.utils.register_classes_factory(
    (LIPWRIGHT_OT_generate, LIPWRIGHT_OT_cancel)
)
