# SPDX-License-Identifier: GPL-3.0-or-later
"""Where our curves of one datablock go: the active action, or an NLA track beside the artist's.

Each action of ours carries the custom property `lipwright`. One of a layer of its own says which.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import bpy

from .. import compat
from ..any_property import written_blocks
from ..character.find import Character
from ..curves.fcurves import Channel, Range, channel_of
from .ledger import MARK, VERSION, handle_of, holds_ours, read_ledger, write_ledger

LAYER = "lipwright_layer"  # of actions that hold what one layer adds
TURNED_BY = "lipwright_root"  # of actions without slots: the root of their character
TRACK = "Lipwright"
# The layer of what lies over strips of the artist's while a line lasts, where they wish so.
OVER = "over"
_TURNS = re.compile(r"(location|rotation_\w+|scale)$")  # of bones and objects, deltas too


@dataclass
class Report:
    """What a take came to; the sentences are for the artist."""

    name: str = ""
    curves: int = 0
    keys: int = 0
    first_frame: float = 0.0
    last_frame: float = 0.0
    notes: list[str] = field(default_factory=list)

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


def layer_of(action: bpy.types.Action) -> str:
    """The layer that an action of ours is for; "" where it holds the whole face."""
    return action.get(LAYER, "")


def our_owners(block: bpy.types.ID) -> list[Any]:
    """What plays actions of ours on this datablock; a stash (a muted track) does not play."""
    return [owner for owner in playing(block) if holds_ours(owner)]


def our_action(character: Character, layer: str = "") -> bpy.types.Action | None:
    """The action that an earlier take of this character made, unless it is in a stash as well."""
    blocks = blocks_of(character)
    stashed = {owner.action for block in blocks for owner in stashes(block)}
    for block in blocks:
        for owner in our_owners(block):
            action = owner.action
            if layer_of(action) == layer and action not in stashed and action.library is None:
                return action
    return None


def blocks_of(character: Character) -> list[bpy.types.ID]:
    """The datablocks that a take may animate: keys of meshes, objects, their data, drawings."""
    items = dict.fromkeys((*character.meshes, character.root))
    keys = [mesh.data.shape_keys for mesh in character.meshes]
    data = [item.data for item in items if item.data is not None]
    return list(dict.fromkeys([*keys, *items, *data, *written_blocks(character.root)]))


def animated_blocks(character: Character) -> list[bpy.types.ID]:
    """All datablocks that play something of this character's takes.

    Its head motion may turn an object that is neither its root nor one of its meshes, and another
    one than the dials say now.
    """
    blocks = blocks_of(character)
    played = [owner for block in blocks for owner in our_owners(block)]
    ours = {owner.action for owner in played}
    # Another character with linked animation plays the very slots of this one.
    linked = {(owner.action, handle_of(compat.slot_of(owner))) for owner in played}
    known = {block.session_uid for block in blocks}

    def turned(owner: Any) -> bool:
        action = owner.action
        if not compat.HAS_SLOTS:
            return action.get(TURNED_BY) == character.root
        return action in ours and (action, handle_of(compat.slot_of(owner))) not in linked

    return blocks + [
        item
        for item in bpy.data.objects
        if item.animation_data is not None
        and item.session_uid not in known
        and any(map(turned, our_owners(item)))
    ]


def owners(block: bpy.types.ID) -> list[Any]:
    """What holds an action for this datablock: its animation data, then its NLA strips."""
    data = block.animation_data
    if data is None:
        return []
    return [data, *(strip for track in data.nla_tracks for strip in track.strips)]


def playing(block: bpy.types.ID) -> list[Any]:
    """Those of `owners` that are not muted."""
    data = block.animation_data
    if data is None:
        return []
    tracks = [track for track in data.nla_tracks if not track.mute]
    return [data, *(strip for track in tracks for strip in track.strips if not strip.mute)]


def stashes(block: bpy.types.ID) -> list[Any]:
    """The NLA strips that are muted, by themselves or with their track."""
    active = playing(block)
    return [owner for owner in owners(block) if owner not in active]


def animated_paths(block: bpy.types.ID, *, ours: bool) -> set[str]:
    """Data paths that playing keys of ours (or of others) animate, the NLA included."""
    found: set[str] = set()
    for owner in playing(block):
        mine = holds_ours(owner)
        known = read_ledger(owner.action).channels(compat.slot_of(owner)) if mine else {}
        found |= {
            curve.data_path
            for curve in compat.curves_of(owner)
            if (channel_of(curve) in known) == ours
        }
    return found


def taken_paths(block: bpy.types.ID) -> frozenset[str]:
    """Data paths that somebody's NLA strips animate."""
    return frozenset(
        curve.data_path
        for strip in playing(block)[1:]
        if not holds_ours(strip)
        for curve in compat.curves_of(strip)
    )


