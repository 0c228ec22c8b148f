# SPDX-License-Identifier: GPL-3.0-or-later
"""A real head, its own shapes put aside, gets ours from undragged landmarks: alike."""

import bpy
import numpy as np
import pytest


def offsets(item):
    """What each key does, by its name without the spelling of sides, shape (n, 3)."""
    keys = item.data.shape_keys
    places = {}
    for block in keys.key_blocks:
        flat = np.empty(3 * len(block.data), np.float32)
        block.data.foreach_get("co", flat)
        places[block.name.replace("_L", "Left").replace("_R", "Right")] = flat.reshape(-1, 3)
    rest = places[keys.reference_key.name]
    return {name: place - rest for name, place in places.items()}


def test_a_real_head_gets_shapes_like_its_own(shared):
    path = shared / "rigs" / "FaceCapCustomAvatarExample.blend"
    bpy.ops.wm.open_mainfile(filepath=str(path), load_ui=False)
    item = bpy.data.objects["Example"]
    own = offsets(item)
    item.shape_key_clear()
    bpy.context.view_layer.objects.active = item
    bpy.ops.lipwright.place_landmarks()
    bpy.ops.lipwright.give_shapes()
    given = offsets(bpy.context.view_layer.objects.active)
    alike = {}
    for name in ("jawOpen", "mouthSmileLeft", "mouthPucker", "mouthClose", "browInnerUp"):
        far = np.linalg.norm(own[name], axis=1)
        moved = far > 0.2 * far.max()
        a, b = own[name][moved], given[name][moved]
        alike[name] = float((a * b).sum() / np.linalg.norm(a) / np.linalg.norm(b))
    assert alike["jawOpen"] > 0.9, alike
    assert min(alike.values()) > 0.5, alike


@pytest.mark.parametrize("name", ["Empty", "Little"])
def test_what_is_no_head(name):
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([] if name == "Empty" else [(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [])
    item = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(item)
    bpy.context.view_layer.objects.active = item
    with pytest.raises(RuntimeError, match="vertices, too few"):
        bpy.ops.lipwright.place_landmarks()
