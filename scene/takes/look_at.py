# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a look-at object is, seen from between a character's eyes, frame by frame."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix, Quaternion, Vector
from numpy.typing import NDArray

from ...core.performance.acting import LookAt
from ...core.timing import FrameClock
from ...rigs.schema import RigMap
from .. import compat
from ..character.find import Character
from ..clock import frame_kept
from ..keys import points_of
from ..saved.properties import LIPWRIGHT_PG_character
from .places import our_owners
from .turns import axes_of, bone_of

STEP_FRAMES = 2  # targets move smoothly: every other frame is enough


def sample_look_at(
    character: Character,
    dials: LIPWRIGHT_PG_character,
    rig: RigMap,
    scene: bpy.types.Scene,
    clock: FrameClock,
    seconds: float,
) -> LookAt | None:
    """The target's way through a line in the head's own axes; None where none is picked."""
    target = dials.acting.look_at
    if target is None or target.name not in scene.objects:
        return None
    first, last = clock.frames(np.array([0.0, seconds]))
    frames = np.arange(np.floor(first), np.ceil(last) + STEP_FRAMES, STEP_FRAMES)
    eyes = _between_eyes(character, rig)
    points = []
    with frame_kept(scene), _silenced(character, dials):
        for frame in frames.astype(int):
            scene.frame_set(int(frame))
            points.append(_seen(target, character, dials, eyes) * scene.unit_settings.scale_length)
    if np.ptp(np.array(points), axis=0).max() < 1e-4:  # neither moves
        frames, points = frames[:1], points[:1]
    times = clock.seconds(frames)
    return LookAt(tuple(map(float, times)), tuple((p.x, p.y, p.z) for p in points))


def _seen(
    target: bpy.types.Object,
    character: Character,
    dials: LIPWRIGHT_PG_character,
    eyes: Vector,
) -> Vector:
    """The target's place to the character's left, up and front of its eyes, in scene units."""
    armature = character.armature
    bone = bone_of("head", armature, dials) if armature is not None else ""
    if armature is not None and bone:
        pose = armature.pose.bones[bone]
        # How the head has moved from where the bone rests.
        moved = armature.matrix_world @ pose.matrix @ pose.bone.matrix_local.inverted()
        place, axes = moved @ eyes, moved.to_3x3().normalized() @ axes_of(armature)
    else:
        mesh = character.meshes[0]
        place, axes = mesh.matrix_world @ eyes, mesh.matrix_world.to_3x3().normalized()
    left, back, up = axes.transposed() @ (target.matrix_world.translation - place)
    return Vector((left, up, -back))


def _between_eyes(character: Character, rig: RigMap) -> Vector:
    """Middle of what the lids' shapes move, at rest: in the armature's space, else the mesh's."""
    found: list[Vector] = []
    for row in rig.rows:
        channels = {channel for channel, _ in row.terms}
        if row.control.kind != "shape key" or not channels & {"eyeBlinkLeft", "eyeBlinkRight"}:
            continue
        mesh = next(one for one in character.meshes if one.name == row.control.mesh)
        middle = Vector(_middle_of(mesh, row.control.key))
        if character.armature is not None:
            # Both at rest, so that it does not matter where the character stands now.
            to_armature = character.armature.matrix_world.inverted() @ mesh.matrix_world
            middle = to_armature @ middle
        elif mesh != character.meshes[0]:
            middle = character.meshes[0].matrix_world.inverted() @ mesh.matrix_world @ middle
        found.append(middle)
    return sum(found, Vector()) / len(found) if found else Vector()


def _middle_of(mesh: bpy.types.Object, key: str) -> NDArray[np.float64]:
    """Mean of the vertices of a key, weighted by how far it moves them."""
    keys = mesh.data.shape_keys
    blocks = keys.reference_key, keys.key_blocks[key]
    rest, moved = (points_of(block).astype(float) for block in blocks)
    far = np.linalg.norm(moved - rest, axis=1)
    return np.average(rest, axis=0, weights=far) if far.any() else rest.mean(axis=0)


@contextmanager
def _silenced(character: Character, dials: LIPWRIGHT_PG_character) -> Generator[None, None, None]:
    """Without our own turns of an earlier take: the eyes are drawn from where the head is."""
    armature = character.armature
    if armature is None:
        yield
        return
    curves = [
        curve
        for owner in our_owners(armature)
        if owner.action.library is None
        for curve in compat.curves_of(owner)
        if not curve.mute
    ]
    bones = [bone_of(role, armature, dials) for role in ("head", "neck")]
    poses = [armature.pose.bones[name] for name in bones if name]
    turned: list[tuple[bpy.types.PoseBone, Any]] = []
    if curves:
        turned = [(pose, pose.matrix_basis.copy()) for pose in poses]
    for curve in curves:
        curve.mute = True
    for pose, basis in turned:
        pose.matrix_basis = Matrix.LocRotScale(basis.translation, Quaternion(), basis.to_scale())
    try:
        yield
    finally:
        for curve in curves:
            curve.mute = False
        for pose, basis in turned:
            pose.matrix_basis = basis
