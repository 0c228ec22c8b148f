# SPDX-License-Identifier: GPL-3.0-or-later
"""Style: how strongly the face speaks, and what its keys are like."""

import bpy

from ..core.dials import dials_of
from ..core.motion.keying import THINNED
from ..core.motion.mix import Style
from ..core.performance.manners import STYLES
from ..scene.saved.styles import own_styles
from .parts import OfCharacter


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
        layout.prop(dials, "hand_fade_seconds")
        row = layout.row(align=True)
        row.operator("lipwright.keep_take", icon="PINNED")
        if dials.other:
            row.operator("lipwright.swap_takes", icon="ARROW_LEFTRIGHT")


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


register, unregister = bpy.utils.register_classes_factory((LIPWRIGHT_MT_styles, LIPWRIGHT_PT_style))
