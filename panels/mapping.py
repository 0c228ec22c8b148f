# SPDX-License-Identifier: GPL-3.0-or-later
"""Mapping and Poses, inside Rig: rows that an artist may change, poses of a face of bones."""

import bpy

from ..scene.character.chosen import chosen_character, meant_character
from ..scene.character.find import Character, controls_of
from ..scene.character.mapping import control_of
from ..scene.saved.mappings import Fit, best_fit
from .parts import OfCharacter, say

ICONS = {
    "shape key": "SHAPEKEY_DATA",
    "property": "PROPERTIES",
    "data property": "PROPERTIES",
    "pose": "POSE_HLT",
    "any property": "LIGHT",
}
NAME_SHARE = 0.7  # of a row of the list; the rest is its slider


class LIPWRIGHT_UL_mapping(bpy.types.UIList):
    """Rows by the name of their control; Blender's own search field below filters them."""

    def draw_item(
        self,
        _context: bpy.types.Context,
        layout: bpy.types.UILayout,
        _data: object,
        item: bpy.types.PropertyGroup,
        _icon: int,
        _active: object,
        _property: str,
        _index: int,
    ) -> None:
        """Mute, name, what it follows, the slider to try it."""
        split = layout.split(factor=NAME_SHARE, align=True)
        row = split.row(align=True)
        icon = "CHECKBOX_DEHLT" if item.mute else "CHECKBOX_HLT"
        row.prop(item, "mute", text="", icon=icon, emboss=False, invert_checkbox=True)
        names = row.row()
        names.active = not item.mute
        # Most are shape keys, and the ends of their names, Left and Right, need the room.
        icon = "NONE" if item.kind == "shape key" else ICONS.get(item.kind, "ERROR")
        names.label(text=item.name, icon=icon)
        follows = item.terms[0].name if len(item.terms) else "nothing"
        more = f" +{len(item.terms) - 1}" if len(item.terms) > 1 else ""
        text = "whole mouth" if item.solved else follows + more
        if text != item.name:
            names.label(text=text)
        split.prop(item, "preview", text="", slider=True)


class LIPWRIGHT_PT_mapping(OfCharacter, bpy.types.Panel):
    """Rows of the mapping."""

    bl_label = "Mapping"
    bl_parent_id = "LIPWRIGHT_PT_rig"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """The list, then the active row, then files."""
        character = meant_character(context)
        stored = character.root.lipwright_rig
        if stored.edited:
            self._list(stored)
            if 0 <= stored.active_row < len(stored.rows):
                row = stored.rows[stored.active_row]
                if control_of(row) not in controls_of(character):
                    say(
                        self.layout, context, f"“{row.name}” is gone. Swap it or remove it", "ERROR"
                    )
                self._row(row)
            self.layout.operator("lipwright.reset_mapping", icon="LOOP_BACK")
        else:
            self.layout.operator("lipwright.edit_mapping", icon="GREASEPENCIL")
        self.layout.operator("lipwright.follow_property", icon="LIGHT")
        files = self.layout.row(align=True)
        files.operator("lipwright.load_mapping", text="Load", icon="FILE_FOLDER")
        files.operator("lipwright.save_mapping", text="Save", icon="FILE_TICK")
        kept = self.layout.row(align=True)
        kept.operator("lipwright.keep_mapping", text="Keep", icon="FAKE_USER_ON").name = ""
        kept.operator("lipwright.drop_mapping", text="", icon="TRASH")
        fit = None if stored.edited else _fit(character)
        if fit is not None:
            text = f"“{fit.name}”, which you kept, fits: {fit.found} of {fit.rows} rows"
            say(self.layout, context, text, "FAKE_USER_ON")
            use = self.layout.operator("lipwright.use_mapping", text=f"Use “{fit.name}”")
            use.name = fit.name

    def _list(self, stored: bpy.types.PropertyGroup) -> None:
        row = self.layout.row()
        row.template_list("LIPWRIGHT_UL_mapping", "", stored, "rows", stored, "active_row", rows=6)
        column = row.column(align=True)
        column.operator("lipwright.pick_control", text="", icon="ADD").swap = False
        column.operator("lipwright.remove_row", text="", icon="REMOVE")

    def _row(self, row: bpy.types.PropertyGroup) -> None:
        """Everything of one row."""
        box = self.layout.box()
        top = box.row()
        top.label(text=f"{row.name} ({row.mesh})", icon=ICONS.get(row.kind, "ERROR"))
        top.operator("lipwright.pick_control", text="", icon="ARROW_LEFTRIGHT").swap = True
        for term in row.terms:
            line = box.row(align=True)
            line.prop(term, "weight", text=term.name)
            line.operator("lipwright.unfollow_channel", text="", icon="X").channel = term.name
        box.operator("lipwright.follow_channel", icon="ADD")
        pairs = box.column(align=True)
        for names in (("scale", "offset"), ("low", "high")):
            line = pairs.row(align=True)
            for name in names:
                line.prop(row, name)
        box.prop(row, "solved")


def _fit(character: Character) -> Fit | None:
    armature = character.armature
    bones = () if armature is None else armature.pose.bones.keys()
    return best_fit(controls_of(character), bones)


class LIPWRIGHT_PT_poses(OfCharacter, bpy.types.Panel):
    """Stored poses."""

    bl_label = "Poses"
    bl_parent_id = "LIPWRIGHT_PT_rig"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Only characters with bones have poses."""
        character = chosen_character(context)
        return character is not None and character.armature is not None

    def draw(self, context: bpy.types.Context) -> None:
        """Store the pose that stands; those that are stored."""
        stored = meant_character(context).root.lipwright_rig
        row = self.layout.row(align=True)
        row.prop(stored, "pose_name", text="")
        row.operator("lipwright.store_pose", icon="ADD").name = ""
        column = self.layout.column(align=True)
        for pose in stored.poses:
            line = column.row(align=True)
            line.label(text=f"{pose.name}: {len(pose.moves)} bones", icon="POSE_HLT")
            line.operator("lipwright.remove_pose", text="", icon="X").name = pose.name


register, unregister = bpy.utils.register_classes_factory(
    (LIPWRIGHT_UL_mapping, LIPWRIGHT_PT_mapping, LIPWRIGHT_PT_poses)
)
