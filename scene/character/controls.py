# SPDX-License-Identifier: GPL-3.0-or-later
"""Controls that are no shape keys: custom properties and poses, and their limits."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import bpy

from ...rigs.match import known
from ...rigs.schema import Control, Kind, RigMap, Row
from .poses import pose_names

# A property that goes further than this is in percent or degrees: a whole shape is all of it.
MOST_OVERSHOOT = 2.0
ENDLESS = 1e5  # Blender's own limits of a property that has none are beyond


def other_controls(
    root: bpy.types.Object, meshes: Sequence[bpy.types.Object], *, any_name: bool = False
) -> tuple[Control, ...]:
    """Every custom property and pose of a character whose name means something to us."""
    found = [
        control
        for item in (root, *(mesh for mesh in meshes if mesh != root))
        for control in _properties(item)
        if any_name or known(control.key)
    ]
    if root.type == "ARMATURE":
        found += [Control(root.name, name, "pose") for name in pose_names(root)]
    return tuple(found)


def _properties(item: bpy.types.Object) -> Iterator[Control]:
    holders: list[tuple[bpy.types.bpy_struct, Kind, str]] = [(item, "property", "")]
    if item.data is not None:
        holders.append((item.data, "data property", ""))
    if item.pose is not None:
        holders.extend((bone, "property", bone.name) for bone in item.pose.bones)
    for holder, kind, bone in holders:
        for name, value in holder.items():  # seven times quicker than the keys alone
            if isinstance(value, float):
                control = Control(item.name, name, kind, bone)
                if not _driven(item, control):
                    yield control


def block_of(item: bpy.types.Object, control: Control) -> bpy.types.ID:
    """The datablock that carries the animation of a control."""
    if control.kind == "shape key":
        return item.data.shape_keys
    return item.data if control.kind == "data property" else item


def property_path(control: Control) -> str:
    """The data path of a custom property, seen from its datablock."""
    name = bpy.utils.escape_identifier(control.key)
    bone = bpy.utils.escape_identifier(control.bone)
    return f'pose.bones["{bone}"]["{name}"]' if control.bone else f'["{name}"]'


def _driven(item: bpy.types.Object, control: Control) -> bool:
    data = block_of(item, control).animation_data
    if data is None:
        return False
    return any(driver.data_path == property_path(control) for driver in data.drivers)


def within_limits(rig: RigMap, *, keys_only: bool = False) -> RigMap:
    """The rig with every control's own numbers: its range, a property's default as rest."""
    # Blender looks for a name at one object after another: once each.
    items = {name: bpy.data.objects.get(name) for name in {row.control.mesh for row in rig.rows}}
    return replace(
        rig,
        rows=tuple(
            row
            if keys_only and row.control.kind != "shape key"
            else _within(row, items[row.control.mesh])
            for row in rig.rows
        ),
    )


def _within(row: Row, item: bpy.types.Object | None) -> Row:
    if row.control.kind == "shape key":
        return _within_slider(row, item)
    if row.control.kind not in ("property", "data property"):
        return row
    if item is None:
        return row
    control = row.control
    holder = block_of(item, control) if not control.bone else item.pose.bones[control.bone]
    told = holder.id_properties_ui(control.key).as_dict()
    low, high = float(told.get("min", 0.0)), float(told.get("max", 1.0))
    low, high = (0.0 if low < -ENDLESS else low), (1.0 if high > ENDLESS else high)
    rest = min(max(float(told.get("default", 0.0)), low), high)
    whole = high - rest if high > MOST_OVERSHOOT else 1.0
    return replace(row, low=low, high=high, scale=whole, offset=rest)


def _within_slider(row: Row, item: bpy.types.Object | None) -> Row:
    """No farther than the slider goes; a slider with room to spare is no reason to go farther."""
    keys = None if item is None else item.data.shape_keys
    block = None if keys is None else keys.key_blocks.get(row.control.key)
    if block is None:
        return row
    low, high = max(row.low, block.slider_min), min(row.high, block.slider_max)
    return replace(row, low=min(low, high), high=high)
