# SPDX-License-Identifier: GPL-3.0-or-later
"""A camera that frames a face: what its shape keys (or its bones) move, seen from the front."""

import bpy
import numpy as np
from mathutils import Matrix, Vector
from numpy.typing import NDArray

from ..character.bones import meshes_on
from ..character.find import Character
from ..character.poses import poses_of
from ..keys import points_of, shape_keys
from ..takes.turns import axes_of

# A vertex that no key moves further than this share of the largest motion is not the face.
MOVES = 0.02
CARRIED = 0.1  # weight from which on a bone moves a vertex
LENS_MM, SENSOR_MM = 85.0, 24.0  # a portrait's
FILLS = 0.62  # of the picture's height
NEAR, FAR = 0.01, 100.0  # clipping, as shares of the distance
LEAST = 1e-3  # of a size: a face of one point is seen too


def face_camera(character: Character, aspect: float, frame: int) -> bpy.types.Object:
    """A new camera, linked nowhere, in front of a face as it stands at a frame of the scene.

    `aspect` is the picture's width over its height.
    """
    scene = bpy.context.scene
    now = scene.frame_current, scene.frame_subframe
    try:
        scene.frame_set(frame)
        points, axes = _points_of(character), _axes_of(character)
    finally:
        scene.frame_set(now[0], subframe=now[1])
    left, back, up = axes.transposed()
    along = points @ np.array([left, back, up], float).T
    low, high = along.min(axis=0), along.max(axis=0)
    size = np.maximum(high - low, LEAST)
    middle = (low + high) / 2
    distance = max(size[2], size[0] / aspect) / FILLS * LENS_MM / SENSOR_MM + size[1] / 2
    camera = bpy.data.objects.new("Playblast", bpy.data.cameras.new("Playblast"))
    lens = camera.data
    lens.lens, lens.sensor_fit, lens.sensor_height = LENS_MM, "VERTICAL", SENSOR_MM
    lens.clip_start, lens.clip_end = NEAR * distance, FAR * distance
    centre = left * middle[0] + back * middle[1] + up * middle[2]
    turned = Matrix((-left, up, -back)).transposed()  # right, up, and away from what it sees
    camera.matrix_world = Matrix.Translation(centre - back * distance) @ turned.to_4x4()
    return camera


def _axes_of(character: Character) -> Matrix:
    """To the character's left, back and up, in the world, as columns."""
    armature = character.armature
    if armature is not None:
        return axes_of(armature)
    return character.meshes[0].matrix_world.to_3x3().normalized()


def _points_of(character: Character) -> NDArray[np.float64]:
    """What moves of the largest face mesh, else all of it, in the world as it stands now."""
    clouds = [_cloud(mesh) for mesh in character.meshes]
    if character.armature is not None:
        clouds += _carried(character.armature)
    if not clouds:
        item = character.root
        corners = [item.matrix_world @ Vector(corner) for corner in item.bound_box]
        return np.array(corners, float)
    return max(clouds, key=lambda cloud: float(np.ptp(cloud, axis=0).sum()))


def _carried(armature: bpy.types.Object) -> list[NDArray[np.float64]]:
    """What bones of the face carry of each mesh, in the world as it stands now."""
    bones = {bone for pose in poses_of(armature).values() for bone in pose}
    clouds = []
    for mesh in meshes_on(armature) if bones else ():
        groups = {group.index for group in mesh.vertex_groups if group.name in bones}
        shown = mesh.evaluated_get(bpy.context.evaluated_depsgraph_get())
        if groups and len(shown.data.vertices) == len(mesh.data.vertices):
            points = [
                mesh.matrix_world @ seen.co
                for seen, vertex in zip(shown.data.vertices, mesh.data.vertices, strict=True)
                if any(one.group in groups and one.weight > CARRIED for one in vertex.groups)
            ]
            clouds += [np.array(points, float)] if points else []
    return clouds


def _cloud(mesh: bpy.types.Object) -> NDArray[np.float64]:
    keys = mesh.data.shape_keys
    rest = points_of(keys.reference_key).astype(float)
    far = np.zeros(len(rest))
    for block in shape_keys(mesh):
        far = np.maximum(far, np.linalg.norm(points_of(block) - rest, axis=1))
    moves = far > MOVES * max(float(far.max(initial=0.0)), 1e-9)
    shown = mesh.evaluated_get(bpy.context.evaluated_depsgraph_get())
    seen = np.empty(3 * len(shown.data.vertices))
    shown.data.vertices.foreach_get("co", seen)
    # Modifiers that make other vertices of them leave only the rest pose.
    places = seen.reshape(-1, 3) if len(seen) == rest.size else rest
    places = places[moves] if moves.any() else places
    world = np.array(mesh.matrix_world, float)
    return np.asarray(places @ world[:3, :3].T + world[:3, 3], np.float64)
