# SPDX-License-Identifier: GPL-3.0-or-later
"""`bake.py batch` and `blender -c lipwright batch`: many lines, a file a line."""

import csv
import json

import bpy
import numpy as np
import pytest
import soundfile

from lipwright.tests.blender_fixtures import ROOT

pytestmark = pytest.mark.skipif(
    not (ROOT / "models" / "weights" / "articulator.onnx").is_file(),
    reason="there are no trained networks in this checkout",
)


@pytest.fixture
def lines(face, tmp_path):
    """A character in a file, and a list of three lines of which one is missing."""
    face("Anna")
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "anna.blend"))
    samples, rate_hz = soundfile.read(ROOT / "demo" / "line.wav", dtype="float32")
    for i in range(2):
        soundfile.write(tmp_path / f"{i}.wav", samples[i * rate_hz : (i + 1) * rate_hz], rate_hz)
    rows = [
        {"sound": "0.wav", "name": "hello", "emotion": "happy", "character": "Anna"},
        {"sound": "gone.wav", "name": "gone"},
        {"sound": "1.wav", "name": "act2/bye", "transcript": "[sad] the village pool"},
    ]
    (tmp_path / "lines.json").write_text(json.dumps(rows), "utf8")
    return tmp_path


def report_of(out):
    with (out / "report.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["name"]: row for row in csv.DictReader(file)}


def run(ours, place, *options):
    arguments = [place / "anna.blend", place / "lines.json", "-o", place / "out", *options]
    return ours("jobs.many").main([str(one) for one in arguments], "test")


def test_a_file_a_line(ours, lines, capsys):
    assert run(ours, lines, "--write", "blend,csv") == 1
    out = lines / "out"
    rows = report_of(out)
    assert {name: row["status"] for name, row in rows.items()} == {
        **{"hello": "done", "act2/bye": "done", "gone": "failed"}
    }
    assert "was not found" in rows["gone"]["message"]
    assert (out / "act2" / "bye.csv").is_file()
    # Blender says things of its own between.
    told = [row for row in capsys.readouterr().out.splitlines() if row.startswith("[")]
    assert [row.split("] ")[1].split(":")[0] for row in told] == ["hello", "gone", "act2/bye"]
    for name in ("hello", "act2/bye"):
        bpy.ops.wm.open_mainfile(filepath=str(out / f"{name}.blend"), load_ui=False)
        keys = bpy.data.objects["Anna"].data.shape_keys
        assert keys.animation_data.action is not None
        assert len(bpy.data.actions) == 1, "each knows its own line alone"


def test_done_lines_are_left(ours, lines):
    assert run(ours, lines) == 1
    out = lines / "out"
    times = {path: path.stat().st_mtime_ns for path in out.rglob("*.fbx")}
    assert len(times) == 2
    assert run(ours, lines) == 1
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.fbx")} == times
    rows = json.loads((lines / "lines.json").read_text("utf8"))
    rows[0]["seed"] = 5
    (lines / "lines.json").write_text(json.dumps(rows), "utf8")
    assert run(ours, lines) == 1
    changed = [path for path, time in times.items() if path.stat().st_mtime_ns != time]
    assert [path.name for path in changed] == ["hello.fbx"]


def test_the_curves_are_those_of_the_command_line(ours, lines):
    from lipwright.cli import main

    assert run(ours, lines, "--write", "csv") == 1
    plain = lines / "plain"
    assert main(["batch", str(lines / "lines.json"), "-o", str(plain), "--jobs", "1"]) == 1
    for name in ("hello", "act2/bye"):
        one, other = (
            np.loadtxt(place / f"{name}.csv", delimiter=",", skiprows=1, usecols=range(2, 63))
            for place in (lines / "out", plain)
        )
        np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--write", "gif"], "choose from"),
        (["--mapping", "none.json"], "was not found"),
        (["--phones", __file__], "belongs to one sound"),
    ],
)
def test_wrong_usage(ours, lines, capsys, options, said):
    assert run(ours, lines, *options) == 2
    assert said in capsys.readouterr().err


def together(ours, place, *options):
    return run(ours, place, "--together", "--write", "fbx,blend", *options)


def test_all_lines_in_one_file(ours, lines, capsys):
    assert together(ours, lines) == 1
    out = lines / "out"
    rows = report_of(out)
    assert {name: row["status"] for name, row in rows.items()} == {
        **{"hello": "done", "act2/bye": "done", "gone": "failed"}
    }
    assert sorted(path.name for path in out.iterdir() if path.suffix in (".fbx", ".blend")) == [
        *("Anna.fbx", "anna.blend"),
    ]
    found = ours("scene.exports.read_fbx").read_animation(out / "Anna.fbx")
    assert found.takes == ("hello", "act2/bye")
    for take in found.takes:
        jaw = found.curves_of[take]["jawOpen"]
        assert jaw.times_seconds[0] == 0.0
        assert jaw.values.max() > 0.1
    bpy.ops.wm.open_mainfile(filepath=str(out / "anna.blend"), load_ui=False)
    slots = ours("scene.compat").HAS_SLOTS
    names = {action.name for action in bpy.data.actions}
    assert names == ({"hello", "act2/bye"} if slots else {"hello Key", "act2/bye Key"})
    assert all(action.use_fake_user for action in bpy.data.actions)
    worn = bpy.data.objects["Anna"].data.shape_keys.animation_data.action
    assert worn.name.startswith("hello")
    # A take that was set aside is ours as any other: an artist's next line takes its place.
    assert ours("scene.takes.clear").has_take(
        ours("scene.character.find").character_named("Anna", bpy.context.scene)
    )


