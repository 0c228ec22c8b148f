# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes that the artist's own NLA strips hold: left to them, or spoken over while a line lasts."""

import bpy
import numpy as np
import pytest

from lipwright.tests.blender_fixtures import value_at
from lipwright.tests.fingerprint import differences, fingerprint

FIRST, LAST, FADE = 20.0, 60.0, 5


@pytest.fixture
def held(face):
    """A face whose jaw a strip of the artist's holds open, from frame 1 to 100."""
    item = face()
    keys = item.data.shape_keys
    data = keys.animation_data_create()
    action = data.action = bpy.data.actions.new("their yawn")
    block = keys.key_blocks["jawOpen"]
    for frame, value in ((1, 0.6), (100, 0.6)):
        block.value = value
        block.keyframe_insert("value", frame=frame)
    data.action = None
    track = data.nla_tracks.new()
    track.name = "theirs"
    strip = track.strips.new("yawn", 1, action)
    if hasattr(strip, "action_slot") and strip.action_slot is None:
        strip.action_slot = action.slots[0]
    return item


@pytest.fixture
def take(ours):
    def write(item, height=0.2, first=FIRST, source="strip:a"):
        character = ours("scene.character.find").character_of(item, bpy.context.scene)
        motion, control = ours("core.motion.keys"), ours("rigs.schema").Control
        frames = np.arange(first + 1, first + LAST - FIRST)
        values = np.full(len(frames), height, np.float32)
        keys = {
            control(item.name, name): motion.Keys(frames, values)
            for name in ("jawOpen", "mouthPucker")
        }
        span = first, first + LAST - FIRST
        writing = ours("scene.takes.write")
        present = ("strip:a", "strip:b")
        return writing.write_take(character, keys, writing.Take(source, span, source, present))

    return write


def theirs():
    """All of the artist's: the Action, the strip, its track but for its place among ours."""
    found = fingerprint()
    return {
        path: value
        for path, value in found.items()
        if path.startswith("actions['their") or ".nla_tracks[0]" in path
    }


def test_by_default_it_is_left_to_the_strip_which_is_named(held, take):
    report = take(held)
    assert any("“yawn”" in note and "Speak Over My Strips" in note for note in report.notes)
    assert value_at(held, 40) == pytest.approx(0.6)
    assert value_at(held, 40, "mouthPucker") == pytest.approx(0.2)


def test_over_the_strip_while_the_line_lasts_and_nowhere_else(held, take):
    take(held)
    before = theirs()
    held.lipwright.over_strips = True
    for height in (0.2, 0.3):  # and in the next take
        report = take(held, height)
        assert not [note for note in report.notes if "strips" in note]
        assert value_at(held, 40) == pytest.approx(height)
        for frame in (1, 10, FIRST, LAST, 70, 99):
            assert value_at(held, frame) == pytest.approx(0.6), frame
        near = [value_at(held, FIRST + i / 2) for i in range(2 * FADE + 3)]
        assert np.abs(np.diff(near)).max() < 0.15, "it fades into the strip"
    bpy.context.scene.frame_set(1)
    left = [path for path in differences(before, theirs()) if not path.endswith(".active")]
    assert left == []
    held.lipwright.over_strips = False
    take(held)
    assert value_at(held, 40) == pytest.approx(0.6)
    assert len(held.data.shape_keys.animation_data.nla_tracks) == 2


def test_with_a_track_a_layer_the_remark_says_what_it_needs(held, ours):
    character = ours("scene.character.find").character_of(held, bpy.context.scene)
    held.lipwright.over_strips = True
    writing, control = ours("scene.takes.write"), ours("rigs.schema").Control
    keys = ours("core.motion.keys").Keys(np.arange(31.0, 50.0), np.full(19, 0.2, np.float32))
    jaw = {control(held.name, "jawOpen"): keys}
    one = writing.Take("line", (30.0, 50.0), "strip:a")
    report = writing.write_take(character, jaw, one, added={"emotion": jaw})
    assert value_at(held, 40) == pytest.approx(0.6), "as the strip has it"
    assert any("Without “A Track a Layer”" in note for note in report.notes)


def test_between_two_lines_the_strip_shows(held, take):
    held.lipwright.over_strips = True
    take(held, 0.2)
    take(held, 0.1, first=80.0, source="strip:b")
    assert value_at(held, 40) == pytest.approx(0.2)
    assert value_at(held, 70) == pytest.approx(0.6)
    assert value_at(held, 95) == pytest.approx(0.1)


def test_clear_and_saving(held, take, tmp_path):
    held.lipwright.over_strips = True
    before = theirs()
    take(held)
    path = str(tmp_path / "saved.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path, load_ui=False)
    item = bpy.data.objects["Head"]
    assert value_at(item, 40) == pytest.approx(0.2)
    bpy.context.view_layer.objects.active = item
    bpy.ops.lipwright.clear()
    assert value_at(item, 40) == pytest.approx(0.6)
    assert [track.name for track in item.data.shape_keys.animation_data.nla_tracks] == ["theirs"]
    assert [action.name for action in bpy.data.actions] == ["their yawn"]
    bpy.context.scene.frame_set(1)
    left = [path for path in differences(before, theirs()) if not path.endswith(".active")]
    assert left == []
