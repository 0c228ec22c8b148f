# SPDX-License-Identifier: GPL-3.0-or-later
"""Clear: remove what the ledger says is ours, and nothing else."""

from typing import Any

import bpy

from .. import compat
from ..character.find import Character, refuse_if_tweaking
from .fcurves import coordinates, put
from .ledger import (
    Ledger,
    forget_ledger,
    handle_of,
    ours_among,
    read_ledger,
    write_ledger,
)
from .places import blocks_of, our_owners, release, stop_combining
from .rewrite import put_back


def has_take(character: Character) -> bool:
    """Say whether there is something of ours on this character."""
    return any(our_owners(block) for block in blocks_of(character))


def clear_take(character: Character) -> int:
    """Remove everything we wrote on this character and nothing else; returns how many curves.

    An Action that still holds keys of the artist's stays where it is, as theirs. RigError while an
    NLA strip is being edited.
    """
    refuse_if_tweaking(character)
    removed = 0
    ours: list[bpy.types.Action] = []
    for block in blocks_of(character):
        for owner in our_owners(block):
            if owner.action not in ours:
                ours.append(owner.action)
            removed += _clear_owner(block, owner)
    for action in ours:
        if action.library is None:
            _leave(action)
    return removed


def _clear_owner(block: bpy.types.ID, owner: Any) -> int:
    """Take ours off one datablock's AnimData or NLA strip; returns how many curves it was."""
    action, slot = owner.action, compat.slot_of(owner)
    ledger = read_ledger(action)
    known = ledger.channels(slot)
    if handle_of(slot) in ledger.combined:
        stop_combining(block)
    # Somebody else's curves too: a copy of this character, a linked library.
    if action.library is not None or compat.slot_is_shared(action, slot, block):
        release(block.animation_data, owner)
    else:
        curves = compat.curves(action, slot)
        for path, index in known:
            _clear_curve(curves, path, index, ledger, handle_of(slot))
        write_ledger(action, ledger)
        if not any(True for _ in curves):
            release(block.animation_data, owner)
            if not compat.slot_is_used(action, slot, block):
                compat.drop_slot(action, slot)
    animated = {
        (curve.data_path, curve.array_index)
        for curve in (compat.curves(action, slot) if owner_plays(block, action) else ())
    }
    for channel, entry in known.items():
        if entry.before is not None and channel not in animated:
            put_back(block, channel, entry.before)
    return len(known)


def owner_plays(block: bpy.types.ID, action: bpy.types.Action) -> bool:
    """Say whether an action still plays on a datablock."""
    return any(owner.action == action for owner in our_owners(block))


def _clear_curve(curves: Any, path: str, index: int, ledger: Ledger, handle: int) -> None:
    entry = ledger.entries.pop((handle, path, index))
    curve = curves.find(path, index=index)
    if curve is None:
        return
    stands = coordinates(curve)
    put(curve, ~ours_among(stands, entry.keys), stands[:0])
    if not len(curve.keyframe_points):
        curves.remove(curve)


def _leave(action: bpy.types.Action) -> None:
    """Remove an Action that is empty; one that holds the artist's keys is theirs from now on."""
    if not action.users or compat.is_empty(action):
        bpy.data.actions.remove(action)
    elif not read_ledger(action).entries:
        forget_ledger(action)
