# SPDX-License-Identifier: GPL-3.0-or-later
"""Render the demo head: every shape key on one contact sheet, or one mouth large.

From the repository root, in an environment with bpy and this package installed:

    python docs/make_pictures/demo_head_keys.py docs/images/demo_head_keys.png
    python docs/make_pictures/demo_head_keys.py out.png --views jawOpen=1 mouthClose=0.5
"""

import argparse
import math
import os
import sys
import tempfile
from pathlib import Path

import bpy
import numpy as np
from mathutils import Vector

from lipwright.rigs.demo_head.build import build_head
from lipwright.scene.character.demo_head import add_demo_head

TILE = (150, 168)
COLUMNS = 10
MOUTHS = {
    "neutral": {},
    "M": {"mouthPressLeft": 0.4, "mouthPressRight": 0.4, "jawOpen": 0.1, "mouthClose": 0.1},
    "F": {
        "mouthRollLower": 0.75,
        "mouthUpperUpLeft": 0.35,
        "mouthUpperUpRight": 0.35,
        "jawOpen": 0.08,
    },
    "AH": {"jawOpen": 0.75, "mouthUpperUpLeft": 0.15, "mouthUpperUpRight": 0.15},
    "OO": {"jawOpen": 0.15, "mouthPucker": 0.8, "mouthFunnel": 0.25},
    "EE": {
        "jawOpen": 0.12,
        "mouthSmileLeft": 0.5,
        "mouthSmileRight": 0.5,
        "mouthUpperUpLeft": 0.4,
        "mouthUpperUpRight": 0.4,
        "mouthLowerDownLeft": 0.4,
        "mouthLowerDownRight": 0.4,
    },
    "OH": {"jawOpen": 0.45, "mouthFunnel": 0.7},
    "TH": {
        "jawOpen": 0.32,
        "tongueDental": 1.0,
        "mouthUpperUpLeft": 0.2,
        "mouthUpperUpRight": 0.2,
    },
    "L": {"jawOpen": 0.4, "tongueTipUp": 1.0, "mouthUpperUpLeft": 0.2, "mouthUpperUpRight": 0.2},
    "jaw + close": {"jawOpen": 1.0, "mouthClose": 1.0},
    "blink": {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0},
    "half blink": {"eyeBlinkLeft": 0.5, "eyeBlinkRight": 0.5},
    "laugh": {
        "jawOpen": 0.6,
        "mouthSmileLeft": 1.0,
        "mouthSmileRight": 1.0,
        "cheekSquintLeft": 0.8,
        "cheekSquintRight": 0.8,
        "eyeSquintLeft": 0.5,
        "eyeSquintRight": 0.5,
    },
    "surprise": {
        "jawOpen": 0.6,
        "browInnerUp": 1.0,
        "browOuterUpLeft": 1.0,
        "browOuterUpRight": 1.0,
        "eyeWideLeft": 1.0,
        "eyeWideRight": 1.0,
    },
    "anger": {
        "browDownLeft": 1.0,
        "browDownRight": 1.0,
        "noseSneerLeft": 0.7,
        "noseSneerRight": 0.7,
        "mouthPressLeft": 0.8,
        "mouthPressRight": 0.8,
        "eyeSquintLeft": 0.4,
        "eyeSquintRight": 0.4,
    },
    "K": {"jawOpen": 0.4, "tongueBackUp": 1.0, "mouthUpperUpLeft": 0.2, "mouthUpperUpRight": 0.2},
    "smile": {
        "mouthSmileLeft": 0.8,
        "mouthSmileRight": 0.8,
        "cheekSquintLeft": 0.5,
        "cheekSquintRight": 0.5,
    },
    "sad": {
        "browInnerUp": 0.9,
        "mouthFrownLeft": 0.7,
        "mouthFrownRight": 0.7,
        "eyeLookDownLeft": 0.3,
        "eyeLookDownRight": 0.3,
    },
}


def set_up(width: int, height: int) -> bpy.types.Object:
    """Prepare a Workbench scene with one demo head and return its camera."""
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    scene = bpy.context.scene
    add_demo_head(bpy.context)
    scene.render.engine = "BLENDER_WORKBENCH"
    scene.view_settings.view_transform = "Standard"
    scene.display.render_aa = "8"
    scene.render.dither_intensity = 0.0
    shading = scene.display.shading
    shading.light, shading.color_type = "STUDIO", "MATERIAL"
    shading.studio_light = "paint.sl"
    shading.show_cavity, shading.cavity_type = True, "BOTH"
    shading.show_specular_highlight = True
    scene.world = bpy.data.worlds.new("World")
    scene.world.color = (0.22, 0.24, 0.27)
    shading.background_type = "WORLD"
    scene.render.resolution_x, scene.render.resolution_y = width, height
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    camera.data.lens = 85
    scene.collection.objects.link(camera)
    scene.camera = camera
    return camera


