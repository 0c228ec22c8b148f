# SPDX-License-Identifier: GPL-3.0-or-later
"""Exported files read by others: Autodesk's FBX, Khronos' glTF validator, Pixar's USD.

`requirements/readers/make.sh` installs them; nothing of them is shipped.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from lipwright.tests.blender_fixtures import ROOT

READERS = ROOT / ".readers"
FBX2GLTF = READERS / "node_modules" / "fbx2gltf" / "bin" / "Linux" / "FBX2glTF"
VALIDATOR = READERS / "node_modules" / "gltf-validator"
USD = READERS / "usd" / "lib" / "python3.11" / "site-packages" / "pxr"
TOOLS = Path(__file__).parent
SAME = 5e-5

needs_fbx = pytest.mark.skipif(
    not os.access(FBX2GLTF, os.X_OK), reason="fbx2gltf is not in .readers: it needs npm and Linux"
)
needs_validator = pytest.mark.skipif(
    not VALIDATOR.is_dir() or shutil.which("node") is None,
    reason="gltf-validator is not in .readers: it needs npm",
)
needs_usd = pytest.mark.skipif(not USD.is_dir(), reason="usd-core is not in .readers")


@pytest.fixture
def anna(face, ours, fake):
    """A face with two takes set aside."""
    item = face("Anna")
    scene = bpy.context.scene
    character = ours("scene.character.find").character_of(item, scene)
    clock = ours("scene.clock").clock_of(scene, 1.0)
    takes = []
    for name, seconds in (("hello", 1.5), ("bye", 2.0)):
        heard = SimpleNamespace(seconds=seconds, notes=())
        report = ours("jobs.take").animate(
            character, heard, ours("pipeline").Settings(), clock, name
        )
        takes.append(ours("scene.takes.aside").set_aside(character, report))
    return SimpleNamespace(character=character, takes=takes, scene=scene)


def asked(*command: str | Path, **environment: str) -> str:
    done = subprocess.run(
        [str(one) for one in command],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **environment},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def by_autodesk(path: Path) -> dict[str, dict[str, tuple[np.ndarray, np.ndarray]]]:
    """Weights of an FBX file by take and shape, as Autodesk's own reader has them."""
    out = path.with_suffix(".read.glb")
    asked(FBX2GLTF, "--input", path, "--output", out, "--binary", "--anim-framerate", "bake24")
    data = out.read_bytes()
    length = int.from_bytes(data[12:16], "little")
    told, binary = json.loads(data[20 : 20 + length]), data[28 + length :]

    def floats(number: int) -> np.ndarray:
        one = told["accessors"][number]
        view = told["bufferViews"][one["bufferView"]]
        start = view.get("byteOffset", 0) + one.get("byteOffset", 0)
        return np.frombuffer(binary, "<f4", one["count"], start)

    found: dict[str, dict[str, tuple[np.ndarray, np.ndarray]]] = {}
    for animation in told["animations"]:
        for channel in animation["channels"]:
            if channel["target"]["path"] != "weights":
                continue
            mesh = told["meshes"][told["nodes"][channel["target"]["node"]]["mesh"]]
            targets = mesh["primitives"][0]["targets"]
            names = [told["accessors"][one["POSITION"]]["name"] for one in targets]
            sampler = animation["samplers"][channel["sampler"]]
            times = floats(sampler["input"])
            values = floats(sampler["output"]).reshape(len(times), -1)
            for name, column in zip(names, values.T, strict=True):
                found.setdefault(animation["name"], {})[name] = times, column
    return found


@needs_fbx
def test_autodesk_reads_every_take(anna, ours, tmp_path):
    path = tmp_path / "all.fbx"
    many = ours("scene.exports.many_takes")
    many.export_fbx_takes(path, anna.character, anna.scene, anna.takes)
    found = by_autodesk(path)
    assert list(found) == ["hello", "bye"]
    written = ours("scene.exports.read_fbx").read_animation(path)
    for take, curves in written.curves_of.items():
        for key, curve in curves.items():
            times, values = found[take][key]
            drawn = np.interp(times, curve.times_seconds, curve.values)
            assert np.abs(drawn - values).max() <= SAME, (take, key)
        times, jaw = found[take]["jawOpen"]
        assert jaw.max() > 0.3
        assert times[-1] == pytest.approx({"hello": 1.5, "bye": 2.0}[take], abs=1e-3)


@needs_fbx
def test_autodesk_reads_one_take(anna, ours, tmp_path):
    ours("scene.takes.aside").wear(anna.takes[0].worn)
    path = tmp_path / "hello.fbx"
    ours("scene.exports.files").export_fbx(path, anna.character, anna.scene)
    curves = ours("scene.exports.read_fbx").read_animation(path).curves
    found = by_autodesk(path)["hello"]
    for key, curve in curves.items():
        times, values = found[key]
        drawn = np.interp(times, curve.times_seconds, curve.values)
        assert np.abs(drawn - values).max() <= SAME, key


@needs_validator
def test_khronos_finds_no_error(anna, ours, tmp_path):
    ours("scene.takes.aside").wear(anna.takes[0].worn)
    path = tmp_path / "hello.glb"
    ours("scene.exports.files").export_glb(path, anna.character, anna.scene)
    modules = str(READERS / "node_modules")
    issues = json.loads(asked("node", TOOLS / "validate.js", path, NODE_PATH=modules))
    assert issues["numErrors"] == 0, issues["messages"]


@needs_usd
def test_pixar_reads_the_take(anna, ours, tmp_path):
    if not ours("scene.compat").HAS_USD:
        pytest.skip("this Blender was built without USD")
    ours("scene.takes.aside").wear(anna.takes[0].worn)
    take = anna.takes[0]
    path = tmp_path / "hello.usdc"
    ours("scene.exports.files").export_usd(path, anna.character, anna.scene)
    bpy.context.scene.frame_set(1)
    shown, _ = ours("scene.exports.played").played(
        anna.character.meshes, [], anna.scene, take.first, take.last
    )
    python = READERS / "usd" / "bin" / "python"
    found = json.loads(asked(python, TOOLS / "usd_shapes.py", path))
    for key, column in shown["Anna"].items():
        times, values = np.array(found[key]).T
        drawn = np.interp(times, np.arange(len(column)) / 24, column)
        assert np.abs(drawn - values).max() <= SAME, key
    assert max(value for _, value in found["jawOpen"]) > 0.3
