# SPDX-License-Identifier: GPL-3.0-or-later
"""bake.py on characters that others made: they speak, and their lips meet and do not cross.

The lips are measured where the scorer of the shared folder has them, found there by hand.
"""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lipwright.core.audio.load import load_sound
from lipwright.core.phones import BILABIAL
from lipwright.pipeline import analyse

bpy = pytest.importorskip("bpy")

ROOT = Path(__file__).resolve().parents[2]
LINE = ROOT / "demo" / "line.wav"
# File, and how many of its shapes must move at the least (neutral: no smile, no frown).
CHARACTERS = {
    "ict_facekit.blend": 30,
    "makehuman_67.blend": 30,
    "FaceCapCustomAvatarExample.blend": 30,
    "FaceCapHeadGeneric.fbx": 30,
    "FaceCapLiveModeAvatar.fbx": 30,
}
# File of the scorer with ten points of the lips, and the mesh.
MEASURED = {
    "ict_facekit.blend": ("rig_ict.npz", "ICTFace"),
    "makehuman_67.blend": ("rig_makehuman.npz", "MHBase"),
    "FaceCapHeadGeneric.fbx": ("rig_facecap.npz", "head"),
}
SHUT, CROSSING = 0.10, 0.02

# Saved by Blender 5, or an ASCII FBX: 4.5 is the first to read them.
NEW_FORMAT = {"ict_facekit.blend", "makehuman_67.blend", "FaceCapHeadGeneric.fbx"}


@pytest.fixture(scope="module")
def bilabials() -> list[float]:
    """The middle of every M B P of the line, in seconds."""
    phones = analyse(load_sound(LINE)).phones
    meet = [phone for phone in phones if phone.symbol in BILABIAL]
    return [(phone.start_seconds + phone.end_seconds) / 2 for phone in meet]


def distances(saved: Path, points: Path, mesh: str, times: np.ndarray) -> np.ndarray:
    """Three distances of the inner lips beyond rest on the evaluated mesh, in mouth widths."""
    bpy.ops.wm.open_mainfile(filepath=str(saved), load_ui=False)
    scene, item = bpy.context.scene, bpy.data.objects[mesh]
    with np.load(points) as data:
        upper, lower = data["vertices"][0:6:2], data["vertices"][1:6:2]
        width = float(data["mouth_width"])
    frames = scene.frame_start + times * scene.render.fps / scene.render.fps_base
    rows = []
    for frame in [scene.frame_start - 1, *frames]:
        scene.frame_set(int(frame // 1), subframe=float(frame % 1))
        body = item.evaluated_get(bpy.context.evaluated_depsgraph_get())
        place = body.matrix_world
        high = [(place @ body.data.vertices[i].co).z for i in upper]
        low = [(place @ body.data.vertices[i].co).z for i in lower]
        rows.append(np.subtract(high, low))
    return (np.array(rows[1:]) - rows[0]) / (width * scale_of(item))


def scale_of(item: bpy.types.Object) -> float:
    """The scorer's mouth widths are in the mesh's own units."""
    return float(item.matrix_world.to_scale().z)


@pytest.mark.parametrize("name", CHARACTERS)
def test_a_real_character_speaks(name: str, shared: Path, tmp_path: Path, bilabials: list[float]):
    if bpy.app.binary_path:
        pytest.skip("needs Blender's Python module")
    if name in NEW_FORMAT and bpy.app.version < (4, 5):
        pytest.skip("this Blender cannot read files of Blender 5")
    saved, exported = tmp_path / "out.blend", tmp_path / "out.fbx"
    command = [sys.executable, ROOT / "bake.py", shared / "rigs" / name, "--audio", LINE]
    command += ["--save", saved, "--fbx", exported]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = re.search(r"on (\d+) shapes", done.stdout)
    assert found is not None, done.stdout
    assert int(found[1]) >= CHARACTERS[name]
    assert saved.stat().st_size > 10_000
    assert exported.stat().st_size > 10_000
    if name in MEASURED:
        file, mesh = MEASURED[name]
        times = np.concatenate([np.arange(0, 6, 1 / 24), bilabials])
        gap = distances(saved, shared / "eval" / file, mesh, times)
        assert gap[-len(bilabials) :].max() < SHUT * np.percentile(gap[:, 0], 95)
        assert gap.min() > -CROSSING
