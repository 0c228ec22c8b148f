# SPDX-License-Identifier: GPL-3.0-or-later
"""What scripts in a real Blender window share (in_blender.sh): a head, its line, mouse and keys.

A script is a generator that yields the seconds to wait; Blender draws and works meanwhile.
"""

import os
import subprocess
import sys
import traceback
from collections.abc import Generator, Iterator
from pathlib import Path

import bpy
from mathutils import Vector

HERE = Path("/lipwright")
OUT = HERE / "out"
SOUND = HERE / "line.wav"
MODULE = "bl_ext.user_default.lipwright"
Walk = Generator[float, None, None]

FIRST_SECONDS = 1.5  # until the window is drawn
DRAWN_SECONDS = 1.0  # until what was changed is
EVENT_SECONDS = 0.03
ROW_PIXELS = 9  # less than half of a button, so that none is stepped over

# In a timer it would be too late.
bpy.context.preferences.view.show_splash = False


def part(name: str):
    """A module of the installed extension."""
    return sys.modules[f"{MODULE}.{name}"]


def state() -> bpy.types.PropertyGroup:
    """What the panel knows of a run."""
    return bpy.context.window_manager.lipwright


def head() -> bpy.types.Object:
    """The demo head; undo makes older references to it worthless."""
    return bpy.data.objects["Head"]


def view() -> tuple[bpy.types.Window, bpy.types.Area]:
    """The window and its 3D view."""
    window = bpy.context.window_manager.windows[0]
    return window, next(area for area in window.screen.areas if area.type == "VIEW_3D")


def region(kind: str) -> bpy.types.Region:
    """A region of the 3D view; `UI` is the sidebar."""
    return next(one for one in view()[1].regions if one.type == kind)


def in_view(operator, *args: str, **options) -> set[str]:
    """Call an operator as if the mouse were over the 3D view."""
    window, area = view()
    with bpy.context.temp_override(window=window, area=area, region=region("WINDOW")):
        return operator(*args, **options)


def set_up() -> None:
    """An empty scene with the demo head, chosen, in front of the view."""
    for item in list(bpy.data.objects):
        bpy.data.objects.remove(item)
    assert in_view(bpy.ops.lipwright.add_demo_head) == {"FINISHED"}
    scene = bpy.context.scene
    scene.lipwright.character = head()
    for item in scene.objects:
        item.select_set(False)
    space = view()[1].spaces.active
    space.show_region_ui = True
    space.overlay.show_floor = space.overlay.show_axis_x = space.overlay.show_axis_y = False
    space.overlay.show_outline_selected = space.overlay.show_cursor = False
    space.overlay.show_extras = space.overlay.show_bones = False
    space.shading.color_type = "MATERIAL"
    space.shading.show_cavity = True
    corners = [head().matrix_world @ Vector(corner) for corner in head().bound_box]
    tall = max(c.z for c in corners) - min(c.z for c in corners)
    seen = space.region_3d
    seen.view_perspective = "PERSP"
    seen.view_rotation = Vector((0.25, -1.0, 0.06)).to_track_quat("Z", "Y")
    seen.view_location = sum(corners, Vector()) / 8
    seen.view_distance = 1.9 * tall


def add_strip(name: str, sound: Path, channel: int = 1) -> None:
    """A sound strip from frame 1."""
    scene = bpy.context.scene
    editor = scene.sequence_editor or scene.sequence_editor_create()
    editor.strips.new_sound(name, str(sound), channel, 1)


def open_tab() -> None:
    """Bring our tab to the front; it exists one redraw after the sidebar was opened."""
    region("UI").active_panel_category = "Lipwright"
    view()[1].tag_redraw()


def picture(name: str, crop: str = "") -> None:
    """A picture of the screen, or of `WIDTHxHEIGHT+X+Y` of it: Blender's own would be black."""
    cut = ["-crop", crop, "+repage"] if crop else []
    subprocess.run(["import", "-window", "root", *cut, str(OUT / f"{name}.png")], check=True)


