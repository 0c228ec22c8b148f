# SPDX-License-Identifier: GPL-3.0-or-later
"""Let every character of a folder say a line; print how its lips do, and draw them all on a sheet.

    make rigs RIGS=FOLDER
    .venv/bin/python tests/rig_report.py FOLDER --out build/rigs

Each .blend, .fbx, .glb, .gltf and .vrm goes through bake.py in a process of its own; what it wrote
is opened again in another, and the lips are measured on the evaluated mesh at the middle of every
sound. Columns: the worst distance of the lips on M B P as a share of the 95th percentile of the
line (aim: under 10 %), how far lips cross at most in mouth widths (aim: 2 % at most), and how far
the mouth opens. Exit code 1 if a character could not be used or misses an aim.
"""

import argparse
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "make_pictures"
SUFFIXES = {".blend", ".fbx", ".glb", ".gltf", ".vrm"}
SHUT, CROSSING = 0.10, 0.02
BAKE_SECONDS = 300
SIDE = 168  # pixels of a picture
COLOURS = 64  # of the sheet
SKIN = (0.72, 0.55, 0.46)
TURN_DEGREES, SEEN_WIDTHS = 14.0, 2.6  # where the camera stands; how many mouth widths it sees
# Columns of the sheet: title and the sounds of which the longest one is shown.
SHOWN = (
    ("rest", ""),
    ("M B P", "m b p"),
    ("F V", "f v"),
    ("AH", "ɑ a æ ʌ"),
    ("OO", "u ʊ o w ɔ"),
    ("EE", "i e ɪ ɛ"),
    ("S", "s z ʃ"),
)


def bake(file: Path, sound: Path, saved: Path) -> str:
    """Run bake.py; "" if it worked, else the sentence that it said."""
    command = [sys.executable, ROOT / "bake.py", file, "--audio", sound, "--save", saved]
    with tempfile.TemporaryDirectory() as profile:
        environment = {**os.environ, "BLENDER_USER_RESOURCES": profile}
        try:
            done = subprocess.run(
                [str(word) for word in command],
                capture_output=True,
                text=True,
                env=environment,
                timeout=BAKE_SECONDS,
            )
        except subprocess.TimeoutExpired:
            return f"bake.py did not end within {BAKE_SECONDS} seconds"
    if done.returncode == 0:
        return ""
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    return lines[-1].removeprefix("bake.py: ") if lines else f"exit code {done.returncode}"


def measured(saved: Path, sound: Path, out: Path) -> dict[str, Any]:
    """Open what was baked, in a process of its own, and read its numbers."""
    command = [sys.executable, __file__, "--one", saved, "--sound", sound, "--out", out]
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, timeout=BAKE_SECONDS
    )
    numbers = out / "numbers.json"
    if not numbers.is_file():
        return {"trouble": (done.stderr.strip().splitlines() or ["nothing was measured"])[-1]}
    return json.loads(numbers.read_text("utf-8"))


# --- inside the second process ----------------------------------------------------------------


def measure_one(saved: Path, sound: Path, out: Path) -> None:
    """Measure one baked character and render it."""
    import bpy

    module = _load("bake", ROOT / "bake.py").load()
    ours = lambda name: importlib.import_module(f".{name}", module.__name__)  # noqa: E731
    bpy.ops.wm.open_mainfile(filepath=str(saved), load_ui=False)
    scene = bpy.context.scene
    takes = ours("scene.takes.clear")
    character = next(
        one for one in ours("scene.character.find").talking_characters(scene) if takes.has_take(one)
    )
    rig = ours("scene.character.find").rig_of(character)
    analysis = ours("pipeline").analyse(ours("core.audio.load").load_sound(sound))
    numbers: dict[str, Any] = {
        "label": rig.label,
        "matched": len(rig.matched),
        "missing": list(rig.missing),
        "read": ours("rigs.describe").tell_read(rig),
        "chosen": ours("rigs.systems").tell_choice(rig),
    }
    lips = _lips(ours, character, rig)
    middle = [(p.symbol, (p.start_seconds + p.end_seconds) / 2) for p in analysis.phones]
    if lips is not None:
        numbers |= _distances(bpy, ours, *lips, analysis.seconds, middle)
    _render(bpy, lips, _moments(analysis.phones), out)
    (out / "numbers.json").write_text(json.dumps(numbers), "utf-8")


