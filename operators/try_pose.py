# SPDX-License-Identifier: GPL-3.0-or-later
"""Test Pose: show one telling mouth on a character, and put everything back."""

import bpy
from bpy.props import EnumProperty

from ..jobs.manners import OfCharacter, speaking
from ..rigs.drive import drive
from ..rigs.sample_poses import SAMPLE_POSES, sample_pose
from ..scene.character.chosen import meant_character
from ..scene.character.find import Character, rig_of
from ..scene.character.measure import calibrated_lips
from ..scene.character.preview import end_previews, show_values

REST = "rest"
ITEMS = [(name, label, f"Show {label}") for name, (label, _) in SAMPLE_POSES.items()]


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


register, unregister = bpy.utils.register_classes_factory((LIPWRIGHT_OT_test_pose,))
