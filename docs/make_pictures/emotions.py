# SPDX-License-Identifier: GPL-3.0-or-later
"""Render every emotion at three strengths while the same words are said, one sheet a character.

    .venv/bin/python docs/make_pictures/emotions.py --sound demo/line.wav -o emotions.png
    .venv/bin/python docs/make_pictures/emotions.py --sound X.wav --character Y.blend -o out.png

Without a character the demo head speaks. Two moments: an open vowel, and lips that must meet.
"""

import argparse
import importlib
import importlib.util
import sys
import tempfile
from pathlib import Path
from types import ModuleType

import bpy
from PIL import Image, ImageDraw

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))

import render_face  # noqa: E402 - lies beside this file

STRENGTHS = (0.3, 0.6, 1.0)
TILE, MARGIN, TITLE = 150, 4, 18
INK, PAPER = (40, 44, 52), (250, 250, 250)
FRAMES_A_SECOND = 100  # so that a moment is a frame


def ours(name: str) -> ModuleType:
    """A module of the package as bake.py loads it."""
    return importlib.import_module(f"lipwright.{name}")


def load() -> None:
    """Register Lipwright without installing it."""
    spec = importlib.util.spec_from_file_location("lipwright_bake", ROOT / "bake.py")
    bake = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bake)
    bake.load()


def stage(character: Path | None, fills: float) -> object:
    """Open the character, or the demo head, before a camera; what acts."""
    command, characters = ours("jobs.bake"), ours("scene.character.find")
    if character is None:
        command.empty_scene()
        ours("scene.character.demo_head").add_demo_head(bpy.context)
    else:
        command.open_scene(character)
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = FRAMES_A_SECOND, 1.0
    render_face.set_look(TILE)
    render_face.place_camera(12.0, fills, render_face.face_box())
    return characters.only_character(scene)


def moments(analysis: object) -> list[tuple[str, float]]:
    """The longest open vowel inside the line, and the longest M B P after a vowel."""
    phones = ours("core.phones")
    found = []
    for symbols in ("ɑ a æ ʌ ɔ".split(), phones.BILABIAL):
        inside = [p for p in analysis.phones[2:-2] if p.symbol in symbols]
        longest = max(inside, key=lambda p: p.end_seconds - p.start_seconds)
        middle = (longest.start_seconds + longest.end_seconds) / 2
        found.append((longest.symbol, middle))
    return found


def shoot(who: object, analysis: object, emotion: str, strength: float, folder: Path) -> list[Path]:
    """Let the character say the line with an emotion; the pictures of the moments."""
    pipeline, take = ours("pipeline"), ours("jobs.take")
    settings = pipeline.Settings(
        emotions={emotion: strength}, layers=frozenset({"speech", "emotion"})
    )
    clock = ours("scene.clock").clock_of(bpy.context.scene, 1.0)
    bpy.context.scene.frame_start = 1
    take.animate(who, analysis, settings, clock, "line")
    place = folder / f"{emotion}_{strength}"
    render_face.render(place, [time for _, time in moments(analysis)])
    return sorted(place.glob("*.png"))


def put_together(tiles: dict[tuple[str, float], list[Path]], said: list[str]) -> Image.Image:
    """One row an emotion, the strengths from left to right, the moments side by side."""
    names = list(dict.fromkeys(name for name, _ in tiles))
    wide = len(STRENGTHS) * len(said)
    size = (
        wide * (TILE + MARGIN) + MARGIN,
        TITLE + len(names) * (TILE + TITLE + MARGIN),
    )
    sheet = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(sheet)
    for column in range(wide):
        strength, sound = STRENGTHS[column // len(said)], said[column % len(said)]
        pen.text((column * (TILE + MARGIN) + 6, 3), f"{strength:g}  {sound}", fill=INK)
    for row, name in enumerate(names):
        top = TITLE + row * (TILE + TITLE + MARGIN)
        pen.text((6, top + 2), name, fill=INK)
        for column in range(wide):
            picture = tiles[name, STRENGTHS[column // len(said)]][column % len(said)]
            place = (MARGIN + column * (TILE + MARGIN), top + TITLE)
            sheet.paste(Image.open(picture), place)
    return sheet


def main() -> None:
    """Read the command line and make one sheet."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sound", type=Path, required=True)
    parser.add_argument("--character", type=Path, help=".blend, .fbx, .glb; default: the demo head")
    parser.add_argument("--fills", type=float, default=1.2, help="how close: share of the height")
    parser.add_argument("-o", "--out", type=Path, required=True)
    args = parser.parse_args()
    load()
    who = stage(args.character, args.fills)
    analysis = ours("pipeline").analyse(ours("core.audio.load").load_sound(args.sound))
    emotions = ours("core.performance.prototypes").FELT
    with tempfile.TemporaryDirectory() as folder:
        tiles = {
            (emotion, strength): shoot(who, analysis, emotion, strength, Path(folder))
            for emotion in emotions
            for strength in STRENGTHS
        }
        sheet = put_together(tiles, ["open vowel", "lips meet"])
    args.out.parent.mkdir(parents=True, exist_ok=True)
    sheet.quantize(64).save(args.out, optimize=True)
    sys.stdout.write(f"{args.out}: {args.out.stat().st_size // 1024} KB\n")


if __name__ == "__main__":
    import os

    main()
    sys.stdout.flush()
    os._exit(0)  # below 5.0 the bpy module crashes or hangs with our classes registered
