# SPDX-License-Identifier: GPL-3.0-or-later
"""Two real characters through FBX, glTF and USD: read back, they move as Blender shows them."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

bpy = pytest.importorskip("bpy")

ROOT = Path(__file__).resolve().parents[2]
CHARACTERS = {"FaceCapCustomAvatarExample.blend": "Example", "FaceCapLiveModeAvatar.fbx": "Head"}
CLOSE = 2e-4  # of the size of the head

# Runs in a process of its own: prints how far each vertex is from rest at a few times.
READ = """
import json, os, sys
import bpy, numpy as np
path, mesh, zero, fps, times = json.loads(sys.argv[1])
if path.endswith(".blend"):
    bpy.ops.wm.open_mainfile(filepath=path, load_ui=False)
else:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = fps, 1.0
    if path.endswith(".fbx"):
        bpy.ops.import_scene.fbx(filepath=path)
    elif path.endswith(".glb"):
        bpy.ops.import_scene.gltf(filepath=path)
    else:
        bpy.ops.wm.usd_import(filepath=path)
faces = [o for o in bpy.data.objects if o.type == "MESH" and o.data.shape_keys]
named = [o for o in faces if o.name.split(".")[0] == mesh]
item = max(named or faces, key=lambda o: len(o.data.shape_keys.key_blocks))
if zero is None:
    zero = bpy.context.scene.frame_start
def shown(time):
    frame = zero + time * fps
    bpy.context.scene.frame_set(int(np.floor(frame)), subframe=float(frame % 1))
    body = item.evaluated_get(bpy.context.evaluated_depsgraph_get())
    mesh = body.to_mesh()
    flat = np.empty(3 * len(mesh.vertices))
    mesh.vertices.foreach_get("co", flat)
    world = np.array(body.matrix_world)
    return flat.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3]
moved = [shown(time) for time in times]
np.save(path + ".npy", np.array(moved))
sys.stdout.flush()
os._exit(0)
"""
TIMES = [n / 24 for n in range(6, 120, 6)]


def read(path: Path, mesh: str, zero: float | None) -> np.ndarray:
    told = json.dumps([str(path), mesh, zero, 24, TIMES])
    done = subprocess.run(
        [sys.executable, "-c", READ, told], capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, done.stderr
    return np.load(f"{path}.npy")


def lined_up(moved: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Importers may change the order of vertices and split them: the nearest at the first time."""
    from scipy.spatial import KDTree

    together = np.concatenate(wanted, axis=1)
    return KDTree(together).query(np.concatenate(moved, axis=1))[0]


@pytest.mark.parametrize("name", CHARACTERS)
def test_every_format_gives_back_the_same_motion(name: str, shared: Path, tmp_path: Path):
    if bpy.app.binary_path:
        pytest.skip("needs Blender's Python module")
    out = {kind: tmp_path / f"out.{kind}" for kind in ("blend", "fbx", "glb", "usdc")}
    command = [sys.executable, ROOT / "bake.py", shared / "rigs" / name]
    command += ["--audio", ROOT / "demo" / "line.wav", "--save", out["blend"]]
    command += ["--fbx", out["fbx"], "--glb", out["glb"], "--usd", out["usdc"]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    mesh = CHARACTERS[name]
    wanted = read(out["blend"], mesh, None)
    size = float(np.ptp(wanted[0], axis=0).max())
    assert np.abs(wanted - wanted[0]).max() > 0.005 * size
    for kind, zero in (("fbx", 1.0), ("glb", 0.0), ("usdc", 0.0)):
        away = lined_up(read(out[kind], mesh, zero), wanted)
        assert away.max() < CLOSE * size * np.sqrt(len(TIMES)), kind
