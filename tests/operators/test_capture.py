# SPDX-License-Identifier: GPL-3.0-or-later
"""A captured face: as a take of its own, and on top of what was heard."""

import bpy
import numpy as np
import pytest

from lipwright.tests.blender_fixtures import ROOT

pytestmark = pytest.mark.skipif(
    not (ROOT / "models" / "weights" / "articulator.onnx").is_file(),
    reason="there are no trained networks in this checkout",
)
SECONDS = 2.0


@pytest.fixture
def capture(ours, tmp_path):
    """Live Link's CSV of a jaw that opens and a smile that stays."""
    count = round(SECONDS * 60) + 1
    jaw = 0.9 * np.sin(np.pi * np.arange(count) / (count - 1)) ** 2
    curves = {"jawOpen": jaw, "mouthSmileLeft": np.full(count, 0.5), "eyeBlinkLeft": jaw / 2}
    track = ours("core.motion.track").FaceTrack.of(curves, 60.0)
    path = tmp_path / "anna_capture.csv"
    ours("core.formats").write_track(path, "livelink-csv", track, ())
    return path


@pytest.fixture
def anna(face, ours, capture):
    item = face("Anna")
    bpy.context.scene.lipwright.character = item
    item.lipwright.capture.file = str(capture)
    item.lipwright.fit_lips = False
    return item


def shown(item, key, frames):
    values = []
    for frame in frames:
        bpy.context.scene.frame_set(frame)
        values.append(item.data.shape_keys.key_blocks[key].value)
    return np.array(values)


def test_a_take_of_its_own(anna, ours):
    bpy.context.scene.frame_set(11)
    assert bpy.ops.lipwright.take_capture() == {"FINISHED"}
    frames = np.arange(11, 11 + 48)
    at = (frames - 11) / 24
    inside = (at > 0.2) & (at < SECONDS - 0.2)
    jaw = shown(anna, "jawOpen", frames)[inside]
    assert jaw == pytest.approx(0.9 * np.sin(np.pi * at[inside] / SECONDS) ** 2, abs=0.01)
    assert shown(anna, "mouthSmileLeft", frames)[inside] == pytest.approx(0.5, abs=0.01)
    character = ours("scene.character.find").character_named("Anna", bpy.context.scene)
    assert list(ours("scene.takes.write").take_ranges(character)) == ["anna_capture"]
    assert bpy.ops.lipwright.clear() == {"FINISHED"}
    assert shown(anna, "jawOpen", [30]) == 0.0


def test_on_top_of_ours(anna, ours, voice):
    """Their eyes, our mouth."""
    choice, capture = bpy.context.scene.lipwright, anna.lipwright.capture
    choice.source, choice.file = "FILE", str(ROOT / "demo" / "line.wav")
    capture.mouth = capture.brows = capture.head = False
    assert bpy.ops.lipwright.generate(add_strip=False) == {"FINISHED"}
    first = bpy.context.scene.frame_current
    frames = np.arange(first + 6, first + 42)
    at = (frames - first) / 24
    expected = 0.45 * np.sin(np.pi * at / SECONDS) ** 2
    assert shown(anna, "eyeBlinkLeft", frames) == pytest.approx(expected, abs=0.01)
    assert "anna_capture.csv”: eyes. Empty" in bpy.context.window_manager.lipwright.notes
    theirs = 0.9 * np.sin(np.pi * at / SECONDS) ** 2
    assert np.abs(shown(anna, "jawOpen", frames) - theirs).max() > 0.3
    capture.mouth = True
    ours("jobs.again").mix_again(
        ours("scene.character.find").character_named("Anna", bpy.context.scene)
    )
    # The jaw is theirs now; where our lips meet between two frames, the nearest is taken as then.
    assert shown(anna, "jawOpen", frames) == pytest.approx(theirs, abs=0.04)


def test_what_cannot_be_read_changes_nothing(anna, tmp_path):
    (tmp_path / "broken.csv").write_text("no capture", "utf8")
    anna.lipwright.capture.file = str(tmp_path / "broken.csv")
    with pytest.raises(RuntimeError, match=r"broken\.csv"):
        bpy.ops.lipwright.take_capture()
    assert anna.data.shape_keys.animation_data is None
    anna.lipwright.capture.file = ""
    with pytest.raises(RuntimeError, match="Choose a captured face"):
        bpy.ops.lipwright.take_capture()


def test_headless(ours, anna, capture, tmp_path):
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "anna.blend"))
    line = str(ROOT / "demo" / "line.wav")
    out = str(tmp_path / "out.blend")
    code = ours("jobs.bake").main(
        [
            *(str(tmp_path / "anna.blend"), "--audio", line, "--save", out),
            *("--capture", str(capture), "--capture-parts", "eyes"),
        ]
    )
    assert code == 0
    bpy.ops.wm.open_mainfile(filepath=out, load_ui=False)
    choice = bpy.data.objects["Anna"].lipwright.capture
    assert choice.file == str(capture)
    assert (choice.eyes, choice.mouth) == (True, False)
    assert shown(bpy.data.objects["Anna"], "eyeBlinkLeft", [25]) == pytest.approx(0.45, abs=0.02)


def test_a_dial_adds_nothing_to_what_somebody_performed(anna, ours, capture, tmp_path):
    """Nor does another capture that is chosen later change it."""
    bpy.context.scene.frame_set(11)
    anna.lipwright.capture.eyes = False
    bpy.ops.lipwright.take_capture()
    frames = range(5, 70)
    keys = ("jawOpen", "mouthSmileLeft", "eyeBlinkLeft", "eyeBlinkRight")
    before = {key: shown(anna, key, frames) for key in keys}
    assert not before["eyeBlinkRight"].any()
    track = ours("core.motion.track").FaceTrack.of(
        {name: np.full(600, 0.2) for name in ("jawOpen", "mouthClose", "eyeBlinkLeft")}, 60.0
    )
    ours("core.formats").write_track(tmp_path / "other.csv", "livelink-csv", track, ())
    anna.lipwright.capture.file = str(tmp_path / "other.csv")
    for blinks in (10.0, 60.0):
        anna.lipwright.acting.blink_rate_per_minute = blinks
        character = ours("scene.character.find").character_named("Anna", bpy.context.scene)
        assert ours("jobs.again").mix_again(character) is not None
        for key in keys:
            assert shown(anna, key, frames) == pytest.approx(before[key], abs=1e-5), key
    anna.lipwright.capture.mouth = False
    ours("jobs.again").mix_again(character)
    assert shown(anna, "jawOpen", frames).max() < 0.01, "parts can still be chosen"
