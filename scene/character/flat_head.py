# SPDX-License-Identifier: GPL-3.0-or-later
"""The flat head as Blender objects: an empty with a drawn face and nine mouths, one shown."""

from collections.abc import Sequence

import bpy

from ...rigs.demo_head.flat import BEFORE, MOUTH_AT, MOUTHS, Fill, face, mouth
from ..saved.drawing import OBJECTS
from .demo_head import make_material
from .drawing import find_mouths

NAME = "Flat Head"
IN_FRONT = 0.02  # metres that the mouths lie in front of the face


def add_flat_head(context: bpy.types.Context) -> bpy.types.Object:
    """Put a flat head at the origin into a collection of its own; returns what leads it."""
    collection = bpy.data.collections.new(NAME)
    context.scene.collection.children.link(collection)
    root = bpy.data.objects.new(NAME, None)
    root.empty_display_size = 0.05
    collection.objects.link(root)
    materials: dict[str, bpy.types.Material] = {}
    parts = [_add("Face", face(), (0.0, 0.0), 0.0, materials)]
    for name in MOUTHS:
        item = _add(f"Mouth {name}", mouth(name), MOUTH_AT, IN_FRONT, materials)
        item.hide_viewport = item.hide_render = name != "X"
        parts.append(item)
    for item in parts:
        collection.objects.link(item)
        item.parent = root
    root.lipwright_drawing.kind = OBJECTS
    context.view_layer.update()
    find_mouths(root)
    return root


def _add(
    name: str,
    fills: Sequence[Fill],
    at: tuple[float, float],
    front: float,
    materials: dict[str, bpy.types.Material],
) -> bpy.types.Object:
    mesh = bpy.data.meshes.new(name)
    points, faces, used = [], [], []
    for depth, fill in enumerate(fills):
        faces.append(range(len(points), len(points) + len(fill.outline)))
        points += [(x, -depth * BEFORE, z) for x, z in fill.outline.tolist()]
        if fill.name not in materials:
            materials[fill.name] = make_material(fill.name, fill.colour)
        if materials[fill.name] not in used:
            used.append(materials[fill.name])
            mesh.materials.append(materials[fill.name])
    mesh.from_pydata(points, [], [list(one) for one in faces])
    for polygon, fill in zip(mesh.polygons, fills, strict=True):
        polygon.material_index = used.index(materials[fill.name])
    item = bpy.data.objects.new(name, mesh)
    item.location = (at[0], -front, at[1])
    return item
