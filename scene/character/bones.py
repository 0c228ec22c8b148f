# SPDX-License-Identifier: GPL-3.0-or-later
"""Bones as `rigs.bones.face` sees them: where they rest, what they move, what holds them."""

from collections.abc import Iterable
from functools import lru_cache

import bpy
import numpy as np

from ...rigs.bones.face import Bone, face_bone_names, find_poses
from ...rigs.bones.face_names import role_of
from ...rigs.bones.poses import Pose
from ..session import memory

# Constraints that only keep a bone within bounds.
_LIMITS = {"LIMIT_LOCATION", "LIMIT_ROTATION", "LIMIT_SCALE", "LIMIT_DISTANCE"}
Weights = dict[str, tuple[float, np.ndarray]]  # by bone: sum, and weighted sum of positions


def meshes_on(armature: bpy.types.Object) -> list[bpy.types.Object]:
    """The meshes that go with an armature, bound to it or to one of its bones."""
    return [
        item
        for item in bpy.data.objects
        if item.type == "MESH" and armature in (item.parent, item.find_armature())
    ]


def automatic_poses(armature: bpy.types.Object) -> dict[str, Pose]:
    """Poses found from names, weights and places of bones; remembered while these stay."""
    names = tuple(armature.data.bones.keys())
    if not _has_face(names):
        return {}
    # Which meshes are on it takes a look at every object: once a redraw.
    key = "meshes on", armature.session_uid, len(bpy.data.objects)
    skin = [one for one in memory.once(key, lambda: meshes_on(armature)) if one.vertex_groups]
    state = (
        *(names, _places(armature)),
        tuple((mesh.name, len(mesh.data.vertices), len(mesh.vertex_groups)) for mesh in skin),
    )
    known = memory.poses.get(armature.session_uid)
    if known is None or known[0] != state:
        bones = _bones(armature, _weights(skin))
        known = state, find_poses(bones, skinned=bool(skin))
        memory.poses[armature.session_uid] = known
    return known[1]


def _places(armature: bpy.types.Object) -> bytes:
    """Where all bones rest, so that poses are found anew after one was edited."""
    values = np.empty(16 * len(armature.data.bones), np.float32)
    armature.data.bones.foreach_get("matrix_local", values)
    return values.tobytes()


@lru_cache(maxsize=64)  # panels ask on every redraw
def _has_face(names: tuple[str, ...]) -> bool:
    return face_bone_names(names)


def _bones(armature: bpy.types.Object, weights: Weights) -> list[Bone]:
    world = armature.matrix_world
    unit = float(np.mean(np.abs(world.to_scale()))) or 1.0
    turn = np.array(world.to_quaternion().to_matrix())
    leads = leads_of(armature)
    found = []
    for pose in armature.pose.bones:
        if role_of(pose.name) is None:
            continue
        total, middle = _moved(leads, weights, pose.name)
        parent = 0.0 if pose.parent is None else _moved(leads, weights, pose.parent.name)[0]
        local = np.array(pose.bone.matrix_local.to_3x3())
        found.append(
            Bone(
                name=pose.name,
                head=np.array(world @ pose.bone.head_local),
                axes=np.asarray(turn @ local, float),
                unit=unit,
                weight=total,
                moves=middle if total else np.array(world @ pose.bone.tail_local),
                free=not pose.bone.use_connect,
                held=is_held(pose),
                led=bool(_holders(pose)),
                follows=frozenset(_leaders(leads, pose.name)),
                head_weight=parent or np.inf,
            )
        )
    return found


def _holders(pose: bpy.types.PoseBone) -> list[bpy.types.Constraint]:
    return [
        one
        for one in pose.constraints
        if one.enabled and one.influence > 0 and one.type not in _LIMITS
    ]


def is_held(pose: bpy.types.PoseBone) -> bool:
    """Say whether a constraint decides where a bone is, so that keys on it would do nothing."""
    return any(not _adds(one) for one in _holders(pose))


def _adds(constraint: bpy.types.Constraint) -> bool:
    """Whether a constraint leaves the bone's own motion in."""
    if getattr(constraint, "use_offset", False):
        return True
    if constraint.type == "ARMATURE":  # a parent by another name
        return True
    return getattr(constraint, "mix_mode", "REPLACE") != "REPLACE"


def leads_of(armature: bpy.types.Object) -> dict[str, dict[str, float]]:
    """For each bone those that go with it, by parent or constraint, and how far (0..1)."""
    leads: dict[str, dict[str, float]] = {}
    for pose in armature.pose.bones:
        if pose.parent is not None:
            leads.setdefault(pose.parent.name, {})[pose.name] = 1.0
        for constraint in pose.constraints:
            for leader, share in _targets(constraint, armature):
                found = leads.setdefault(leader, {})
                found[pose.name] = max(share, found.get(pose.name, 0.0))
    return leads


def _targets(
    constraint: bpy.types.Constraint, armature: bpy.types.Object
) -> Iterable[tuple[str, float]]:
    if not constraint.enabled or constraint.type in _LIMITS:
        return
    if constraint.type == "ARMATURE":
        for target in constraint.targets:
            if target.target == armature:
                yield target.subtarget, target.weight * constraint.influence
    elif getattr(constraint, "target", None) == armature:
        yield constraint.subtarget, constraint.influence


def reach_of(leads: dict[str, dict[str, float]], name: str) -> dict[str, float]:
    """How far each bone goes with this one, itself included."""
    reach, waiting = {name: 1.0}, [name]
    while waiting:
        leader = waiting.pop()
        for bone, share in leads.get(leader, {}).items():
            part = reach[leader] * share
            if part > reach.get(bone, 0.0) + 1e-6:
                reach[bone] = part
                waiting.append(bone)
    return reach


def _leaders(leads: dict[str, dict[str, float]], name: str) -> set[str]:
    """Every bone that this one goes along with."""
    up: dict[str, set[str]] = {}
    for leader, bones in leads.items():
        for bone in bones:
            up.setdefault(bone, set()).add(leader)
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for leader in up.get(waiting.pop(), ()):
            if leader not in found:
                found.add(leader)
                waiting.append(leader)
    return found


def _moved(
    leads: dict[str, dict[str, float]], weights: Weights, name: str
) -> tuple[float, np.ndarray]:
    """Weight that goes with a bone, and its middle in the world."""
    total, middle = 0.0, np.zeros(3)
    for bone, share in reach_of(leads, name).items():
        if bone in weights:
            total += share * weights[bone][0]
            middle = middle + share * weights[bone][1]
    return total, middle / total if total else middle


def _weights(meshes: Iterable[bpy.types.Object]) -> Weights:
    """How much of all meshes each bone moves, and where that lies."""
    found: Weights = {}
    for mesh in meshes:
        names = [group.name for group in mesh.vertex_groups]
        flat = np.empty(3 * len(mesh.data.vertices), np.float32)
        mesh.data.vertices.foreach_get("co", flat)
        world = np.array(mesh.matrix_world)
        points = flat.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3]
        sums = np.zeros(len(names))
        places = np.zeros((len(names), 3))
        for vertex, point in zip(mesh.data.vertices, points, strict=True):
            for element in vertex.groups:
                sums[element.group] += element.weight
                places[element.group] += element.weight * point
        for name, total, place in zip(names, sums, places, strict=True):
            old = found.get(name, (0.0, np.zeros(3)))
            found[name] = (old[0] + float(total), old[1] + place)
    return found
