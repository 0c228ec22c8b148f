# SPDX-License-Identifier: GPL-3.0-or-later
"""Clear: remove what the ledger says is ours, and nothing else."""

from typing import Any

import bpy

from .. import compat
from ..any_property import forget_written
from ..character.find import Character, refuse_if_tweaking
from ..curves.fcurves import channel_of, coordinates, put
from .free import unfree
from .ledger import (
    Ledger,
    forget_ledger,
    handle_of,
    ours_among,
    read_ledger,
    write_ledger,
)
from .places import animated_blocks, blocks_of, our_owners, own_action, release, stop_combining
from .renamed import follow_renames
from .rewrite import put_back
from .write import takes_of


def has_take(character: Character) -> bool:
    """Say whether there is something of ours on this character."""
    return any(our_owners(block) for block in blocks_of(character))


def line_here(character: Character, frame: int) -> str:
    """The name of the line at a frame, where the character says others too; else nothing."""
    known = takes_of(character)
    here = [take.name for take in known.values() if take.low <= frame <= take.high]
    return here[-1] if here and len(known) > 1 else ""


def clear_take(character: Character) -> int:
    """Remove everything we wrote on this character and nothing else; returns how many curves.

    An Action that still holds keys of the artist's stays where it is, as theirs. RigError while an
    NLA strip is being edited.
    """
    refuse_if_tweaking(character)
    removed = 0
    ours: list[bpy.types.Action] = []
    blocks = animated_blocks(character)
    follow_renames(blocks)
    for block in blocks:
        for owner in our_owners(block):
            action, slot = own_action(block, owner, character)
            if action not in ours:
                ours.append(action)
            removed += _clear_owner(block, owner, action, slot)
        unfree(block)
    for action in ours:
        _leave(action)
    forget_written(character.root)
    return removed


def _clear_owner(
    block: bpy.types.ID, owner: Any, action: bpy.types.Action, slot: Any | None
) -> int:
    """Take ours off one datablock's AnimData or NLA strip; returns how many curves it was."""
    ledger, handle = read_ledger(action), handle_of(slot)
    known = ledger.channels(slot)
    if handle in ledger.combined:
        stop_combining(block)
    curves = compat.curves(action, slot)
    for path, index in known:
        _clear_curve(curves, path, index, ledger, handle)
    ledger.combined.discard(handle)
    write_ledger(action, ledger)
    left = set(map(channel_of, curves))
    if not left:
        release(block, owner, action, slot)
    for channel, entry in known.items():
        if entry.before is not None and channel not in left:
            put_back(block, channel, entry.before)
    return len(known)


def _clear_curve(curves: Any, path: str, index: int, ledger: Ledger, handle: int) -> None:
    entry = ledger.entries.pop((handle, path, index))
    curve = curves.find(path, index=index)
    if curve is None:
        return
    stands = coordinates(curve)
    put(curve, ~ours_among(stands, entry.keys))
    if not len(curve.keyframe_points):
        curves.remove(curve)


def _leave(action: bpy.types.Action) -> None:
    """Remove an Action that is empty; one that holds the artist's keys is theirs from now on."""
    if not action.users or compat.is_empty(action):
        bpy.data.actions.remove(action)
    elif not read_ledger(action).entries:
        forget_ledger(action)
