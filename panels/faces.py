# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces, inside Emotion: every mood as the character looks in it."""

import bpy

from ..scene.character.chosen import meant_character
from ..scene.exports.faces import picture_of
from ..scene.saved.moods import MOODS, own_moods
from .parts import OfCharacter, icon_of, progress

FACES_A_ROW, FACE_SCALE = 3, 3.5
# Names that are too long for a third of 280 pixels.
SHORT = {"Contemptuous": "Contempt"}


class LIPWRIGHT_PT_faces(OfCharacter, bpy.types.Panel):
    """Moods by their faces: this character's own."""

    bl_label = "Faces"
    bl_parent_id = "LIPWRIGHT_PT_emotion"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """Moods in rows, each with its face, where they were drawn."""
        who = meant_character(context).name
        layout = self.layout
        names = [*MOODS, *own_moods()]
        if not progress(layout, context):
            layout.operator("lipwright.draw_faces", icon="RENDER_STILL")
        for start in range(0, len(names), FACES_A_ROW):
            row = layout.row(align=True)
            some = names[start : start + FACES_A_ROW]
            for name in some:
                cell = row.column(align=True)
                icon = icon_of(picture_of(who, name))
                if icon:
                    cell.template_icon(icon_value=icon, scale=FACE_SCALE)
                cell.operator("lipwright.use_mood", text=SHORT.get(name, name)).mood = name
            for _ in range(FACES_A_ROW - len(some)):  # else the last row is wider
                row.label(text="")


register, unregister = bpy.utils.register_classes_factory((LIPWRIGHT_PT_faces,))
