# SPDX-License-Identifier: GPL-3.0-or-later
"""Face shapes for a head that has none: landmarks as empties, shapes on a copy of the mesh."""

from collections.abc import Mapping

import bpy
import numpy as np

from ...core.errors import RigError
from ...core.motion.track import FACE_NAMES
from ...rigs.demo_head.landmarks import guess_landmarks
from ...rigs.demo_head.transfer import Given, Head, give_shapes

MARK = "lipwright_landmark"  # custom property of our empties: which landmark
COLLECTION = "Lipwright Landmarks"
FEWEST = 200  # vertices below which no mesh is a head with lips
SIZE = 0.006  # of an empty, as a share of the head's height


def refuse_if_no_bare_head(item: bpy.types.Object | None) -> None:
    """Raise RigError if this object cannot be given face shapes, with the fix."""
    if item is None or item.type != "MESH":
        raise RigError("Pick the mesh of a head")
    if item.data.shape_keys is not None:
        raise RigError(
            f"“{item.name}” has shape keys already. Remove them from a copy if none is of use"
        )
    if any(modifier.type == "MIRROR" for modifier in item.modifiers):
        raise RigError(f"“{item.name}” is half a head. Apply its Mirror modifier first")
    if len(item.data.vertices) < FEWEST:
        raise RigError(
            f"“{item.name}” has only {len(item.data.vertices)} vertices, too few for lips and lids"
        )


def place_landmarks(item: bpy.types.Object, scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """Put an empty on each landmark's likely place, for the artist to drag; earlier ones go."""
    refuse_if_no_bare_head(item)
    remove_landmarks(scene)
    points = _points(item)
    group = bpy.data.collections.get(COLLECTION) or bpy.data.collections.new(COLLECTION)
    if group.name not in scene.collection.children:
        scene.collection.children.link(group)
    made = []
    for name, place in guess_landmarks(points).items():
        empty = bpy.data.objects.new(name.replace("_", " ").title(), None)
        empty[MARK] = name
        empty.empty_display_type = "SPHERE"
        empty.empty_display_size = SIZE * float(np.ptp(points[:, 2]))
        empty.show_name, empty.show_in_front = True, True
        group.objects.link(empty)
        empty.parent = item
        empty.matrix_parent_inverse = item.matrix_world.inverted()
        empty.location = place
        made.append(empty)
    return made


def landmarks_of(scene: bpy.types.Scene) -> tuple[bpy.types.Object | None, dict[str, np.ndarray]]:
    """The head that landmarks are placed on, and where they are in the world."""
    empties = [item for item in scene.objects if MARK in item]
    heads = {item.parent for item in empties}
    places = {item[MARK]: np.array(item.matrix_world.translation) for item in empties}
    return (heads.pop() if len(heads) == 1 else None), places


def remove_landmarks(scene: bpy.types.Scene) -> None:
    """Take our empties away."""
    for item in [item for item in scene.objects if MARK in item]:
        bpy.data.objects.remove(item)
    group = bpy.data.collections.get(COLLECTION)
    if group is not None and not group.all_objects:
        bpy.data.collections.remove(group)


def give_face(
    item: bpy.types.Object, landmarks: Mapping[str, np.ndarray]
) -> tuple[bpy.types.Object, Given]:
    """A copy of a head with the 52 face shapes; the head itself is hidden and stays as it is.

    `landmarks` are in the world, one for each of `rigs.demo_head.landmarks.LANDMARKS`.
    """
    refuse_if_no_bare_head(item)
    points = _points(item)
    edges = np.empty(2 * len(item.data.edges), np.int32)
    item.data.edges.foreach_get("vertices", edges)
    given = give_shapes(Head(points, _normals(item), edges.reshape(-1, 2)), landmarks)
    copy = item.copy()
    copy.data = item.data.copy()
    copy.name = f"{item.name} Talking"
    for group in item.users_collection:
        group.objects.link(copy)
    back = np.linalg.inv(np.array(item.matrix_world)[:3, :3])
    rest = _flat(item).reshape(-1, 3)
    copy.shape_key_add(name="Basis", from_mix=False)
    for name in FACE_NAMES:
        if name in given.keys:
            block = copy.shape_key_add(name=name, from_mix=False)
            block.value = 0.0
            moved = rest + given.keys[name] @ back.T
            block.data.foreach_set("co", moved.astype(np.float32).ravel())
    item.hide_set(True)
    item.hide_render = True
    return copy, given


def _flat(item: bpy.types.Object) -> np.ndarray:
    flat = np.empty(3 * len(item.data.vertices), np.float32)
    item.data.vertices.foreach_get("co", flat)
    return flat


def _points(item: bpy.types.Object) -> np.ndarray:
    """Vertices (n, 3) in the world."""
    world = np.array(item.matrix_world)
    return _flat(item).reshape(-1, 3) @ world[:3, :3].T + world[:3, 3]


def _normals(item: bpy.types.Object) -> np.ndarray:
    """Unit normals (n, 3) of the vertices in the world."""
    flat = np.empty(3 * len(item.data.vertices), np.float32)
    item.data.vertices.foreach_get("normal", flat)
    turned = flat.reshape(-1, 3) @ np.linalg.inv(np.array(item.matrix_world)[:3, :3])
    return turned / np.maximum(np.linalg.norm(turned, axis=1), 1e-12)[:, None]
