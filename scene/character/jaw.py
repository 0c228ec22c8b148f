# SPDX-License-Identifier: GPL-3.0-or-later
"""Bones of unknown names that move a mouth: tried from rest, and kept as poses of the armature."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import bpy
import numpy as np
from mathutils import Matrix, Quaternion, Vector

from ...core.motion.mouth import stem_of
from ...core.steps import Step, Steps
from ...rigs.bones.poses import Move
from ...rigs.lips.find import FaceMesh
from ...rigs.reading.hinges import find_hinge_steps
from ...rigs.reading.rows import read_rig, seen_of
from ...rigs.reading.seen import LOOKING, any_lips_steps, view_of
from ...rigs.schema import Control, Terms
from .bones import is_held, leads_of, meshes_on, reach_of
from .poses import keep_pose, put_stance, stance_of
from .rotations import AXIS_ANGLE
from .trial import BOUND, TRYING, Look, bare_mesh, may_try

PARTS = {"LOC": "location", "ROT": "rotation", "SCALE": "scale"}
PATH = re.compile(
    r'^pose\.bones\["(?P<bone>(?:[^"\\]|\\.)*)"\]\.(?P<part>location|rotation_euler)\[(?P<axis>\d)\]$'
)
TURN = 0.5  # radians that a control is turned when it is tried
MOST_TRIED = 60  # channels of controls


@dataclass(frozen=True)
class Channel:
    """A channel of a bone that drivers read, and how far it goes when it is tried."""

    bone: str
    part: str  # location or rotation
    axis: int
    amount: float

    @property
    def move(self) -> Move:
        """It alone."""
        vector = [0.0, 0.0, 0.0]
        vector[self.axis] = self.amount
        x, y, z = vector
        return Move(location=(x, y, z)) if self.part == "location" else Move(turn=(x, y, z))


def read_bones_steps(root: bpy.types.Object) -> Steps[list[str]]:
    """Find the bones that move this character's mouth, and store what they do as poses.

    Returns the names of the poses; nothing where no bone opens a mouth, or some are stored.
    """
    if root.type != "ARMATURE" or not may_try(root) or "jawOpen" in root.lipwright_rig.poses:
        return []
    meshes = [mesh for mesh in meshes_on(root) if mesh.data.vertices]
    meshes.sort(key=lambda mesh: -len(mesh.data.vertices))
    found = yield from _by_drivers(root, meshes)
    if "jawOpen" not in found:
        yield Step(0.0, LOOKING)
        hinge = yield from _hinge(root, meshes)
        found |= {"jawOpen": hinge} if hinge else {}
    if "jawOpen" not in found:
        return []
    for name, moves in found.items():
        keep_pose(root, name, moves)
    return list(found)


def _hinge(root: bpy.types.Object, meshes: list[bpy.types.Object]) -> Steps[dict[str, Move] | None]:
    """The jaw among the bones that carry a mesh."""
    leads = leads_of(root)
    free = [pose.name for pose in root.pose.bones if not is_held(pose)]
    for item in meshes:
        weights = _weights(item)
        to_mesh = item.matrix_world.inverted() @ root.matrix_world
        count = len(item.data.vertices)
        carried = {}
        for name in free:
            parts = [
                share * weights[bone]
                for bone, share in reach_of(leads, name).items()
                if bone in weights
            ]
            if parts:
                head = to_mesh @ root.data.bones[name].head_local
                total = np.minimum(np.sum(parts, axis=0), 1.0)
                carried[name] = np.array(head), total
        sky = item.matrix_world.to_3x3().transposed() @ Vector((0, 0, 1))
        across = to_mesh.to_3x3() @ Vector((1, 0, 0))
        mesh = FaceMesh(item.name, _points(item, count), _edges(item), {})
        found = yield from find_hinge_steps(mesh, carried, np.array(across), np.array(sky))
        if found is not None:
            name, turn = found
            own = root.data.bones[name].matrix_local.to_3x3().normalized()
            back = _turns(own).inverted() @ _turns(to_mesh.to_3x3().normalized()).inverted()
            x, y, z = back @ Vector(turn)
            return {name: Move(turn=(x, y, z))}
    return None


def _turns(matrix: Matrix) -> Matrix:
    return matrix.to_quaternion().to_matrix()


def _points(item: bpy.types.Object, count: int) -> np.ndarray:
    flat = np.empty(3 * count, np.float32)
    item.data.vertices.foreach_get("co", flat)
    return flat.reshape(-1, 3).astype(np.float64)


def _edges(item: bpy.types.Object) -> np.ndarray:
    edges = np.empty(2 * len(item.data.edges), np.int32)
    item.data.edges.foreach_get("vertices", edges)
    return edges.reshape(-1, 2)


def _weights(item: bpy.types.Object) -> dict[str, np.ndarray]:
    """How far every vertex goes with each bone that has a vertex group; all of them 1 together."""
    names = [group.name for group in item.vertex_groups]
    table = np.zeros((len(names), len(item.data.vertices)))
    for vertex in item.data.vertices:
        for element in vertex.groups:
            table[element.group, vertex.index] = element.weight
    table /= np.maximum(table.sum(0), 1e-9)
    return dict(zip(names, table, strict=True))


def _driving(root: bpy.types.Object, meshes: list[bpy.types.Object]) -> Iterator[Channel]:
    """The channels of bones that drivers of this character read, in both directions."""
    seen: set[tuple[str, str, int]] = set()
    blocks: list[bpy.types.ID] = [root, root.data]
    for item in meshes:
        keys = item.data.shape_keys
        blocks += [item, item.data] if keys is None else [item, item.data, keys]
    for block in blocks:
        data = block.animation_data
        for driver in () if data is None else data.drivers:
            for variable in driver.driver.variables:
                for target in variable.targets:
                    read = _read_by(variable, target)
                    if target.id == root and read is not None and read[0] in root.pose.bones:
                        seen.add(read)
    for bone, part, axis in sorted(seen)[:MOST_TRIED]:
        for amount in _amounts(root.pose.bones[bone], part, axis):
            yield Channel(bone, part, axis, amount)


def _read_by(
    variable: bpy.types.DriverVariable, target: bpy.types.DriverTarget
) -> tuple[str, str, int] | None:
    if variable.type == "TRANSFORMS":
        part, _, axis = target.transform_type.partition("_")
        if part in ("LOC", "ROT") and axis in ("X", "Y", "Z") and target.bone_target:
            return target.bone_target, PARTS[part], "XYZ".index(axis)
        return None
    found = PATH.match(target.data_path or "") if variable.type == "SINGLE_PROP" else None
    if found is None:
        return None
    part = "rotation" if found["part"] == "rotation_euler" else "location"
    return bpy.utils.unescape_identifier(found["bone"]), part, int(found["axis"])


def _amounts(pose: bpy.types.PoseBone, part: str, axis: int) -> tuple[float, ...]:
    """How far a control goes either way: to its limits where it has some."""
    if part == "rotation":
        return TURN, -TURN
    for limit in pose.constraints:
        if limit.type == "LIMIT_LOCATION" and limit.enabled and limit.owner_space == "LOCAL":
            name = "xyz"[axis]
            ends = [
                getattr(limit, f"{end}_{name}")
                for end in ("max", "min")
                if getattr(limit, f"use_{end}_{name}")
            ]
            return tuple(end for end in ends if abs(end) > 1e-6)
    return pose.bone.length, -pose.bone.length


def _by_drivers(
    root: bpy.types.Object, meshes: list[bpy.types.Object]
) -> Steps[dict[str, dict[str, Move]]]:
    """Poses of controls whose own motion drives the face, by the channel that each shows."""
    channels = list(_driving(root, meshes))
    if not channels:
        return {}
    stood = {one.bone: stance_of(root.pose.bones[one.bone]) for one in channels}
    moves: dict[str, dict[Control, np.ndarray]] = {item.name: {} for item in meshes}
    named = {Control(root.name, str(i), "pose"): one for i, one in enumerate(channels)}
    try:
        for bone in stood:
            put_stance(root.pose.bones[bone], BOUND)
        look = Look(meshes)
        for number, (control, channel) in enumerate(named.items()):
            yield Step(number / len(named), TRYING)
            for name, offsets in look.at(lambda c=channel: _put(root, c)).items():
                moves[name][control] = offsets
    finally:
        for bone, stance in stood.items():
            put_stance(root.pose.bones[bone], stance)
        bpy.context.view_layer.update()
    for item in meshes:
        sky = np.array(item.matrix_world.to_3x3().transposed() @ Vector((0, 0, 1)))
        bare = bare_mesh(item, look)
        lips = yield from any_lips_steps(bare, {**moves[item.name]}, sky)
        if lips is not None:
            rig = read_rig(seen_of(view_of(bare, lips), moves[item.name]), list(named))
            rows = () if rig is None else rig.rows
            return _named([(named[row.control], row.terms, row.solved) for row in rows])
    return {}


def _put(root: bpy.types.Object, channel: Channel) -> Callable[[], None]:
    """Move a control; what is returned takes it back to rest."""
    pose = root.pose.bones[channel.bone]
    if channel.part == "location":
        pose.location = channel.move.location
    elif pose.rotation_mode in ("QUATERNION", AXIS_ANGLE):
        turn = Vector(channel.move.turn)
        turned = np.array(Quaternion(turn.normalized(), turn.length))
        put_stance(pose, replace(BOUND, quaternion=turned))
    else:
        pose.rotation_euler = channel.move.turn
    return lambda: put_stance(pose, BOUND)


def _named(rows: list[tuple[Channel, Terms, bool]]) -> dict[str, dict[str, Move]]:
    """Poses under the names of what they show; a whole mouth that opens is a jaw."""
    found: dict[str, dict[str, Move]] = {}
    for channel, terms, whole in rows:
        # Rows of what does both sides begin with the two of them, each by half.
        first = [channel for channel, _ in terms[:2]]
        stems = {stem_of(channel) for channel in first}
        both = len(first) == 2 and len(stems) == 1 and len({w for _, w in terms[:2]}) == 1
        name = stems.pop() if both else first[0]
        if whole:
            name = "jawOpen" if dict(terms).get("jawOpen", 0.0) > 0 else ""
        if name and name not in found:
            found[name] = {channel.bone: channel.move}
    return found
