# SPDX-License-Identifier: GPL-3.0-or-later
"""Write rigs/reading/known_faces.npz: what each ARKit shape does on heads whose names are right.

    .venv/bin/python tests/make_known_faces.py HEAD.blend HEAD.fbx ...

The demo head comes first by itself. Only measures go into the file, in mouth widths.
"""

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "rigs" / "reading" / "known_faces.npz"


def main() -> None:
    """Measure the demo head and each file of the command line."""
    import bpy

    spec = importlib.util.spec_from_file_location("bake", ROOT / "bake.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["bake"] = module
    spec.loader.exec_module(module)
    package = module.load().__name__
    ours = lambda name: importlib.import_module(f".{name}", package)  # noqa: E731
    bpy.ops.wm.read_homefile(use_empty=True)
    bpy.ops.lipwright.add_demo_head()
    faces = [measured(ours, bpy)]
    for file in map(Path, sys.argv[1:]):
        if file.suffix == ".blend":
            bpy.ops.wm.open_mainfile(filepath=str(file), load_ui=False)
        else:
            bpy.ops.wm.read_homefile(use_empty=True)
            bpy.ops.import_scene.fbx(filepath=str(file))
        faces.append(measured(ours, bpy))
    names = ours("core.motion.track").FACE_NAMES
    table = np.zeros((len(faces), len(names), ours("rigs.reading.seen").SIZE), np.float16)
    for row, face in zip(table, faces, strict=True):
        for name, seen in face.items():
            row[names.index(name)] = seen
    np.savez_compressed(OUT, names=np.array(names), seen=table)


def measured(ours: Any, bpy: Any) -> dict[str, Any]:
    """What the keys of the character of the scene do, by ARKit name."""
    find, measure = ours("scene.character.find"), ours("scene.character.measure")
    character = find.talking_characters(bpy.context.scene)[0]
    rig = ours("rigs.match").match(character.key_names)
    mesh, lips = ours("rigs.lips.fit").skin_of(measure.face_meshes(character, rig), rig)
    view = ours("rigs.reading.seen").view_of(mesh, lips)
    return {
        row.terms[0][0]: view.of(mesh.keys[row.control.key])
        for row in rig.rows
        if row.control.mesh == mesh.name and row.terms[0][1] == 1.0
    }


if __name__ == "__main__":
    main()
