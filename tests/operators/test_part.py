# SPDX-License-Identifier: GPL-3.0-or-later
"""Part of a line, part of a face: only that is drawn anew, and it goes over into the rest."""

import bpy
import numpy as np
import pytest

from lipwright.tests.blender_fixtures import jaw_curve, value_at, write_wave

FIRST, LAST, BLEND = 18, 40, 5  # frames
WAYS = ("dense", "few", "poses", "twos")


@pytest.fixture
def spoken(face, fake, voice):
    """A face that said its line, from frame 11 on, keyed in some way."""

    def say(way="dense", happy=0.0):
        item, choice = face(), bpy.context.scene.lipwright
        choice.source, choice.file, choice.character = "FILE", str(voice), item
        item.lipwright.keying = way
        item.lipwright.feelings.happy = happy
        bpy.context.scene.frame_set(11)
        bpy.ops.lipwright.generate()
        choice.part_use, choice.part_frames = True, "FRAMES"
        choice.part_first, choice.part_last, choice.part_blend_seconds = FIRST, LAST, BLEND / 24
        return item

    return say


def curve_at(item, frames, key="jawOpen"):
    curve = jaw_curve(item, key)
    return np.array([curve.evaluate(frame) for frame in frames])


EVERY = np.arange(5.0, 70.0, 0.25)


@pytest.mark.parametrize("way", WAYS)
def test_only_these_frames_are_drawn_anew(spoken, fake, way):
    item = spoken(way)
    before = curve_at(item, EVERY)
    item.lipwright.jaw = 0.5
    for _ in range(2):  # once more changes nothing
        assert bpy.ops.lipwright.redo_part() == {"FINISHED"}
        after = curve_at(item, EVERY)
        outside = (EVERY <= FIRST) | (EVERY >= LAST)
        assert after[outside] == pytest.approx(before[outside], abs=1e-4)
        inner = (EVERY >= FIRST + BLEND + 1) & (EVERY <= LAST - BLEND - 1)
        slack = {"dense": 1e-4, "twos": 1e-4}.get(way, 0.04)
        assert after[inner] == pytest.approx(before[inner] / 2, abs=slack)
        if way != "twos":
            assert np.abs(np.diff(after)).max() < np.abs(np.diff(before)).max() + 0.05
    assert fake.heard == 1
    notes = bpy.context.window_manager.lipwright.notes
    assert f"“Only a Part” is on: the face from frame {FIRST} to {LAST} was drawn anew" in notes
    bpy.ops.lipwright.clear()
    assert not bpy.data.actions, "all of it is still ours"


def test_switched_off_the_whole_line_is_drawn(spoken, fake):
    item = spoken()
    before = curve_at(item, EVERY)
    item.lipwright.jaw = 0.5
    bpy.ops.lipwright.redo_part()
    bpy.context.scene.lipwright.part_use = False
    bpy.ops.lipwright.redo_part()
    assert curve_at(item, EVERY) == pytest.approx(before / 2, abs=1e-4)


def test_only_this_region_is_drawn_anew(spoken, ours):
    item = spoken(happy=0.6)
    jaw, lid = curve_at(item, EVERY), curve_at(item, EVERY, "eyeBlinkLeft")
    choice = bpy.context.scene.lipwright
    choice.part_frames, choice.part_regions = "LINE", {"eyes"}
    item.lipwright.jaw, item.lipwright.feelings.happy = 0.5, 0.2
    bpy.ops.lipwright.redo_part()
    assert curve_at(item, EVERY) == pytest.approx(jaw)
    now = curve_at(item, EVERY, "eyeBlinkLeft")
    assert now.max() == pytest.approx(lid.max() / 3, abs=1e-3)
    choice.part_regions = {"mouth"}
    bpy.ops.lipwright.generate()
    assert curve_at(item, EVERY) == pytest.approx(jaw / 2, abs=1e-4)
    assert curve_at(item, EVERY, "eyeBlinkLeft") == pytest.approx(now)
    regions = ours("rigs.regions")
    rig = ours("rigs.match").match({"Head": ["jawOpen", "browInnerUp", "eyeLookUpLeft"]})
    names = [{c.key for c in regions.controls_in(rig, {one})} for one in regions.REGIONS]
    assert names == [{"jawOpen"}, {"eyeLookUpLeft"}, {"browInnerUp"}, set()]


def test_the_head_alone(spoken):
    item = spoken()
    item.lipwright.head, item.lipwright.head_object = True, item
    choice = bpy.context.scene.lipwright
    choice.part_regions, choice.part_frames = {"head"}, "LINE"
    jaw = curve_at(item, EVERY)
    item.lipwright.jaw = 0.5
    bpy.ops.lipwright.redo_part()
    value_at(item, 18)
    assert item.delta_rotation_euler[0] > 0.01
    assert curve_at(item, EVERY) == pytest.approx(jaw)


def test_hand_keys_in_a_part_stay(spoken):
    item = spoken()
    point = jaw_curve(item).keyframe_points.insert(30.0, 0.9)
    point.interpolation = "LINEAR"
    item.lipwright.jaw = 0.5
    bpy.ops.lipwright.redo_part()
    assert value_at(item, 30) == pytest.approx(0.9)
    bpy.ops.lipwright.clear()
    assert [p.co.x for p in jaw_curve(item).keyframe_points] == [30.0]


def test_a_part_that_means_nothing_says_so(spoken):
    item = spoken()
    choice, before = bpy.context.scene.lipwright, curve_at(item, EVERY)
    for name, value, told in (
        ("part_frames", "PREVIEW", "no preview range"),
        ("part_first", 50, "ends before it begins"),
        ("part_regions", set(), "No region"),
    ):
        choice.part_frames = "FRAMES"
        setattr(choice, name, value)
        with pytest.raises(RuntimeError, match=told):
            bpy.ops.lipwright.redo_part()
    assert curve_at(item, EVERY) == pytest.approx(before)


def test_without_a_line_everything_is_written(face, fake, voice):
    item, choice = face(), bpy.context.scene.lipwright
    choice.source, choice.file, choice.character = "FILE", str(voice), item
    choice.part_use, choice.part_regions = True, {"eyes"}
    bpy.ops.lipwright.generate()
    assert jaw_curve(item) is not None


def test_a_region_of_one_line_leaves_the_other_lines_alone(spoken, face, tmp_path):
    item = spoken()
    choice, scene = bpy.context.scene.lipwright, bpy.context.scene
    before = curve_at(item, EVERY)
    choice.part_use = False
    choice.file = str(write_wave(tmp_path / "second.wav", 1.0))
    scene.frame_set(200)
    bpy.ops.lipwright.generate()
    assert curve_at(item, EVERY) == pytest.approx(before, abs=1e-4)
    choice.part_use, choice.part_frames, choice.part_regions = True, "LINE", {"mouth"}
    item.lipwright.jaw = 0.5
    bpy.ops.lipwright.redo_part()
    assert curve_at(item, EVERY) == pytest.approx(before, abs=1e-4), "the first line"
    later = curve_at(item, np.arange(195.0, 230.0))
    assert 0.05 < later.max() < 0.5
