# SPDX-License-Identifier: GPL-3.0-or-later
"""Export: out to engines."""

import bpy

from ..scene.clock import fps_of
from .parts import OfCharacter, reason, say


class LIPWRIGHT_PT_export(OfCharacter, bpy.types.Panel):
    """Out to engines."""

    bl_label = "Export"
    bl_order = 7
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """One button a format, and the rate that the file will have."""
        column = self.layout.column(align=True)
        column.operator("lipwright.export_fbx", icon="EXPORT")
        column.operator("lipwright.export_glb", icon="EXPORT")
        column.operator("lipwright.export_usd", icon="EXPORT")
        why = reason("LIPWRIGHT_OT_export_fbx", context)
        rate = f"{fps_of(context.scene):.6g} frames a second, from time 0"
        say(self.layout, context, why or rate, "INFO")


register, unregister = bpy.utils.register_classes_factory((LIPWRIGHT_PT_export,))
