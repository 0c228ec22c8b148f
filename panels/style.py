# SPDX-License-Identifier: GPL-3.0-or-later
"""Style: how strongly the face speaks, and what its keys are like."""

import bpy

from ..core.dials import dials_of
from ..core.motion.keying import THINNED
from ..core.motion.mix import Style
from ..core.performance.manners import STYLES
from ..scene.saved.styles import own_styles
from .parts import OfCharacter, reason, say


class LIPWRIGHT_PT_style(OfCharacter, bpy.types.Panel):
    """How much of what."""

    bl_label = "Style"
    bl_order = 3

    def draw_header_preset(self, _context: bpy.types.Context) -> None:
        """Saved styles, where Blender's own panels have theirs."""
        self.layout.menu("LIPWRIGHT_MT_styles", text="", icon="PRESET")

    def draw(self, context: bpy.types.Context) -> None:
        """Dials, then what the keys are like."""
        dials = self.dials(context)
        layout = self.rows()
        layout.prop(dials, "speech", text="Speech")
        column = layout.column(align=True)
        for one in dials_of(Style):
            column.prop(dials, one.name, slider=True)
        layout.prop(dials, "sync_offset_ms", text="Sync (ms)")
        layout.prop(dials, "keying")
        if dials.keying in THINNED:
            layout.prop(dials, "tolerance")
        column = layout.column(align=True)
        column.prop(dials, "hand_keys")
        column.prop(dials, "hand_fade_seconds")
        row = layout.row(align=True)
        row.operator("lipwright.keep_take", icon="PINNED")
        if dials.other:
            row.operator("lipwright.swap_takes", icon="ARROW_LEFTRIGHT")


class LIPWRIGHT_PT_part(OfCharacter, bpy.types.Panel):
    """What of a line the dials change."""

    bl_label = "Only a Part"
    bl_parent_id = "LIPWRIGHT_PT_style"
    bl_options = {"DEFAULT_CLOSED"}

    def draw_header(self, context: bpy.types.Context) -> None:
        """On or off."""
        self.layout.prop(context.scene.lipwright, "part_use", text="")

    def draw(self, context: bpy.types.Context) -> None:
        """Which frames, which regions, how it goes over."""
        layout, choice = self.rows(), context.scene.lipwright
        layout.active = choice.part_use
        layout.prop(choice, "part_frames")
        if choice.part_frames == "FRAMES":
            column = layout.column(align=True)
            column.prop(choice, "part_first")
            column.prop(choice, "part_last")
        if choice.part_frames != "LINE":
            layout.prop(choice, "part_blend_seconds")
        layout.column(align=True).prop(choice, "part_regions", expand=True)
        layout.operator("lipwright.redo_part", icon="FILE_REFRESH")
        why = reason("LIPWRIGHT_OT_redo_part", context)
        if why:
            say(layout, context, why, "INFO")


class LIPWRIGHT_MT_styles(bpy.types.Menu):
    """Styles: dials of speaking and acting."""

    bl_label = "Styles"

    def draw(self, _context: bpy.types.Context) -> None:
        """Ours, the artist's own, and what to do with them."""
        for name in STYLES:
            self.layout.operator("lipwright.use_style", text=name.capitalize()).style = name
        for name in own_styles():
            self.layout.operator("lipwright.use_style", text=name).style = name
        self.layout.separator()
        self.layout.operator("lipwright.save_style", icon="ADD")
        if own_styles():
            self.layout.operator("lipwright.remove_style", icon="REMOVE")
        self.layout.separator()
        self.layout.operator("lipwright.import_style", icon="FILE_FOLDER")
        self.layout.operator("lipwright.export_style", icon="FILE_TICK")


register, unregister = bpy.utils.register_classes_factory(
    (LIPWRIGHT_MT_styles, LIPWRIGHT_PT_style, LIPWRIGHT_PT_part)
)
