# SPDX-License-Identifier: GPL-3.0-or-later
"""bake.py as a user starts it, with the bpy module: files, sentences, exit codes."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import bpy
import numpy as np
import pytest
import soundfile

from lipwright.tests.blender_fixtures import ROOT, load_extension, value_at
from lipwright.tests.synthetic import bone_head

WEIGHTS = ROOT / "models" / "weights"
LINE = ROOT / "demo" / "line.wav"
pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("lipwright.cli") is None or bool(bpy.app.binary_path),
    reason="needs Blender's Python module",
)
needs_networks = pytest.mark.skipif(
    not (WEIGHTS / "articulator.onnx").is_file(),
    reason="there are no trained networks in this checkout",
)


def bake(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "bake.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=180)


@pytest.fixture
def scene_file(face, tmp_path) -> Path:
    face("Anna")
    path = tmp_path / "anna.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    return path


def says(done: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


def test_wrong_usage(scene_file, voice, tmp_path):
    says(bake(scene_file), 2, "--audio")
    says(bake(tmp_path / "gone.blend", "--audio", voice), 2, "was not found")
    says(bake(voice, "--audio", voice), 2, "none of .blend")
    says(bake(scene_file, "--audio", voice, "--emotion", "hungry=1"), 2, "hungry")
    says(bake(scene_file, "--audio", voice, "--character", "Bob"), 2, "Bob", "Anna")
    says(bake(scene_file, "--audio", voice, "--look-at", "north"), 2, "degrees to the left")
    if WEIGHTS.is_dir():
        nobody = bake(
            scene_file, "--audio", voice, "--look-at-object", "Bob", "--csv", tmp_path / "x.csv"
        )
        says(nobody, 2, "no object “Bob”")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--fps", "0"), "is not a frame rate from 1 to 1000"),
        (("--fps", "-24"), "is not a frame rate from 1 to 1000"),
        (("--fps", "nan"), "is not a frame rate from 1 to 1000"),
        (("--fps", "100000"), "is not a frame rate from 1 to 1000"),
        (("--few-keys", "-1"), "is not a number from 0 to 1"),
        ((), "Nothing is to be written. Give one or more of --save, --fbx"),
    ],
)
def test_numbers_and_outputs_that_make_no_sense(ours, scene_file, voice, capsys, options, said):
    main = ours("jobs.bake").main
    assert main([str(scene_file), "--audio", str(voice), *options]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--save", "--fbx", "--glb", "--csv"])
def test_places_that_cannot_be_written(ours, scene_file, voice, tmp_path, capsys, option):
    main = ours("jobs.bake").main
    taken = tmp_path / "taken.blend"
    taken.mkdir()
    for place in (taken, tmp_path / "anna.blend" / "inside.blend", "/proc/none/line.fbx"):
        assert main([str(scene_file), "--audio", str(voice), option, str(place)]) == 1
        told = capsys.readouterr().err
        assert "Traceback" not in told
        assert "cannot be" in told or "could not" in told


def test_saving_twice_lays_no_second_strip(ours, fake, scene_file, voice, tmp_path):
    if not bpy.app.build_options.audaspace:
        pytest.skip("this Blender was built without sound")
    main, compat = ours("jobs.bake").main, ours("scene.compat")
    out = tmp_path / "out.blend"
    assert main([str(scene_file), "--audio", str(voice), "--save", str(out)]) == 0
    assert main([str(out), "--audio", str(voice), "--save", str(out)]) == 0
    bpy.ops.wm.open_mainfile(filepath=str(out), load_ui=False)
    assert len(compat.all_strips(bpy.context.scene)) == 1


@pytest.mark.parametrize("moved", [False, True])
def test_what_was_cleared_stays_cleared(ours, fake, face, voice, tmp_path, moved):
    """Layers that the artist took off the line, or off some of its frames, in the file."""
    main, item, choice = ours("jobs.bake").main, face("Anna"), bpy.context.scene.lipwright
    choice.source, choice.file, choice.character = "FILE", str(voice), item
    bpy.ops.lipwright.generate()
    assert value_at(item, 25) > 0.05
    bpy.ops.lipwright.clear_layers(
        layers={"speech"}, frames="FRAMES", first=20, last=30, blend_seconds=0.0
    )
    bpy.ops.lipwright.clear_layers(layers={"blink"}, frames="LINE")
    path, out, csv = (tmp_path / name for name in ("in.blend", "out.blend", "out.csv"))
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    audio = voice
    if moved:  # the same recording, as a farm has it
        audio = tmp_path / "farm" / "line.wav"
        audio.parent.mkdir()
        audio.write_bytes(voice.read_bytes())
    given = [str(path), "--audio", str(audio), "--save", str(out), "--csv", str(csv)]
    assert main(given) == 0
    bpy.ops.wm.open_mainfile(filepath=str(out), load_ui=False)
    item = bpy.data.objects["Anna"]
    assert value_at(item, 25) == 0
    assert value_at(item, 34) > 0.05
    assert not item.lipwright.blink
    assert item.lipwright.emote
    assert len(item.lipwright.cleared) == 1
    rows = [line.split(",") for line in csv.read_text().splitlines()]
    jaw = [float(row[rows[0].index("JawOpen")]) for row in rows[1:]]
    assert jaw[60] == 0  # at 24 frames a second it is frame 25
    assert max(jaw) > 0.05
    assert main([*given, "--layers", "speech,blink"]) == 0
    assert bpy.data.objects["Anna"].lipwright.blink


def test_several_characters_are_named(face, voice, tmp_path):
    face("Anna")
    face("Bob", at=(50, 0, 0))
    path = tmp_path / "both.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    says(bake(path, "--audio", voice), 2, "Anna", "Bob")


def test_what_fails_is_a_sentence(scene_file, face, voice, tmp_path):
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"no sound at all")
    says(bake(scene_file, "--audio", broken, "--csv", tmp_path / "x.csv"), 1, "could not be read")
    text = tmp_path / "text.fbx"
    text.write_text("; FBX 7.3.0 project file\n")
    says(bake(text, "--audio", voice), 1, "“text.fbx”", ". ")
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True, load_ui=False)
    path = tmp_path / "empty.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    says(bake(path, "--audio", voice), 1, "demo head")


@needs_networks
def test_a_line_to_every_file(scene_file, tmp_path):
    out = {name: tmp_path / f"out.{name}" for name in ("blend", "fbx", "glb", "csv")}
    options = [scene_file, "--audio", LINE, "--fps", "29.97", "--emotion", "happy=0.5"]
    options += ["--save", out["blend"], "--fbx", out["fbx"], "--glb", out["glb"]]
    says(bake(*options, "--csv", out["csv"]), 0)
    assert all(path.stat().st_size > 1000 for path in out.values())
    bpy.ops.wm.open_mainfile(filepath=str(out["blend"]), load_ui=False)
    scene = bpy.context.scene
    assert scene.render.fps / scene.render.fps_base == pytest.approx(29.97, abs=1e-3)
    item = bpy.data.objects["Anna"]
    curve = [value_at(item, frame) for frame in range(1, scene.frame_end)]
    assert max(curve) > 0.1
    assert np.ptp(curve) > 0.1
    if bpy.app.build_options.audaspace:
        assert scene.sequence_editor is not None
    # And on from the file that was written.
    says(bake(out["fbx"], "--audio", LINE, "--glb", tmp_path / "again.glb"), 0)


@needs_networks
def test_every_door_gives_the_same_curves(scene_file, ours, tmp_path):
    saved = tmp_path / "saved.blend"
    says(bake(scene_file, "--audio", LINE, "--seed", 3, "--save", saved), 0)
    bpy.ops.wm.open_mainfile(filepath=str(saved), load_ui=False)
    item = bpy.data.objects["Anna"]
    from_file = [value_at(item, frame) for frame in range(1, 60)]
    bpy.ops.wm.open_mainfile(filepath=str(scene_file), load_ui=False)
    item = bpy.data.objects["Anna"]
    choice = bpy.context.scene.lipwright
    choice.source, choice.file, choice.character = "FILE", str(LINE), item
    item.lipwright.seed = 3
    bpy.context.scene.frame_set(1)
    bpy.ops.lipwright.generate()
    assert [value_at(item, frame) for frame in range(1, 60)] == pytest.approx(from_file, abs=1e-6)


@needs_networks
def test_a_line_that_stops_in_a_vowel_rests_in_every_file_alike(scene_file, tmp_path):
    samples, rate_hz = soundfile.read(LINE)
    cut = tmp_path / "cut.wav"
    soundfile.write(cut, samples[: round(0.3 * len(samples))], rate_hz)
    curves, alone = tmp_path / "curves.csv", tmp_path / "alone.csv"
    says(bake(scene_file, "--audio", cut, "--csv", curves), 0)
    command = [sys.executable, "-m", "lipwright", str(cut), "--format", "livelink-csv"]
    subprocess.run([*command, "-o", str(alone)], check=True, timeout=180)
    assert curves.read_bytes() == alone.read_bytes()
    rows = [line.split(",") for line in curves.read_text().splitlines()]
    assert float(rows[-1][rows[0].index("JawOpen")]) < 0.02


@needs_networks
def test_a_jaw_bone_of_any_name_speaks(tmp_path):
    bone_head({"jaw": "b07"})
    path, saved = tmp_path / "bones.blend", tmp_path / "said.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    says(bake(path, "--audio", LINE, "--save", saved), 0)
    bpy.ops.wm.open_mainfile(filepath=str(saved), load_ui=False)
    bone = bpy.data.objects["Rig"].pose.bones["b07"]
    turns = set()
    for frame in range(1, 140, 4):
        bpy.context.scene.frame_set(frame)
        turns.add(round(bone.rotation_quaternion.angle, 3))
    assert len(turns) > 10


def test_the_command_knows_its_words(capfd):
    load_extension()
    module = importlib.import_module(".jobs.command", load_extension().__name__)
    assert module._run([]) == 2
    assert "batch FILE LINES" in capfd.readouterr().err
    assert module._run(["bake"]) == 2
    assert "--audio" in capfd.readouterr().err
    assert module._run(["batch"]) == 2
    assert "--out" in capfd.readouterr().err
