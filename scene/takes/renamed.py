# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys and bones that were renamed after a take: their curves are still ours.

Blender renames the data paths of curves with them, also in our Actions; the ledger has to follow.
"""

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

import bpy

from .. import compat
from ..curves.fcurves import Channel, channel_of, coordinates
from .ledger import Entry, handle_of, is_freed, is_ours, ours_among, read_ledger, write_ledger
from .places import playing

HALF = 0.5  # of our keys must still stand in a curve of another name


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
    for channel, found in _pairs({channel: known[channel] for channel in lost}, strange):
        ledger.entries[handle, *found] = ledger.entries.pop((handle, *channel))
    write_ledger(action, ledger)


def _pairs(
    lost: dict[Channel, Entry], strange: dict[Channel, Any]
) -> Iterator[tuple[Channel, Channel]]:
    """Entries and the unknown curves that hold their keys: those with most of them, then by name.

    Of a pose of few keys the artist may have changed some before the rename.
    """
    likely: list[tuple[float, float, Channel, Channel]] = []
    for channel, entry in lost.items():
        for other, curve in strange.items():
            share = ours_among(coordinates(curve), entry.keys).sum() / max(len(entry.keys), 1)
            if other[1] == channel[1] and share >= HALF:
                names = SequenceMatcher(None, other[0], channel[0])
                likely.append((float(share), names.ratio(), channel, other))
    done: set[Channel] = set()
    for *_, channel, other in sorted(likely, reverse=True):
        if channel not in done and other not in done:
            done |= {channel, other}
            yield channel, other
