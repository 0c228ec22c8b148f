# SPDX-License-Identifier: GPL-3.0-or-later
"""Face shapes for a head without any: place landmarks, then make a copy that talks."""

import bpy

from ..core.errors import RigError
from ..jobs.manners import Reasoned, speaking
from ..scene.character.give_shapes import (
    give_face,
    landmarks_of,
    place_landmarks,
    refuse_if_no_bare_head,
    remove_landmarks,
)
from ..scene.session import memory

NO_LANDMARKS = "Place the face landmarks on a head first"


class LIPWRIGHT_OT_place_landmarks(Reasoned, bpy.types.Operator):
    """Put points on mouth, nose, chin and eyes of this head, to drag where they belong"""

    bl_idname = "lipwright.place_landmarks"
    bl_label = "Place Face Landmarks"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """Only for a head mesh without shape keys."""
        try:
            refuse_if_no_bare_head(context.view_layer.objects.active)
        except RigError as error:
            return str(error)
        return ""

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Place them and say what to do next."""
        with speaking(self):
            made = place_landmarks(context.view_layer.objects.active, context.scene)
            self.report(
                {"INFO"},
                f"Drag the {len(made)} points onto lips, lids, nose and chin, "
                "then press Give This Head Face Shapes",
            )
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


class LIPWRIGHT_OT_give_shapes(Reasoned, bpy.types.Operator):
    """Make a copy of the head with the 52 ARKit shapes of the demo head; the original is kept"""

    bl_idname = "lipwright.give_shapes"
    bl_label = "Give This Head Face Shapes"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """Only once landmarks are placed."""
        scene = context.scene
        key = "landmarks", scene.session_uid
        there = memory.once(key, lambda: landmarks_of(scene)[0] is not None)
        return "" if there else NO_LANDMARKS

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Make the copy and pick it as the one that talks."""
        with speaking(self):
            head, places = landmarks_of(context.scene)
            if head is None:
                raise RigError(NO_LANDMARKS)
            copy, given = give_face(head, places)
            remove_landmarks(context.scene)
            context.view_layer.objects.active = copy
            copy.select_set(True)
            self.report({"INFO"}, f"“{copy.name}” has {len(given.keys)} face shapes")
            if given.sealed:
                self.report(
                    {"WARNING"},
                    "The lips of this head are one skin. Cut the mesh open along their line, "
                    "then give shapes again",
                )
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


register, unregister = bpy.utils.register_classes_factory(
    (LIPWRIGHT_OT_place_landmarks, LIPWRIGHT_OT_give_shapes)
)
