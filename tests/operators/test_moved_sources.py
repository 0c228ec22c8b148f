# SPDX-License-Identifier: GPL-3.0-or-later
"""What the artist renames, moves or switches off between two takes."""

import bpy
import pytest

from lipwright.tests.blender_fixtures import value_at


@pytest.fixture
def choose(voice):
    """Choose a file and a face."""

    def do(item):
        choice = bpy.context.scene.lipwright
        choice.source, choice.file, choice.character = "FILE", str(voice), item
        return choice

    return do


def test_a_speaker_that_was_renamed_and_moved_leaves_no_line_behind(face, fake, choose, voice):
    item, scene = face(), bpy.context.scene
    data = bpy.data.speakers.new("Anna")
    data.sound = bpy.data.sounds.load(str(voice))
    speaker = bpy.data.objects.new("Anna", data)
    scene.collection.objects.link(speaker)
    choice = choose(item)
    choice.source, choice.speaker = "SPEAKER", speaker
    scene.frame_start = 5
    bpy.ops.lipwright.generate()
    assert value_at(item, 29) > 0.1
    speaker.name, scene.frame_start = "Hannah", 205
    bpy.ops.lipwright.generate()
    assert value_at(item, 229) > 0.1
    assert value_at(item, 29) == 0


def test_an_nla_that_was_switched_off_stays_so(face, fake, choose):
    item = face()
    choose(item)
    item.lipwright.head, item.lipwright.head_object = True, item
    bpy.ops.lipwright.generate()
    item.animation_data.use_nla = False
    for act in (bpy.ops.lipwright.redo_part, bpy.ops.lipwright.clear, bpy.ops.lipwright.generate):
        act()
        assert item.animation_data is None or not item.animation_data.use_nla
        if act != bpy.ops.lipwright.clear:
            notes = bpy.context.window_manager.lipwright.notes
            assert "The NLA of “Head” is switched off" in notes
    item.animation_data.use_nla = True
    bpy.ops.lipwright.redo_part()
    assert "switched off" not in bpy.context.window_manager.lipwright.notes