def _load(name: str, path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _lips(ours: Any, character: Any, rig: Any) -> tuple[Any, Any] | None:
    """The mesh with lips and the lips, found anew on the file that was saved."""
    measure, fit = ours("scene.character.measure"), ours("rigs.lips.fit")
    found = fit.skin_of(measure.face_meshes(character, rig), rig)
    if found is None:
        return None
    return sys.modules["bpy"].data.objects[found[0].name], found[1]


def _evaluated(bpy: Any, item: Any, seconds: float) -> Any:
    """Vertices of the evaluated mesh in its own space, at a time of the sound."""
    import numpy as np

    scene = bpy.context.scene
    frame = scene.frame_start + seconds * scene.render.fps / scene.render.fps_base
    scene.frame_set(int(np.floor(frame)), subframe=float(frame % 1))
    body = item.evaluated_get(bpy.context.evaluated_depsgraph_get())
    mesh = body.to_mesh()
    flat = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.vertices.foreach_get("co", flat)
    body.to_mesh_clear()
    return flat.reshape(-1, 3).astype(np.float64)


def _distances(
    bpy: Any, ours: Any, item: Any, lips: Any, length: float, middle: list[tuple[str, float]]
) -> dict[str, float]:
    import numpy as np

    for modifier in item.modifiers:  # a modifier that adds vertices hides those that we follow
        modifier.show_viewport = modifier.type == "ARMATURE"
    still = _evaluated(bpy, item, -1.0)
    # Shut is as at rest, unless the mouth was sculpted open.
    rest = lips.gap(still) - ours("rigs.lips.fit").open_at_rest(lips, still)
    times = np.arange(0, length, 1 / 50)
    gap = np.array([lips.gap(_evaluated(bpy, item, time)) - rest for time in times])
    most = float(np.percentile(gap.max(1), 95))
    meet = [
        float((lips.gap(_evaluated(bpy, item, at)) - rest).max())
        for symbol, at in middle
        if symbol in SHOWN[1][1].split()
    ]
    return {
        "shut": max(meet, default=0.0) / max(most, 1e-9),
        "crossing": max(0.0, -float(gap.min())),
        "opening": most,
    }


def _moments(phones: Sequence[Any]) -> list[float]:
    """Seconds of the sound to look at, one a column; long before the sound where none fits."""
    moments = []
    for _, symbols in SHOWN:
        of_kind = [phone for phone in phones if phone.symbol in symbols.split()]
        longest = max(of_kind, key=lambda p: p.end_seconds - p.start_seconds, default=None)
        rest = longest is None
        moments.append(-1.0 if rest else (longest.start_seconds + longest.end_seconds) / 2)
    return moments


def _render(bpy: Any, lips: tuple[Any, Any] | None, moments: list[float], out: Path) -> None:
    from mathutils import Vector

    face = _load("render_face", PICTURES / "render_face.py")
    face.set_look(SIDE)
    bpy.context.scene.display.shading.color_type = "SINGLE"
    bpy.context.scene.display.shading.single_color = SKIN
    if lips is None:
        face.place_camera(TURN_DEGREES, 0.9, face.face_box())
    else:
        item, found = lips
        front = (item.matrix_world.to_3x3() @ Vector(found.forward)).normalized()
        keys = item.data.shape_keys
        mesh = item.data.vertices if keys is None else keys.reference_key.data  # a face of bones
        ends = [item.matrix_world @ mesh[int(corner)].co for corner in found.corners]
        half = Vector.Fill(3, SEEN_WIDTHS / 2 * (ends[0] - ends[1]).length)
        middle = (ends[0] + ends[1]) / 2
        face.place_camera(TURN_DEGREES, 1.0, (middle - half, middle + half), front)
    face.render(out, moments)


# --- the table and the sheet ------------------------------------------------------------------

HEADINGS = ("character", "family", "matched", "missing", "M B P", "crossing", "opening", "")
WIDTHS = (32, 28, 8, 8, 7, 9, 8)


def row_of(name: str, numbers: dict[str, Any]) -> tuple[str, ...]:
    """One line of the table."""
    if "trouble" in numbers:
        return (name, "", "", "", "", "", "", numbers["trouble"])
    cells = (name, numbers["label"], str(numbers["matched"]), str(len(numbers["missing"])))
    told = ", ".join(numbers["missing"][:4])
    if "shut" not in numbers:
        return (*cells, "", "", "", "no lips were found in its meshes")
    share = (f"{numbers['shut']:.0%}", f"{numbers['crossing']:.1%}", f"{numbers['opening']:.0%}")
    said = (numbers.get("chosen", ""), f"without {told}" if told else "", numbers.get("read", ""))
    return (*cells, *share, ". ".join(part for part in said if part))


def line_of(row: Sequence[str]) -> str:
    """A row with its cells under the headings."""
    cells = (cell.ljust(width) for cell, width in zip(row, WIDTHS, strict=False))
    return " ".join((*cells, row[-1])).rstrip()


def misses(numbers: dict[str, Any]) -> bool:
    """Say whether a character could not be used or misses an aim."""
    return (
        "trouble" in numbers
        or numbers.get("shut", 0.0) > SHUT
        or numbers.get("crossing", 0.0) > CROSSING
    )


def _words(name: str) -> str:
    """A file's name with blanks where a line may end."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name)


def draw_sheet(rows: Sequence[tuple[str, list[Path]]], out: Path) -> None:
    """Rows are characters, columns are the telling sounds."""
    from PIL import Image, ImageDraw, ImageFont

    side, head, left = SIDE, 34, 165
    sheet = Image.new("RGB", (left + side * len(SHOWN), head + side * len(rows)), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=16)
    for number, (title, _) in enumerate(SHOWN):
        draw.text((left + side * (number + 0.5), head / 2), title, "black", font, anchor="mm")
    for index, (name, pictures) in enumerate(rows):
        lines = "\n".join(textwrap.wrap(_words(name), 18))
        draw.text((10, head + side * (index + 0.5)), lines, "black", font, anchor="lm")
        for number, picture in enumerate(pictures):
            sheet.paste(Image.open(picture), (left + side * number, head + side * index))
    sheet.quantize(COLOURS, dither=Image.Dither.NONE).save(out, optimize=True)


def main() -> int:
    """Read the command line, visit every character."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--sound", type=Path, default=ROOT / "demo" / "line.wav")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "rigs")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one is not None:
        measure_one(args.one, args.sound, args.out)
        return 0
    files = sorted(path for path in args.folder.iterdir() if path.suffix.lower() in SUFFIXES)
    lines, drawn, failed = [line_of(HEADINGS)], [], not files
    sys.stdout.write(lines[0] + "\n")
    for file in files:
        folder = args.out.resolve() / file.name
        folder.mkdir(parents=True, exist_ok=True)
        for old in (*folder.glob("*.png"), *folder.glob("*.json")):
            old.unlink()
        trouble = bake(file, args.sound, folder / "baked.blend")
        numbers = (
            {"trouble": trouble}
            if trouble
            else measured(folder / "baked.blend", args.sound, folder)
        )
        failed |= misses(numbers)
        lines.append(line_of(row_of(file.name, numbers)))
        sys.stdout.write(lines[-1] + "\n")
        sys.stdout.flush()
        pictures = sorted(folder.glob("*.png"))
        if pictures:
            drawn.append((file.stem, pictures))
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "report.txt").write_text("\n".join(lines) + "\n", "utf-8")
    if drawn:
        draw_sheet(drawn, args.out / "sheet.png")
        sys.stdout.write(f"{args.out / 'sheet.png'}\n")
    return int(failed)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # Some Blender modules hang at the interpreter's own exit.
    os._exit(code)
