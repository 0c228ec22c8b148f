# SPDX-License-Identifier: GPL-3.0-or-later
"""Head motion: pitch, yaw and roll onto the bone or object that the artist picked."""

from math import radians

import bpy
import numpy as np
from mathutils import Euler, Matrix, Quaternion

from ..core.errors import RigError
from ..core.motion.keys import Keys, few_keys
from ..core.motion.track import HEAD_NAMES
from .character import Character
from .fcurves import Channel
from .takes import Report, write_block

ANGLE_TOLERANCE = 0.0005  # radians; few keys on a rotation


def head_target(settings: bpy.types.PropertyGroup) -> bpy.types.Object | None:
    """The object to turn, None if the artist picked none; RigError if the pick is no use."""
    item = settings.head_object
    if item is None:
        return None
    if item.library is not None:
        raise RigError(
            f"“{item.name}” is linked from another file. Make an override or pick another"
        )
    if item.type == "ARMATURE" and settings.head_bone not in item.pose.bones:
        raise RigError(f"Pick the head bone of “{item.name}” for the head motion, or switch it off")
    return item


def write_head(
    character: Character,
    item: bpy.types.Object,
    bone: str,
    angles: dict[str, Keys],
    report: Report,
    *,
    few: bool,
) -> None:
    """Turn a bone or object by `angles` (degrees, one key a frame), counted from its rest."""
    frames = angles[HEAD_NAMES[0]].frames
    degrees = np.stack([angles[name].values for name in HEAD_NAMES], axis=1)
    channels = _bone_channels(item, bone) if item.type == "ARMATURE" else _object_channels(item)
    basis = item.data.bones[bone].matrix_local.to_3x3() if item.type == "ARMATURE" else None
    values = np.array([_rotation(row, basis, len(channels)) for row in degrees], np.float32)
    if len(channels) == 4:
        values *= np.where(values[:, :1] < 0, -1, 1)
    keys = {channel: Keys(frames, values[:, i]) for i, channel in enumerate(channels)}
    if few:
        keys = {
            channel: few_keys(curve, tolerance=ANGLE_TOLERANCE) for channel, curve in keys.items()
        }
    write_block(item, keys, character, report)


def _rotation(degrees: np.ndarray, basis: Matrix | None, numbers: int) -> tuple[float, ...]:
    """Pitch, yaw, roll of a face that looks along -Y, as the channels' own numbers."""
    pitch, yaw, roll = (radians(float(value)) for value in degrees)
    turn = Euler((pitch, roll, yaw), "XYZ").to_matrix()
    if basis is not None:
        turn = basis.inverted() @ turn @ basis
    rotation: Quaternion | Euler = turn.to_quaternion() if numbers == 4 else turn.to_euler("XYZ")
    return tuple(rotation)


def _object_channels(item: bpy.types.Object) -> list[Channel]:
    if item.rotation_mode == "QUATERNION":
        return [("delta_rotation_quaternion", i) for i in range(4)]
    return [("delta_rotation_euler", i) for i in range(3)]


def _bone_channels(item: bpy.types.Object, bone: str) -> list[Channel]:
    pose = item.pose.bones[bone]
    if pose.rotation_mode == "QUATERNION":
        return [(pose.path_from_id("rotation_quaternion"), i) for i in range(4)]
    if pose.rotation_mode == "XYZ":
        return [(pose.path_from_id("rotation_euler"), i) for i in range(3)]
    raise RigError(
        f"The bone “{bone}” turns by {pose.rotation_mode}. "
        "Set its rotation mode to Quaternion or XYZ Euler"
    )
