# SPDX-License-Identifier: GPL-3.0-or-later
"""Cast: the rows, and all lines of a scene in one press."""

import bpy

from ..jobs.casting import Cast, fill
from ..jobs.listening import TICK_SECONDS
from ..jobs.manners import Reasoned, busy, redraw
from ..scene import compat
from ..scene.saved.cast import lines_of
from ..scene.sounds.strip import sound_strips


class LIPWRIGHT_OT_add_part(Reasoned, bpy.types.Operator):
    """Add a row to the cast"""

    bl_idname = "lipwright.add_part"
    bl_label = "Add to the Cast"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """Not while it is worked through."""
        return busy(context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """A row for the active strip's channel, or a name to be typed."""
        cast = context.scene.lipwright_cast
        row = cast.parts.add()
        strip = compat.active_strip(compat.sequencer_scene(context))
        if strip is not None and strip.type == "SOUND":
            row.pattern = strip.name
        cast.active = len(cast.parts) - 1
        return {"FINISHED"}


class LIPWRIGHT_OT_remove_part(Reasoned, bpy.types.Operator):
    """Remove the active row of the cast; takes and characters stay"""

    bl_idname = "lipwright.remove_part"
    bl_label = "Remove from the Cast"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """Only where there is one."""
        cast = context.scene.lipwright_cast
        return "" if cast.active < len(cast.parts) else "The cast is empty"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Remove it."""
        cast = context.scene.lipwright_cast
        cast.parts.remove(cast.active)
        cast.active = max(0, min(cast.active, len(cast.parts) - 1))
        return {"FINISHED"}


class LIPWRIGHT_OT_fill_cast(Reasoned, bpy.types.Operator):
    """Add rows for the sound strips that nobody says yet: by a character's name that stands in \
theirs, else by their channel"""

    bl_idname = "lipwright.fill_cast"
    bl_label = "Fill from the Strips"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """Only where there are strips."""
        some = sound_strips(compat.sequencer_scene(context))
        return "" if some else "Add the sound strips of the scene to the sequencer first"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Fill it."""
        count = fill(context.scene.lipwright_cast, context)
        self.report({"INFO"}, f"{count} row{'s' * (count != 1)} added. Choose who is missing")
        return {"FINISHED"}


class LIPWRIGHT_OT_generate_cast(Reasoned, bpy.types.Operator):
    """Generate the lines of the whole cast, one after the other; Esc keeps those that are done"""

    bl_idname = "lipwright.generate_cast"
    bl_label = "Generate the Cast"
    bl_options = {"REGISTER"}  # each line is an undo step of its own

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """Running already, no rows, no lines, in this order."""
        cast = context.scene.lipwright_cast
        why = busy(context)
        if why or not cast.parts:
            return why or "Add who says which strips"
        if not lines_of(cast, context.scene, compat.sequencer_scene(context)):
            return "No sound strip fits a row with a character. Check names and channels"
        return ""

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Do them at once."""
        self.cast = Cast(context)
        self.cast.do_all(context)
        return self._report_all(context)

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Listen in threads while the window stays alive."""
        self.cast = Cast(context)
        state = context.window_manager.lipwright
        state.running, state.notes = True, ""
        self.cast.show(context)
        self.timer = context.window_manager.event_timer_add(TICK_SECONDS, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """A step at every tick."""
        state = context.window_manager.lipwright
        stopped = event.type == "ESC" or not state.running
        if not stopped and event.type != "TIMER":
            return {"PASS_THROUGH"} if self.cast.listens else {"RUNNING_MODAL"}
        if not stopped and self.cast.advance(context):
            redraw(context)
            return {"PASS_THROUGH"}
        self.cast.stop(context)
        self._leave(context)
        return self._report_all(context)

    def cancel(self, context: bpy.types.Context) -> None:
        """Blender itself ends the operator, as on loading a file."""
        self.cast.stop(context)
        self._leave(context)

    def _leave(self, context: bpy.types.Context) -> None:
        context.window_manager.event_timer_remove(self.timer)
        state = context.window_manager.lipwright
        state.running, state.factor, state.text = False, 0.0, ""
        redraw(context)

    def _report_all(self, context: bpy.types.Context) -> set[str]:
        done, failed = self.cast.counts
        state = context.window_manager.lipwright
        said = [note for line in self.cast.lines if not line.said_error for note in line.said[:-1]]
        state.notes = "\n".join(dict.fromkeys(said))
        whole = done == len(self.cast.lines)
        self.report({"INFO"} if whole else {"WARNING"}, self.cast.sentence())
        return {"FINISHED"} if done or not failed else {"CANCELLED"}


register, unregister = bpy.utils.register_classes_factory(
    (
        LIPWRIGHT_OT_add_part,
        LIPWRIGHT_OT_remove_part,
        LIPWRIGHT_OT_fill_cast,
        LIPWRIGHT_OT_generate_cast,
    )
)
