# SPDX-License-Identifier: GPL-3.0-or-later
"""What a character plays before a take is written, so that a failure amid the keys changes nothing.

Copies of our Actions wait beside them. Where the writing fails they take their place, for all who
play them, and tracks, strips and values go back to how they were.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import bpy

from .. import compat
from ..curves.fcurves import Channel, value_of
from .ledger import handle_of, read_ledger
from .places import our_owners
from .rewrite import put_back

WAITS = "Lipwright Before"  # the name of a copy, which no take has
STRIP_VALUES = (  # in the order in which setting one leaves the others
    *("action_frame_end", "action_frame_start", "scale", "repeat"),
    *("frame_start_raw", "frame_end_raw", "extrapolation", "blend_type"),
    *("use_auto_blend", "blend_in", "blend_out", "name"),
)
Actions = Mapping[bpy.types.Action, bpy.types.Action]
Strip = tuple[bpy.types.Action | None, int, dict[str, Any]]


class BlockBefore:
    """What one datablock plays, and what its animated values are."""

    def __init__(self, block: bpy.types.ID, channels: Iterable[Channel]) -> None:
        self.block, data = block, block.animation_data
        self.is_bare = data is None
        known = [(one.action, compat.slot_of(one)) for one in our_owners(block)]
        ours = {place for action, slot in known for place in read_ledger(action).channels(slot)}
        self.values = {place: value_of(block, place) for place in ours | set(channels)}
        if data is None:
            return
        self.plays = data.action, handle_of(compat.slot_of(data))
        self.settings = data.use_nla, data.action_blend_type
        self.active = data.nla_tracks.active
        self.tracks = [
            (track, [(one, _read_strip(one)) for one in track.strips]) for track in data.nla_tracks
        ]

    def put_back(self, instead: Actions) -> None:
        """Let it play this again; copies are played `instead` of what was written to."""
        if self.is_bare:
            self.block.animation_data_clear()
        else:
            self._play(self.block.animation_data, instead)
        for channel, value in self.values.items():
            if value_of(self.block, channel) != value:
                put_back(self.block, channel, value)

    def _play(self, data: bpy.types.AnimData, instead: Actions) -> None:
        known = [track for track, _ in self.tracks]
        for track in [one for one in data.nla_tracks if one not in known]:
            data.nla_tracks.remove(track)
        for track, strips in self.tracks:
            _lay(track, strips, instead)
        action, handle = self.plays
        if action is None:
            data.action = None
        elif data.action != instead.get(action, action):
            compat.assign(data, *_now(action, handle, instead))
        data.use_nla, data.action_blend_type = self.settings
        data.nla_tracks.active = self.active


def _read_strip(strip: bpy.types.NlaStrip) -> Strip:
    """What a strip plays, and how."""
    values = {name: getattr(strip, name) for name in STRIP_VALUES}
    return strip.action, handle_of(compat.slot_of(strip)), values


def _now(
    action: bpy.types.Action, handle: int, instead: Actions
) -> tuple[bpy.types.Action, Any | None]:
    """The Action that stands for another one, and its slot."""
    action = instead.get(action, action)
    return action, next((one for one in compat.slots(action) if handle_of(one) == handle), None)


def _lay(
    track: bpy.types.NlaTrack, strips: Iterable[tuple[bpy.types.NlaStrip, Strip]], instead: Actions
) -> None:
    """Let strips lie on a track as they did."""
    known = [strip for strip, _ in strips]
    for strip in [one for one in track.strips if one not in known]:
        track.strips.remove(strip)
    for strip, (action, handle, values) in strips:
        if strip not in list(track.strips):
            if action is None:
                continue
            action, slot = _now(action, handle, instead)
            strip = track.strips.new(values["name"], int(values["frame_start_raw"]), action)
            if slot is not None:
                strip.action_slot = slot
        elif action is not None and strip.action != instead.get(action, action):
            compat.assign(strip, *_now(action, handle, instead))
        for name, value in values.items():
            if getattr(strip, name) != value:
                setattr(strip, name, value)


class Before:
    """What datablocks play before a take is written on them."""

    def __init__(self, blocks: Mapping[bpy.types.ID, Iterable[Channel]]) -> None:
        self._blocks = [BlockBefore(block, channels) for block, channels in blocks.items()]
        self._known = set(bpy.data.actions)
        ours = {owner.action for block in blocks for owner in our_owners(block)}
        self._copies = {action: _copy(action) for action in ours if action.library is None}

    def put_back(self) -> None:
        """Let all be as it was."""
        for action, copy in self._copies.items():
            action.user_remap(copy)
        for one in self._blocks:
            one.put_back(self._copies)
        waits = set(self._copies.values())
        for action in set(bpy.data.actions) - self._known - waits:
            if not action.users:
                bpy.data.actions.remove(action)
        for action, copy in self._copies.items():
            name, copy.use_fake_user = action.name, action.use_fake_user
            bpy.data.actions.remove(action)
            copy.name = name

    def forget(self) -> None:
        """All is written."""
        for copy in self._copies.values():
            bpy.data.actions.remove(copy)


def _copy(action: bpy.types.Action) -> bpy.types.Action:
    copy = action.copy()
    copy.name, copy.use_fake_user = WAITS, False
    return copy
