# SPDX-License-Identifier: GPL-3.0-or-later
"""Meshes as arrays: where they rest, and how far their keys move them."""

import bpy
import numpy as np

from ...core.steps import Step, Steps, without_pauses
from ...rigs.lips.find import FaceMesh
from ..keys import points_of, shape_keys


def face_mesh_steps(mesh: bpy.types.Object, names: set[str]) -> Steps[FaceMesh]:
    """One mesh with the offsets of the named keys at value 1, in the mesh's own space.

    A key a step: those of a dense head take 0.2 s.
    """
    edges = np.empty(2 * len(mesh.data.edges), np.int32)
    mesh.data.edges.foreach_get("vertices", edges)
    keys: dict[str, np.ndarray] = {}
    for name in [block.name for block in shape_keys(mesh) if block.name in names]:
        keys[name] = _offsets(mesh, mesh.data.shape_keys.key_blocks[name])
        yield Step(0.0)
    rest = points_of(mesh.data.shape_keys.reference_key)
    return FaceMesh(mesh.name, rest, edges.reshape(-1, 2), keys)


face_mesh = without_pauses(face_mesh_steps)


def _offsets(mesh: bpy.types.Object, block: bpy.types.ShapeKey) -> np.ndarray:
    """How far each vertex moves at value 1: counted from the key's own reference, and masked."""
    moved = points_of(block) - points_of(block.relative_key)
    if block.vertex_group:
        moved *= _mask(mesh, block.vertex_group)[:, None]
    return moved


def _mask(mesh: bpy.types.Object, group_name: str) -> np.ndarray:
    """The weight of every vertex in a group; all 1 where the group is gone, as in Blender."""
    group = mesh.vertex_groups.get(group_name)
    weights = np.ones(len(mesh.data.vertices), np.float32)
    if group is None:
        return weights
    for vertex in mesh.data.vertices:
        own = [part.weight for part in vertex.groups if part.group == group.index]
        weights[vertex.index] = own[0] if own else 0.0
    return weights
