# SPDX-License-Identifier: GPL-3.0-or-later
"""Eyes and Head: layers with their seeds, then the dials of each."""

import bpy

from ..core.performance.layers import LAYERS, SEEDED
from ..scene.character.chosen import meant_character
from ..scene.saved.acting import FOLLOWS, LIPWRIGHT_PG_seeds
from ..scene.takes.turns import bone_of
from .parts import OfCharacter, say, stands_for, turn


class LIPWRIGHT_PT_eyes(OfCharacter, bpy.types.Panel):
    """The seed, and which layers there are."""

    bl_label = "Eyes and Head"
    bl_order = 2

    def draw(self, context: bpy.types.Context) -> None:
        """One row a layer: on or off, and its own dice."""
        dials = self.dials(context)
        layout = self.rows()
        row = layout.row(align=True)
        row.prop(dials, "seed")
        row.operator("lipwright.roll", text="", icon="FILE_REFRESH").layer = ""
        column = layout.column(align=True)
        column.use_property_split = False  # else the seed leaves the names no room
        for name in SEEDED:
            switch = LAYERS[name].saved_as
            row = column.row(align=True)
            row.prop(dials, switch)
            part = row.row(align=True)
            part.active = getattr(dials, switch)
            self._seed(part, dials.acting.seeds, name)
        layout.prop(dials, "apart")

    def _seed(self, row: bpy.types.UILayout, seeds: LIPWRIGHT_PG_seeds, name: str) -> None:
        """A layer's own seed, a way to another and back; or that it follows."""
        if getattr(seeds, name) == FOLLOWS:
            row.operator("lipwright.roll", text="Automatic", icon="FILE_REFRESH").layer = name
            return
        row.prop(seeds, name, text="")
        row.operator("lipwright.roll", text="", icon="FILE_REFRESH").layer = name
        row.operator("lipwright.follow_seed", text="", icon="X").layer = name


class _Part(OfCharacter):
    """A part of Eyes and Head."""

    bl_parent_id = "LIPWRIGHT_PT_eyes"
    bl_options = {"DEFAULT_CLOSED"}

    def bone(self, context: bpy.types.Context, role: str, owner: object, name: str) -> None:
        """A bone's field, with the one that was found in its place while it is empty."""
        dials = self.dials(context)
        armature = dials.head_object or meant_character(context).armature
        if armature is None or armature.type != "ARMATURE":
            return
        self.layout.prop_search(owner, name, armature.data, "bones", icon="BONE_DATA")
        found = bone_of(role, armature, dials)
        if found and not getattr(owner, name):
            stands_for(self.layout, f"Found: {found}")


class LIPWRIGHT_PT_lids(_Part, bpy.types.Panel):
    """Blinks."""

    bl_label = "Blinks"

    def draw(self, context: bpy.types.Context) -> None:
        """How often, how fast, how far."""
        dials = self.dials(context)
        layout = self.rows()
        layout.active = dials.blink
        turn(layout, dials.acting, "blink")


class LIPWRIGHT_PT_gaze(_Part, bpy.types.Panel):
    """Gaze."""

    bl_label = "Gaze"

    def draw(self, context: bpy.types.Context) -> None:
        """What is looked at, how much it is left, what turns."""
        dials = self.dials(context)
        layout = self.rows()
        layout.active = dials.gaze
        layout.prop(dials.acting, "look_at")
        turn(layout, dials.acting, "gaze")
        layout.prop(dials.acting, "eyes_by", text="Turned By")
        if dials.acting.eyes_by != "SHAPES":
            self.bone(context, "eyeLeft", dials.acting, "eye_left")
            self.bone(context, "eyeRight", dials.acting, "eye_right")


class LIPWRIGHT_PT_head(_Part, bpy.types.Panel):
    """Head, neck, brows, breath."""

    bl_label = "Head, Brows, Breath"

    def draw(self, context: bpy.types.Context) -> None:
        """What turns, and how far."""
        dials = self.dials(context)
        acting = dials.acting
        layout = self.rows()
        turn(layout, acting, "brows")
        turn(layout, acting, "breath")
        self.bone(context, "chest", acting, "chest_bone")
        turn(layout.column(align=True), acting, "head")
        layout.prop(dials, "head_object", text="Turns")
        self.bone(context, "head", dials, "head_bone")
        self.bone(context, "neck", acting, "neck_bone")
        layout.prop(acting, "neck_share", slider=True)
        if dials.head and dials.head_object is None and meant_character(context).armature is None:
            say(layout, context, "Pick the head bone or object", "INFO")


register, unregister = bpy.utils.register_classes_factory(
    (LIPWRIGHT_PT_eyes, LIPWRIGHT_PT_lids, LIPWRIGHT_PT_gaze, LIPWRIGHT_PT_head)
)
