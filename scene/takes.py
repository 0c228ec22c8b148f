# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes: our lines on a character, beside and never over what is already animated there.

Our Action carries the custom property `lipwright`. It is the active action where there was none,
else it lies on an NLA track named Lipwright below the artist's own action, which therefore wins on
the keys that it animates. docs/architecture.md states the whole rule.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import bpy
import numpy as np

from ..core.motion.keys import Keys
from ..rigs.schema import Control
from . import compat
from .channels import parts_of
from .character import Character, refuse_if_not_writable
from .fcurves import ANY_VALUE, Channel, Range, remove_range, replace, rest_of

VERSION = 1
MARK = "lipwright"  # custom property of our actions: the version of this layout
TAKES = "lipwright_takes"  # JSON {take name: [first frame, last frame]}, rest frames included
BEFORE = "lipwright_before"  # JSON {data path: value before we came}
TRACK = "Lipwright"

Ranges = dict[str, tuple[list[Range], list[Range]]]  # per action: earlier take, other takes


@dataclass
class Report:
    """What a take came to; the sentences are for the artist."""

    name: str = ""
    curves: int = 0
    keys: int = 0
    first_frame: float = 0.0
    last_frame: float = 0.0
    notes: list[str] = field(default_factory=list)
    # What `write_block` must know of its earlier calls for the same take.
    ranges: Ranges = field(default_factory=dict, repr=False)
    written: set[tuple[str, Channel]] = field(default_factory=set, repr=False)

    def sentence(self) -> str:
        """One line for the status bar."""
        said = f"“{self.name}”: {self.keys} keys on {self.curves} shapes"
        return f"{said}, frames {self.first_frame:g} to {self.last_frame:g}"


@dataclass(frozen=True)
class Place:
    """Where the curves of one datablock go."""

    block: bpy.types.ID
    action: bpy.types.Action
    slot: Any | None
    taken: frozenset[str] = frozenset()  # data paths that somebody's NLA strips animate


def is_ours(action: bpy.types.Action | None) -> bool:
    """Say whether we made this action."""
    return action is not None and MARK in action


def write_take(
    character: Character,
    keys: Mapping[Control, Keys],
    name: str,
    span: Range,
    *,
    rests: Mapping[Control, float] | None = None,
    tolerance: float | None = None,
) -> Report:
    """Write one line: `keys` inside `span`, with rest on the first and last frame of it.

    An earlier take of this name is replaced wherever it was; other lines stay. Keys of poses are
    dense, and thinned to `tolerance` here. Raises RigError if the character cannot be written to;
    keys that cannot be written are named in the report.
    """
    refuse_if_not_writable(character)
    report = Report(name, first_frame=span[0], last_frame=span[1])
    parts, notes = parts_of(character, keys, rests or {}, _standing, tolerance)
    report.notes += notes
    for part in parts:
        if part.keys or any(is_ours(owner.action) for owner in _owners(part.block)):
            write_block(part.block, part.keys, character, report, part.rests)
    return report


