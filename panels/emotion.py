# SPDX-License-Identifier: GPL-3.0-or-later
"""Emotion: what the character feels."""

import bpy

from ..core.performance.emotion import AUTO
from ..core.performance.prototypes import FELT
from ..scene import compat
from ..scene.character.chosen import meant_character
from ..scene.saved.acting import LIPWRIGHT_PG_feelings, variant_property
from ..scene.saved.moods import MOODS, own_moods
from ..scene.saved.properties import LIPWRIGHT_PG_character
from ..scene.saved.sliders import feelings_for
from ..scene.session import memory
from ..scene.sounds.strip import strip_named
from .parts import OfCharacter, turn

CURVES_SCALE = 5.0  # of the picture of the guess, in rows
COLOUR_NAMES = {"happy": "yellow", "angry": "red", "sad": "blue"}  # of `pictured.COLOURS`


class LIPWRIGHT_PT_emotion(OfCharacter, bpy.types.Panel):
    """A slider for each emotion; a line may have its own."""

    bl_label = "Emotion"
    bl_order = 1

    def draw_header(self, context: bpy.types.Context) -> None:
        """The whole layer on or off."""
        self.layout.prop(self.dials(context), "emote", text="")

    def draw_header_preset(self, _context: bpy.types.Context) -> None:
        """Saved moods, where Blender's own panels have theirs."""
        self.layout.menu("LIPWRIGHT_MT_moods", text="", icon="PRESET")

    def draw(self, context: bpy.types.Context) -> None:
        """Which and how much, then what the voice seems to feel."""
        dials = self.dials(context)
        layout = self.rows()
        layout.active = dials.emote
        scene = compat.sequencer_scene(context)
        chosen = context.scene.lipwright
        strip = strip_named(scene, chosen.strip) if chosen.source == "STRIP" else None
        if strip is not None:
            layout.prop(strip.lipwright, "own", text=f"Own for “{strip.name}”")
        feelings = feelings_for(dials, scene, strip.name if strip is not None else "")
        column = layout.column(align=True)
        # Sliders of strips cannot be keyframed.
        column.use_property_decorate = isinstance(feelings.id_data, bpy.types.Object)
        for name in FELT:
            column.prop(feelings, name, slider=True)
            if getattr(feelings, name):  # in a row of its own, where its name has room
                column.prop(feelings, variant_property(name), text=" ")
        layout.operator("lipwright.neutral", icon="LOOP_BACK")
        self._guess(context, feelings, dials)
        column = layout.column(align=True)
        column.label(text="Shown By")
        turn(column, dials.acting, "emotion")

    def _guess(
        self,
        context: bpy.types.Context,
        feelings: LIPWRIGHT_PG_feelings,
        dials: LIPWRIGHT_PG_character,
    ) -> None:
        """The suggestion, and a way to make it one's own."""
        box = self.layout.box()
        box.prop(feelings, AUTO, text="Auto", slider=True)
        last = memory.takes.get(meant_character(context).root.session_uid)
        if last is None:
            return
        guess = last.guess
        text = f"“{last.name}” may sound {guess.label} ({guess.certainty:.0%})"
        box.label(text=text, icon="QUESTION")
        if guess.emotions:
            row = box.row()
            row.template_icon(icon_value=last.guess_picture.icon_id, scale=CURVES_SCALE)
            names = row.column(align=True)
            names.label(text="arousal")
            names.separator(factor=2.0)
            for name in guess.emotions:
                names.label(text=f"{name}: {COLOUR_NAMES[name]}")
        box.operator("lipwright.take_guess", icon="IMPORT")
        box.operator("lipwright.key_guess", icon="KEYFRAME")
        for aside in last.analysis.asides:
            if aside.heard:
                heard = f"{aside.kind.capitalize()} heard at {aside.after_seconds:.1f} s"
                column = box.column()
                column.active = dials.acting.heard > 0
                column.label(text=heard, icon="SOUND")


class LIPWRIGHT_MT_moods(bpy.types.Menu):
    """Saved moods: sliders and dials of emotion, eyes and head."""

    bl_label = "Moods"

    def draw(self, _context: bpy.types.Context) -> None:
        """Ours, the artist's own, and what to do with them."""
        for name in (*MOODS, *own_moods()):
            self.layout.operator("lipwright.use_mood", text=name).mood = name
        self.layout.separator()
        self.layout.operator("lipwright.save_mood", icon="ADD")
        if own_moods():
            self.layout.operator("lipwright.remove_mood", icon="REMOVE")


register, unregister = bpy.utils.register_classes_factory(
    (LIPWRIGHT_MT_moods, LIPWRIGHT_PT_emotion)
)
