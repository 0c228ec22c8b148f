# SPDX-License-Identifier: GPL-3.0-or-later
"""From keys of controls to keys of F-curve channels, datablock by datablock."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import bpy
import numpy as np

from ...core.motion.keying import Keying
from ...core.motion.keys import Keys
from ...core.motion.thin import thinned
from ...rigs.schema import ANY, Control
from ..any_property import remember_written, resolve
from ..character.controls import block_of, property_path
from ..character.find import Character, locked_keys
from ..curves.fcurves import Channel
from .bone_channels import bone_keys

_FIXES = {
    "driven": "Remove their drivers to let Lipwright move them",
    "locked": "Unlock them to let Lipwright move them",
    "muted": "Switch them on again and generate once more",
    "held": "They follow constraints. Switch those off, or store poses of the bones that lead",
    "turned by an axis and an angle": "Set the rotation mode of these bones to Quaternion or Euler",
}
# What a channel of a datablock stood at before our first take.
Standing = Callable[[bpy.types.ID, Channel], float]


@dataclass
class BlockKeys:
    """What is to be written on one datablock."""

    block: bpy.types.ID
    keys: dict[Channel, Keys] = field(default_factory=dict)
    rests: dict[Channel, float] = field(default_factory=dict)
    held: set[Channel] = field(default_factory=set)  # left out: what stands there stays


def keys_by_block(
    character: Character,
    keys: Mapping[Control, Keys],
    rests: Mapping[Control, float],
    standing: Standing,
    keying: Keying,
) -> tuple[list[BlockKeys], list[str]]:
    """The channels that controls come to, and sentences about what was left out.

    Each mesh is there, if with no keys. `keying` is for the keys of bones, whose dense keys
    are needed to add poses up.
    """
    blocks = {mesh.data.shape_keys: BlockKeys(mesh.data.shape_keys) for mesh in character.meshes}
    poses: dict[str, Keys] = {}
    left: dict[tuple[str, str], list[str]] = {}
    locked = {mesh.name: locked_keys(mesh) for mesh in character.meshes}
    for control, curve in keys.items():
        if control.kind == "pose":
            poses[control.key] = curve
            continue
        reason = locked.get(control.mesh, {}).get(control.key)
        if control.kind == "shape key" and reason is not None:
            left.setdefault((control.mesh, reason), []).append(control.key)
        if control.kind == ANY:
            found = resolve(control)
            if found is None:
                continue
            block, channel = found[0], found[1:]
            remember_written(character.root, [block])
        else:
            item = _object(character, control.mesh)
            if item is None:
                continue
            block = block_of(item, control)
            channel = _channel(block, control)
        one = blocks.setdefault(block, BlockKeys(block))
        if control.kind == "shape key" and reason is not None:
            one.held.add(channel)
            continue
        one.keys[channel] = curve
        if control in rests:
            one.rests[channel] = rests[control]
    if poses and character.armature is not None:
        one = blocks.setdefault(character.armature, BlockKeys(character.armature))
        moved, stood, gone, held = bone_keys(character.armature, poses, standing)
        one.held |= held
        one.keys.update(_thinned(moved, keying))
        one.rests.update(stood)
        for reason, names in gone.items():
            left[character.armature.name, reason] = names
    return list(blocks.values()), _notes(character, left)


def _object(character: Character, name: str) -> bpy.types.Object | None:
    items = (character.root, *character.meshes)
    return next((item for item in items if item.name == name), None)


def _channel(block: bpy.types.ID, control: Control) -> Channel:
    if control.kind == "shape key":
        return block.key_blocks[control.key].path_from_id("value"), 0
    return property_path(control), 0


def _notes(character: Character, left: Mapping[tuple[str, str], Iterable[str]]) -> list[str]:
    """Sentences about what was left out, and about keys that are not seen."""
    notes: list[str] = []
    for item in dict.fromkeys((*character.meshes, character.root)):
        notes += _left_out(item.name, left)
        if item in character.meshes and item.show_only_shape_key:
            notes.append(
                f"“{item.name}” shows one pinned shape key only. Unpin it to see the face move"
            )
    return notes


def tell_driven(driven: Mapping[str, Sequence[str]]) -> list[str]:
    """Sentences about keys that drivers move, by the name of their mesh."""
    return [note for name in driven for note in _left_out(name, {(name, "driven"): driven[name]})]


def _left_out(name: str, left: Mapping[tuple[str, str], Iterable[str]]) -> list[str]:
    return [
        f"Left out on “{name}” because {reason}: {', '.join(left[name, reason])}. {fix}"
        for reason, fix in _FIXES.items()
        if (name, reason) in left
    ]


def _thinned(moved: Mapping[Channel, Keys], keying: Keying) -> dict[Channel, Keys]:
    """Keys of bones: the tolerance is a share of how far each channel moves."""
    return thinned(
        moved,
        {channel: keying.tolerance * float(np.ptp(keys.values)) for channel, keys in moved.items()},
        keying,
    )
