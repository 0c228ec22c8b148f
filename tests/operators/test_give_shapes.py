# SPDX-License-Identifier: GPL-3.0-or-later
"""A head without shape keys gets a copy that talks; the head itself stays as it is."""

import bpy
import numpy as np
import pytest

from lipwright.tests.synthetic import bare_head, lip_gap


@pytest.fixture
def sculpt():
    """The demo head's skin, finer, of another size, somewhere else."""
    item = bare_head("Sculpt")
    item.scale, item.location, item.rotation_euler = (4, 4.4, 5), (1, 2, 3), (0, 0, 0.2)
    bpy.context.view_layer.objects.active = item
    bpy.context.view_layer.update()
    return item


def test_landmarks_then_shapes(sculpt, ours):
    before = np.array([vertex.co for vertex in sculpt.data.vertices])
    assert bpy.ops.lipwright.place_landmarks() == {"FINISHED"}
    empties = [item for item in bpy.context.scene.objects if item.type == "EMPTY"]
    assert len(empties) == 14
    assert bpy.ops.lipwright.give_shapes() == {"FINISHED"}
    assert not [item for item in bpy.context.scene.objects if item.type == "EMPTY"]
    assert sculpt.data.shape_keys is None
    assert sculpt.hide_get()
    assert np.array_equal(before, [vertex.co for vertex in sculpt.data.vertices])
    talking = bpy.context.view_layer.objects.active
    assert talking.name == "Sculpt Talking"
    keys = talking.data.shape_keys.key_blocks
    gaps = {}
    for name, values in {
        "rest": {},
        "open": {"jawOpen": 0.5},
        "shut": {"jawOpen": 0.3, "mouthClose": 0.285},
    }.items():
        for block in keys:
            block.value = values.get(block.name, 0.0)
        bpy.context.view_layer.update()
        gaps[name] = lip_gap(talking)
    assert gaps["open"] - gaps["rest"] > 0.25
    assert abs(gaps["shut"] - gaps["rest"]) < 0.1 * (gaps["open"] - gaps["rest"])
    character = ours("scene.character.find").character_of(talking, bpy.context.scene)
    assert len(ours("scene.character.find").rig_of(character).matched) >= 48


def test_a_dragged_landmark_counts(sculpt):
    shapes = []
    for lift in (0.0, 0.1):
        bpy.context.view_layer.objects.active = sculpt
        sculpt.hide_set(False)
        bpy.ops.lipwright.place_landmarks()
        bpy.data.objects["Mouth Left"].location.z += lift
        bpy.context.view_layer.update()
        bpy.ops.lipwright.give_shapes()
        block = bpy.context.view_layer.objects.active.data.shape_keys.key_blocks["mouthSmileLeft"]
        shapes.append(np.array([point.co for point in block.data]))
    assert np.abs(shapes[0] - shapes[1]).max() > 1e-3


def test_what_cannot_be_given_shapes_says_why(sculpt, face):
    reason = bpy.types.Operator.bl_rna_get_subclass_py("LIPWRIGHT_OT_place_landmarks").reason
    assert reason(bpy.context) == ""
    sculpt.modifiers.new("Mirror", "MIRROR")
    assert "Mirror" in reason(bpy.context)
    face()
    assert "has shape keys already" in reason(bpy.context)
    with pytest.raises(RuntimeError):
        bpy.ops.lipwright.give_shapes()
