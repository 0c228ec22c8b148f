# SPDX-License-Identifier: GPL-3.0-or-later
"""Many lines of one character in one FBX file, a take each."""

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from ..character.drawing import refuse_if_in_no_file
from ..character.find import Character
from ..clock import fps_of, frame_kept
from ..curves.fcurves import Channel, value_of
from ..takes.aside import Aside, take_off, wear
from .check import check_fbx
from .drawn import Line, mouths_of, write_mouths
from .fbx_takes import FbxTake, Matrices, Model, add_takes, not_alone
from .files import UNREAL, scene_name, write_fbx
from .played import Moved, Shown, played
from .staging import objects_of

SAME = 1e-3  # of a turn, and of a length in the scene's units
BONE = 'pose.bones["'
TRANSFORM = re.compile(r"(delta_)?(location|rotation_\w+|scale)$")


def export_fbx_takes(
    path: Path,
    character: Character,
    scene: bpy.types.Scene,
    takes: Sequence[Aside],
    engine: str = UNREAL,
) -> None:
    """Write FBX with a take for each line that was set aside, each from time 0.

    The character stands as it is without a take. LipwrightError if its bones cannot be written so,
    or the file is not what was shown.
    """
    refuse_if_in_no_file(character.root)
    bodies = objects_of(character, scene)
    probe = _Probe(bodies)
    seen: list[tuple[Aside, Shown, Moved]] = []
    mouths: list[Line] = []
    for take in takes:
        wear(take.worn)
        try:
            shown, moved = played(character.meshes, bodies, scene, take.first, take.last)
            mouths += mouths_of(character, scene, take.first, take.last, take.name)
            probe.look(scene, take, set(_models(moved)))
            if not seen:
                write_fbx(path, character, scene, take.first, take.last, take.name, engine)
        finally:
            take_off(take)
        seen.append((take, shown, moved))
    together = {place for _, _, moved in seen for place in _places(moved)}
    made = [
        FbxTake(
            scene_name(take.name),
            take.last - take.first + 1,
            {mesh.data.name: shown[mesh.name] for mesh in character.meshes},
            _matrices(together, moved, take.last - take.first + 1),
        )
        for take, shown, moved in seen
    ]
    fps = fps_of(scene)
    add_takes(path, made[0], made[1:], fps)
    lengths = {take.name: (take.frames - 1) / fps for take in made}
    check_fbx(path, lengths, {take.name: take.shapes for take in made})
    write_mouths(path, mouths)


Place = tuple[bpy.types.Object, str]  # an object, and the name of a bone of it or ""


def _places(moved: Moved) -> set[Place]:
    """The objects and bones that are moved; nothing else that is animated moves by itself."""
    return {
        place
        for item, columns in moved.items()
        for channel in columns
        if (place := _place_of(item, channel)) is not None
    }


def _models(moved: Moved) -> Iterable[Model]:
    return ((item.name, bone) for item, bone in _places(moved))


def _place_of(item: bpy.types.Object, channel: Channel) -> Place | None:
    """What a channel moves; None for visibility, modifiers, constraints and own properties."""
    owner, _, name = channel[0].rpartition(".")
    if not TRANSFORM.match(name):
        return None
    if not owner:
        return item, ""
    holder: Any = item.path_resolve(owner) if owner.startswith(BONE) else None
    return (item, holder.name) if isinstance(holder, bpy.types.PoseBone) else None


def _matrices(places: Iterable[Place], moved: Moved, frames: int) -> dict[Model, Matrices]:
    """Local transforms of all that any take moves; what this one leaves stands where it is."""
    found: dict[Model, Matrices] = {}
    for item, bone in places:
        holder = item.pose.bones[bone] if bone else item
        columns = {
            channel: column
            for channel, column in moved.get(item, {}).items()
            if _place_of(item, channel) == (item, bone)
        }
        found[item.name, bone] = _local(item, holder, columns, frames)
    return found


def _local(
    item: bpy.types.Object,
    holder: bpy.types.Object | bpy.types.PoseBone,
    columns: dict[Channel, NDArray[np.float32]],
    frames: int,
) -> Matrices:
    """Let an object or bone stand as in each frame, and look; it stands as before afterwards."""
    setters = [_setter(item, channel) for channel in columns]
    before = [value_of(item, channel) for channel in columns]
    around = item.matrix_parent_inverse if holder is item else None
    found = np.empty((frames, 4, 4))
    try:
        for row in range(frames):
            for put, column in zip(setters, columns.values(), strict=True):
                put(float(column[row]))
            basis = holder.matrix_basis
            found[row] = basis if around is None else around @ basis
    finally:
        for put, value in zip(setters, before, strict=True):
            put(value)
    return found


def _setter(item: bpy.types.Object, channel: Channel) -> Callable[[float], None]:
    """How a channel is set, looked up once for all frames."""
    path, index = channel
    owner, _, name = path.rpartition(".")
    holder = item.path_resolve(owner) if owner else item
    if isinstance(getattr(holder, name), float):
        return lambda value: setattr(holder, name, value)
    return lambda value: getattr(holder, name).__setitem__(index, value)


class _Probe:
    """Sees that bones do what their own channels say, in some frames of every take.

    What others move, by constraints or drivers, would be missing in takes that are made of
    channels. A bone that others hold still is none of these.
    """

    def __init__(self, bodies: Iterable[bpy.types.Object]) -> None:
        self.armatures = [item for item in bodies if item.type == "ARMATURE"]
        self.first: dict[Model, NDArray[np.float64]] = {}

    def look(self, scene: bpy.types.Scene, take: Aside, moved: set[Model]) -> None:
        """Look at a take that its character wears: its middle, of the first also the ends."""
        ends = set() if self.first else {take.first, take.last}
        with frame_kept(scene):
            for frame in {(take.first + take.last) // 2, *ends}:
                scene.frame_set(frame)
                for item in self.armatures:
                    for bone in item.pose.bones:
                        self._compare(item, bone, (item.name, bone.name) in moved)

    def _compare(self, item: bpy.types.Object, bone: bpy.types.PoseBone, moves: bool) -> None:
        parent = bone.parent
        stands, rests = bone.matrix, bone.bone.matrix_local
        if parent is not None:
            stands = parent.matrix.inverted() @ stands
            rests = parent.bone.matrix_local.inverted() @ rests
        stands = np.array(stands)
        model = item.name, bone.name
        expected = (
            np.array(rests @ bone.matrix_basis) if moves else self.first.setdefault(model, stands)
        )
        if np.abs(stands - expected).max() > SAME:
            raise not_alone(model)
