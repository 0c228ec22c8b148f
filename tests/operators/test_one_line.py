# SPDX-License-Identifier: GPL-3.0-or-later
"""Clear of one line, where a character says several."""

import bpy
import pytest

from lipwright.tests.blender_fixtures import jaw_curve, write_wave


def test_one_line_of_two_is_cleared(face, fake, voice, ours, tmp_path):
    item, scene = face(), bpy.context.scene
    choice = scene.lipwright
    choice.source, choice.character = "FILE", item
    keys = item.data.shape_keys
    second = write_wave(tmp_path / "second.wav", 2.5)
    for path, frame in ((voice, 11), (second, 201)):
        choice.file = str(path)
        scene.frame_set(frame)
        bpy.ops.lipwright.generate()
    jaw = jaw_curve(item)
    jaw.keyframe_points.insert(30.5, 0.123)  # the artist's, in the first line
    later = [tuple(point.co) for point in jaw.keyframe_points if point.co.x > 190]
    takes = ours("scene.takes.write")
    character = ours("scene.character.find").character_of(item, scene)
    assert list(takes.take_ranges(character)) == ["line", "second"]
    scene.frame_set(20)
    assert ours("scene.takes.clear").line_here(character, 20) == "line"
    assert bpy.ops.lipwright.clear(line="line") == {"FINISHED"}
    assert list(takes.take_ranges(character)) == ["second"]
    assert ours("scene.takes.clear").line_here(character, 210) == ""
    jaw = jaw_curve(item)
    assert [tuple(point.co) for point in jaw.keyframe_points if point.co.x > 190] == later
    assert [point.co.x for point in jaw.keyframe_points if point.co.x < 190] == [30.5]
    with pytest.raises(RuntimeError, match="does not say that line any more"):
        bpy.ops.lipwright.clear(line="line")
    assert bpy.ops.lipwright.clear() == {"FINISHED"}
    assert keys.animation_data.action is not None, "it holds a key of the artist's"


def test_a_sound_that_is_not_there_is_a_sentence(ours):
    bpy.context.scene.lipwright.strip = "of yesterday"
    with pytest.raises(Exception, match="“of yesterday” any more"):
        ours("operators.generate").chosen_span(bpy.context)