def test_lines_in_one_file_are_those_of_their_own(ours, lines):
    assert run(ours, lines) == 1
    alone = ours("scene.exports.read_fbx").read_animation(lines / "out" / "act2" / "bye.fbx")
    assert together(ours, lines) == 1
    found = ours("scene.exports.read_fbx").read_animation(lines / "out" / "Anna.fbx")
    for key, curve in alone.curves.items():
        both = found.curves_of["act2/bye"][key]
        drawn = np.interp(curve.times_seconds, both.times_seconds, both.values)
        assert np.abs(drawn - curve.values).max() < 1e-4, key


def test_one_file_is_left_until_something_changes(ours, lines):
    rows = json.loads((lines / "lines.json").read_text("utf8"))
    (lines / "lines.json").write_text(json.dumps([rows[0], rows[2]]), "utf8")
    assert together(ours, lines) == 0
    file = lines / "out" / "Anna.fbx"
    first = file.stat().st_mtime_ns
    assert together(ours, lines) == 0
    assert file.stat().st_mtime_ns == first
    rows[0]["seed"] = 5
    (lines / "lines.json").write_text(json.dumps([rows[0], rows[2]]), "utf8")
    assert together(ours, lines) == 0
    assert file.stat().st_mtime_ns != first
    before = file.stat().st_mtime_ns
    file.write_bytes(b"changed by hand")
    assert together(ours, lines) == 0
    assert file.stat().st_mtime_ns != before
    assert ours("scene.exports.read_fbx").read_animation(file).takes == ("hello", "act2/bye")


def test_what_was_cleared_stays_cleared(ours, lines):
    item = bpy.data.objects["Anna"]
    row = item.lipwright.cleared.add()
    row.layers, row.source, row.end_seconds = {"speech"}, "strip:of before", 5.0
    row.recording = ours("scene.sounds.strip").name_of_recording(lines / "0.wav")
    bpy.ops.wm.save_as_mainfile(filepath=str(lines / "anna.blend"))
    assert run(ours, lines) == 1
    read = ours("scene.exports.read_fbx").read_animation
    alone = {name: read(lines / "out" / f"{name}.fbx").curves for name in ("hello", "act2/bye")}
    assert together(ours, lines) == 1
    both = read(lines / "out" / "Anna.fbx").curves_of
    for found in (alone, both):
        assert found["hello"]["jawOpen"].values.max() < 0.05
        assert found["act2/bye"]["jawOpen"].values.max() > 0.1


def test_one_file_holds_curves_alone(ours, lines, capsys):
    assert run(ours, lines, "--together", "--write", "fbx,csv") == 2
    assert "--together writes fbx and blend" in capsys.readouterr().err


def test_every_line_in_one_file_begins_as_the_scene_is(ours, lines):
    """With the line that the artist made before, and with keys set by hand."""
    bpy.ops.wm.open_mainfile(filepath=str(lines / "anna.blend"), load_ui=False)
    scene, item = bpy.context.scene, bpy.data.objects["Anna"]
    choice = scene.lipwright
    choice.source, choice.file, choice.character = "FILE", str(lines / "0.wav"), item
    scene.frame_set(300)
    assert bpy.ops.lipwright.generate(add_strip=False) == {"FINISHED"}
    key = item.data.shape_keys.key_blocks["mouthPucker"]
    key.value = 0.77
    key.keyframe_insert("value", frame=8)
    bpy.ops.wm.save_mainfile()
    assert together(ours, lines) == 1
    found = ours("scene.exports.read_fbx").read_animation(lines / "out" / "Anna.fbx")
    for take in ("hello", "act2/bye"):
        curve = found.curves_of[take]["mouthPucker"]
        by_hand = np.interp(7 / 24, curve.times_seconds, curve.values)
        assert by_hand == pytest.approx(0.77, abs=1e-3), take
    bpy.ops.wm.open_mainfile(filepath=str(lines / "out" / "anna.blend"), load_ui=False)
    read = ours("scene.takes.ledger").read_ledger
    slots = ours("scene.compat").HAS_SLOTS
    names = {action.name for action in bpy.data.actions}
    assert names == ({"hello", "act2/bye"} if slots else {"hello Key", "act2/bye Key"})
    assert {len(read(action).takes) for action in bpy.data.actions} == {2}