def write_block(
    block: bpy.types.ID,
    channels: Mapping[Channel, Keys],
    character: Character,
    report: Report,
    rests: Mapping[Channel, float] | None = None,
) -> None:
    """Write curves of one datablock by the rule; the report gathers counts and remarks.

    `rests` are the values at which channels do nothing, where that is not the usual one.
    """
    place = _place_for(block, character, report)
    span = (report.first_frame, report.last_frame)
    gone, keep = report.ranges.setdefault(place.action.name, _ranges(place.action, report.name))
    curves = compat.curves(place.action, place.slot, make=True)
    before = _read_json(place.action, BEFORE)
    skipped = [channel for channel in channels if channel[0] in place.taken]
    # The NLA leaves a quaternion out that lacks one of its four curves.
    whole = {
        path
        for (path, index), keys in channels.items()
        if path.endswith("rotation_quaternion")
        and np.abs(keys.values - rest_of((path, index))).max() > ANY_VALUE
    }
    for channel, keys in channels.items():
        if channel in skipped:
            continue
        path, index = channel
        curve = curves.find(path, index=index)
        if curve is None:
            before.setdefault(_before_key(block, channel), _value(block, channel))
            curve = curves.new(path, index=index)
        # A shape that does nothing needs no curve, unless it was left at something else than rest.
        stands = before.get(_before_key(block, channel), 0.0)
        rest = (rests or {}).get(channel, rest_of(channel))
        idle_is_rest = abs(stands - rest) < ANY_VALUE and path not in whole
        if replace(curve, keys, span, gone, keep, rest=rest, drop_idle=idle_is_rest):
            report.curves += 1
            report.keys += len(keys.frames)
        else:
            curves.remove(curve)
            _put_back(block, channel, before)
    report.written |= {(block.name, channel) for channel in channels}
    written = {channel for name, channel in report.written if name == block.name}
    _tidy_others(curves, written, gone, keep)
    takes = _read_json(place.action, TAKES)
    takes.pop(report.name, None)  # the newest is the last
    place.action[TAKES] = json.dumps({**takes, report.name: list(span)})
    place.action[BEFORE] = json.dumps(before)
    _fit_strips(block, place.action)
    _note_theirs(block, channels, skipped, report)


def _ranges(action: bpy.types.Action, name: str) -> tuple[list[Range], list[Range]]:
    """Where the earlier take of this name lies, and where the other takes lie."""
    takes = {take: (low, high) for take, (low, high) in _read_json(action, TAKES).items()}
    gone = [takes.pop(name)] if name in takes else []
    return gone, list(takes.values())


def _before_key(block: bpy.types.ID, channel: Channel) -> str:
    return f"{block.name}\n{channel[0]}\n{channel[1]}"


def _standing(block: bpy.types.ID, channel: Channel) -> float:
    """What a channel stood at before our first take; now, if there is none."""
    for owner in _owners(block):
        if is_ours(owner.action):
            before = _read_json(owner.action, BEFORE)
            if _before_key(block, channel) in before:
                return before[_before_key(block, channel)]
    return _value(block, channel)


def _value(block: bpy.types.ID, channel: Channel) -> float:
    value = block.path_resolve(channel[0])
    return value if isinstance(value, float) else value[channel[1]]


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


def _tidy_others(curves: Any, written: set[Channel], gone: list[Range], keep: list[Range]) -> None:
    """An earlier take of the same line may have moved shapes that this one does not."""
    if gone:
        others = [one for one in curves if (one.data_path, one.array_index) not in written]
        for curve in others:
            if not remove_range(curve, gone, keep):
                curves.remove(curve)


def _read_json(action: bpy.types.Action, name: str) -> dict[str, Any]:
    return json.loads(action.get(name, "{}"))


# --- where ours goes --------------------------------------------------------------------------


def our_action(character: Character) -> bpy.types.Action | None:
    """The action that an earlier take of this character made."""
    for block in blocks_of(character):
        for owner in _owners(block):
            if is_ours(owner.action):
                return owner.action
    return None


def blocks_of(character: Character) -> list[bpy.types.ID]:
    """The datablocks that a take may animate: the keys of every mesh, objects, their data."""
    items = dict.fromkeys((*character.meshes, character.root))
    keys = [mesh.data.shape_keys for mesh in character.meshes]
    return [*keys, *items, *(item.data for item in items if item.data is not None)]


def _owners(block: bpy.types.ID) -> list[Any]:
    """What plays an action on this datablock: its animation data, then its NLA strips."""
    data = block.animation_data
    if data is None:
        return []
    return [data, *(strip for track in data.nla_tracks for strip in track.strips)]


