# SPDX-License-Identifier: GPL-3.0-or-later
"""Walk through the extension as a new user, from the zip to an exported shot, and time each step.

    .venv/bin/python docs/make_pictures/walkthrough.py ZIP SOUND -o FOLDER

In a clean profile; prints the table of docs/walkthrough.md. Leaves the shot, its film and a FBX.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["BLENDER_USER_RESOURCES"] = tempfile.mkdtemp(prefix="blender_user_")
import bpy

MODULE = "bl_ext.user_default.lipwright"
rows: list[tuple[str, float, str]] = []


def step(what: str, do: Callable[[], Any], told: Callable[[Any], str] = lambda _: "") -> Any:
    """Do one step and keep how long it took, and what came of it."""
    start = time.perf_counter()
    made = do()
    took = time.perf_counter() - start
    if isinstance(made, set):
        assert made == {"FINISHED"}, (what, made)
    rows.append((what, took, told(made)))
    return made


def part(name: str) -> Any:
    """A module of the installed extension."""
    return sys.modules[f"{MODULE}.{name}"]


def keys_of(head: bpy.types.Object) -> str:
    """How many keys the mouth's mesh has."""
    compat = part("scene.compat")
    data = head.data.shape_keys.animation_data
    curves = compat.curves(data.action, compat.slot_of(data))
    return f"{sum(len(one.keyframe_points) for one in curves)} keys on the face"


def mixed_again(carrier: bpy.types.Object) -> None:
    """What a dial does a moment after it was moved; timers do not run without a window."""
    live = part("jobs.live")
    live._waiting.add(carrier.session_uid)
    live.mix_waiting()


def character(choice: bpy.types.PropertyGroup, sound: Path) -> bpy.types.Object:
    """Step by step to the first take."""
    step("Add > Mesh > Lipwright Demo Head", bpy.ops.lipwright.add_demo_head)
    choice.source, choice.file = "FILE", str(sound)
    head = choice.character = bpy.context.view_layer.objects.active
    bpy.context.scene.frame_set(1)
    step("Generate Lip-Sync, the first time", bpy.ops.lipwright.generate, lambda _: keys_of(head))
    step("Generate once more: it remembers what it heard", bpy.ops.lipwright.generate)
    return head


def edit(head: bpy.types.Object, choice: bpy.types.PropertyGroup) -> None:
    """What an animator changes afterwards."""
    dials = part("scene.character.chosen").settings_of(
        part("scene.character.chosen").meant_character(bpy.context)
    )
    carrier = dials.id_data
    dials.feelings.happy = 0.6
    step("Emotion > Happy to 0.6", lambda: mixed_again(carrier), lambda _: keys_of(head))
    dials.keying = "poses"
    step("Style > Keys > Key Poses", lambda: mixed_again(carrier), lambda _: keys_of(head))
    step("Keep This Take", bpy.ops.lipwright.keep_take)
    bpy.ops.lipwright.roll(layer="blink")
    step("Eyes and Head > Blinks > another seed", lambda: mixed_again(carrier))
    step("Swap Takes", bpy.ops.lipwright.swap_takes)
    block = head.data.shape_keys.key_blocks["mouthSmileLeft"]
    block.value = 0.9
    block.keyframe_insert("value", frame=60)
    step("A key of your own on a shape, and a dial again", lambda: mixed_again(carrier))
    bpy.context.scene.frame_set(60)
    assert abs(block.value - 0.9) < 1e-4, "the key by hand wins"
    choice.part_use, choice.part_frames, choice.part_regions = True, "FRAMES", {"mouth"}
    choice.part_first, choice.part_last = 80, 110
    dials.jaw = 1.3
    step("Only a Part: mouth, frames 80 to 110, Jaw to 1.3", bpy.ops.lipwright.redo_part)
    choice.part_use = False


def deliver(choice: bpy.types.PropertyGroup, out: Path) -> None:
    """A film, the file for the engine, the shot itself."""
    scene = bpy.context.scene
    step("Save the .blend", lambda: bpy.ops.wm.save_as_mainfile(filepath=str(out / "shot.blend")))
    scene.render.resolution_x, scene.render.resolution_y = 640, 360
    film = lambda _: Path(bpy.context.window_manager.lipwright.film).name  # noqa: E731
    step("Playblast, 640 x 360, Workbench on a processor", bpy.ops.lipwright.playblast, film)
    fbx = str(out / "shot.fbx")
    step(
        "Export FBX, which is read back",
        lambda: bpy.ops.lipwright.export_fbx(filepath=fbx),
        lambda _: f"{Path(fbx).stat().st_size / 1e6:.1f} MB",
    )
    step("Save again", lambda: bpy.ops.wm.save_mainfile())
    assert choice.film_path


def main() -> None:
    """Walk, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("archive", type=Path)
    parser.add_argument("sound", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    step(
        "Install from Disk",
        lambda: bpy.ops.extensions.package_install_files(
            filepath=str(args.archive.resolve()), repo="user_default", enable_on_install=True
        ),
    )
    assert MODULE in bpy.context.preferences.addons
    for item in list(bpy.data.objects):
        bpy.data.objects.remove(item)
    choice = bpy.context.scene.lipwright
    head = character(choice, args.sound.resolve())
    edit(head, choice)
    deliver(choice, args.out.resolve())
    print(f"Blender {bpy.app.version_string}, without a window")
    for what, took, told in rows:
        print(f"| {what} | {took:.1f} s | {told} |")


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)
