# SPDX-License-Identifier: GPL-3.0-or-later
"""Weighted poses become keys of bones, added to how the bones stood before our first take."""

from collections.abc import Callable, Iterator, Mapping

import bpy
import numpy as np
from mathutils import Euler, Quaternion

from ...core.motion.keys import Keys
from ...rigs.bones.poses import Pose, Stance, stances
from ..character.bones import is_held
from ..character.poses import STANCE, poses_of
from ..character.rotations import AXIS_ANGLE as BY_AXIS
from ..character.rotations import rotation_attribute, turn_of
from ..curves.fcurves import Channel

LEAST = 1e-6  # a part of a move below this is none
AXIS_ANGLE = "turned by an axis and an angle"
Standing = Callable[[bpy.types.ID, Channel], float]


def bone_keys(
    armature: bpy.types.Object, weights: Mapping[str, Keys], standing: Standing
) -> tuple[dict[Channel, Keys], dict[Channel, float], dict[str, list[str]], set[Channel]]:
    """Keys of all channels that these poses move, their rests, and what was left out and why.

    The channels that were left out come last.

    `weights` are dense: one key a frame, on the same frames.
    """
    poses = {name: pose for name, pose in poses_of(armature).items() if name in weights}
    used = {bone: _parts(poses, bone) for pose in poses.values() for bone in pose}
    used = {bone: parts for bone, parts in used.items() if bone in armature.pose.bones and parts}
    left: dict[str, list[str]] = {}
    held: set[Channel] = set()
    for bone in list(used):
        reason = refusal(armature.pose.bones[bone], used[bone])
        if reason:
            left.setdefault(reason, []).append(bone)
            held |= channels_of(armature.pose.bones[bone])
            del used[bone]
    rest = {bone: _read_before(armature, bone, standing) for bone in used}
    if not rest:
        return {}, {}, left, held
    frames = next(iter(weights.values())).frames
    moved = stances(poses, {name: weights[name].values for name in poses}, rest)
    keys: dict[Channel, Keys] = {}
    for bone, stance in moved.items():
        for channel, values in _channels(armature.pose.bones[bone], stance, used[bone]):
            if is_locked(armature.pose.bones[bone], channel):
                names = left.setdefault("locked", [])
                names += [] if bone in names else [bone]
                held.add(channel)
            else:
                keys[channel] = Keys(frames, values.astype(np.float32))
    return keys, {channel: standing(armature, channel) for channel in keys}, left, held


def channels_of(pose: bpy.types.PoseBone) -> set[Channel]:
    """Every channel of a bone that a take may have moved."""
    return {
        (pose.path_from_id(attribute), index)
        for attribute, count in STANCE.items()
        for index in range(count)
    }


def _parts(poses: Mapping[str, Pose], bone: str) -> set[str]:
    """Which parts of a bone's stance any of the poses moves."""
    moves = [pose[bone] for pose in poses.values() if bone in pose]
    return {
        part
        for part in ("location", "turn", "growth")
        if any(max(map(abs, getattr(move, part))) > LEAST for move in moves)
    }


def refusal(pose: bpy.types.PoseBone, parts: set[str]) -> str:
    """Why a bone is not to be moved; "" if it is."""
    if is_held(pose):
        return "held"
    data = pose.id_data.animation_data
    drivers = data.drivers if data is not None else ()
    prefix = pose.path_from_id() + "."
    if any(driver.data_path.startswith(prefix) for driver in drivers):
        return "driven"
    if "turn" in parts and pose.rotation_mode == BY_AXIS:
        return AXIS_ANGLE
    return ""


def _read_before(armature: bpy.types.Object, bone: str, standing: Standing) -> Stance:
    """How a bone stood before our first take."""
    pose = armature.pose.bones[bone]

    def read(attribute: str, count: int) -> np.ndarray:
        path = pose.path_from_id(attribute)
        return np.array([standing(armature, (path, i)) for i in range(count)])

    turn = turn_of(pose.rotation_mode, read(*rotation_attribute(pose.rotation_mode)))
    return Stance(read("location", 3), np.array(turn), read("scale", 3))


def _channels(
    pose: bpy.types.PoseBone, stance: Stance, parts: set[str]
) -> Iterator[tuple[Channel, np.ndarray]]:
    """The channels of one bone and their values, one a frame."""
    tables: dict[str, np.ndarray] = {}
    if "location" in parts:
        tables["location"] = stance.location
    if "growth" in parts:
        tables["scale"] = stance.scale
    if "turn" in parts and pose.rotation_mode == "QUATERNION":
        tables["rotation_quaternion"] = stance.quaternion
    elif "turn" in parts:
        tables["rotation_euler"] = eulers(stance.quaternion, pose.rotation_mode)
    for attribute, table in tables.items():
        path = pose.path_from_id(attribute)
        for index in range(table.shape[1]):
            yield (path, index), table[:, index]


def eulers(quaternions: np.ndarray, order: str) -> np.ndarray:
    """Euler angles without jumps."""
    angles: list[Euler] = []
    for row in quaternions:
        before = angles[-1] if angles else Euler((0, 0, 0), order)
        angles.append(Quaternion(row).to_euler(order, before))
    return np.array(angles)


def is_locked(pose: bpy.types.PoseBone, channel: Channel) -> bool:
    """Say whether the artist locked this channel of a bone."""
    path, index = channel
    if path.endswith("location"):
        return pose.lock_location[index]
    if path.endswith("scale"):
        return pose.lock_scale[index]
    if path.endswith("quaternion"):  # its numbers mean something only together
        return any(pose.lock_rotation)
    return pose.lock_rotation[index]
