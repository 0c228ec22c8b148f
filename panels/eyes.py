# SPDX-License-Identifier: GPL-3.0-or-later
"""Eyes and Head: blinks, gaze, brows, head, seed."""

import bpy

from .parts import OfCharacter, say


class LIPWRIGHT_PT_eyes(OfCharacter, bpy.types.Panel):
    """Blinks, gaze, brows, head."""

    bl_label = "Eyes and Head"
    bl_order = 2

    def draw(self, context: bpy.types.Context) -> None:
        """Layers on and off, the head's target, the seed."""
        dials = self.dials(context)
        layout = self.rows()
        column = layout.column(heading="Layers", align=True)
        for name in ("blink", "gaze", "brows", "head"):
            column.prop(dials, name)
        if dials.head:
            column = layout.column()
            column.prop(dials, "head_object", text="Turns")
            item = dials.head_object
            if item is not None and item.type == "ARMATURE":
                column.prop_search(dials, "head_bone", item.data, "bones", icon="BONE_DATA")
            if item is None:
                say(layout, context, "Pick the head bone or object", "INFO")
        layout.prop(dials, "seed")


register, unregister = bpy.utils.register_classes_factory((LIPWRIGHT_PT_eyes,))
