# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes: our lines on a character, beside and never over what is already animated there.

Our Action carries the custom property `lipwright`. It is the active action where there was none,
else it lies on an NLA track named Lipwright below the artist's own action, which therefore wins on
the keys that it animates. docs/architecture.md states the whole rule.
"""

import json
from collections.abc import Mapping
from typing import Any

import bpy
import numpy as np

from ...core.motion.keys import Keys
from ...rigs.schema import Control
from .. import compat
from ..character.find import Character, refuse_if_not_writable
from .channels import parts_of
from .fcurves import ANY_VALUE, Channel, Range, remove_range, replace, rest_of, value_of
from .places import (
    Report,
    blocks_of,
    combine_with,
    fit_strips,
    is_ours,
    layer_of,
    our_owners,
    owners,
    place_for,
    release,
    stop_combining,
)

TAKES = "lipwright_takes"  # JSON {take name: [first frame, last frame]}, rest frames included
BEFORE = "lipwright_before"  # JSON {data path: value before we came}


def write_take(
    character: Character,
    keys: Mapping[Control, Keys],
    name: str,
    span: Range,
    *,
    rests: Mapping[Control, float] | None = None,
    tolerance: float | None = None,
    apart: bool = False,
) -> Report:
    """Write one line: `keys` inside `span`, with rest on the first and last frame of it.

    An earlier take of this name is replaced wherever it was; other lines stay. Keys of poses are
    dense, and thinned to `tolerance` here. `apart` makes room for `write_layer`. Raises RigError
    if the character cannot be written to; keys that cannot be written are named in the report.
    """
    refuse_if_not_writable(character)
    report = Report(name, first_frame=span[0], last_frame=span[1], apart=apart)
    parts, notes = parts_of(character, keys, rests or {}, standing, tolerance)
    report.notes += notes
    for part in parts:
        if part.keys or our_owners(part.block):
            write_block(part.block, part.keys, character, report, part.rests)
    return report


def write_layer(
    character: Character, keys: Mapping[Control, Keys], layer: str, report: Report
) -> None:
    """Write what one layer adds to the face that `write_take` wrote, on a track of its own."""
    parts, _ = parts_of(character, keys, {}, standing, None)
    for part in parts:
        if part.keys:
            write_block(part.block, part.keys, character, report, layer=layer)


def finish_take(character: Character, report: Report) -> None:
    """Drop what an earlier take of this name left on tracks of layers that this one has not."""
    fresh = {(name, layer) for name, layer, _ in report.written}
    for block in blocks_of(character):
        for owner in our_owners(block):
            action, layer = owner.action, layer_of(owner.action)
            takes = _read_json(action, TAKES)
            if not layer or (block.name, layer) in fresh or report.name not in takes:
                continue
            gone, keep = _ranges(action, report.name)
            _tidy_others(compat.curves(action, compat.slot_of(owner)), set(), gone, keep)
            if not any(True for _ in compat.curves(action, compat.slot_of(owner))):
                release(block.animation_data, owner)
                if not action.users:
                    bpy.data.actions.remove(action)


def write_block(
    block: bpy.types.ID,
    channels: Mapping[Channel, Keys],
    character: Character,
    report: Report,
    rests: Mapping[Channel, float] | None = None,
    *,
    layer: str = "",
    combine: bool = False,
) -> None:
    """Write curves of one datablock by the rule; the report gathers counts and remarks.

    `rests` are the values at which channels do nothing, where that is not the usual one. With
    `combine` ours add to somebody's animation of the same channels; else that one wins.
    """
    place = place_for(block, character, report, layer)
    span = (report.first_frame, report.last_frame)
    gone, keep = report.ranges.setdefault(place.action.name, _ranges(place.action, report.name))
    curves = compat.curves(place.action, place.slot, make=True)
    before = _read_json(place.action, BEFORE)
    skipped = [one for one in channels if one[0] in place.taken and not combine]
    whole = _turning(channels)
    for channel, keys in channels.items():
        if channel in skipped:
            continue
        path, index = channel
        curve = curves.find(path, index=index)
        if curve is None:
            if combine or not layer:
                before.setdefault(_before_key(block, channel), value_of(block, channel))
            curve = curves.new(path, index=index)
        # A shape that does nothing needs no curve, unless it was left at something else than rest.
        stands = before.get(_before_key(block, channel), 0.0)
        rest = (rests or {}).get(channel, rest_of(channel))
        # A layer adds to what lies below it, be it rest.
        needed = path in whole or (report.apart and not layer)
        idle_is_rest = abs(stands - rest) < ANY_VALUE and not needed
        if replace(curve, keys, span, gone, keep, rest=rest, drop_idle=idle_is_rest):
            report.curves += 1
            report.keys += len(keys.frames)
        else:
            curves.remove(curve)
            _put_back(block, channel, before)
    report.written |= {(block.name, layer, channel) for channel in channels}
    written = {one for name, of, one in report.written if (name, of) == (block.name, layer)}
    for channel in _tidy_others(curves, written, gone, keep):
        _put_back(block, channel, before)
    _write_down(place.action, report, before)
    fit_strips(block, place.action)
    note = combine_with(block, place.action, set(channels)) if combine else ""
    if note:
        report.notes.append(note)
    elif not layer:
        _note_theirs(block, channels, skipped, report)


def _turning(channels: Mapping[Channel, Keys]) -> set[str]:
    """Quaternions that turn: the NLA leaves one out that lacks any of its four curves."""
    return {
        path
        for (path, index), keys in channels.items()
        if path.endswith("rotation_quaternion")
        and np.abs(keys.values - rest_of((path, index))).max() > ANY_VALUE
    }


def _write_down(action: bpy.types.Action, report: Report, before: Mapping[str, float]) -> None:
    """Keep with the action which takes it holds, the newest last, and what was there before us."""
    takes = _read_json(action, TAKES)
    takes.pop(report.name, None)
    action[TAKES] = json.dumps({**takes, report.name: [report.first_frame, report.last_frame]})
    action[BEFORE] = json.dumps(before)


def _ranges(action: bpy.types.Action, name: str) -> tuple[list[Range], list[Range]]:
    """Where the earlier take of this name lies, and where the other takes lie."""
    takes = {take: (low, high) for take, (low, high) in _read_json(action, TAKES).items()}
    gone = [takes.pop(name)] if name in takes else []
    return gone, list(takes.values())


def _before_key(block: bpy.types.ID, channel: Channel) -> str:
    return f"{block.name}\n{channel[0]}\n{channel[1]}"


def standing(block: bpy.types.ID, channel: Channel) -> float:
    """What a channel stood at before our first take; now, if there is none."""
    for owner in owners(block):
        if is_ours(owner.action):
            before = _read_json(owner.action, BEFORE)
            if _before_key(block, channel) in before:
                return before[_before_key(block, channel)]
    return value_of(block, channel)


def _put_back(block: bpy.types.ID, channel: Channel, before: dict[str, Any]) -> None:
    """Give a property the value that it had before our first take."""
    value = before.pop(_before_key(block, channel), None)
    path, index = channel
    if value is None:
        return
    if path.endswith('"]'):  # a custom property
        owner, _, name = path.rpartition('["')
        holder = block.path_resolve(owner) if owner else block
        holder[bpy.utils.unescape_identifier(name[:-2])] = value
        return
    owner, _, attribute = path.rpartition(".")
    holder = block.path_resolve(owner) if owner else block
    if isinstance(getattr(holder, attribute), float):
        setattr(holder, attribute, value)
    else:
        getattr(holder, attribute)[index] = value


def _tidy_others(
    curves: Any, written: set[Channel], gone: list[Range], keep: list[Range]
) -> list[Channel]:
    """Drop what an earlier take of the same line moved and this one does not; what is left bare."""
    bare = []
    if gone:
        others = [one for one in curves if (one.data_path, one.array_index) not in written]
        for curve in others:
            if not remove_range(curve, gone, keep):
                bare.append((curve.data_path, curve.array_index))
                curves.remove(curve)
    return bare


def _read_json(action: bpy.types.Action, name: str) -> dict[str, Any]:
    return json.loads(action.get(name, "{}"))


def _note_theirs(
    block: bpy.types.ID,
    channels: Mapping[Channel, Keys],
    skipped: list[Channel],
    report: Report,
) -> None:
    action = block.animation_data.action
    if action is not None and not is_ours(action):
        slot = compat.slot_of(block.animation_data)
        theirs = compat.curves(action, slot)
        on_top = [one for one in theirs if (one.data_path, one.array_index) in channels]
        if on_top:
            count = sum(len(curve.keyframe_points) for curve in on_top)
            report.notes.append(
                f"“{action.name}” stays on top: {count} of its keys on {len(on_top)} shapes "
                "win over ours"
            )
    if skipped:
        report.notes.append(
            f"{len(skipped)} shapes are animated by NLA strips of yours and were left to them"
        )


def take_ranges(character: Character) -> dict[str, Range]:
    """The takes of a character and their frames, rest frames included, oldest first."""
    found: dict[str, Range] = {}
    for block in blocks_of(character):
        for owner in owners(block):
            if is_ours(owner.action):
                for name, (low, high) in _read_json(owner.action, TAKES).items():
                    found[name] = (low, high)
    return found


# --- clearing ---------------------------------------------------------------------------------


def has_take(character: Character) -> bool:
    """Say whether there is something of ours on this character."""
    return any(is_ours(owner.action) for block in blocks_of(character) for owner in owners(block))


def clear_take(character: Character) -> int:
    """Remove everything we wrote on this character and nothing else; returns how many curves."""
    removed = 0
    ours: set[bpy.types.Action] = set()
    for block in blocks_of(character):
        data = block.animation_data
        for owner in owners(block):
            if not is_ours(owner.action):
                continue
            action, slot = owner.action, compat.slot_of(owner)
            ours.add(action)
            stop_combining(block, action)
            curves = compat.curves(action, slot)
            channels = [(curve.data_path, curve.array_index) for curve in curves]
            removed += len(channels)
            release(data, owner)
            before = _read_json(action, BEFORE)
            for channel in channels:
                _put_back(block, channel, before)
            if not compat.slot_is_shared(action, slot, block):
                compat.drop_slot(action, slot)
    for action in ours:
        if not action.users or (compat.HAS_SLOTS and compat.is_empty(action)):
            bpy.data.actions.remove(action)
    return removed
