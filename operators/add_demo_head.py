# SPDX-License-Identifier: GPL-3.0-or-later
"""Add the demo head from the Add menu, so that lip-sync can be tried without a character."""

import bpy

from ..scene.character.demo_head import add_demo_head


class LIPWRIGHT_OT_add_demo_head(bpy.types.Operator):
    """Add a talking head with all 52 ARKit shape keys, to try lip-sync without a character"""

    bl_idname = "lipwright.add_demo_head"
    bl_label = "Lipwright Demo Head"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Allow it in Object Mode only."""
        if context.mode != "OBJECT":
            cls.poll_message_set("Switch to Object Mode first.")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Add the head at the 3D cursor and select it."""
        head = add_demo_head(context)
        head.parent.location = context.scene.cursor.location
        for obj in context.selected_objects:
            obj.select_set(False)
        head.select_set(True)
        context.view_layer.objects.active = head
        return {"FINISHED"}


def draw_in_add_menu(menu: bpy.types.Menu, _context: bpy.types.Context) -> None:
    """Show the operator in Add > Mesh."""
    menu.layout.operator(LIPWRIGHT_OT_add_demo_head.bl_idname, icon="USER")


classes = (LIPWRIGHT_OT_add_demo_head,)


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