def sidebar_box(below: int = 0) -> str:
    """Where the sidebar is, for `picture`; without some pixels of its top."""
    bar, window = region("UI"), view()[0]
    top = window.height - bar.y - bar.height + below
    return f"{bar.width}x{bar.height - below}+{bar.x}+{top}"


def press(key: str, place: tuple[int, int], ctrl: bool = False, shift: bool = False) -> Walk:
    """Press a key or a mouse button and let it go."""
    window = view()[0]
    held = {"ctrl": ctrl, "shift": shift}
    x, y = place
    names = [name for name, is_held in (("LEFT_CTRL", ctrl), ("LEFT_SHIFT", shift)) if is_held]
    for number, name in enumerate(names):
        down = {"ctrl": ctrl, "shift": shift and number == len(names) - 1}
        window.event_simulate(type=name, value="PRESS", x=x, y=y, **down)
    window.event_simulate(type=key, value="PRESS", x=x, y=y, **held)
    window.event_simulate(type=key, value="RELEASE", x=x, y=y, **held)
    for name in reversed(names):
        window.event_simulate(type=name, value="RELEASE", x=x, y=y)
    yield EVENT_SECONDS


def move(place: tuple[int, int]) -> Walk:
    """Move the mouse there."""
    view()[0].event_simulate(type="MOUSEMOVE", value="NOTHING", x=place[0], y=place[1])
    yield EVENT_SECONDS


def middle() -> tuple[int, int]:
    """The middle of the 3D view."""
    area = view()[1]
    return area.x + area.width // 3, area.y + area.height // 2


def places(share: float) -> Iterator[tuple[int, int]]:
    """Down the sidebar, at a share of its width."""
    bar = region("UI")
    for y in range(bar.y + bar.height - ROW_PIXELS, bar.y, -ROW_PIXELS):
        yield bar.x + int(share * bar.width), y


def find(copied: str, share: float) -> Generator[float, None, tuple[int, int] | None]:
    """Where in the sidebar Ctrl C copies this: what a button does, what a field holds."""
    manager = bpy.context.window_manager
    for place in places(share):
        manager.clipboard = ""
        yield from move(place)
        yield from press("C", place, ctrl=True)
        if manager.clipboard.startswith(copied):
            return place
    return None


def type_text(text: str, place: tuple[int, int]) -> Walk:
    """Type letters, as into a search field that is open."""
    window = view()[0]
    for letter in text:
        key = {" ": "SPACE", ".": "PERIOD"}.get(letter, letter.upper())
        held = {"x": place[0], "y": place[1], "shift": letter.isupper()}
        window.event_simulate(type=key, value="PRESS", unicode=letter, **held)
        window.event_simulate(type=key, value="RELEASE", **held)
        yield EVENT_SECONDS


def pick(stands: str, wanted: str, share: float) -> Generator[float, None, bool]:
    """Choose from the list of a field: click it where it shows `stands`, type, Enter."""
    place = yield from find(stands, share)
    if place is None:
        return False
    yield from press("LEFTMOUSE", place)
    yield DRAWN_SECONDS
    yield from type_text(wanted, place)
    yield DRAWN_SECONDS
    picture(f"picking_{wanted}")
    yield from press("RET", place)
    yield DRAWN_SECONDS
    return True


def wait_until(true, seconds: float, every: float = 0.05) -> Generator[float, None, bool]:
    """Wait until something holds, so long at most; says whether it does."""
    for _ in range(int(seconds / every)):
        if true():
            return True
        yield every
    return bool(true())


def play(walk: Walk) -> None:
    """Run a script to its end, then end Blender: with 0 if it went through."""

    def step() -> float:
        try:
            return next(walk)
        except StopIteration as end:
            code = int(end.value or 0)
        except Exception:
            traceback.print_exc()
            code = 1
        sys.stdout.flush()
        os._exit(code)

    bpy.app.timers.register(step, first_interval=FIRST_SECONDS, persistent=True)
