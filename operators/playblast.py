# SPDX-License-Identifier: GPL-3.0-or-later
"""Playblast: a film of the character with its sound."""

import bpy

from ..core.errors import Cancelled
from ..jobs.manners import OfCharacter, busy, speaking
from ..scene import compat
from ..scene.character.chosen import meant_character
from ..scene.character.find import tweaking_reason
from ..scene.exports.film import NO_ENCODER, Film, Wish, hidden_note
from ..scene.session import memory

TICK_SECONDS = 0.2
RENDERING = "Blender is rendering. Wait for it, or stop it with Esc"


class LIPWRIGHT_OT_playblast(OfCharacter, bpy.types.Operator):
    """Make a film of this character with its sound, from the scene's camera or in front of the \
face; Esc stops it, and your render settings stay as they are"""

    bl_idname = "lipwright.playblast"
    bl_label = "Playblast"

    film: Film

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """A character, an encoder, and no other job."""
        why = busy(context) or super().reason(context)
        if why or not compat.HAS_ENCODER:
            return why or NO_ENCODER
        if bpy.app.is_job_running("RENDER"):
            return RENDERING
        return tweaking_reason(meant_character(context))

    def _begin(self, context: bpy.types.Context, how: str) -> None:
        character, choice = meant_character(context), context.scene.lipwright
        last = memory.takes.get(character.root.session_uid)
        span = None if last is None or last.heard_from is None else last.heard_from.span
        loose = None
        if span is not None and span.source.startswith("file:"):
            loose = span.path, span.first_frame
        wish = Wish(
            *(choice.film_path, choice.film_frames, choice.film_view, choice.film_engine),
            *(loose, compat.sequencer_scene(context)),
        )
        note = hidden_note(character)
        if note:
            self.report({"WARNING"}, note)
        self.film = Film(character, context.scene, wish)
        self.film.render(how)

    def _end(self) -> None:
        path = self.film.finish()
        bpy.context.window_manager.lipwright.film = str(path)
        self.report({"INFO"}, f"Wrote “{path}”")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Render it at once."""
        with speaking(self):
            self._begin(context, "EXEC_DEFAULT")
            self._end()
        return {"CANCELLED"} if self.said_error else {"FINISHED"}

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Let Blender render it as a job, with its own progress in the status bar."""
        view = context.preferences.view
        display = view.render_display_type
        with speaking(self):
            try:
                view.render_display_type = "NONE"  # the scene stays in sight
                self._begin(context, "INVOKE_DEFAULT")
            finally:
                view.render_display_type = display
        if self.said_error:
            return {"CANCELLED"}
        self.stopped = False
        bpy.app.handlers.render_cancel.append(self._was_stopped)
        self.timer = context.window_manager.event_timer_add(TICK_SECONDS, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def _was_stopped(self, *_: object) -> None:
        self.stopped = True

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Wait for the job; afterwards nothing of it is left but the film."""
        if event.type != "TIMER" or bpy.app.is_job_running("RENDER"):
            return {"PASS_THROUGH"}
        self._leave(context)
        with speaking(self):
            if self.stopped:
                self.film.drop()
                raise Cancelled
            self._end()
        return {"CANCELLED"} if self.said_error else {"FINISHED"}

    def cancel(self, context: bpy.types.Context) -> None:
        """Blender itself ends the operator, as on loading a file."""
        self._leave(context)
        self.film.drop()

    def _leave(self, context: bpy.types.Context) -> None:
        context.window_manager.event_timer_remove(self.timer)
        if self._was_stopped in bpy.app.handlers.render_cancel:
            bpy.app.handlers.render_cancel.remove(self._was_stopped)


register, unregister = bpy.utils.register_classes_factory((LIPWRIGHT_OT_playblast,))
