# SPDX-License-Identifier: GPL-3.0-or-later
"""Test poses show and are taken back; the panel's numbers; the calibration is saved."""

import bpy
import pytest


@pytest.fixture
def head(ours):
    item = ours("scene.character.demo_head").add_demo_head(bpy.context)
    bpy.context.view_layer.objects.active = item
    return item


def values(item):
    return {block.name: block.value for block in item.data.shape_keys.key_blocks}


def test_a_pose_shows_and_rest_puts_back(head):
    blocks = head.data.shape_keys.key_blocks
    blocks["jawOpen"].value, blocks["cheekPuff"].value = 0.25, 0.5
    before = values(head)
    assert bpy.ops.lipwright.test_pose(pose="open") == {"FINISHED"}
    assert blocks["jawOpen"].value > 0.5
    bpy.ops.lipwright.test_pose(pose="smile")
    assert blocks["mouthSmileLeft"].value > 0.3
    bpy.ops.lipwright.test_pose(pose="rest")
    assert values(head) == pytest.approx(before)


def test_nothing_tried_is_saved(head, tmp_path):
    bpy.ops.lipwright.test_pose(pose="open")
    path = str(tmp_path / "saved.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path, load_ui=False)
    assert not any(list(values(bpy.data.objects["Head"]).values())[1:])


def test_the_dials_are_saved_and_change_the_pose(head, ours, tmp_path):
    character = ours("scene.character.find").character_of(head, bpy.context.scene)
    dials = ours("scene.character.chosen").settings_of(character)
    calibration = ours("scene.character.measure").calibration_of
    assert calibration(character) is None
    bpy.ops.lipwright.test_pose(pose="closed")
    before = calibration(character)
    assert before.mesh == "Head"
    assert before.shut < 0.05
    assert before.crossing < 0.02
    dials.opening, dials.seal = 1.4, 0.01
    bpy.ops.lipwright.test_pose(pose="rest")
    assert calibration(character).opening > 1.2 * before.opening
    path = str(tmp_path / "saved.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path, load_ui=False)
    dials = bpy.data.objects["Demo Head Rig"].lipwright
    assert dials.opening == pytest.approx(1.4)
    assert dials.seal == pytest.approx(0.01)


def test_without_a_character_the_button_says_why(ours):
    operator = bpy.types.Operator.bl_rna_get_subclass_py("LIPWRIGHT_OT_test_pose")
    assert "Pick a character" in operator.reason(bpy.context)


def test_unfitted_lips_use_the_constants(head, ours):
    character = ours("scene.character.find").character_of(head, bpy.context.scene)
    ours("scene.character.chosen").settings_of(character).fit_lips = False
    rig = ours("scene.character.find").rig_of(character)
    assert ours("scene.character.measure").calibrated_lips(character, rig) is None
    assert bpy.ops.lipwright.test_pose(pose="closed") == {"FINISHED"}
    blocks = head.data.shape_keys.key_blocks
    assert blocks["mouthClose"].value == pytest.approx(blocks["jawOpen"].value, abs=0.02)
