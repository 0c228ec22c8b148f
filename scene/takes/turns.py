# SPDX-License-Identifier: GPL-3.0-or-later
"""What beside the face's own controls is written: turns of bones and objects, drawn mouths.

Head, neck, eyes and chest turn on top of what is there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import radians

import bpy
import numpy as np
from mathutils import Euler, Matrix, Quaternion, Vector
from numpy.typing import NDArray

from ...core.errors import RigError
from ...core.motion.keying import Keying
from ...core.motion.keys import Keys
from ...core.motion.thin import thinned
from ...rigs.bones.body_names import EYES, find_body
from ...rigs.schema import RigMap
from ..any_property import remember_written
from ..character.bones import is_held
from ..character.drawing import cells_of
from ..character.find import Character
from ..character.rotations import AXIS_ANGLE, rotation_attribute, turn_of, values_of
from ..curves.fcurves import Channel
from ..saved.properties import LIPWRIGHT_PG_character
from .bone_channels import channels_of, eulers, is_locked, refusal
from .places import animated_paths
from .write import Writing, standing

ANGLE_TOLERANCE = 0.0005  # radians; few keys and key poses of a rotation
# What turns for a role: a bone of an armature, or with "" an object itself.
Target = tuple[bpy.types.Object, str]


@dataclass(frozen=True)
class Turn:
    """One bone ("" for the object itself) and how it turns, one row a frame.

    `degrees` are pitch (down), yaw (to the character's left) and roll (to its left shoulder).
    """

    layer: str
    item: bpy.types.Object
    bone: str
    degrees: NDArray[np.float64]


def head_object(character: Character, dials: LIPWRIGHT_PG_character) -> bpy.types.Object | None:
    """What turns with the head motion: the pick, else the armature if it has a head bone."""
    item = dials.head_object
    if item is None:
        own = character.armature
        return own if own is not None and bone_of("head", own, dials) else None
    if item.library is not None:
        raise RigError(
            f"“{item.name}” is linked from another file. Make an override or pick another"
        )
    if item.type == "ARMATURE" and not bone_of("head", item, dials):
        raise RigError(f"Pick the head bone of “{item.name}” for the head motion, or switch it off")
    return item


# Which property picks the bone of a role.
_PICKS = {
    "head": "head_bone",
    "neck": "acting.neck_bone",
    "chest": "acting.chest_bone",
    "eyeLeft": "acting.eye_left",
    "eyeRight": "acting.eye_right",
}


def bone_of(role: str, armature: bpy.types.Object, dials: LIPWRIGHT_PG_character) -> str:
    """The bone that the artist picked for a role, else the one found by name; "" for none."""
    picked = dials.path_resolve(_PICKS[role])
    if picked:
        return picked if picked in armature.pose.bones else ""
    free = (bone.name for bone in armature.pose.bones if not is_held(bone))
    return find_body(free).get(role, "")


def targets_of(
    character: Character, dials: LIPWRIGHT_PG_character, rig: RigMap, layers: frozenset[str]
) -> dict[str, Target]:
    """Which bones there are to turn for these layers, by role (`rigs.bones.turns.Body`)."""
    found: dict[str, Target] = {}
    item = head_object(character, dials) if "head" in layers else None
    if item is not None and item.type != "ARMATURE":
        found["head"] = (item, "")
    armature = item if item is not None and item.type == "ARMATURE" else character.armature
    if armature is None:
        return found
    bones = {role: bone_of(role, armature, dials) for role in _PICKS}
    roles = ["chest"] if "breath" in layers else []
    roles += EYES if "gaze" in layers and eyes_are_bones(dials, rig) else []
    if item == armature:
        roles += ["head"] if bones["neck"] == bones["head"] else ["head", "neck"]
    return found | {role: (armature, bones[role]) for role in roles if bones[role]}


def eyes_are_bones(dials: LIPWRIGHT_PG_character, rig: RigMap) -> bool:
    """Say whether eye bones are to turn; by themselves they do where no shape looks."""
    by = dials.acting.eyes_by
    if by != "AUTO":
        return by in ("BONES", "BOTH")
    return not any(name.startswith("eyeLook") for name in rig.matched)


def plan_writings(
    turns: Sequence[Turn], frames: NDArray[np.float64], *, keying: Keying, apart: bool
) -> tuple[list[Writing], list[str]]:
    """Turns as rotations on top of how their bones stand or are animated, and what was left out."""
    found: list[Writing] = []
    notes: list[str] = []
    for turn in turns:
        reason = _reason(turn)
        layer = turn.layer if apart else ""
        if reason:
            notes.append(f"The bone “{turn.bone}” is {reason} and stays as it is")
            held = frozenset(channels_of(turn.item.pose.bones[turn.bone]))
            found.append(Writing(turn.item, {}, held=held, layer=layer))
            continue
        keys, rests = {}, {}
        for channel, values, rest in _channels(turn):
            curve = Keys(frames, values.astype(np.float32))
            keys[channel] = curve
            rests[channel] = rest
        keys = thinned(keys, dict.fromkeys(keys, ANGLE_TOLERANCE), keying)
        combining = frozenset(keys) if turn.bone else frozenset()
        found.append(Writing(turn.item, keys, rests, layer=layer, combining=combining))
    return found, notes


def _reason(turn: Turn) -> str:
    """Why a bone is not to be turned; "" if it is."""
    if not turn.bone:
        return ""
    pose = turn.item.pose.bones[turn.bone]
    reason = refusal(pose, {"turn"})
    if reason or is_locked(pose, (_bone_path(pose)[0], 0)):
        return reason or "locked"
    return ""


def _channels(turn: Turn) -> Iterator[tuple[Channel, NDArray[np.float64], float]]:
    """Channel, one value a frame, and the value at rest."""
    item = turn.item
    if not turn.bone:
        path, mode = _object_path(item)
        basis = Matrix.Identity(3)
    else:
        pose = item.pose.bones[turn.bone]
        path, mode = _bone_path(pose)
        basis = axes_of(item).inverted() @ pose.bone.matrix_local.to_3x3()
    stood = _read_before(item, path, mode)
    back = basis.inverted()
    quaternions = np.array(
        [(back @ _turned(row) @ basis).to_quaternion() @ stood for row in turn.degrees]
    )
    quaternions *= np.where(quaternions[:, :1] < 0, -1, 1)
    table = quaternions if mode == "QUATERNION" else eulers(quaternions, mode)
    rest = values_of(mode, stood)
    for index in range(table.shape[1]):
        yield (path, index), table[:, index], rest[index]


def _turned(degrees: NDArray[np.float64]) -> Matrix:
    """Pitch, yaw, roll of a face that looks along -Y."""
    pitch, yaw, roll = (radians(float(value)) for value in degrees)
    return Euler((pitch, roll, yaw), "XYZ").to_matrix()


def axes_of(item: bpy.types.Object) -> Matrix:
    """The character's left, back and up as columns in an armature's own axes.

    Blender's characters look along -Y. Imported from a Y-up file, with the turn on the object
    instead of in the bones, they look along Z.
    """
    up = item.matrix_world.to_3x3().normalized().inverted() @ Vector((0, 0, 1))
    if up.y > abs(up.z):
        return Matrix(((1, 0, 0), (0, 0, 1), (0, -1, 0)))
    return Matrix.Identity(3)


def _read_before(item: bpy.types.Object, path: str, mode: str) -> Quaternion:
    """How a bone or object stood before our first take; straight where others' curves turn it."""
    if path in animated_paths(item, ours=False):
        return Quaternion()
    count = rotation_attribute(mode)[1]
    return turn_of(mode, [standing(item, (path, index)) for index in range(count)])


def _object_path(item: bpy.types.Object) -> tuple[str, str]:
    if item.rotation_mode == "QUATERNION":
        return "delta_rotation_quaternion", "QUATERNION"
    return (
        "delta_rotation_euler",
        "XYZ" if item.rotation_mode == AXIS_ANGLE else item.rotation_mode,
    )


def _bone_path(pose: bpy.types.PoseBone) -> tuple[str, str]:
    return pose.path_from_id(rotation_attribute(pose.rotation_mode)[0]), pose.rotation_mode


def drawn_writings(
    root: bpy.types.Object, shown: Sequence[tuple[float, str]], rest: str
) -> list[Writing]:
    """The keys of a drawn mouth: `shown` are frames and the mouth from each on."""
    cells = cells_of(root) if shown else []
    remember_written(root, (cell.block for cell in cells))
    frames = np.array([frame for frame, _ in shown])
    found: list[Writing] = []
    for cell in cells:
        values = np.array([cell.values[mouth] for _, mouth in shown], np.float32)
        # A key where it changes, and no other.
        changes = np.concatenate([[True], np.diff(values) != 0])
        keys = Keys(frames[changes], values[changes], held=True, drawn=True)
        channel = cell.path, cell.index
        found.append(Writing(cell.block, {channel: keys}, {channel: cell.values[rest]}))
    return found