def strips_on(block: bpy.types.ID, paths: Collection[str]) -> list[str]:
    """Names of somebody's NLA strips that animate some data paths."""
    return [
        strip.name
        for strip in playing(block)[1:]
        if not holds_ours(strip)
        and any(curve.data_path in paths for curve in compat.curves_of(strip))
    ]


def place_for(
    block: bpy.types.ID,
    character: Character,
    report: Report,
    layer: str = "",
    *,
    apart: bool = False,
) -> Place:
    """Find or make the action, slot and track for one datablock and layer.

    What the artist keys next on an object or an armature is a body's and must not land in an
    Action of ours, so there ours lies on an NLA track and the active Action stays free.
    """
    data = block.animation_data or block.animation_data_create()
    beside = apart or isinstance(block, bpy.types.Object)
    theirs = taken_paths(block)
    for owner in our_owners(block):
        if layer_of(owner.action) == layer:
            action, slot = own_action(block, owner, character)
            if beside and owner == data:
                data.action = None
                add_strip(data, action, slot, report)
            elif owner != data:
                _tell_of_nla(data, report)
            return Place(block, action, slot)
    action = our_action(character, layer) if compat.HAS_SLOTS else None
    action = action or _new_action(block, character, layer)
    slot = compat.find_slot(action, block)
    if slot is None or compat.slot_is_used(action, slot, block):
        slot = compat.new_slot(action, block)
    if data.action is None and not theirs and not beside:
        compat.assign(data, action, slot)
    else:
        add_strip(data, action, slot, report)
    return Place(block, action, slot)


def _new_action(block: bpy.types.ID, character: Character, layer: str) -> bpy.types.Action:
    parts = ["Lipwright", character.name, *([] if compat.HAS_SLOTS else [block.name])]
    action = bpy.data.actions.new(" ".join([*parts, *([layer] if layer else [])])[:63])
    action[MARK] = VERSION
    if layer:
        action[LAYER] = layer
    if not compat.HAS_SLOTS:  # each datablock has an Action of its own
        action[TURNED_BY] = character.root
    return action


def own_action(
    block: bpy.types.ID, owner: Any, character: Character
) -> tuple[bpy.types.Action, Any | None]:
    """The Action and slot of an owner, for nobody else: a copy of them where others have them too.

    A copied character shares our curves with the original, a stash may hold what plays, and an
    Action may be linked from a library.
    """
    action, slot = owner.action, compat.slot_of(owner)
    alone = action.library is None and not compat.slot_is_shared(action, slot, block)
    if alone and not any(one.action == action for one in stashes(block)):
        return action, slot
    copy = action.copy()
    copy.use_fake_user = False
    copy.name = f"Lipwright {character.name} {layer_of(action)}".rstrip()[:63]
    slot = None if slot is None else copy.slots[slot.identifier]
    compat.assign(owner, copy, slot)
    for other in [one for one in compat.slots(copy) if one != slot]:
        compat.drop_slot(copy, other)  # of others' datablocks, which keep theirs
    ledger, handle = read_ledger(copy), handle_of(slot)
    ledger.entries = {place: one for place, one in ledger.entries.items() if place[0] == handle}
    write_ledger(copy, ledger)
    return copy, slot


def _blend(block: bpy.types.ID, layer: str) -> str:
    """Bones and objects are turned on top of what turns them; layers add to the face below."""
    if layer == OVER:
        return "REPLACE"
    if isinstance(block, bpy.types.Object):
        return "COMBINE"
    return "ADD" if layer else "REPLACE"


def add_strip(
    data: bpy.types.AnimData, action: bpy.types.Action, slot: Any | None, report: Report
) -> None:
    """Let an Action of ours play on a new NLA track, added to what lies below it."""
    layer, active = layer_of(action), data.nla_tracks.active
    track = data.nla_tracks.new()
    data.nla_tracks.active = active  # the one that the artist clicked last
    track.name = f"{TRACK} {layer.capitalize()}".rstrip()
    strip = track.strips.new(track.name, int(report.first_frame), action)
    if slot is not None:
        strip.action_slot = slot
    strip.extrapolation, strip.blend_type = "HOLD", _blend(data.id_data, layer)
    _tell_of_nla(data, report)


def _tell_of_nla(data: bpy.types.AnimData, report: Report) -> None:
    """Say why a strip of ours is not seen; what the artist switched off stays so."""
    notes = []
    if not data.use_nla:
        notes.append(
            f"The NLA of “{data.id_data.name}” is switched off. Switch it on there to see the take"
        )
    if any(other.is_solo for other in data.nla_tracks):
        notes.append("An NLA track plays solo. Switch that off to see the take")
    report.notes += [note for note in notes if note not in report.notes]


