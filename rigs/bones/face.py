# SPDX-License-Identifier: GPL-3.0-or-later
"""Find poses for a face of bones by itself: hinge and angle of the jaw, lips, lids, brows.

All points are in world space at rest, Z up. The jaw is found by its name and believed if it moves
a part of the face; its axis runs through its head from side to side, and it opens downwards.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import asin, sin

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from .face_names import MOVES, SECOND, SIDED, role_of
from .poses import STILL, Move, Pose

Array = NDArray[np.float64]
UP = np.array([0.0, 0.0, 1.0])

# Lips of the demo head, ICT-FaceKit and FaceCap part by 0.5 to 0.7 mouth widths at jawOpen 1.
GAP_WIDTHS = 0.6
# Mouth width over the distance from the hinge to the lips, where no bones tell it: adults have
# 50 mm (Farkas, Anthropometry of the head and face, 1994) and about 95 mm.
WIDTH_PER_LEVER = 0.5
STEEPEST = 0.5  # radians; a jaw opens no further than about 30 degrees
# Of the weight that moves with a jaw's parent: more is the whole head under a wrong name.
MOST_OF_HEAD = 0.9
# Of the way that lips close the jaw does most: how much of the lips their bones carry is unknown.
JAW_SHARE = 0.7
UPPER_SHARE = 0.25  # of the rest, the upper lip's
CORNER_FOLLOWS = 0.5  # corners go half the way with the jaw
HINGED = 0.15  # mouth widths; lids that lie further than this from their bone's head turn about it
EYE_PER_MOUTH = 0.2  # opening of an eye in mouth widths, where one lid has no bone


@dataclass(frozen=True)
class Bone:
    """A bone as the finder sees it.

    Parameters
    ----------
    name : str
    head : ndarray [shape=(3,)]
    axes : ndarray [shape=(3, 3)]
        The bone's own axes at rest as columns, each of length 1.
    unit : float
        Length in the world of one unit of the bone's location.
    weight : float
        Sum of the vertex weights of it and of what follows it.
    moves : ndarray [shape=(3,)]
        Their middle; its tail where it moves none.
    free : bool
        It may slide (it is not connected to its parent).
    held : bool
        A constraint decides where it is.
    led : bool
        A constraint adds to where it is.
    follows : mapping-like frozenset of str
        Bones that it goes along with.
    head_weight : float
        As `weight`, of its parent.
    """

    name: str
    head: Array
    axes: Array
    unit: float
    weight: float
    moves: Array
    free: bool = True
    held: bool = False
    led: bool = False
    follows: frozenset[str] = field(default_factory=frozenset)
    head_weight: float = np.inf


@dataclass(frozen=True)
class _Face:
    """The bones by role and side, the directions, and the sizes."""

    bones: dict[tuple[str, str], Bone]
    left: Array
    forward: Array
    width: float

    def side(self, side: str) -> float:
        return {"l": 1.0, "r": -1.0, "": 0.0}[side]

    def world(self, parts: tuple[float, float, float], side: str, size: float) -> Array:
        """Turn (outwards, up, forward) into a vector in the world."""
        out, up, forward = parts
        return size * (out * self.side(side) * self.left + up * UP + forward * self.forward)


def find_poses(bones: Sequence[Bone], *, skinned: bool) -> dict[str, Pose]:
    """Make a pose for each face channel that these bones can show.

    Parameters
    ----------
    bones : sequence of Bone
        Of one armature.
    skinned : bool
        Some mesh follows this armature, so that a jaw without weights is none.

    Returns
    -------
    dict of str to Pose
        By ARKit channel, at weight 1; empty if there is no bone of a face.
    """
    found = _by_role(bones)
    jaw = _jaw(bones, skinned)
    if jaw is not None:
        found["jaw", ""] = jaw
    else:
        found.pop(("jaw", ""), None)
    if not found:
        return {}
    face = _face(found, bones, jaw)
    poses: dict[str, dict[str, Move]] = {}
    if jaw is not None:
        _add_jaw(face, jaw, poses)
    for stem, parts in MOVES.items():
        for side in ("l", "r") if stem in SIDED else ("",):
            name = stem + {"l": "Left", "r": "Right", "": ""}[side]
            pose = _moved(face, parts, side)
            if pose:
                poses[name] = pose
    return dict(poses)


def face_bone_names(names: Iterable[str]) -> bool:
    """Say whether some of these could be bones of a talking face."""
    return any(role is not None and role[0] in ("jaw", "lower lip") for role in map(role_of, names))


def _by_role(bones: Sequence[Bone]) -> dict[tuple[str, str], Bone]:
    """Pick the best named free bone for each role and side."""
    ranked: dict[tuple[str, str], tuple[tuple[bool, int, int], Bone]] = {}
    for bone in bones:
        read = role_of(bone.name)
        if read is None or bone.held or (bone.led and read[2] >= SECOND):
            continue
        role, side, place = read
        rank = (bone.name.upper().startswith("DEF"), place, len(bone.name))
        if (role, side) not in ranked or rank < ranked[role, side][0]:
            ranked[role, side] = rank, bone
    return {key: bone for key, (_, bone) in ranked.items()}


def _jaw(bones: Sequence[Bone], skinned: bool) -> Bone | None:
    """Find the jaw: by its name, unheld, and moving a part of the face but not all of it."""
    named = [(role_of(bone.name), bone) for bone in bones]
    ranked = sorted(
        (
            (bone.name.upper().startswith("DEF"), read[2], len(bone.name), bone.name, bone)
            for read, bone in named
            if read is not None and read[0] == "jaw" and not read[1] and not bone.held
        ),
        key=lambda entry: entry[:4],
    )
    for *_, bone in ranked:
        if not skinned or 0 < bone.weight <= MOST_OF_HEAD * bone.head_weight:
            return bone
    return None


def _face(found: dict[tuple[str, str], Bone], bones: Sequence[Bone], jaw: Bone | None) -> _Face:
    """Find directions and sizes from what is there."""
    pairs = [
        (found[role, "l"].head, found[role, "r"].head)
        for role, side in found
        if side == "l" and (role, "r") in found
    ]
    across = sum((a - b for a, b in pairs), np.zeros(3)) * (1, 1, 0)
    left = _unit(across) if np.linalg.norm(across) > 0 else np.array([1.0, 0.0, 0.0])
    forward = np.cross(left, UP)
    hinge = jaw.head if jaw is not None else np.mean([bone.head for bone in bones], axis=0)
    front = [bone for (role, _), bone in found.items() if "lip" in role or role == "corner"]
    ahead = np.mean([bone.head for bone in front], axis=0) if front else None
    if ahead is None and jaw is not None:
        ahead = jaw.moves
    if ahead is not None and forward @ (ahead - hinge) < 0:
        forward = -forward
    corners = [found[key].head for key in (("corner", "l"), ("corner", "r")) if key in found]
    if len(corners) == 2:
        width = float(np.linalg.norm(corners[0] - corners[1]))
    elif ahead is not None:
        width = WIDTH_PER_LEVER * float(np.linalg.norm(ahead - hinge))
    else:
        width = float(np.mean([float(np.linalg.norm(a - b)) for a, b in pairs])) if pairs else 1.0
    return _Face(found, left, forward, max(width, 1e-6))


def _add_jaw(face: _Face, jaw: Bone, poses: dict[str, dict[str, Move]]) -> None:
    """Add jawOpen, and with lips mouthClose; the jaw to the sides and forward."""
    lever = jaw.moves - jaw.head
    lower = face.bones.get(("lower lip", ""))
    point = lower.head if lower is not None else jaw.head + lever
    reach = max(float(np.linalg.norm(point - jaw.head)), 1e-6)
    angle = asin(min(GAP_WIDTHS * face.width / reach, sin(STEEPEST)))
    # About an axis to the left, a positive angle takes what lies ahead down.
    down = float(np.cross(face.left, lever) @ UP) < 0
    turn = Rotation.from_rotvec((angle if down else -angle) * face.left)
    poses["jawOpen"] = {jaw.name: Move(turn=_own(jaw, turn.as_rotvec()))}
    sideways = Rotation.from_rotvec(0.1 * UP)
    poses["jawLeft"] = {jaw.name: Move(turn=_own(jaw, _towards(sideways, lever, face.left)))}
    poses["jawRight"] = {jaw.name: Move(turn=_own(jaw, _towards(sideways, lever, -face.left)))}
    if jaw.free:
        poses["jawForward"] = {jaw.name: _slide(jaw, 0.12 * face.width * face.forward)}
    _add_close(face, jaw, turn, poses)


def _towards(turn: Rotation, lever: Array, direction: Array) -> Array:
    """Return the rotation vector of `turn` or its opposite, whichever moves the lever there."""
    vector = turn.as_rotvec()
    return vector if float(np.cross(vector, lever) @ direction) > 0 else -vector


def _add_close(face: _Face, jaw: Bone, turn: Rotation, poses: dict[str, dict[str, Move]]) -> None:
    """Make mouthClose undo between the lips what jawOpen does; take lips along that do not go."""
    back = Rotation.from_rotvec(-JAW_SHARE * turn.as_rotvec())
    close = {jaw.name: Move(turn=_own(jaw, back.as_rotvec()))}
    for (role, _), bone in face.bones.items():
        if role not in ("upper lip", "lower lip", "corner"):
            continue
        gone = turn.apply(bone.head - jaw.head) + jaw.head - bone.head
        goes = {"lower lip": 1.0, "corner": CORNER_FOLLOWS, "upper lip": 0.0}[role]
        carried = jaw.name in bone.follows
        if role != "upper lip" and not carried:
            poses["jawOpen"][bone.name] = _slide(bone, goes * gone)
        turned = Rotation.from_rotvec((JAW_SHARE - 1) * goes * carried * turn.as_rotvec())
        way = (1 - JAW_SHARE) * (UPPER_SHARE - goes) * gone if role != "corner" else 0 * gone
        if not carried:  # the jaw does not take it back
            way = way - JAW_SHARE * goes * gone
        close[bone.name] = _slide(bone, turned.apply(way))
    if any(("lower lip", side) in face.bones for side in ("", "l")):
        poses["mouthClose"] = close


def _moved(
    face: _Face, parts: Sequence[tuple[str, tuple[float, float, float]]], side: str
) -> dict[str, Move]:
    """Move the bones of some roles by a channel of one side, or of both ("")."""
    moves: dict[str, Move] = {}
    for role, vector in parts:
        for own in ("l", "r", "") if not side else (side, ""):
            bone = face.bones.get((role, own))
            if bone is None:
                continue
            size = _opening(face, own) if "lid" in role else face.width
            half = 0.5 if side and not own else 1.0
            way = half * face.world(vector, own, size)
            hinged = "lid" in role and _lever(bone) > HINGED * face.width
            moves[bone.name] = _turn(bone, way) if hinged or not bone.free else _slide(bone, way)
    return moves


def _opening(face: _Face, side: str) -> float:
    """How far the lids of one eye are apart."""
    lids = [face.bones.get((role, side)) for role in ("upper lid", "lower lid")]
    points = [bone.moves if bone.weight else bone.head for bone in lids if bone is not None]
    apart = float(np.linalg.norm(points[0] - points[1])) if len(points) == 2 else 0.0
    return apart if apart > 0.05 * face.width else EYE_PER_MOUTH * face.width


def _lever(bone: Bone) -> float:
    """How far what a bone moves lies from its head; 0 if it moves nothing by itself."""
    return float(np.linalg.norm(bone.moves - bone.head)) if bone.weight else 0.0


def _turn(bone: Bone, way: Array) -> Move:
    """Take what a bone moves along `way` by turning it about its head."""
    lever = bone.moves - bone.head
    return Move(turn=_own(bone, np.cross(lever, way) / max(float(lever @ lever), 1e-12)))


def _slide(bone: Bone, way: Array) -> Move:
    """Move a bone along `way` in the world; a connected one cannot slide."""
    return Move(location=_own(bone, way / bone.unit) if bone.free else STILL)


def _own(bone: Bone, vector: Array) -> tuple[float, float, float]:
    """Express a vector of the world in a bone's own axes."""
    x, y, z = (float(part) for part in bone.axes.T @ vector)
    return x, y, z


def _unit(vector: Array) -> Array:
    return vector / np.linalg.norm(vector)
