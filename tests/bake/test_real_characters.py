# SPDX-License-Identifier: GPL-3.0-or-later
"""bake.py on characters that others made: they speak, and the file that is written opens."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

bpy = pytest.importorskip("bpy")

ROOT = Path(__file__).resolve().parents[2]
LINE = ROOT / "demo" / "line.wav"
# File, and how many of its shapes must move at the least (neutral: no smile, no frown).
CHARACTERS = {
    "ict_facekit.blend": 30,
    "makehuman_67.blend": 30,
    "FaceCapCustomAvatarExample.blend": 30,
    "FaceCapLiveModeAvatar.fbx": 30,
}

# Saved by Blender 5, in a format that 4.5 is the first to read.
NEW_FORMAT = {"ict_facekit.blend", "makehuman_67.blend"}


@pytest.mark.parametrize("name", CHARACTERS)
def test_a_real_character_speaks(name: str, shared: Path, tmp_path: Path):
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
