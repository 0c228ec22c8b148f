# SPDX-License-Identifier: GPL-3.0-or-later
"""Emotion: what the character feels."""

import bpy

from .parts import OfCharacter


class LIPWRIGHT_PT_emotion(OfCharacter, bpy.types.Panel):
    """One emotion with a strength."""

    bl_label = "Emotion"
    bl_order = 1

    def draw_header(self, context: bpy.types.Context) -> None:
        """The whole layer on or off."""
        self.layout.prop(self.dials(context), "emote", text="")

    def draw(self, context: bpy.types.Context) -> None:
        """Which and how much."""
        dials = self.dials(context)
        layout = self.rows()
        layout.active = dials.emote
        layout.prop(dials, "emotion")
        row = layout.row()
        row.active = dials.emotion != "neutral"
        row.prop(dials, "strength", slider=True)


register, unregister = bpy.utils.register_classes_factory((LIPWRIGHT_PT_emotion,))
