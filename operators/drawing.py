# SPDX-License-Identifier: GPL-3.0-or-later
"""Mouths that are drawn: find them, add and remove one."""

import bpy

from ..core.errors import RigError
from ..jobs.manners import Reasoned, linked, speaking
from ..scene.character.chosen import chosen_item
from ..scene.character.drawing import find_mouths
from ..scene.character.find import root_of
from ..scene.saved.drawing import OFF, OWN, LIPWRIGHT_PG_drawing


class _OfDrawing(Reasoned):
    """Needs an object whose mouth is drawn, or is to be where `chosen` is False."""

    chosen = True

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """No object, linked, not drawn."""
        item = chosen_item(context)
        if item is None:
            return "Pick the object that the drawn mouth belongs to"
        root = root_of(item)
        if root.library is not None:
            return linked(root)
        off = cls.chosen and _stored(context).kind == OFF
        return "Choose what the mouth is drawn as first" if off else ""


def _stored(context: bpy.types.Context) -> LIPWRIGHT_PG_drawing:
    item = chosen_item(context)
    if item is None:
        raise RigError("Pick the object that the drawn mouth belongs to")
    root = item if item.lipwright_drawing.kind != OFF else root_of(item)
    return root.lipwright_drawing


class LIPWRIGHT_OT_find_mouths(_OfDrawing, bpy.types.Operator):
    """Fill the list: mouths by their names (mouth_A, mouth_MBP), or those of the set in order. \
Where nothing is chosen yet, objects, pencil layers and shape keys are searched for such names"""

    bl_idname = "lipwright.find_mouths"
    bl_label = "Find Mouths"
    bl_options = {"REGISTER", "UNDO"}
    chosen = False

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Find them; the list stays as it is if there are none."""
        with speaking(self):
            count = find_mouths(_stored(context).id_data)
            self.report({"INFO"}, f"{count} mouths")
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


class LIPWRIGHT_OT_add_mouth(_OfDrawing, bpy.types.Operator):
    """Add a mouth of your own: name it, and say for which sounds it is drawn"""

    bl_idname = "lipwright.add_mouth"
    bl_label = "Add Mouth"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Add it at the end."""
        stored = _stored(context)
        mouth = stored.mouths.add()
        mouth.name, mouth.number = f"Mouth {len(stored.mouths)}", len(stored.mouths)
        stored.chosen_set, stored.active_mouth = OWN, len(stored.mouths) - 1
        return {"FINISHED"}


class LIPWRIGHT_OT_remove_mouth(_OfDrawing, bpy.types.Operator):
    """Remove the active mouth from the list; the drawing itself stays"""

    bl_idname = "lipwright.remove_mouth"
    bl_label = "Remove Mouth"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Remove it."""
        stored = _stored(context)
        if 0 <= stored.active_mouth < len(stored.mouths):
            stored.mouths.remove(stored.active_mouth)
            stored.active_mouth = max(0, min(stored.active_mouth, len(stored.mouths) - 1))
        return {"FINISHED"}


register, unregister = bpy.utils.register_classes_factory(
    (LIPWRIGHT_OT_find_mouths, LIPWRIGHT_OT_add_mouth, LIPWRIGHT_OT_remove_mouth)
)
