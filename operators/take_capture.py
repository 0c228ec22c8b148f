# SPDX-License-Identifier: GPL-3.0-or-later
"""Take from Capture: a captured face becomes a take without any sound."""

import bpy

from ..jobs.listening import character_reason
from ..jobs.manners import Reasoned, busy, speaking
from ..jobs.take import animate_captured
from ..scene.character.chosen import meant_character, settings_of


class LIPWRIGHT_OT_take_capture(Reasoned, bpy.types.Operator):
    """Write the captured face as a take from the current frame on, without a sound"""

    bl_idname = "lipwright.take_capture"
    bl_label = "Take from Capture"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """Running already, no character, no file, in this order."""
        why = busy(context) or character_reason(context)
        if why:
            return why
        capture = settings_of(meant_character(context)).capture
        return "" if capture.file else "Choose a captured face (CSV or JSON)"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write it and say what was written."""
        with speaking(self):
            report = animate_captured(meant_character(context), context.scene)
            for note in report.notes:
                self.report({"WARNING"}, note)
            self.report({"INFO"}, report.sentence())
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


register, unregister = bpy.utils.register_classes_factory((LIPWRIGHT_OT_take_capture,))
