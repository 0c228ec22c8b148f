# SPDX-License-Identifier: GPL-3.0-or-later
"""Add the demo head or its flat sister, so that lip-sync can be tried without a character."""

import bpy

from ..jobs.manners import Reasoned
from ..scene.character.demo_head import add_demo_head, add_flat_head


class _InObjectMode(Reasoned):
    """Adds something at the 3D cursor."""

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """Allow it in Object Mode only."""
        return "" if context.mode == "OBJECT" else "Switch to Object Mode first"


class LIPWRIGHT_OT_add_demo_head(_InObjectMode, bpy.types.Operator):
    """Add a talking head with all 52 ARKit shape keys, to try lip-sync without a character"""

    bl_idname = "lipwright.add_demo_head"
    bl_label = "Lipwright Demo Head"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Add the head at the 3D cursor and select it."""
        head = add_demo_head(context)
        (head.parent or head).location = context.scene.cursor.location
        _select(context, head)
        return {"FINISHED"}


class LIPWRIGHT_OT_add_flat_head(_InObjectMode, bpy.types.Operator):
    """Add a drawn head with nine mouths, one of which is shown at a time"""

    bl_idname = "lipwright.add_flat_head"
    bl_label = "Lipwright Flat Head"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Add it at the 3D cursor and select what leads it."""
        head = add_flat_head(context)
        head.location = context.scene.cursor.location
        _select(context, head)
        return {"FINISHED"}


def _select(context: bpy.types.Context, item: bpy.types.Object) -> None:
    for other in context.selected_objects:
        other.select_set(False)
    item.select_set(True)
    context.view_layer.objects.active = item


def draw_in_add_menu(menu: bpy.types.Menu, _context: bpy.types.Context) -> None:
    """Show the operator in Add > Mesh."""
    menu.layout.operator(LIPWRIGHT_OT_add_demo_head.bl_idname, icon="USER")
    menu.layout.operator(LIPWRIGHT_OT_add_flat_head.bl_idname, icon="IMAGE_PLANE")


classes = (LIPWRIGHT_OT_add_demo_head, LIPWRIGHT_OT_add_flat_head)


def register() -> None:
    """Register the operator and its menu entry."""
    for cls in classes:
        bpy.utils.register_class(cls)
    bpy.types.VIEW3D_MT_mesh_add.append(draw_in_add_menu)


def unregister() -> None:
    """Undo `register` in reverse order."""
    bpy.types.VIEW3D_MT_mesh_add.remove(draw_in_add_menu)
    for cls in reversed(classes):
        bpy.utils.unregister_class(cls)
