# SPDX-License-Identifier: GPL-3.0-or-later
"""Poses of an armature: stored by the artist, found in pose libraries, or found by themselves."""

from typing import Any

import bpy
import numpy as np
from mathutils import Quaternion

from ...core.errors import RigError
from ...rigs.bones.poses import Move, Pose, Stance, Vector, between
from ...rigs.match import known
from ...rigs.names import bare
from .. import compat
from .bones import automatic_poses
from .rotations import rotation_attribute, turn_of, values_of

RESTS = {"rest", "neutral", "basis", "default", "sil", "visemesil", "closedneutral"}
JAW = "jaw"  # how the poses of a jaw begin
STILL = 1e-5  # a bone that moves less than this is not of the pose
STANCE = {"location": 3, "rotation_quaternion": 4, "rotation_euler": 3, "scale": 3}


def poses_of(armature: bpy.types.Object) -> dict[str, Pose]:
    """Every pose by name; a stored one goes before one of a library, that before one found."""
    poses = _found_poses(armature)
    return {**poses, **_library_poses(armature), **stored_poses(armature)}


def pose_names(armature: bpy.types.Object) -> tuple[str, ...]:
    """The names of `poses_of`, quickly."""
    return tuple(dict.fromkeys((*_found_poses(armature), *_made_names(armature))))


def beside_keys(armature: bpy.types.Object) -> tuple[str, ...]:
    """Those that help a face of shape keys: what was posed by hand, and of what was found a jaw."""
    made = _made_names(armature)
    jaw = (name for name in _found_poses(armature) if name.startswith(JAW))
    return tuple(dict.fromkeys((*jaw, *made)))


def _made_names(armature: bpy.types.Object) -> list[str]:
    """Poses of libraries, and stored ones."""
    library = [name for name, _, _ in _sources(armature) if bare(name) not in RESTS]
    return [*library, *(pose.name for pose in armature.lipwright_rig.poses)]


def _found_poses(armature: bpy.types.Object) -> dict[str, Pose]:
    return automatic_poses(armature)


def _values(saved: Vector) -> Vector:
    x, y, z = saved
    return x, y, z


def stored_poses(armature: bpy.types.Object) -> dict[str, Pose]:
    """The poses that the artist, or Read Face, stored on an armature."""
    return {
        pose.name: {
            move.name: Move(_values(move.location), _values(move.turn), _values(move.growth))
            for move in pose.moves
        }
        for pose in armature.lipwright_rig.poses
    }


def store_pose(armature: bpy.types.Object, name: str) -> int:
    """Remember how the bones stand now as the pose `name`; returns how many bones it moves.

    RigError if the name is none that Lipwright knows, or if nothing is posed.
    """
    if not known(name):
        raise RigError(
            f"“{name}” is no face shape that Lipwright knows. "
            "Use a name such as jawOpen, mouthPucker, eyeBlinkLeft, viseme_PP or AI"
        )
    rest = Stance(np.zeros(3), np.array([1.0, 0, 0, 0]), np.ones(3))
    moves = {bone.name: between(rest, stance_of(bone)) for bone in armature.pose.bones}
    moves = {bone: move for bone, move in moves.items() if _moves(move)}
    if not moves:
        raise RigError("All bones are at rest. Pose the face as it should look, then store it")
    keep_pose(armature, name, moves)
    return len(moves)


def keep_pose(armature: bpy.types.Object, name: str, moves: Pose) -> None:
    """Store a pose under a name, in the place of one that was stored before."""
    stored = armature.lipwright_rig.poses
    if name in stored:
        stored.remove(stored.find(name))
    pose = stored.add()
    pose.name = name
    for bone, move in moves.items():
        item = pose.moves.add()
        item.name, item.location, item.turn, item.growth = (
            bone,
            move.location,
            move.turn,
            move.growth,
        )


def remove_pose(armature: bpy.types.Object, name: str) -> None:
    """Forget a stored pose."""
    stored = armature.lipwright_rig.poses
    if name in stored:
        stored.remove(stored.find(name))


def _moves(move: Move) -> bool:
    return max(map(abs, (*move.location, *move.turn, *move.growth))) > STILL


