# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys and bones that were renamed after a take: their curves are still ours.

Blender renames the data paths of curves with them, also in our Actions; the ledger has to follow.
"""

from difflib import SequenceMatcher
from typing import Any

import bpy

from .. import compat
from ..curves.fcurves import Channel, channel_of, coordinates
from .ledger import MOST, Entry, handle_of, is_freed, is_ours, ours_among, read_ledger, write_ledger
from .places import playing


def follow_renames(blocks: list[bpy.types.ID]) -> None:
    """Enter curves of ours in the ledger under the names that they have now."""
    for block in blocks:
        for owner in playing(block):
            action = owner.action
            if (is_ours(action) or is_freed(action)) and action.library is None:
                _follow(action, compat.slot_of(owner))


def _follow(action: bpy.types.Action, slot: Any | None) -> None:
    ledger, handle = read_ledger(action), handle_of(slot)
    known = ledger.channels(slot)
    curves = {channel_of(curve): curve for curve in compat.curves(action, slot)}
    lost = [channel for channel in known if channel not in curves]
    if not lost:
        return
    strange = {channel: curve for channel, curve in curves.items() if channel not in known}
    for channel in lost:
        found = _same(channel, known[channel], strange)
        if found is None:
            continue
        ledger.entries[handle, *found] = ledger.entries.pop((handle, *channel))
        del strange[found]
    write_ledger(action, ledger)


def _same(channel: Channel, entry: Entry, strange: dict[Channel, Any]) -> Channel | None:
    """The unknown curve that holds an entry's keys; the likest name where several do."""
    alike = [
        other
        for other, curve in strange.items()
        if other[1] == channel[1]
        and ours_among(coordinates(curve), entry.keys).sum() >= MOST * len(entry.keys)
    ]
    return max(
        alike, key=lambda one: SequenceMatcher(None, one[0], channel[0]).ratio(), default=None
    )
