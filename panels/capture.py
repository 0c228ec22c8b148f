# SPDX-License-Identifier: GPL-3.0-or-later
"""Face Capture, inside Style: somebody's face on top of ours."""

import bpy

from ..core.motion.captured import CAPTURED_REGIONS
from .parts import OfCharacter, reason, say


class LIPWRIGHT_PT_capture(OfCharacter, bpy.types.Panel):
    """A file, and its parts."""

    bl_label = "Face Capture"
    bl_parent_id = "LIPWRIGHT_PT_style"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """The file, which parts of it, and a take of it alone."""
        capture = self.dials(context).capture
        layout = self.rows()
        layout.prop(capture, "file", text="")
        row = layout.row(align=True)
        row.use_property_split = False  # else the names are cut off
        row.active = bool(capture.file)
        for part in CAPTURED_REGIONS:
            row.prop(capture, part, toggle=True)
        layout.operator("lipwright.take_capture", icon="ARMATURE_DATA")
        why = reason("LIPWRIGHT_OT_take_capture", context)
        if why:
            say(self.layout, context, why, "INFO")


register, unregister = bpy.utils.register_classes_factory((LIPWRIGHT_PT_capture,))
