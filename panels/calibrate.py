# SPDX-License-Identifier: GPL-3.0-or-later
"""Lips, inside Rig: how this character's lips were measured, dials for them, and test poses."""

import bpy

from ..rigs.sample_poses import SAMPLE_POSES
from ..scene.character.chosen import meant_character
from ..scene.character.measure import calibration_of
from .parts import OfCharacter, say

COLUMNS = 2


class LIPWRIGHT_PT_calibrate(OfCharacter, bpy.types.Panel):
    """Measured lips and test poses."""

    bl_label = "Lips"
    bl_parent_id = "LIPWRIGHT_PT_rig"
    bl_order = 0

    def draw_header(self, context: bpy.types.Context) -> None:
        """Fitted to this character or not."""
        self.layout.prop(self.dials(context), "fit_lips", text="")

    def draw(self, context: bpy.types.Context) -> None:
        """Dials, poses, numbers."""
        dials = self.dials(context)
        layout = self.rows()
        column = layout.column(align=True)
        column.active = dials.fit_lips
        column.prop(dials, "opening", slider=True)
        column.prop(dials, "seal")
        column = layout.column(align=True)
        poses = list(SAMPLE_POSES.items())
        for start in range(0, len(poses), COLUMNS):
            row = column.row(align=True)
            for name, (label, _) in poses[start : start + COLUMNS]:
                row.operator("lipwright.test_pose", text=label).pose = name
        if dials.fit_lips:
            self._numbers(context)

    def _numbers(self, context: bpy.types.Context) -> None:
        found = calibration_of(meant_character(context))
        if found is None:
            say(self.layout, context, "Lips are measured on the first test pose or take", "INFO")
            return
        text = (
            f"{found.mesh}: an AH opens {found.opening:.0%} of the mouth's width, M B P leaves "
            f"{found.shut:.0%} of that open, lips cross by {found.crossing:.1%} at most"
        )
        say(self.layout, context, text, "CHECKMARK")


register, unregister = bpy.utils.register_classes_factory((LIPWRIGHT_PT_calibrate,))