def stance_of(bone: bpy.types.PoseBone) -> Stance:
    """How a bone stands now, whatever its rotation mode."""
    attribute, _ = rotation_attribute(bone.rotation_mode)
    turn = turn_of(bone.rotation_mode, getattr(bone, attribute))
    return Stance(np.array(bone.location), np.array(turn), np.array(bone.scale))


def put_stance(bone: bpy.types.PoseBone, stance: Stance) -> None:
    """Let a bone stand so, in its own rotation mode."""
    bone.location, bone.scale = stance.location, stance.scale
    attribute, _ = rotation_attribute(bone.rotation_mode)
    turn = Quaternion(stance.quaternion)
    setattr(bone, attribute, values_of(bone.rotation_mode, turn, bone.rotation_euler))


# --- pose libraries ---------------------------------------------------------------------------


def _library_poses(armature: bpy.types.Object) -> dict[str, Pose]:
    """Poses from actions of one frame, pose assets, and the markers of old pose libraries."""
    sources = _sources(armature)
    rest = next(((a, frame) for name, a, frame in sources if bare(name) in RESTS), None)
    poses: dict[str, Pose] = {}
    for name, action, frame in sources:
        if bare(name) in RESTS:
            continue
        posed = _stances(action, frame, armature)
        stood = {} if rest is None else _stances(*rest, armature)
        nothing = Stance(np.zeros(3), np.array([1.0, 0, 0, 0]), np.ones(3))
        moves = {bone: between(stood.get(bone, nothing), one) for bone, one in posed.items()}
        moves = {bone: move for bone, move in moves.items() if _moves(move)}
        if moves:
            poses[name] = moves
    return poses


def _sources(armature: bpy.types.Object) -> list[tuple[str, bpy.types.Action, float]]:
    """Name, action and frame of every pose with a known name that fits this armature."""
    return [
        (name, action, frame)
        for action in bpy.data.actions
        if len(action.pose_markers) or _may_be_pose(action.name)
        for name, frame in _frames(action)
        if _may_be_pose(name) and _is_of(action, armature)
    ]


def _may_be_pose(name: str) -> bool:
    return known(name) or bare(name) in RESTS


def _frames(action: bpy.types.Action) -> list[tuple[str, float]]:
    """The poses that an action holds: itself if it has one frame, else its pose markers."""
    if len(action.pose_markers):
        return [(marker.name, float(marker.frame)) for marker in action.pose_markers]
    first, last = action.frame_range
    still = last - first < 1.0
    return [(action.name, float(first))] if still or action.asset_data is not None else []


def _is_of(action: bpy.types.Action, armature: bpy.types.Object) -> bool:
    bones = armature.pose.bones
    return any(_bone_of(curve, bones) is not None for curve in compat.every_curve(action))


def _bone_of(curve: Any, bones: Any) -> tuple[str, str] | None:
    """The bone and the part of its stance that a curve moves."""
    head, _, part = curve.data_path.rpartition(".")
    if part not in STANCE or not head.startswith('pose.bones["'):
        return None
    name = bpy.utils.unescape_identifier(head[len('pose.bones["') : -2])
    return (name, part) if name in bones else None


def _stances(
    action: bpy.types.Action, frame: float, armature: bpy.types.Object
) -> dict[str, Stance]:
    """How an action poses the bones at a frame; what it has no curve for is at rest."""
    bones = armature.pose.bones
    parts: dict[str, dict[str, np.ndarray]] = {}
    for curve in compat.every_curve(action):
        found = _bone_of(curve, bones)
        if found is None:
            continue
        name, part = found
        rest = np.zeros(STANCE[part]) if part != "scale" else np.ones(3)
        if part == "rotation_quaternion":
            rest[0] = 1.0
        values = parts.setdefault(name, {}).setdefault(part, rest)
        values[curve.array_index] = curve.evaluate(frame)
    return {name: _stance(values, bones[name].rotation_mode) for name, values in parts.items()}


def _stance(parts: dict[str, np.ndarray], mode: str) -> Stance:
    turn = turn_of("QUATERNION", parts.get("rotation_quaternion", (1, 0, 0, 0)))
    if "rotation_euler" in parts:
        order = mode if rotation_attribute(mode)[0] == "rotation_euler" else "XYZ"
        turn = turn_of(order, parts["rotation_euler"])
    location = parts.get("location", np.zeros(3))
    return Stance(location, np.array(turn), parts.get("scale", np.ones(3)))
