# SPDX-License-Identifier: GPL-3.0-or-later
"""Mapping and Poses, inside Rig: rows that an artist may change, poses of a face of bones."""

from collections.abc import Sequence

import bpy

from ..rigs.schema import ANY, Control, RigMap
from ..scene.any_property import resolve
from ..scene.character.chosen import chosen_character, meant_character
from ..scene.character.find import Character, controls_of, rig_of, why_no_rig
from ..scene.character.mapping import control_of
from ..scene.exports.faces import name_of, picture_of
from ..scene.saved.mappings import ASSET_TAG, Fit, best_fit
from ..scene.saved.rig import LIPWRIGHT_PG_rig, LIPWRIGHT_PG_row
from .parts import OfCharacter, icon_of, progress, say

ICONS = {
    "shape key": "SHAPEKEY_DATA",
    "property": "PROPERTIES",
    "data property": "PROPERTIES",
    "pose": "POSE_HLT",
    "any property": "LIGHT",
}
A_ROW, GUESS_SCALE, ROW_SCALE = 3, 3.5, 6.0
MOST_GUESSES = 12  # those that are least sure
NAME_SHARE = 0.7  # of a row of the list; the rest is its slider


class LIPWRIGHT_UL_mapping(bpy.types.UIList):
    """Rows by the name of their control; Blender's own search field below filters them."""

    def draw_item(
        self,
        _context: bpy.types.Context,
        layout: bpy.types.UILayout,
        _data: object,
        item: LIPWRIGHT_PG_row,
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
        if item.kind == ANY and resolve(control_of(item)) is None:
            icon = "ERROR"
        names.label(text=item.name, icon=icon)
        text = _follows(item.solved, item.terms.keys())
        if text != item.name:
            names.label(text=text)
        split.prop(item, "preview", text="", slider=True)


def _follows(solved: bool, channels: Sequence[str]) -> str:
    """What a row follows, in a word."""
    if solved:
        return "whole mouth"
    more = f" +{len(channels) - 1}" if len(channels) > 1 else ""
    return (channels[0] if channels else "nothing") + more


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
                _picture(self.layout, character.name, control_of(row), ROW_SCALE)
                self._row(row)
            self.layout.operator("lipwright.reset_mapping", icon="LOOP_BACK")
        else:
            self.layout.operator("lipwright.edit_mapping", icon="GREASEPENCIL")
        self.layout.operator("lipwright.follow_property", icon="LIGHT")
        if not why_no_rig(character):
            if not progress(self.layout, context):
                self.layout.operator("lipwright.draw_shapes", icon="RENDER_STILL")
            self._guesses(rig_of(character), character.name)
        files = self.layout.row(align=True)
        files.operator("lipwright.load_mapping", text="Load", icon="FILE_FOLDER")
        files.operator("lipwright.save_mapping", text="Save", icon="FILE_TICK")
        kept = self.layout.row(align=True)
        kept.operator("lipwright.keep_mapping", text="Keep", icon="FAKE_USER_ON").name = ""
        kept.operator("lipwright.mapping_to_assets", text="", icon="ASSET_MANAGER").name = ""
        kept.operator("lipwright.drop_mapping", text="", icon="TRASH")
        fit = None if stored.edited else _fit(character)
        if fit is not None:
            text = f"“{fit.name}”, which you kept, fits: {fit.found} of {fit.rows} rows"
            say(self.layout, context, text, "FAKE_USER_ON")
            use = self.layout.operator("lipwright.use_mapping", text=f"Use “{fit.name}”")
            use.name = fit.name

    def _guesses(self, rig: RigMap, who: str) -> None:
        """What no name told: each with its picture, what it was taken for, and how surely."""
        sure = dict(rig.read)
        guessed = [row for row in rig.rows if row.control in sure]
        guessed.sort(key=lambda row: sure[row.control])  # what is to be looked at first
        guessed = guessed[:MOST_GUESSES]
        for start in range(0, len(guessed), A_ROW):
            line = self.layout.row(align=True)
            for row in guessed[start : start + A_ROW]:
                cell = line.column(align=True)
                _picture(cell, who, row.control, GUESS_SCALE)
                cell.label(text=row.control.key)
                follows = _follows(row.solved, [channel for channel, _ in row.terms])
                cell.label(text=f"{sure[row.control]:.0%} {follows}")
            for _ in range(A_ROW - len(guessed[start : start + A_ROW])):
                line.column().label(text="")

    def _list(self, stored: LIPWRIGHT_PG_rig) -> None:
        row = self.layout.row()
        row.template_list("LIPWRIGHT_UL_mapping", "", stored, "rows", stored, "active_row", rows=6)
        column = row.column(align=True)
        column.operator("lipwright.pick_control", text="", icon="ADD").swap = False
        column.operator("lipwright.remove_row", text="", icon="REMOVE")

    def _row(self, row: LIPWRIGHT_PG_row) -> None:
        """Everything of one row."""
        box = self.layout.box()
        top = box.row()
        top.label(text=f"{row.name} ({control_of(row).mesh})", icon=ICONS.get(row.kind, "ERROR"))
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


def _picture(layout: bpy.types.UILayout, who: str, control: Control, scale: float) -> None:
    """What a control does alone, if it was drawn."""
    icon = icon_of(picture_of(who, name_of(control)))
    if icon:
        layout.template_icon(icon_value=icon, scale=scale)


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


def _of_asset(menu: bpy.types.Menu, context: bpy.types.Context) -> None:
    """In the Asset Browser: a mapping of ours is used on the active character."""
    asset = getattr(context, "asset", None)
    if asset is not None and ASSET_TAG in asset.metadata.tags:
        menu.layout.separator()
        use = menu.layout.operator("lipwright.mapping_from_asset", icon="USER")
        use.path, use.asset = asset.full_library_path, asset.name


_register_classes, _unregister_classes = bpy.utils.register_classes_factory(
    (LIPWRIGHT_UL_mapping, LIPWRIGHT_PT_mapping, LIPWRIGHT_PT_poses)
)


def register() -> None:
    """Show the panels, and the entry of the Asset Browser's menu."""
    _register_classes()
    bpy.types.ASSETBROWSER_MT_context_menu.append(_of_asset)


def unregister() -> None:
    """Take both away."""
    bpy.types.ASSETBROWSER_MT_context_menu.remove(_of_asset)
    _unregister_classes()
