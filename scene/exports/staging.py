# SPDX-License-Identifier: GPL-3.0-or-later
"""The character alone, its take at frame 0, for an exporter; afterwards all is as it was.

Exporters lose shape-key animation in several ways (it sits on the NLA, on several actions, off
the scene's range, on a mesh without skeleton). On this stage none of them can: the values that
the scene shows are sampled to one plain action, with a skeleton at hand.
"""

from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np

from .. import compat
from ..character.find import Character, refuse_if_tweaking
from ..character.preview import end_previews
from ..clock import frame_kept
from ..curves.fcurves import LINEAR, Channel, channel_of
from ..keys import shape_keys
from .played import played
from .view import leave_modes, rename, select, show

ROOT_BONE = "root"


@dataclass(frozen=True)
class Stage:
    """What stands ready to be exported, and what its shape keys show, one value a frame."""

    objects: list[bpy.types.Object]
    shown: dict[str, dict[str, np.ndarray]]  # by the name of the mesh datablock, and key


@contextmanager
def staged(
    character: Character, scene: bpy.types.Scene, first: int, last: int, name: str
) -> Generator[Stage, None, None]:
    """Yield the objects to export, visible and selected, with frames `first..last` moved to 0.."""
    bodies = objects_of(character, scene)
    keys = [mesh.data.shape_keys for mesh in character.meshes]
    refuse_if_tweaking(character, *bodies)
    end_previews()  # a pose that is being tried is no part of the take
    with ExitStack() as undo:
        leave_modes(undo)
        stage = show(bodies, scene, undo)
        values, moved = played(character.meshes, bodies, scene, first, last)
        _remember_scene(scene, undo)
        rename(scene, name, undo)
        armature = character.armature or _temporary_skeleton(character, stage, undo)
        objects = [armature, *(item for item in bodies if item != armature)]
        action = bpy.data.actions.new(name)
        undo.callback(bpy.data.actions.remove, action)
        for item, columns in moved.items():
            action = _play(item, columns, action, name, undo)
        for mesh, block in zip(character.meshes, keys, strict=True):
            columns = {
                (block.key_blocks[key].path_from_id("value"), 0): column
                for key, column in values[mesh.name].items()
            }
            action = _play(block, columns, action, name, undo)
        scene.frame_start, scene.frame_end = 0, last - first
        scene.frame_set(0)
        select(objects)
        yield Stage(objects, {mesh.data.name: _unmuted(mesh, values) for mesh in character.meshes})


def _unmuted(
    mesh: bpy.types.Object, values: Mapping[str, dict[str, np.ndarray]]
) -> dict[str, np.ndarray]:
    """What a file should hold of a mesh: a muted key shows nothing, and exporters may skip it."""
    muted = {block.name for block in shape_keys(mesh) if block.mute}
    return {key: column for key, column in values[mesh.name].items() if key not in muted}


def _remember_scene(scene: bpy.types.Scene, undo: ExitStack) -> None:
    undo.enter_context(frame_kept(scene))
    for name in ("frame_start", "frame_end"):
        undo.callback(setattr, scene, name, getattr(scene, name))


def objects_of(character: Character, scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """The face, the skeleton, what hangs on them (hair, clothes) and what they hang on."""
    here = set(scene.objects)  # also those of collections that the view layer leaves out
    items = {character.root, *character.meshes, *character.root.children_recursive}
    for item in list(items):
        while item.parent is not None:
            item = item.parent
            items.add(item)
    return sorted((item for item in items if item in here), key=lambda item: item.name)


def _temporary_skeleton(
    character: Character, stage: bpy.types.Collection, undo: ExitStack
) -> bpy.types.Object:
    """Engines import shape keys only on skinned meshes, so a bare face gets a bone of its own."""
    data = bpy.data.armatures.new(f"{character.name} Rig")
    undo.callback(bpy.data.armatures.remove, data)
    armature = bpy.data.objects.new(f"{character.name} Rig", data)
    undo.callback(bpy.data.objects.remove, armature)
    stage.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    bone = data.edit_bones.new(ROOT_BONE)
    bone.head, bone.tail = (0.0, 0.0, 0.0), (0.0, 0.0, 0.1)
    bpy.ops.object.mode_set(mode="OBJECT")
    tops = {mesh if mesh.parent is None else character.root for mesh in character.meshes}
    for item in sorted(tops, key=lambda item: item.name):
        item.parent = armature
    for mesh in character.meshes:
        _skin(mesh, armature, undo)
    undo.callback(_part, [*tops])
    return armature


def _part(items: list[bpy.types.Object]) -> None:
    """Take the faces off the temporary skeleton again; the bone stood at the origin."""
    for item in items:
        item.parent = None


def _skin(mesh: bpy.types.Object, armature: bpy.types.Object, undo: ExitStack) -> None:
    group = mesh.vertex_groups.new(name=ROOT_BONE)
    group.add(range(len(mesh.data.vertices)), 1.0, "REPLACE")
    modifier = mesh.modifiers.new("Lipwright Rig", "ARMATURE")
    modifier.object = armature
    undo.callback(mesh.vertex_groups.remove, group)
    undo.callback(mesh.modifiers.remove, modifier)


def _play(
    block: bpy.types.ID,
    columns: Mapping[Channel, np.ndarray],
    action: bpy.types.Action,
    name: str,
    undo: ExitStack,
) -> bpy.types.Action:
    """Make the sampled values the only animation of a datablock for now."""
    data = block.animation_data or block.animation_data_create()
    saved = data.action, compat.slot_of(data), data.use_nla
    drivers = {channel_of(driver): driver.mute for driver in data.drivers}
    if not compat.HAS_SLOTS and action.users:
        action = bpy.data.actions.new(name)
        undo.callback(bpy.data.actions.remove, action)
    slot = compat.new_slot(action, block)
    compat.assign(data, action, slot)
    data.use_nla = False
    curves = compat.curves(action, slot, make=True)
    for (path, index), column in columns.items():
        _fill(curves.new(path, index=index), column)
    for driver in data.drivers:
        driver.mute = driver.mute or channel_of(driver) in columns

    def put_back() -> None:
        compat.assign(data, saved[0], saved[1])
        data.use_nla = saved[2]
        for driver in data.drivers:
            driver.mute = drivers[channel_of(driver)]

    undo.callback(put_back)
    return action


def key_curves(
    item: bpy.types.Object, curves: Mapping[str, np.ndarray], name: str
) -> bpy.types.Action:
    """Animate shape keys that nothing animates yet, one value a frame from frame 0."""
    keys = item.data.shape_keys
    action = bpy.data.actions.new(name)
    slot = compat.new_slot(action, keys)
    compat.assign(keys.animation_data_create(), action, slot)
    made = compat.curves(action, slot, make=True)
    for key, column in curves.items():
        path = keys.key_blocks[key].path_from_id("value")
        _fill(made.new(path, index=0), column)
    return action


def _fill(curve: Any, column: np.ndarray) -> None:
    points = curve.keyframe_points
    points.add(len(column))
    frames = np.arange(len(column), dtype=np.float32)
    points.foreach_set("co", np.stack([frames, column], axis=1).ravel())
    points.foreach_set("interpolation", np.full(len(column), LINEAR, np.int32))
    curve.update()
