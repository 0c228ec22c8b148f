# SPDX-License-Identifier: GPL-3.0-or-later
"""Export: out to engines."""

import bpy

from ..scene.clock import fps_of
from .parts import OfCharacter, reason, say


class LIPWRIGHT_PT_export(OfCharacter, bpy.types.Panel):
    """Out to engines, and to a film."""

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


class LIPWRIGHT_PT_playblast(OfCharacter, bpy.types.Panel):
    """A film to look at and to show."""

    bl_label = "Playblast"
    bl_parent_id = "LIPWRIGHT_PT_export"

    def draw(self, context: bpy.types.Context) -> None:
        """What it shows and where it goes, then the button."""
        layout, choice = self.rows(), context.scene.lipwright
        layout.prop(choice, "film_path")
        layout.row().prop(choice, "film_frames", expand=True)
        layout.row().prop(choice, "film_view", expand=True)
        layout.prop(choice, "film_engine")
        layout.operator("lipwright.playblast", icon="RENDER_ANIMATION")
        why = reason("LIPWRIGHT_OT_playblast", context)
        film = context.window_manager.lipwright.film
        if why:
            say(layout, context, why, "INFO")
        elif film:
            say(layout, context, film, "CHECKMARK")
            layout.operator("wm.path_open", text="Play", icon="PLAY").filepath = film


register, unregister = bpy.utils.register_classes_factory(
    (LIPWRIGHT_PT_export, LIPWRIGHT_PT_playblast)
)
