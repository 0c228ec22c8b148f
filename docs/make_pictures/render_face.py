# SPDX-License-Identifier: GPL-3.0-or-later
"""Render the talking face of a baked .blend at given times, or all of it for a film.

    .venv/bin/python docs/make_pictures/render_face.py FILE.blend -o FOLDER --times 0.2 0.35
    .venv/bin/python docs/make_pictures/render_face.py FILE.blend -o FOLDER --film 6.3

Workbench only: a tenth of a second a frame on a processor. Writes 0000.png, 0001.png, ...
"""

import argparse
import os
import sys
from pathlib import Path

import bpy
import numpy as np
from mathutils import Matrix, Vector

# A vertex that no shape key moves further than this share of the largest motion is not the face.
MOVES = 0.02
LENS_MM = 85.0
SENSOR_MM = 36.0
FRONT = Vector((0.0, -1.0, 0.0))
# How far above the middle of the moving part the camera looks, as a share of its height.
RAISED = 0.06


def face_box() -> tuple[Vector, Vector]:
    """Return the corners of what the shape keys of the scene move, in world space, at rest."""
    best: list[np.ndarray] = []
    for item in bpy.context.scene.objects:
        keys = getattr(item.data, "shape_keys", None) if item.type == "MESH" else None
        if keys is None or len(keys.key_blocks) < 3 or item.hide_render:
            continue
        rest = coordinates(keys.reference_key)
        far = np.zeros(len(rest))
        for block in keys.key_blocks:
            far = np.maximum(far, np.linalg.norm(coordinates(block) - rest, axis=1))
        moving = rest[far > MOVES * max(far.max(), 1e-9)]
        turn = np.array(item.matrix_world)
        best.append(moving @ turn[:3, :3].T + turn[:3, 3])
    if not best:
        raise SystemExit("No mesh of this file has shape keys, so there is no face to look at")
    # The biggest face mesh: lashes, tongue and teeth lie inside it.
    points = max(best, key=lambda cloud: float(np.ptp(cloud, axis=0).prod()))
    return Vector(points.min(axis=0)), Vector(points.max(axis=0))


def coordinates(block: bpy.types.ShapeKey) -> np.ndarray:
    """Return the vertices (n, 3) of a shape key."""
    flat = np.empty(3 * len(block.data), np.float32)
    block.data.foreach_get("co", flat)
    return flat.reshape(-1, 3)


def place_camera(
    turn_degrees: float, fills: float, box: tuple[Vector, Vector], front: Vector = FRONT
) -> None:
    """Look at a box from the face's front, turned a little to one side."""
    low, high = box
    tall = max(high.z - low.z, high.x - low.x)
    centre = (low + high) / 2 + RAISED * tall * Vector((0.0, 0.0, 1.0))
    distance = tall / fills * LENS_MM / SENSOR_MM + (high.y - low.y) / 2
    camera = bpy.data.objects.new("Picture", bpy.data.cameras.new("Picture"))
    camera.data.lens, camera.data.sensor_width = LENS_MM, SENSOR_MM
    camera.data.clip_start, camera.data.clip_end = distance / 100, distance * 10
    angle = float(np.radians(turn_degrees))
    away = Matrix.Rotation(angle, 3, "Z") @ front + Vector((0.0, 0.0, 0.03))
    camera.location = centre + distance * away
    camera.rotation_euler = (centre - camera.location).to_track_quat("-Z", "Y").to_euler()
    bpy.context.scene.collection.objects.link(camera)
    bpy.context.scene.camera = camera


def set_look(size: int) -> None:
    """Workbench, studio light, the materials' own colours, a plain light background."""
    scene = bpy.context.scene
    scene.render.engine = "BLENDER_WORKBENCH"
    shading = scene.display.shading
    shading.light, shading.color_type = "STUDIO", "MATERIAL"
    shading.studio_light = "paint.sl"  # soft light from all around: skin keeps its colour
    shading.show_cavity, shading.cavity_type = True, "WORLD"
    shading.show_shadows = False
    scene.display.render_aa = "8"
    scene.view_settings.view_transform = "Standard"
    world = bpy.data.worlds.new("Picture")
    world.color = (0.80, 0.82, 0.85)
    scene.world = world
    scene.render.film_transparent = False
    scene.render.resolution_x = scene.render.resolution_y = size
    scene.render.resolution_percentage = 100
    scene.render.image_settings.file_format = "PNG"
    scene.render.image_settings.color_mode = "RGB"
    # The strips of the sequencer would be rendered instead of the face.
    scene.render.use_sequencer = False
    scene.render.use_compositing = False


def first_frame() -> float:
    """Return the frame at which the sound starts: its strip's, or the scene's first."""
    scene = bpy.context.scene
    editor = scene.sequence_editor
    strips = getattr(editor, "strips_all", None) or getattr(editor, "sequences_all", ())
    starts = [strip.frame_start for strip in strips if strip.type == "SOUND"]
    return min(starts) if starts else float(scene.frame_start)


def render(folder: Path, seconds: list[float]) -> None:
    """Render the scene at these times of the sound."""
    scene = bpy.context.scene
    rate = scene.render.fps / scene.render.fps_base
    start = first_frame()
    folder.mkdir(parents=True, exist_ok=True)
    for number, time in enumerate(seconds):
        frame = start + time * rate
        scene.frame_set(int(np.floor(frame)), subframe=float(frame - np.floor(frame)))
        scene.render.filepath = str(folder / f"{number:04d}.png")
        bpy.ops.render.render(write_still=True)


def main() -> None:
    """Read the command line and render."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True, help="folder of the pictures")
    parser.add_argument("--times", type=float, nargs="*", default=[], help="seconds of the sound")
    parser.add_argument("--film", type=float, help="this many seconds, at --rate frames a second")
    parser.add_argument("--rate", type=float, default=24.0)
    parser.add_argument("--size", type=int, default=320, help="pixels")
    parser.add_argument("--turn", type=float, default=12.0, help="degrees away from the front")
    parser.add_argument("--fills", type=float, default=0.76, help="share of the picture's height")
    args = parser.parse_args()
    bpy.ops.wm.open_mainfile(filepath=str(args.file.resolve()))
    bpy.context.scene.frame_set(bpy.context.scene.frame_start)
    set_look(args.size)
    place_camera(args.turn, args.fills, face_box())
    seconds = args.times
    if args.film:
        seconds = [n / args.rate for n in range(int(args.film * args.rate) + 1)]
    render(args.out, seconds)


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    # Some Blender modules hang at the interpreter's own exit.
    os._exit(0)
