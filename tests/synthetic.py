# SPDX-License-Identifier: GPL-3.0-or-later
"""Characters that tests make out of the demo head: in bones instead of shape keys, renamed, joined.

Only for tests with a Blender.
"""

from collections.abc import Mapping
from functools import cache

import bpy
import numpy as np

from lipwright.rigs.demo_head import features
from lipwright.rigs.demo_head.build import CENTIMETRE, ORIGIN, MeshPart, build_head
from lipwright.rigs.demo_head.mesh import build_net

Points = np.ndarray
HINGE = (0.0, -0.005, 0.135)  # of the demo head's jaw, just below the ears
CHIN = (0.0, -0.095, 0.07)


@cache
def head_part() -> MeshPart:
    return next(part for part in build_head() if part.name == "Head")


@cache
def contact_rows() -> tuple[Points, Points]:
    """Vertex numbers of the rows of upper and lower lip that meet, corner to corner."""
    contact = build_net().mouth[len(features.LIP_LOOPS) - 1]
    half = len(contact) // 2
    return contact[: half + 1], np.concatenate([contact[:1], contact[half:][::-1]])


def lip_gap(item: bpy.types.Object) -> float:
    """How far the middles of the lips are apart on the evaluated mesh, in mouth widths."""
    points = evaluated(item)
    upper, lower = contact_rows()
    middle = len(upper) // 2
    width = float(np.linalg.norm(points[upper[0]] - points[upper[-1]]))
    return float(points[upper[middle], 2] - points[lower[middle], 2]) / width


def evaluated(item: bpy.types.Object) -> Points:
    """Vertices (n, 3) in the world as the scene shows them."""
    shown = item.evaluated_get(bpy.context.evaluated_depsgraph_get())
    mesh = shown.to_mesh()
    flat = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.vertices.foreach_get("co", flat)
    shown.to_mesh_clear()
    world = np.array(shown.matrix_world)
    return flat.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3]


def bare_head(name: str = "Head") -> bpy.types.Object:
    """The demo head's skin without shape keys."""
    part = head_part()
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(part.vertices.tolist(), [], part.faces)
    item = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(item)
    return item


def keyed_head(keys: Mapping[str, Mapping[str, float]], name: str = "Head") -> bpy.types.Object:
    """The demo head with other keys: each a sum of its own, such as {"AI": {"jawOpen": 0.5}}."""
    item, part = bare_head(name), head_part()
    item.shape_key_add(name="Basis", from_mix=False)
    for key, parts in keys.items():
        block = item.shape_key_add(name=key, from_mix=False)
        moved = part.vertices + sum(share * part.keys[own] for own, share in parts.items())
        block.data.foreach_set("co", np.asarray(moved, np.float32).ravel())
        block.value = 0.0
    bpy.context.view_layer.objects.active = item
    return item


def bone_head(names: Mapping[str, str], mode: str = "QUATERNION", roll: float = 0.0):
    """The demo head on bones alone: {"jaw": its name, "upper lip": ..., "corner l": ...}.

    Returns mesh and armature. Weights come from what the demo head's own shapes move.
    """
    item, part = bare_head(), head_part()
    upper, lower = contact_rows()
    points = part.vertices
    middle = len(upper) // 2
    places = {
        "jaw": (HINGE, CHIN),
        "upper lip": (points[upper[middle]], None),
        "lower lip": (points[lower[middle]], None),
        "corner l": (points[max(upper[0], upper[-1], key=lambda v: points[v, 0])], None),
        "corner r": (points[min(upper[0], upper[-1], key=lambda v: points[v, 0])], None),
    }
    rig = _armature({names[role]: places[role] for role in names}, names, roll)
    for bone in rig.pose.bones:
        bone.rotation_mode = mode
    _skin(item, rig, _weights(part, names))
    return item, rig


def _armature(places, names: Mapping[str, str], roll: float) -> bpy.types.Object:
    data = bpy.data.armatures.new("Rig")
    rig = bpy.data.objects.new("Rig", data)
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    head = data.edit_bones.new("head")
    head.head, head.tail = (0, 0.015, 0.08), (0, 0.015, 0.28)
    for name, (start, end) in places.items():
        bone = data.edit_bones.new(name)
        bone.head = [float(value) for value in start]
        bone.tail = bone.head + type(bone.head)((0, -0.01, 0)) if end is None else end
        bone.roll = roll
        bone.parent = head
    if "jaw" in names and "lower lip" in names:
        data.edit_bones[names["lower lip"]].parent = data.edit_bones[names["jaw"]]
    bpy.ops.object.mode_set(mode="OBJECT")
    return rig


def _weights(part: MeshPart, names: Mapping[str, str]) -> dict[str, Points]:
    """Each bone's share of each vertex; what is left is the head's."""

    def moved(*keys: str) -> Points:
        far = np.max([np.linalg.norm(part.keys[key], axis=1) for key in keys], axis=0)
        return np.clip(far / (0.9 * far.max()), 0, 1)

    jaw = moved("jawOpen")
    shares = {
        "upper lip": moved("mouthUpperUpLeft", "mouthUpperUpRight") * (1 - jaw),
        "lower lip": moved("mouthLowerDownLeft", "mouthLowerDownRight") * jaw,
        "corner l": moved("mouthSmileLeft") * 0.5,
        "corner r": moved("mouthSmileRight") * 0.5,
        "jaw": jaw,
    }
    left = np.ones(len(jaw))
    weights: dict[str, Points] = {}
    for role, share in shares.items():
        if role in names:
            weights[names[role]] = share * left
            left = left - weights[names[role]]
    return {**weights, "head": left}


def _skin(item: bpy.types.Object, rig: bpy.types.Object, weights: Mapping[str, Points]) -> None:
    for name, values in weights.items():
        group = item.vertex_groups.new(name=name)
        for vertex in np.flatnonzero(values > 1e-4):
            group.add([int(vertex)], float(values[vertex]), "REPLACE")
    item.parent = rig
    item.modifiers.new("Armature", "ARMATURE").object = rig


__all__ = ["CENTIMETRE", "ORIGIN", "bare_head", "bone_head", "evaluated", "keyed_head", "lip_gap"]