def _place_for(block: bpy.types.ID, character: Character, report: Report) -> Place:
    data = block.animation_data or block.animation_data_create()
    theirs = frozenset(
        curve.data_path
        for strip in _owners(block)[1:]
        if strip.action is not None and not is_ours(strip.action)
        for curve in compat.curves(strip.action, compat.slot_of(strip))
    )
    for owner in _owners(block):
        if is_ours(owner.action):
            slot = compat.slot_of(owner)
            if not compat.slot_is_shared(owner.action, slot, block):
                return Place(block, owner.action, slot, theirs)
            action, slot = _own_copy(block, owner.action, slot, character)
            compat.assign(owner, action, slot)
            return Place(block, action, slot, theirs)
    action = (our_action(character) if compat.HAS_SLOTS else None) or _new_action(block, character)
    slot = compat.find_slot(action, block)
    if slot is None or compat.slot_is_shared(action, slot, block):
        slot = compat.new_slot(action, block)
    if data.action is None and not theirs:
        compat.assign(data, action, slot)
    else:
        _add_strip(data, action, slot, report)
    return Place(block, action, slot, theirs)


def _new_action(block: bpy.types.ID, character: Character) -> bpy.types.Action:
    whose = character.name if compat.HAS_SLOTS else f"{character.name} {block.name}"
    action = bpy.data.actions.new(f"Lipwright {whose}"[:63])
    action[MARK] = VERSION
    return action


def _own_copy(
    block: bpy.types.ID, action: bpy.types.Action, slot: Any | None, character: Character
) -> tuple[bpy.types.Action, Any | None]:
    """A copied character shares our curves with the original; from now on it has its own."""
    copy = action.copy()
    copy.name = f"Lipwright {character.name}"[:63]
    return copy, None if slot is None else copy.slots[slot.identifier]


def _add_strip(
    data: bpy.types.AnimData, action: bpy.types.Action, slot: Any | None, report: Report
) -> None:
    track = data.nla_tracks.new()
    track.name = TRACK
    strip = track.strips.new(TRACK, int(report.first_frame), action)
    if slot is not None:
        strip.action_slot = slot
    strip.extrapolation, strip.blend_type = "HOLD", "REPLACE"
    if not data.use_nla:
        if len(data.nla_tracks) == 1:
            data.use_nla = True
        else:
            report.notes.append(
                "The NLA is switched off for this face. Switch it on to see the take"
            )
    if any(other.is_solo for other in data.nla_tracks):
        report.notes.append("An NLA track plays solo. Switch that off to see the take")


def _fit_strips(block: bpy.types.ID, action: bpy.types.Action) -> None:
    """Make our NLA strip as long as the action, at the same frames."""
    low, high = action.frame_range
    for strip in _owners(block)[1:]:
        if strip.action == action:
            strip.action_frame_end = high  # first: the start is kept before it
            strip.action_frame_start = low
            strip.scale, strip.repeat = 1.0, 1.0
            strip.frame_start_raw, strip.frame_end_raw = low, high


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
        for owner in _owners(block):
            if is_ours(owner.action):
                for name, (low, high) in _read_json(owner.action, TAKES).items():
                    found[name] = (low, high)
    return found


# --- clearing ---------------------------------------------------------------------------------


def has_take(character: Character) -> bool:
    """Say whether there is something of ours on this character."""
    return any(is_ours(owner.action) for block in blocks_of(character) for owner in _owners(block))


def clear_take(character: Character) -> int:
    """Remove everything we wrote on this character and nothing else; returns how many curves."""
    removed = 0
    ours: set[bpy.types.Action] = set()
    for block in blocks_of(character):
        data = block.animation_data
        for owner in _owners(block):
            if not is_ours(owner.action):
                continue
            action, slot = owner.action, compat.slot_of(owner)
            ours.add(action)
            curves = compat.curves(action, slot)
            channels = [(curve.data_path, curve.array_index) for curve in curves]
            removed += len(channels)
            _release(data, owner)
            before = _read_json(action, BEFORE)
            for channel in channels:
                _put_back(block, channel, before)
            if not compat.slot_is_shared(action, slot, block):
                compat.drop_slot(action, slot)
    for action in ours:
        if not action.users or (compat.HAS_SLOTS and compat.is_empty(action)):
            bpy.data.actions.remove(action)
    return removed


def _release(data: bpy.types.AnimData, owner: Any) -> None:
    if owner == data:
        data.action = None
        return
    for track in data.nla_tracks:
        if owner in list(track.strips):
            track.strips.remove(owner)
            if not track.strips:
                data.nla_tracks.remove(track)
            return
