# SPDX-License-Identifier: GPL-3.0-or-later
"""Controls that the artist keyed a few times in an Action on top of ours, freed beside those keys.

Such a curve wins from the first frame to the last. Freed, it holds our keys too, away from the
artist's: what our own curve below shows, with theirs fading into it. Which are ours stands in a
ledger on that Action, which stays the artist's (it has no mark).
"""

from collections.abc import Iterable
from typing import Any

import bpy
import numpy as np

from ...core.errors import RigError
from .. import compat
from ..character.chosen import settings_of
from ..character.drawing import is_drawn
from ..character.find import Character
from ..clock import fps_of
from ..curves.beside import beside, held_beside
from ..curves.fcurves import CONSTANT, Channel, Fresh, channel_of, coordinates, put, standing_keys
from .ledger import (
    NOTHING,
    Entry,
    Ledger,
    forget_ledger,
    handle_of,
    holds_ours,
    is_freed,
    ours_among,
    read_ledger,
    write_ledger,
)
from .places import blocks_of, our_owners, owners

CHANGE = "CHANGE"  # of the setting Hand Keys
FEW = 4  # a curve with more keys is animation, not a pose


def reach_of(character: Character) -> float:
    """Frames over which hand keys of a character fade into ours, at least one."""
    return max(1.0, settings_of(character).hand_fade_seconds * fps_of(bpy.context.scene))


def keeps_changes(character: Character) -> bool:
    """Say whether hand keys among ours keep how far they are from the take, or their values."""
    return settings_of(character).hand_keys == CHANGE


def held_curves(character: Character, most_keys: int = FEW) -> list[tuple[bpy.types.ID, Any]]:
    """The curves on top of ours that have few keys and are not freed yet, with their datablocks."""
    return [
        (block, curve)
        for block in blocks_of(character)
        for curve in _on_top(block)
        if len(curve.keyframe_points) <= most_keys and not _entry(block, curve)
    ]


def _on_top(block: bpy.types.ID) -> list[Any]:
    """The curves of somebody's active Action that hide ours."""
    data = block.animation_data
    if data is None or data.action is None or holds_ours(data):
        return []
    if data.action_blend_type != "REPLACE" or data.action_influence < 1:
        return []
    below = {
        channel
        for owner in our_owners(block)
        for channel in read_ledger(owner.action).channels(compat.slot_of(owner))
    }
    return [
        curve
        for curve in compat.curves_of(data)
        if channel_of(curve) in below and not curve.mute and not curve.modifiers
    ]


def _entry(block: bpy.types.ID, curve: Any) -> Entry | None:
    """What is ours of a curve of the artist's."""
    data = block.animation_data
    if not is_freed(data.action):
        return None
    known = read_ledger(data.action).channels(compat.slot_of(data))
    return known.get(channel_of(curve))


def free(character: Character, most_keys: int = FEW) -> int:
    """Let held curves be what our take is away from their keys; returns how many.

    RigError, before anything is changed, where an Action of theirs is not for this character alone.
    """
    found = held_curves(character, most_keys)
    for block, _ in found:
        _refuse_shared(block)
    for block, curve in found:
        action, slot = block.animation_data.action, compat.slot_of(block.animation_data)
        ledger = read_ledger(action)
        ledger.entries[handle_of(slot), *channel_of(curve)] = Entry(NOTHING)
        write_ledger(action, ledger)
    refresh(character)
    return len(found)


def _refuse_shared(block: bpy.types.ID) -> None:
    data = block.animation_data
    if data.action.library is not None:
        raise RigError(
            f"“{data.action.name}” is linked from another file. Make it local, then free its keys"
        )
    if compat.slot_is_shared(data.action, compat.slot_of(data), block):
        raise RigError(
            f"“{data.action.name}” also animates something else. Make it a single user (the number "
            "beside its name), then free its keys"
        )


def refresh(character: Character) -> None:
    """Draw freed curves again from what our curves below them show now."""
    reach = reach_of(character)
    for block in blocks_of(character):
        data = block.animation_data
        if data is None or not is_freed(data.action) or data.action.library is not None:
            continue
        slot, ledger = compat.slot_of(data), read_ledger(data.action)
        if compat.slot_is_shared(data.action, slot, block):
            continue  # with a copy of the character, which has takes of its own
        for channel in ledger.channels(slot):
            _draw(block, channel, ledger, reach, drawn=is_drawn(character.root))
        _keep(data.action, ledger)


def _draw(
    block: bpy.types.ID, channel: Channel, ledger: Ledger, reach: float, *, drawn: bool
) -> None:
    """Replace our keys of one freed curve; without a take below they go."""
    data = block.animation_data
    place = handle_of(compat.slot_of(data)), *channel
    curve = _find(compat.curves_of(data), channel)
    below = [
        one
        for owner in our_owners(block)
        for one in [_find(compat.curves_of(owner), channel)]
        if one is not None
    ]
    if curve is None:
        del ledger.entries[place]
        return
    present = coordinates(curve)
    ours = ours_among(present, ledger.entries[place].keys)
    hand = present[~ours]
    if not below or not len(hand):
        put(curve, ~ours)
        del ledger.entries[place]
        return

    def shown(at: Iterable[float]) -> np.ndarray:
        return np.array([sum(one.evaluate(frame) for one in below) for frame in at])

    whole = _whole(below, shown)
    if (np.asarray(whole.interpolation) == CONSTANT).all():  # drawings, or on twos
        fresh = held_beside(whole, hand, reach, np.inf, drawn=drawn)
    else:
        fresh = beside(whole, hand, reach, draw=shown)
    put(curve, ~ours, fresh)
    ledger.entries[place] = Entry(fresh.points)


def _whole(below: list[Any], shown: Any) -> Fresh:
    """The keys of our curve; of several that add up, one a frame."""
    if len(below) == 1:
        return standing_keys(below[0])
    ends = np.concatenate([coordinates(one)[[0, -1], 0] for one in below])
    frames = np.arange(np.floor(ends.min()), np.ceil(ends.max()) + 1)
    return Fresh(np.stack([frames, shown(frames)], axis=1).astype(np.float32))


def _find(curves: Any, channel: Channel) -> Any | None:
    return next((one for one in curves if channel_of(one) == channel), None)


def _keep(action: bpy.types.Action, ledger: Ledger) -> None:
    if ledger.entries:
        write_ledger(action, ledger)
    else:
        forget_ledger(action)


def unfree(block: bpy.types.ID) -> None:
    """Take our keys out of the Actions of the artist's on a datablock."""
    for owner in owners(block):
        action = owner.action
        if not is_freed(action) or action.library is not None:
            continue
        slot, ledger = compat.slot_of(owner), read_ledger(action)
        for channel, entry in ledger.channels(slot).items():
            curve = _find(compat.curves_of(owner), channel)
            if curve is not None:
                put(curve, ~ours_among(coordinates(curve), entry.keys))
            del ledger.entries[handle_of(slot), *channel]
        _keep(action, ledger)