def aim(camera: bpy.types.Object, azimuth: float, *, away: float = 0.66, height: float = 0.155):
    """Look at the head from `azimuth` degrees beside the front."""
    turn = math.radians(azimuth)
    target = Vector((0, 0, height))
    camera.location = target + Vector((math.sin(turn), -math.cos(turn), 0.06)) * away
    camera.rotation_euler = (target - camera.location).to_track_quat("-Z", "Y").to_euler()


def pose(values: dict[str, float]) -> None:
    """Set the named shape keys on every mesh that has them, all others to 0."""
    for key in bpy.data.shape_keys:
        for block in key.key_blocks[1:]:
            block.value = values.get(block.name, 0.0)


def shoot() -> np.ndarray:
    """Render and return the picture, shape (height, width, 4), bottom row first."""
    scene = bpy.context.scene
    with tempfile.TemporaryDirectory() as folder:
        scene.render.filepath = str(Path(folder) / "tile.png")
        bpy.ops.render.render(write_still=True)
        image = bpy.data.images.load(scene.render.filepath)
        pixels = np.empty(len(image.pixels), np.float32)
        image.pixels.foreach_get(pixels)
        bpy.data.images.remove(image)
    return pixels.reshape(scene.render.resolution_y, scene.render.resolution_x, 4)


def label(pixels: np.ndarray, text: str) -> None:
    """Write `text` into the bottom left corner of a picture with Blender's own font."""
    import blf
    import imbuf

    size = (pixels.shape[1], pixels.shape[0])
    buffer = imbuf.new(size)
    blf.size(0, 11)
    blf.color(0, 1, 1, 1, 1)
    with blf.bind_imbuf(0, buffer):
        blf.position(0, 5, 5, 0)
        blf.draw_buffer(0, text)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "text.png")
        imbuf.write(buffer, filepath=path)
        image = bpy.data.images.load(path)
        drawn = np.empty(len(image.pixels), np.float32)
        image.pixels.foreach_get(drawn)
        bpy.data.images.remove(image)
    ink = drawn.reshape(pixels.shape)[..., :1]
    pixels[..., :3] = np.maximum(pixels[..., :3] * (1.0 - ink), ink)


def save(pixels: np.ndarray, path: Path) -> None:
    """Write pixels to a PNG; 64 levels a channel, which halves the file and is not seen."""
    pixels = np.round(pixels * 63.0) / 63.0
    height, width = pixels.shape[:2]
    image = bpy.data.images.new("sheet", width, height)
    image.pixels.foreach_set(np.ascontiguousarray(pixels, np.float32).ravel())
    settings = bpy.context.scene.render.image_settings
    settings.file_format, settings.color_mode, settings.compression = "PNG", "RGB", 100
    image.save_render(str(path))


def contact_sheet(columns: int) -> np.ndarray:
    """Return the mouths and every single key as one picture."""
    camera = set_up(*TILE)
    names = sorted(build_head()[0].keys)
    tiles = []
    for name, values in [*MOUTHS.items(), *((n, {n: 1.0}) for n in names)]:
        aim(camera, 24 if name in ("tongueOut", "jawForward") else 0)
        # A tongue that comes out of shut lips would say nothing.
        pose(values | ({"jawOpen": 0.5} if name == "tongueOut" else {}))
        tiles.append(shoot())
        label(tiles[-1], name)
    blank = np.zeros_like(tiles[0])
    tiles += [blank] * (-len(tiles) % columns)
    rows = [np.concatenate(tiles[i : i + columns], 1) for i in range(0, len(tiles), columns)]
    return np.concatenate(rows[::-1], 0)


def views(values: dict[str, float]) -> np.ndarray:
    """Return front, three-quarter and side view of one pose."""
    camera = set_up(480, 560)
    pose(values)
    pictures = []
    for azimuth in (0, 35, 90):
        aim(camera, azimuth)
        pictures.append(shoot())
    return np.concatenate(pictures, 1)


def main() -> None:
    """Read the command line and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=Path)
    parser.add_argument("--views", nargs="*", metavar="KEY=VALUE")
    options = parser.parse_args()
    if options.views is None:
        pixels = contact_sheet(COLUMNS)
    else:
        pairs = (item.split("=") for item in options.views)
        pixels = views({name: float(value) for name, value in pairs})
    save(pixels, options.output.resolve())
    sys.stdout.flush()
    # Interpreter shutdown can hang in some releases of the bpy module.
    os._exit(0)


main()
