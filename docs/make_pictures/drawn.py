# SPDX-License-Identifier: GPL-3.0-or-later
"""The flat head says a line: a sheet of what is held when, and a film without sound (GIF).

    .venv/bin/python docs/make_pictures/drawn.py --sound demo/line.wav -o docs/images/drawn

writes docs/images/drawn.png and docs/images/drawn.gif. It goes through bake.py, as an artist's file
would.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SIDE, COLUMNS, TITLE = 132, 10, 30
FILM_SIDE, FILM_STEP = 240, 2  # on twos, as it is drawn
REST_FRAMES = 12  # at the end of the film


def load(name: str, path: Path) -> ModuleType:
    """Load a script as a module."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def save_flat_head(out: Path) -> None:
    """Write a .blend with the flat head alone, in the extension's own words."""
    import bpy

    package = load("bake", ROOT / "bake.py").load()
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    heads = importlib.import_module(".scene.character.demo_head", package.__name__)
    heads.add_flat_head(bpy.context)
    bpy.ops.wm.save_as_mainfile(filepath=str(out))


def render_all(baked: Path, folder: Path) -> None:
    """Render each frame, and say which mouth it shows and what is being said."""
    import bpy
    from mathutils import Vector

    bpy.ops.wm.open_mainfile(filepath=str(baked), load_ui=False)
    face = load("render_face", ROOT / "docs" / "make_pictures" / "render_face.py")
    face.set_look(FILM_SIDE)
    scene = bpy.context.scene
    scene.display.shading.light, scene.display.shading.show_cavity = "FLAT", False
    corners = [Vector((-0.11, -0.03, 0.0)), Vector((0.11, 0.0, 0.27))]
    face.place_camera(0.0, 0.95, (corners[0], corners[1]))
    told: list[dict[str, Any]] = []
    for number, frame in enumerate(range(scene.frame_start, scene.frame_end + 1)):
        scene.frame_set(frame)
        mouths = [item for item in bpy.data.objects if item.name.startswith("Mouth ")]
        (shown,) = [item.name.split()[-1] for item in mouths if not item.hide_render]
        told.append({"frame": frame, "mouth": shown})
        scene.render.filepath = str(folder / f"{number:04d}.png")
        bpy.ops.render.render(write_still=True)
    (folder / "told.json").write_text(json.dumps(told), "utf-8")


def draw(folder: Path, out: Path) -> None:
    """Join the frames: one picture a held mouth on the sheet, all of them in the film."""
    from PIL import Image, ImageDraw, ImageFont

    told = json.loads((folder / "told.json").read_text("utf-8"))
    pictures = [
        Image.open(folder / f"{number:04d}.png").convert("RGB") for number in range(len(told))
    ]
    held = [i for i, one in enumerate(told) if i == 0 or told[i - 1]["mouth"] != one["mouth"]]
    pictures = pictures[: held[-1] + REST_FRAMES]
    rows = -(-len(held) // COLUMNS)
    sheet = Image.new("RGB", (SIDE * COLUMNS, (SIDE + TITLE) * rows), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=15)
    for place, i in enumerate(held):
        x, y = place % COLUMNS * SIDE, place // COLUMNS * (SIDE + TITLE)
        sheet.paste(pictures[i].resize((SIDE, SIDE)), (x, y + TITLE))
        last = held[place + 1] if place + 1 < len(held) else len(pictures)
        title = f"{told[i]['mouth']}   {told[i]['frame']}-{told[last - 1]['frame']}"
        pen.text((x + SIDE / 2, y + TITLE / 2), title, "black", font, anchor="mm")
    sheet.quantize(48, dither=Image.Dither.NONE).save(out.with_suffix(".png"), optimize=True)
    film = [one.quantize(24, dither=Image.Dither.NONE) for one in pictures[::FILM_STEP]]
    film[0].save(
        out.with_suffix(".gif"),
        save_all=True,
        append_images=film[1:],
        duration=round(1000 * FILM_STEP / 24),
        loop=0,
        optimize=True,
    )


def main() -> None:
    """Each step that opens a file is a process of its own."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sound", type=Path, default=ROOT / "demo" / "line.wav")
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--step", choices=("save", "render"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.step == "save":
        save_flat_head(args.out)
    elif args.step == "render":
        render_all(args.out, args.folder)
    else:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            flat, baked = folder / "flat.blend", folder / "baked.blend"
            profile = {**os.environ, "BLENDER_USER_RESOURCES": str(folder / "profile")}
            for command in (
                [__file__, "--step", "save", "-o", flat],
                [ROOT / "bake.py", flat, "--audio", args.sound, "--save", baked],
                [__file__, "--step", "render", "-o", baked, "--folder", folder],
            ):
                words = [sys.executable, *map(str, command)]
                subprocess.run(words, check=True, env=profile, stdout=subprocess.DEVNULL)
            draw(folder, args.out)
    sys.stdout.flush()
    # Some Blender modules hang at the interpreter's own exit.
    os._exit(0)


if __name__ == "__main__":
    main()
