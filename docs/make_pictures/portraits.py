# SPDX-License-Identifier: GPL-3.0-or-later
"""Render a head with ARKit shape keys from the front at given weights, cropped to the face.

    .venv/bin/python docs/make_pictures/portraits.py FILE.blend --weights W.npz -o pictures.npy

W.npz holds ``weights`` (pictures, shapes) and ``names`` (shapes,); pictures.npy becomes
(pictures, size, size, 3), float32 in 0..1. For classifiers of expressions, that want a face alone.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import bpy
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

import render_face

SIZE = 96
# The crop from brows to chin, and a skin that is neither white nor dark: so that a face without
# brows shows its shapes.
MOVES, RAISED, FILLS = 0.2, 0.10, 1.3
SKIN = (0.9, 0.72, 0.63)


def stage(blend: Path) -> None:
    """Open a file before a camera in front of its face."""
    bpy.ops.wm.open_mainfile(filepath=str(blend.resolve()))
    render_face.set_look(SIZE)
    render_face.MOVES, render_face.RAISED = MOVES, RAISED
    display = bpy.context.scene.display
    display.render_aa = "FXAA"
    display.shading.color_type, display.shading.single_color = "SINGLE", SKIN
    display.shading.show_shadows = True
    render_face.place_camera(0.0, FILLS, render_face.face_box())


def blocks_of(name: str) -> list[bpy.types.ShapeKey]:
    """Every shape key that an ARKit name means, in either usual spelling of its side."""
    spelt = {name.lower(), name.replace("Left", "_L").replace("Right", "_R").lower()}
    return [
        block
        for item in bpy.context.scene.objects
        if item.type == "MESH" and item.data.shape_keys
        for block in item.data.shape_keys.key_blocks
        if block.name.lower() in spelt
    ]


def portraits(weights: np.ndarray, names: list[str]) -> Iterator[np.ndarray]:
    """Render one picture (size, size, 3) for each row of weights."""
    keys = [blocks_of(name) for name in names]
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "face.png")
        bpy.context.scene.render.filepath = path
        for row in weights:
            for value, blocks in zip(row, keys, strict=True):
                for block in blocks:
                    block.value = float(value)
            bpy.ops.render.render(write_still=True)
            picture = bpy.data.images.load(path)
            pixels = np.empty(SIZE * SIZE * 4, np.float32)
            picture.pixels.foreach_get(pixels)
            bpy.data.images.remove(picture)
            yield pixels.reshape(SIZE, SIZE, 4)[::-1, :, :3]


def main() -> None:
    """Read the command line and render."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("-o", "--out", type=Path, required=True)
    args = parser.parse_args()
    with np.load(args.weights) as told:
        weights, names = told["weights"], [str(name) for name in told["names"]]
    stage(args.file)
    np.save(args.out, np.stack(list(portraits(weights, names))))


if __name__ == "__main__":
    main()
