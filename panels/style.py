# SPDX-License-Identifier: GPL-3.0-or-later
"""Style: how strongly the face speaks, and what its keys are like."""

import bpy

from ..core.dials import dials_of
from ..core.motion.keying import THINNED
from ..core.motion.mix import Style
from .parts import OfCharacter


class LIPWRIGHT_PT_style(OfCharacter, bpy.types.Panel):
    """How much of what."""

    bl_label = "Style"
    bl_order = 3

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


register, unregister = bpy.utils.register_classes_factory((LIPWRIGHT_PT_style,))