def combine_with(block: bpy.types.ID, channels: Collection[Channel]) -> tuple[str, bool]:
    """Let somebody's active action add to ours where both turn the same.

    Returns the note, "" if there is nothing to say, and whether its blending was changed.
    """
    data = block.animation_data
    action = data.action
    if action is None or holds_ours(data):
        return "", False
    if not any(channel_of(curve) in channels for curve in compat.curves_of(data)):
        return "", False
    changed = data.action_blend_type == "REPLACE"
    if changed:
        data.action_blend_type = "COMBINE"
    note = f"“{action.name}” turns the same bones: its blending is Combine now, so that both show"
    return note, changed


def stop_combining(block: bpy.types.ID) -> None:
    """Give somebody's active action the blending back that it had before `combine_with`."""
    if block.animation_data.action_blend_type == "COMBINE":
        block.animation_data.action_blend_type = "REPLACE"


def fit_strips(block: bpy.types.ID, action: bpy.types.Action) -> str:
    """Make our NLA strip as long as the action, at the same frames; returns a note, or "".

    A strip that the artist laid of it somewhere else, repeated or stretched, stays as it is.
    """
    low, high = action.frame_range
    tracks = [track for track in block.animation_data.nla_tracks if not track.mute]
    strips = [
        (one, track)
        for track in tracks
        for one in track.strips
        if one.action == action and not one.mute
    ]
    in_place = [strip for strip, _ in strips if is_in_place(strip)]
    # Our own track's first strip is ours wherever it got to.
    fitting = in_place or [one for one, track in strips if track.name.startswith(TRACK)][:1]
    for strip in fitting:
        strip.action_frame_end = high  # first: the start is kept before it
        strip.action_frame_start = low
        strip.scale, strip.repeat = 1.0, 1.0
        strip.frame_start_raw, strip.frame_end_raw = low, high
        if strip.blend_type == "COMBINE" and _moves_properties(strip):
            # Combined, a property would be added to its default.
            strip.blend_type = "REPLACE"
    if fitting or not strips or block.animation_data.action == action:
        return ""
    return (
        f"“{strips[0][0].name}” was moved or stretched in the NLA and stays there, and the take "
        "with it. Move it back to hear and see the line together"
    )


def fit_over(
    block: bpy.types.ID,
    action: bpy.types.Action,
    slot: Any | None,
    spans: Collection[Range],
    fade_frames: float,
) -> None:
    """Let what lies over the artist's strips play while lines last, a strip a line, and fade."""
    tracks = block.animation_data.nla_tracks
    track = next(one for one in tracks if any(s.action == action for s in one.strips))
    for strip in [one for one in track.strips if one.action == action]:
        track.strips.remove(strip)
    for low, high in sorted(spans):
        strip = track.strips.new(track.name, int(low), action)
        if slot is not None:
            strip.action_slot = slot
        strip.action_frame_end, strip.action_frame_start = high, low
        strip.scale, strip.repeat = 1.0, 1.0
        strip.frame_start_raw, strip.frame_end_raw = low, high
        strip.extrapolation, strip.blend_type = "NOTHING", "REPLACE"
        strip.use_auto_blend = False
        strip.blend_in = strip.blend_out = min(fade_frames, (high - low) / 2)


def is_in_place(strip: bpy.types.NlaStrip) -> bool:
    """Say whether a strip plays its action's frames when they are due."""
    moved = abs(strip.frame_start - strip.action_frame_start)
    return moved < 1e-3 and abs(strip.scale - 1) < 1e-4 and abs(strip.repeat - 1) < 1e-4


def _moves_properties(strip: bpy.types.NlaStrip) -> bool:
    return any(not _TURNS.search(curve.data_path) for curve in compat.curves_of(strip))


def release(block: bpy.types.ID, owner: Any, action: bpy.types.Action, slot: Any | None) -> None:
    """Take an action of ours off a datablock, with a track and a slot that nobody needs then."""
    unplug(block.animation_data, owner)
    if not compat.slot_is_used(action, slot, block):
        compat.drop_slot(action, slot)


def unplug(data: bpy.types.AnimData, owner: Any) -> None:
    """Take what an owner plays off it; an NLA strip goes, and its track if that is empty then."""
    if owner == data:
        data.action = None
        return
    for track in data.nla_tracks:
        if owner in list(track.strips):
            track.strips.remove(owner)
            if not track.strips:
                data.nla_tracks.remove(track)
            return
