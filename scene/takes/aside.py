# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes set aside: their Actions stay in the file under the line's name, the face is free again."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import bpy

from .. import compat
from ..character.find import Character
from .ledger import handle_of, read_ledger
from .places import (
    Report,
    add_strip,
    animated_blocks,
    fit_strips,
    layer_of,
    our_owners,
    stop_combining,
    unplug,
)
from .rewrite import put_back


@dataclass(frozen=True)
class Worn:
    """One Action on one datablock, as the active one or on an NLA track."""

    block: bpy.types.ID
    action: bpy.types.Action
    slot: Any | None
    beside: bool
    combined: bool


@dataclass(frozen=True)
class Aside:
    """A take that no face wears now, and the frames of its sound."""

    name: str
    first: int
    last: int
    worn: tuple[Worn, ...]


def set_aside(character: Character, report: Report) -> Aside:
    """Take the take that a report is of off its character, which is then as it was before.

    Its Actions get the take's name and stay when the file is saved.
    """
    worn = worn_by(character)
    for one in worn:
        parts = [report.name, *([] if compat.HAS_SLOTS else [one.block.name])]
        one.action.name = compat.cut_name(" ".join([*parts, layer_of(one.action)]).rstrip())
        one.action.use_fake_user = True
    # The take's own rest frames stay out: the sound starts with the first frame.
    first, last = math.floor(report.first_frame) + 1, math.ceil(report.last_frame) - 1
    take = Aside(report.name, first, last, worn)
    take_off(take)
    return take


def worn_by(character: Character) -> tuple[Worn, ...]:
    """What a character wears now of ours, with what the artist keyed in it."""
    worn: list[Worn] = []
    for block in animated_blocks(character):
        for owner in our_owners(block):
            action, slot = owner.action, compat.slot_of(owner)
            combined = handle_of(slot) in read_ledger(action).combined
            beside = owner != block.animation_data
            worn.append(Worn(block, action, slot, beside, combined))
    return tuple(worn)


def copied(worn: Iterable[Worn]) -> tuple[Worn, ...]:
    """Copies of Actions that nobody wears yet."""
    worn = tuple(worn)
    copies = {one.action: one.action.copy() for one in worn}
    for copy in copies.values():
        copy.use_fake_user = False
    return tuple(
        replace(
            one,
            action=copies[one.action],
            slot=None if one.slot is None else copies[one.action].slots[one.slot.identifier],
        )
        for one in worn
    )


def wear(worn: Iterable[Worn]) -> None:
    """Put what was set aside on its character again."""
    for one in worn:
        data = one.block.animation_data or one.block.animation_data_create()
        if one.beside:
            add_strip(data, one.action, one.slot, Report(first_frame=one.action.frame_range[0]))
            fit_strips(one.block, one.action)
        else:
            compat.assign(data, one.action, one.slot)
        if one.combined:
            data.action_blend_type = "COMBINE"


def take_off(take: Aside) -> None:
    """Take it off its character, which is then as it was before."""
    for one in take.worn:
        for owner in our_owners(one.block):
            if owner.action == one.action:
                unplug(one.block.animation_data, owner)
        if one.combined:
            stop_combining(one.block)
        for channel, entry in read_ledger(one.action).channels(one.slot).items():
            if entry.before is not None:
                put_back(one.block, channel, entry.before)
