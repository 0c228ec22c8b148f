# SPDX-License-Identifier: GPL-3.0-or-later
"""Add Sound: put the chosen file into the sequencer at the current frame."""

import bpy

from ..jobs.manners import Reasoned, speaking
from ..scene import compat
from ..scene.sounds.strip import add_to_sequencer, strip_of_file


class LIPWRIGHT_OT_add_strip(Reasoned, bpy.types.Operator):
    """Add the chosen sound file to the sequencer at the current frame, so that Play plays it"""

    bl_idname = "lipwright.add_strip"
    bl_label = "Add to Sequencer"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """Needs a file that is not there yet, and a Blender with sound."""
        choice = context.scene.lipwright
        if not compat.HAS_SOUND:
            return "This Blender was built without sound"
        if choice.source != "FILE" or not choice.file:
            return "Choose a sound file"
        if strip_of_file(compat.sequencer_scene(context), choice.file) is not None:
            return "This file is in the sequencer already"
        return ""

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Add it and choose its strip."""
        scene = compat.sequencer_scene(context)
        choice = context.scene.lipwright
        with speaking(self):
            strip = add_to_sequencer(scene, choice.file, scene.frame_current)
            choice.source, choice.strip = "STRIP", strip.name
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


register, unregister = bpy.utils.register_classes_factory((LIPWRIGHT_OT_add_strip,))
