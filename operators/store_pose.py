# SPDX-License-Identifier: GPL-3.0-or-later
"""Poses of a face of bones: store the one that stands, forget one."""

import bpy
from bpy.props import StringProperty

from ..core.errors import RigError
from ..jobs.manners import Reasoned, linked, speaking
from ..scene.character.chosen import chosen_character, meant_character
from ..scene.character.poses import remove_pose, store_pose


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


register, unregister = bpy.utils.register_classes_factory(
    (LIPWRIGHT_OT_store_pose, LIPWRIGHT_OT_remove_pose)
)
