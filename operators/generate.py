# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate Lip-Sync: from the chosen sound to keys on the chosen character."""

from dataclasses import replace

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty

from ..core.errors import Cancelled, LipwrightError, SoundError
from ..core.steps import Steps
from ..jobs.again import mixing_again
from ..jobs.earlier import earlier_in_shot
from ..jobs.listening import WAYS, Listening, character_reason
from ..jobs.live import waits_for
from ..jobs.manners import Reasoned, busy
from ..scene import compat
from ..scene.saved.phones import corrected_phones
from ..scene.session import HeardFrom
from ..scene.sounds.strip import (
    OF_STRIP,
    Added,
    AudioSpan,
    sound_strips,
    source_of_strip,
    span_of_file,
    span_of_speaker,
    span_of_strip,
    strip_named,
    strip_of_file,
)
from ..scene.sounds.transcript import chosen_transcript

BY_HAND = (
    "The sounds that you corrected were used. Reset in the panel Phones goes back to what is heard"
)
ASK, REPLACE, KEEP = "ASK", "REPLACE", "KEEP"
EARLIER_ITEMS = (
    (ASK, "Ask", "Ask once; without a window both stay"),
    (REPLACE, "Replace", "The new line takes the place of the earlier one and of its strip"),
    (KEEP, "Keep Both", "The earlier line stays where the new one does not lie"),
)


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
    strip = strip_named(scene, choice.strip)
    if strip is None:
        raise SoundError(sound_reason(context))
    return span_of_strip(strip, scene)


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


class LIPWRIGHT_OT_generate(Listening, bpy.types.Operator):
    """Animate the character's mouth and face from the chosen sound"""

    bl_idname = "lipwright.generate"
    bl_label = "Generate Lip-Sync"
    bl_options = {"REGISTER", "UNDO"}
    by_hand_notes = (BY_HAND,)
    added: Added | None = None

    add_strip: BoolProperty(
        name="Add the Sound",
        description="Add a chosen file to the sequencer, so that Play gives sound with motion",
        default=True,
    )
    earlier: EnumProperty(
        name="Earlier Line",
        description="What becomes of a line in the same shot whose strip Lipwright added",
        items=EARLIER_ITEMS,
        options={"SKIP_SAVE"},
    )

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """Running already, no sound, no character, in this order."""
        return busy(context) or sound_reason(context) or character_reason(context)

    def _prepare(self, context: bpy.types.Context) -> None:
        """Take everything that the worker needs as values, while Blender's data is at hand."""
        channel = context.scene.lipwright.channel
        span = replace(chosen_span(context), channel=channel - 1 if channel else None)
        character, scene = self._character(context), compat.sequencer_scene(context)
        self.corrected = corrected_phones(character.root)
        self.there = earlier_in_shot(character, span, scene)
        self.instead_of, self.kept_notes = (), ()
        if self.there and self.earlier == REPLACE:
            self.instead_of = self.there
            if not span.source.startswith(OF_STRIP):  # the file takes the strip's place
                span = replace(span, first_frame=self.there[0].first_frame)
        elif self.there:
            names = ", ".join(f"“{one.name}”" for one in self.there)
            self.kept_notes = (f"{names} in the same shot stayed: “Earlier Line” can replace it",)
        self.heard_from = HeardFrom(span, chosen_transcript(context))

    def _asks(self, context: bpy.types.Context) -> bool:
        """Where an earlier line lies in the shot, let the artist say what becomes of it."""
        there = self.there
        if not there or self.earlier != ASK:
            return False

        def draw(menu: bpy.types.Menu, _context: bpy.types.Context) -> None:
            menu.layout.operator_context = "INVOKE_DEFAULT"
            for answer, label, icon in (
                (REPLACE, "Replace It and Its Strip", "FILE_REFRESH"),
                (KEEP, "Keep Both", "DUPLICATE"),
            ):
                again = menu.layout.operator(self.bl_idname, text=label, icon=icon)
                again.earlier, again.add_strip = answer, self.add_strip

        title = f"“{there[0].name}” is in this shot already"
        context.window_manager.popup_menu(draw, title=title, icon="QUESTION")
        return True

    def _heard_span(self, context: bpy.types.Context) -> AudioSpan:
        """The span, after a file that is in no strip was put into the sequencer."""
        choice = context.scene.lipwright
        scene = compat.sequencer_scene(context)
        loose = choice.source == "FILE" and strip_of_file(scene, choice.file) is None
        if not (loose and self.add_strip and compat.HAS_SOUND):
            return self.heard_from.span
        span = self.heard_from.span
        self.added = Added(scene, span.path, int(span.first_frame))
        strip = self.added.strip
        return replace(span, name=strip.name, source=source_of_strip(strip, scene))

    def _take_back(self, _context: bpy.types.Context) -> None:
        """The strip that was added for the line goes with it."""
        if self.added is not None:
            self.added.take_back()


class LIPWRIGHT_OT_mix_again(Listening, bpy.types.Operator):
    """Draw a long line again with the dials as they are, while they may be moved further"""

    bl_idname = "lipwright.mix_again"
    bl_label = "Draw the Line Again"
    bl_options = {"INTERNAL"}  # moving the dial is the step to undo
    ways = WAYS[1:]

    uid: IntProperty(description="The character, by the `session_uid` of its root")

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """One at a time."""
        return busy(context)

    def _prepare(self, context: bpy.types.Context) -> None:
        self.face_uid, self.face_name = self.uid, ""
        self.face_name = self._found(context).name

    def _steps(self, context: bpy.types.Context) -> Steps:
        """Plan and write; what is wrong is said where other remarks about dials are."""
        state = context.window_manager.lipwright
        character = self._found(context)
        try:
            report = yield from mixing_again(character, find=lambda: self._found(context))
        except Cancelled:
            if not waits_for(self.uid):
                raise
            return  # the dial was moved further
        except LipwrightError as error:
            state.notes = str(error)
            return
        state.notes = "" if report is None else "\n".join(report.notes)

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Leave off where the dial was moved further; never keep a release from a slider."""
        if waits_for(self.uid):
            self.stepping.cancel()
        answer = Listening.modal(self, context, event)
        is_theirs = event.value == "RELEASE" or (event.type == "ESC" and self.stepping.listens)
        return {"PASS_THROUGH"} if answer == {"RUNNING_MODAL"} and is_theirs else answer


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
    (LIPWRIGHT_OT_generate, LIPWRIGHT_OT_mix_again, LIPWRIGHT_OT_cancel)
)
