# SPDX-License-Identifier: GPL-3.0-or-later
"""Try controls: a slider of the mapping or a test pose moves them, and all is put back after."""

from collections.abc import Mapping
from typing import Any

import bpy
import numpy as np

from ...rigs.bones.poses import Stance, stances
from ...rigs.schema import ANY, Control, Row
from ..any_property import set_value, value_of
from ..keys import shape_keys
from ..saved.rig import LIPWRIGHT_PG_row, preview_listeners
from .controls import block_of
from .mapping import control_of, row_of
from .poses import poses_of, put_stance, stance_of

# What controls were at before they were tried, by root and control: a number, or stances of bones.
_before: dict[tuple[str, Control], Any] = {}


def _show(item: LIPWRIGHT_PG_row) -> None:
    """A slider moved: show its control, or put it back."""
    root = item.id_data
    row = row_of(item)
    key = (root.name, row.control)
    if item.preview <= 0:
        if key in _before:
            _put(root, row.control, _before.pop(key))
        return
    if key not in _before:
        _before[key] = _get(root, row.control)
    if _before[key] is not None:
        _put(root, row.control, _tried(root, row, item.preview, _before[key]))


def _tried(root: bpy.types.Object, row: Row, share: float, before: Any) -> Any:
    if row.control.kind == "pose":
        pose = {row.control.key: poses_of(root)[row.control.key]}
        moved = stances(pose, {row.control.key: np.array([share])}, before)
        return {
            bone: Stance(one.location[0], one.quaternion[0], one.scale[0])
            for bone, one in moved.items()
        }
    return min(max(row.offset + row.scale * share, row.low), row.high)


def _get(root: bpy.types.Object, control: Control) -> Any:
    """The control's present value; None if it is gone."""
    if control.kind == "pose":
        pose = poses_of(root).get(control.key, {}) if root.type == "ARMATURE" else {}
        bones = root.pose.bones if pose else {}
        return {bone: stance_of(bones[bone]) for bone in pose if bone in bones} or None
    if control.kind == ANY:
        return value_of(control)
    found = _holder(control)
    if found is None:
        return None
    holder, name = found
    return holder.value if control.kind == "shape key" else holder[name]


def _put(root: bpy.types.Object, control: Control, value: Any) -> None:
    if value is None:
        return
    if control.kind == "pose":
        for bone, stance in value.items():
            put_stance(root.pose.bones[bone], stance)
        return
    if control.kind == ANY:
        set_value(control, value)
        return
    found = _holder(control)
    if found is None:
        return
    holder, name = found
    if control.kind == "shape key":
        holder.value = value
    else:
        holder[name] = value
        holder.id_data.update_tag()


def _holder(control: Control) -> tuple[Any, str] | None:
    """What carries the control, and its name there."""
    item = bpy.data.objects.get(control.mesh)
    if item is None:
        return None
    if control.kind == "shape key":
        found = next((key for key in shape_keys(item) if key.name == control.key), None)
        return None if found is None else (found, control.key)
    holder = item.pose.bones.get(control.bone) if control.bone else block_of(item, control)
    return (holder, control.key) if holder is not None and control.key in holder else None


def show_values(root: bpy.types.Object, values: Mapping[Control, float]) -> None:
    """Move several controls at once, until `end_previews`."""
    poses = {control.key: value for control, value in values.items() if control.kind == "pose"}
    for control in values:
        if (root.name, control) not in _before:
            _before[root.name, control] = _get(root, control)
    for control, value in values.items():
        if control.kind != "pose" and _before[root.name, control] is not None:
            _put(root, control, value)
    if poses:
        stored = {name: pose for name, pose in poses_of(root).items() if name in poses}
        bones = {bone for pose in stored.values() for bone in pose} & set(root.pose.bones.keys())
        rest = {bone: stance_of(root.pose.bones[bone]) for bone in bones}
        shares = {name: np.array([poses[name]]) for name in stored}
        for bone, one in stances(stored, shares, rest).items():
            stance = Stance(one.location[0], one.quaternion[0], one.scale[0])
            put_stance(root.pose.bones[bone], stance)


def end_previews() -> None:
    """Put everything back that is being tried, as before writing keys or saving."""
    for name, control in list(_before):
        root = bpy.data.objects.get(name)
        if root is None:
            continue
        for item in root.lipwright_rig.rows:
            if item.preview > 0 and control_of(item) == control:
                item.preview = 0.0  # its listener puts the control back
        if (name, control) in _before:
            _put(root, control, _before.pop((name, control)))
    _before.clear()


@bpy.app.handlers.persistent
def _end_before_save(_path: str) -> None:
    end_previews()


@bpy.app.handlers.persistent
def _forget_on_load(_path: str) -> None:
    _before.clear()


def register() -> None:
    """Listen to the sliders; nothing tried is ever saved."""
    preview_listeners.append(_show)
    bpy.app.handlers.save_pre.append(_end_before_save)
    bpy.app.handlers.load_pre.append(_forget_on_load)


def unregister() -> None:
    """Stop listening."""
    bpy.app.handlers.load_pre.remove(_forget_on_load)
    bpy.app.handlers.save_pre.remove(_end_before_save)
    preview_listeners.remove(_show)
