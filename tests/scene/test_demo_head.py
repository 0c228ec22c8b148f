# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo head inside Blender."""

import bpy
import numpy as np
import pytest

from lipwright.rigs.demo_head.build import BONES, build_head
from lipwright.scene.character import demo_head


@pytest.fixture
def head() -> bpy.types.Object:
    return demo_head.add_demo_head(bpy.context)


def evaluated(obj: bpy.types.Object) -> np.ndarray:
    """Return the deformed vertex positions, shape (n, 3)."""
    bpy.context.view_layer.update()
    mesh = obj.evaluated_get(bpy.context.evaluated_depsgraph_get()).data
    out = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.vertices.foreach_get("co", out)
    return out.reshape(-1, 3)


def test_makes_one_collection_with_all_parts(head: bpy.types.Object) -> None:
    (collection,) = head.users_collection
    names = {obj.name for obj in collection.objects}
    assert names == {part.name for part in build_head()} | {demo_head.RIG_NAME}
    assert bpy.context.mode == "OBJECT"


def test_keys_are_at_rest_and_exact(head: bpy.types.Object) -> None:
    parts = {part.name: part for part in build_head()}
    for obj in head.users_collection[0].objects:
        if obj.type != "MESH" or not parts[obj.name].keys:
            continue
        blocks = obj.data.shape_keys.key_blocks
        assert blocks[0].name == "Basis"
        assert [b.name for b in blocks[1:]] == list(parts[obj.name].keys)
        assert all(block.value == 0.0 for block in blocks[1:])
        last = blocks[-1]
        stored = np.empty(3 * len(obj.data.vertices), np.float32)
        last.data.foreach_get("co", stored)
        wanted = parts[obj.name].vertices + parts[obj.name].keys[last.name]
        assert np.allclose(stored.reshape(-1, 3), wanted, atol=1e-6)


def test_jaw_moves_the_evaluated_mesh(head: bpy.types.Object) -> None:
    rest = evaluated(head)
    assert np.allclose(rest, build_head()[0].vertices, atol=1e-5)
    head.data.shape_keys.key_blocks["jawOpen"].value = 1.0
    assert np.abs(evaluated(head) - rest).max() > 0.02


def test_skeleton_carries_every_mesh(head: bpy.types.Object) -> None:
    rig = head.parent
    assert rig.type == "ARMATURE"
    assert {bone.name for bone in rig.data.bones} == {bone.name for bone in BONES}
    for obj in rig.children:
        assert obj.modifiers["Armature"].object is rig
        total = np.zeros(len(obj.data.vertices))
        for i, vertex in enumerate(obj.data.vertices):
            total[i] = sum(group.weight for group in vertex.groups)
        assert np.allclose(total, 1.0, atol=1e-5), obj.name
    before = evaluated(head)
    rig.pose.bones["head"].rotation_mode = "XYZ"
    rig.pose.bones["head"].rotation_euler = (0.0, 0.5, 0.0)
    after = evaluated(head)
    assert np.abs(after - before).max() > 0.02
    assert np.abs(after - before)[before[:, 2] < 0.025].max() < 1e-5


def test_two_heads_are_independent(head: bpy.types.Object) -> None:
    second = demo_head.add_demo_head(bpy.context)
    assert second.name != head.name
    assert second.data is not head.data
    assert second.parent is not head.parent


def test_materials_have_the_same_colour_in_both_places(head: bpy.types.Object) -> None:
    for slot in head.material_slots:
        shader = next(n for n in slot.material.node_tree.nodes if n.type == "BSDF_PRINCIPLED")
        base = shader.inputs["Base Color"].default_value
        assert np.allclose(base, slot.material.diffuse_color)


def test_active_object_is_left_as_it_was() -> None:
    cube = bpy.data.objects.new("Cube", bpy.data.meshes.new("Cube"))
    bpy.context.scene.collection.objects.link(cube)
    bpy.context.view_layer.objects.active = cube
    demo_head.add_demo_head(bpy.context)
    assert bpy.context.view_layer.objects.active is cube
