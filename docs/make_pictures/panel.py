# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in a Blender window (panel.sh): animate the demo head, show the tab, take a picture."""

import subprocess

import bpy
from mathutils import Vector

PICTURE = "/lipwright/panel.png"
SOUND = "/lipwright/line.wav"
FRAME = 56
STEP_SECONDS = 1.5

# In a timer it would be too late.
bpy.context.preferences.view.show_splash = False


def view() -> tuple[bpy.types.Window, bpy.types.Area]:
    """Return the window and its 3D view."""
    window = bpy.context.window_manager.windows[0]
    return window, next(area for area in window.screen.areas if area.type == "VIEW_3D")


def look_at_the_face() -> None:
    """Set the 3D view up as an animator has it, with the character chosen."""
    scene = bpy.context.scene
    head = next(item for item in scene.objects if item.type == "MESH" and item.name == "Head")
    scene.lipwright.character = head
    for strip in scene.sequence_editor.strips if scene.sequence_editor else ():
        strip.sound.filepath = SOUND
    scene.frame_set(FRAME)
    for item in scene.objects:
        item.select_set(False)
    _, area = view()
    space = area.spaces.active
    space.show_region_ui = True
    space.overlay.show_floor = space.overlay.show_axis_x = space.overlay.show_axis_y = False
    space.overlay.show_outline_selected = space.overlay.show_cursor = False
    space.shading.color_type = "MATERIAL"
    space.shading.show_cavity = True
    corners = [head.matrix_world @ Vector(corner) for corner in head.bound_box]
    middle = sum(corners, Vector()) / 8
    tall = max(c.z for c in corners) - min(c.z for c in corners)
    region = space.region_3d
    region.view_perspective = "PERSP"
    region.view_rotation = Vector((0.25, -1.0, 0.06)).to_track_quat("Z", "Y")
    region.view_location = middle
    region.view_distance = 1.9 * tall


def generate() -> None:
    """Press the button with an emotion chosen; the head stays selected, so that its keys show."""
    window, area = view()
    head = bpy.context.scene.lipwright.character
    carrier = next(i for i in (head.parent, head) if i is not None)
    carrier.lipwright.feelings.happy = 0.6
    with bpy.context.temp_override(window=window, area=area):
        done = bpy.ops.lipwright.generate("EXEC_DEFAULT")
    assert done == {"FINISHED"}, done
    head.select_set(True)
    bpy.context.view_layer.objects.active = head
    bpy.context.scene.frame_end = 152
    bpy.context.scene.frame_set(FRAME)


def open_tab() -> None:
    """Bring our tab to the front; it exists one redraw after the sidebar was opened."""
    _, area = view()
    sidebar = next(region for region in area.regions if region.type == "UI")
    sidebar.active_panel_category = "Lipwright"
    area.tag_redraw()


def take() -> None:
    """Take the picture of the whole screen and leave: Blender's own would be black here."""
    subprocess.run(["import", "-window", "root", PICTURE], check=True)
    bpy.ops.wm.quit_blender()


def step(actions: list) -> float | None:
    """Do the next thing, with time for redraws between."""
    actions.pop(0)()
    return STEP_SECONDS if actions else None


todo = [look_at_the_face, generate, open_tab, take]
bpy.app.timers.register(lambda: step(todo), first_interval=STEP_SECONDS)
