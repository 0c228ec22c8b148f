# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo head as Blender objects, and its flat sister: a drawn face and nine drawn mouths."""

from collections.abc import Sequence

import bpy
import numpy as np

from ...rigs.demo_head.build import BONES, NECK_TO_HEAD, Colour, MeshPart, build_head
from ...rigs.demo_head.flat import BEFORE, MOUTH_AT, MOUTHS, Fill, face, mouth
from ..saved.drawing import OBJECTS
from .drawing import find_mouths

COLLECTION_NAME = "Demo Head"
RIG_NAME = "Demo Head Rig"
FLAT_NAME = "Flat Head"
IN_FRONT = 0.02  # metres that drawn mouths lie in front of the drawn face


def add_demo_head(context: bpy.types.Context) -> bpy.types.Object:
    """Put a demo head at the origin into a collection of its own and return its skin object.

    Every call makes an independent character; Blender makes the names unique.
    """
    collection = bpy.data.collections.new(COLLECTION_NAME)
    context.scene.collection.children.link(collection)
    rig = _add_rig(context, collection)
    materials: dict[str, bpy.types.Material] = {}
    objects = [_add_part(part, collection, rig, materials) for part in build_head()]
    context.view_layer.update()
    return objects[0]


def _add_rig(context: bpy.types.Context, collection: bpy.types.Collection) -> bpy.types.Object:
    rig = bpy.data.objects.new(RIG_NAME, bpy.data.armatures.new(RIG_NAME))
    collection.objects.link(rig)
    # Bones can be made in edit mode only, and edit mode belongs to the active object.
    previous = context.view_layer.objects.active
    if previous is not None and previous.mode != "OBJECT":
        bpy.ops.object.mode_set(mode="OBJECT")
    context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    for row in BONES:
        bone = rig.data.edit_bones.new(row.name)
        bone.head, bone.tail = row.head, row.tail
        bone.parent = rig.data.edit_bones[row.parent] if row.parent else None
    bpy.ops.object.mode_set(mode="OBJECT")
    context.view_layer.objects.active = previous
    rig.data.display_type = "STICK"
    rig.show_in_front = False
    return rig


def _add_part(
    part: MeshPart,
    collection: bpy.types.Collection,
    rig: bpy.types.Object,
    materials: dict[str, bpy.types.Material],
) -> bpy.types.Object:
    mesh = _make_mesh(part)
    for name, colour in part.materials:
        if name not in materials:
            materials[name] = _make_material(name, colour)
        mesh.materials.append(materials[name])
    mesh.polygons.foreach_set("material_index", part.face_materials)
    obj = bpy.data.objects.new(part.name, mesh)
    collection.objects.link(obj)
    _add_keys(obj, part)
    _bind(obj, part, rig)
    return obj


def _make_mesh(part: MeshPart) -> bpy.types.Mesh:
    mesh = bpy.data.meshes.new(part.name)
    sizes = np.array([len(face) for face in part.faces], np.int32)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int32)
    mesh.vertices.add(len(part.vertices))
    mesh.vertices.foreach_set("co", part.vertices.ravel())
    mesh.loops.add(int(sizes.sum()))
    corners = np.concatenate([np.array(face, np.int32) for face in part.faces])
    mesh.loops.foreach_set("vertex_index", corners)
    mesh.polygons.add(len(sizes))
    mesh.polygons.foreach_set("loop_start", starts)
    mesh.polygons.foreach_set("use_smooth", np.ones(len(sizes), bool))
    mesh.update(calc_edges=True)
    mesh.validate()
    return mesh


def _make_material(name: str, colour: Colour) -> bpy.types.Material:
    material = bpy.data.materials.new(name)
    material.diffuse_color = colour
    material.roughness = 0.55
    material.use_nodes = True
    for node in material.node_tree.nodes:
        if node.type == "BSDF_PRINCIPLED":
            node.inputs["Base Color"].default_value = colour
            node.inputs["Roughness"].default_value = 0.55
    return material


def _add_keys(obj: bpy.types.Object, part: MeshPart) -> None:
    if not part.keys:
        return
    obj.shape_key_add(name="Basis", from_mix=False)
    for name, offsets in part.keys.items():
        key = obj.shape_key_add(name=name, from_mix=False)
        key.data.foreach_set("co", (part.vertices + offsets).ravel())
        key.value = 0.0


def _bind(obj: bpy.types.Object, part: MeshPart, rig: bpy.types.Object) -> None:
    obj.parent = rig
    obj.modifiers.new("Armature", "ARMATURE").object = rig
    if part.name != "Head":
        every = obj.vertex_groups.new(name=part.bone)
        every.add(range(len(part.vertices)), 1.0, "REPLACE")
        return
    low, high = NECK_TO_HEAD
    share = np.clip((part.vertices[:, 2] - low) / (high - low), 0.0, 1.0)
    # What lies ahead of the throat is chin and jaw, which go with the head at any height.
    share = np.maximum(share, np.clip((-part.vertices[:, 1] - 0.035) / 0.02, 0.0, 1.0))
    for name, weights in (("neck", 1.0 - share), ("head", share)):
        group = obj.vertex_groups.new(name=name)
        for level in np.unique(weights[weights > 0.0]):
            chosen = np.flatnonzero(weights == level).tolist()
            group.add(chosen, float(level), "REPLACE")


def add_flat_head(context: bpy.types.Context) -> bpy.types.Object:
    """Put a flat head at the origin into a collection of its own; returns what leads it."""
    collection = bpy.data.collections.new(FLAT_NAME)
    context.scene.collection.children.link(collection)
    root = bpy.data.objects.new(FLAT_NAME, None)
    root.empty_display_size = 0.05
    collection.objects.link(root)
    materials: dict[str, bpy.types.Material] = {}
    parts = [_add_fills("Face", face(), (0.0, 0.0), 0.0, materials)]
    for name in MOUTHS:
        item = _add_fills(f"Mouth {name}", mouth(name), MOUTH_AT, IN_FRONT, materials)
        item.hide_viewport = item.hide_render = name != "X"
        parts.append(item)
    for item in parts:
        collection.objects.link(item)
        item.parent = root
    root.lipwright_drawing.kind = OBJECTS
    context.view_layer.update()
    find_mouths(root)
    return root


def _add_fills(
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
            materials[fill.name] = _make_material(fill.name, fill.colour)
        if materials[fill.name] not in used:
            used.append(materials[fill.name])
            mesh.materials.append(materials[fill.name])
    mesh.from_pydata(points, [], [list(one) for one in faces])
    for polygon, fill in zip(mesh.polygons, fills, strict=True):
        polygon.material_index = used.index(materials[fill.name])
    item = bpy.data.objects.new(name, mesh)
    item.location = (at[0], -front, at[1])
    return item
