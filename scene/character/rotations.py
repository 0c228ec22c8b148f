# SPDX-License-Identifier: GPL-3.0-or-later
"""The one way in which rotations of bones and objects are read and written, whatever their mode."""

from collections.abc import Sequence

from mathutils import Euler, Quaternion

from ...rigs.bones.poses import Array

AXIS_ANGLE = "AXIS_ANGLE"


def rotation_attribute(mode: str) -> tuple[str, int]:
    """The property that holds a rotation in a mode, and how many numbers it has."""
    if mode == "QUATERNION":
        return "rotation_quaternion", 4
    return ("rotation_axis_angle", 4) if mode == AXIS_ANGLE else ("rotation_euler", 3)


def turn_of(mode: str, values: Sequence[float] | Array) -> Quaternion:
    """The rotation that these numbers mean in a mode."""
    if mode == "QUATERNION":
        return Quaternion(values).normalized()
    if mode == AXIS_ANGLE:
        angle, *axis = values
        return Quaternion(axis, angle)
    return Euler(values, mode).to_quaternion()


def values_of(mode: str, turn: Quaternion, near: Euler | None = None) -> tuple[float, ...]:
    """The numbers that mean a rotation in a mode; Euler angles as near as can be to `near`."""
    if mode == "QUATERNION":
        return tuple(turn)
    if mode == AXIS_ANGLE:
        axis, angle = turn.to_axis_angle()
        return (angle, *axis)
    return tuple(turn.to_euler(mode) if near is None else turn.to_euler(mode, near))
