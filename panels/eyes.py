# SPDX-License-Identifier: GPL-3.0-or-later
"""Eyes and Head: layers with their seeds, then the dials of each."""

import bpy

from ..scene.saved.properties import chosen_character
from ..scene.takes.turns import bone_of
from .parts import OfCharacter, say, stands_for

# Property that switches a layer, and the layer's name.
LAYERS = (
    ("emote", "emotion"),
    ("blink", "blink"),
    ("gaze", "gaze"),
    ("brows", "brows"),
    ("breath", "breath"),
    ("head", "head"),
)


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
        for name, layer in LAYERS:
            row = column.row(align=True)
            row.prop(dials, name)
            part = row.row(align=True)
            part.active = getattr(dials, name)
            part.prop(dials.acting.seeds, layer, text="")
            part.operator("lipwright.roll", text="", icon="FILE_REFRESH").layer = layer
        layout.prop(dials, "apart")


class _Part(OfCharacter):
    """A part of Eyes and Head."""

    bl_parent_id = "LIPWRIGHT_PT_eyes"
    bl_options = {"DEFAULT_CLOSED"}

    def bone(self, context: bpy.types.Context, role: str, owner: object, name: str) -> None:
        """A bone's field, with the one that was found in its place while it is empty."""
        dials = self.dials(context)
        armature = dials.head_object or chosen_character(context).armature
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
        acting = self.dials(context).acting
        layout = self.rows()
        layout.active = self.dials(context).blink
        layout.prop(acting, "blink_rate_per_minute", text="A Minute")
        layout.prop(acting, "blink_speed", text="Speed", slider=True)
        layout.prop(acting, "half_blinks", slider=True)
        layout.prop(acting, "blink_on_emphasis", text="On Emphasis")


class LIPWRIGHT_PT_gaze(_Part, bpy.types.Panel):
    """Gaze."""

    bl_label = "Gaze"

    def draw(self, context: bpy.types.Context) -> None:
        """What is looked at, how much it is left, what turns."""
        dials = self.dials(context)
        layout = self.rows()
        layout.active = dials.gaze
        layout.prop(dials.acting, "look_at")
        layout.prop(dials.acting, "glances", slider=True)
        layout.prop(dials.acting, "aversion", slider=True)
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
        layout.prop(acting, "brow", slider=True)
        layout.prop(acting, "breath", slider=True)
        self.bone(context, "chest", acting, "chest_bone")
        column = layout.column(align=True)
        for name in ("head_pitch", "head_yaw", "head_roll"):
            column.prop(acting, name, slider=True)
        layout.prop(dials, "head_object", text="Turns")
        self.bone(context, "head", dials, "head_bone")
        self.bone(context, "neck", acting, "neck_bone")
        layout.prop(acting, "neck_share", slider=True)
        if dials.head and dials.head_object is None and chosen_character(context).armature is None:
            say(layout, context, "Pick the head bone or object", "INFO")


register, unregister = bpy.utils.register_classes_factory(
    (LIPWRIGHT_PT_eyes, LIPWRIGHT_PT_lids, LIPWRIGHT_PT_gaze, LIPWRIGHT_PT_head)
)
