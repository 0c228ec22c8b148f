# SPDX-License-Identifier: GPL-3.0-or-later
"""Poses of a face: store the one that stands, forget one; show a telling mouth and put all back."""

import bpy
from bpy.props import EnumProperty, StringProperty

from ..core.errors import RigError
from ..jobs.manners import OfCharacter, Reasoned, linked, speaking
from ..rigs.drive import drive
from ..rigs.sample_poses import SAMPLE_POSES, sample_pose
from ..scene.character.chosen import chosen_character, meant_character
from ..scene.character.find import Character, rig_of
from ..scene.character.measure import calibrated_lips
from ..scene.character.poses import remove_pose, store_pose
from ..scene.character.preview import end_previews, show_values

REST = "rest"
ITEMS = [(name, label, f"Show {label}") for name, (label, _) in SAMPLE_POSES.items()]


class _OfPoses(Reasoned):
    """Needs a character with an armature of this file."""

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """No armature, or a linked one."""
        character = chosen_character(context)
        if character is None or character.armature is None:
            return "Pick a character with an armature"
        if character.root.library is not None:
            return linked(character.root)
        return ""


def armature_of(context: bpy.types.Context) -> bpy.types.Object:
    """The armature of the character that is meant; RigError if it has none."""
    armature = meant_character(context).armature
    if armature is None:
        raise RigError("This character has no armature. Pick one whose face is moved by bones")
    return armature


class LIPWRIGHT_OT_store_pose(_OfPoses, bpy.types.Operator):
    """Remember how the bones stand now as this face shape"""

    bl_idname = "lipwright.store_pose"
    bl_label = "Store Pose"
    bl_options = {"REGISTER", "UNDO"}

    name: StringProperty(name="Shape", description="Name of the face shape; empty: the panel's")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Store it under the name."""
        with speaking(self):
            armature = armature_of(context)
            name = self.name or armature.lipwright_rig.pose_name
            count = store_pose(armature, name)
            self.report({"INFO"}, f"Stored “{name}”: {count} bones")
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


class LIPWRIGHT_OT_remove_pose(_OfPoses, bpy.types.Operator):
    """Forget a stored pose"""

    bl_idname = "lipwright.remove_pose"
    bl_label = "Remove Pose"
    bl_options = {"REGISTER", "UNDO"}

    name: StringProperty(name="Shape")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Forget it."""
        remove_pose(armature_of(context), self.name)
        return {"FINISHED"}


class LIPWRIGHT_OT_test_pose(OfCharacter, bpy.types.Operator):
    """Show this mouth on the character; Rest puts everything back, and so does saving"""

    bl_idname = "lipwright.test_pose"
    bl_label = "Test Pose"
    bl_options = {"REGISTER"}

    pose: EnumProperty(name="Pose", items=ITEMS, default=REST)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Drive one frame and show it."""
        with speaking(self):
            character: Character = meant_character(context)
            rig = rig_of(character)
            lips = calibrated_lips(character, rig)
            end_previews()
            if self.pose != REST:
                values = drive(sample_pose(self.pose), rig, lips)
                show_values(
                    character.root, {control: float(curve[0]) for control, curve in values.items()}
                )
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


register, unregister = bpy.utils.register_classes_factory(
    (LIPWRIGHT_OT_store_pose, LIPWRIGHT_OT_remove_pose, LIPWRIGHT_OT_test_pose)
)
