# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes: our lines on a character, beside and never over what is animated there.

A take is a transaction: every channel and every refusal is planned before anything is written.
What of the curves is ours stands in the ledger (`ledger.py`); all else is the artist's and stays.
docs/architecture.md states the whole rule.
"""

import math
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import bpy

from ...core.errors import RigError
from ...core.motion.keying import EVERY_FRAME, Keying
from ...core.motion.keys import Keys
from ...core.steps import Step, without_pauses
from ...rigs.schema import Control
from .. import compat
from ..character.chosen import settings_of
from ..character.find import Character, refuse_if_not_writable, refuse_if_tweaking
from ..curves.fcurves import Channel, Range, value_of
from .before import Before
from .block import BlockWriting, Take, Writing, over_strips
from .channels import keys_by_block
from .free import held_curves, reach_of, refresh
from .ledger import (
    TakeRange,
    handle_of,
    holds_ours,
    is_ours,
    read_ledger,
    source_of_name,
    write_ledger,
)
from .places import (
    Report,
    animated_blocks,
    blocks_of,
    layer_of,
    our_owners,
    own_action,
    playing,
    release,
)
from .rewrite import Rewrite, Spans, cut_short

# Takes that begin this near to each other are of the same shot: nobody says two lines at once.
SAME_SHOT_FRAMES = 12.0
T = TypeVar("T")
Writes = Generator[Step, None, T]


def write_take_steps(
    character: Character,
    keys: Mapping[Control, Keys],
    take: Take,
    *,
    rests: Mapping[Control, float] | None = None,
    keying: Keying = EVERY_FRAME,
    added: Mapping[str, Mapping[Control, Keys]] | None = None,
    turns: Sequence[Writing] = (),
    notes: Iterable[str] = (),
) -> Writes[Report]:
    """Write one line: `keys` inside the take's span, with rest on its first and last frame.

    An earlier take of the same source, and one of the same shot, is replaced wherever it was;
    other lines stay, and so does what the artist keyed. Keys of poses are dense, and thinned as
    `keying` says here. `added` are layers that lie on tracks of their own and add to `keys`. Raises
    RigError if the character cannot be written to, before anything is changed; keys that cannot
    be written are named in the report.
    """
    refuse_if_not_writable(character)
    report = Report(take.name, first_frame=take.span[0], last_frame=take.span[1])
    keyed, left_out = keys_by_block(character, keys, rests or {}, standing, keying)
    plan = [Writing(one.block, one.keys, one.rests, frozenset(one.held)) for one in keyed]
    for layer, more in (added or {}).items():
        keyed, _ = keys_by_block(character, more, {}, standing, EVERY_FRAME)
        plan += [Writing(one.block, one.keys, layer=layer) for one in keyed if one.keys]
    plan += turns
    if not added and settings_of(character).over_strips:
        plan = [some for one in _joined(plan) for some in over_strips(one)]
    report.notes += [*left_out, *notes]
    yield Step(0.0)
    replaced = set() if take.part else _replaced(character, take, report)
    # Datablocks share an Action and its ledger, which changes with the first that is written.
    spans = _spans(takes_of(character), replaced or {take.known_by}, take.range)
    if take.part:
        spans = replace(spans, cut=())
    wanted = [one for one in _joined(plan) if one.keys or our_owners(one.block)]
    count = 2 * sum(len(one.keys) for one in wanted) + 1
    blocks = [BlockWriting(one, character, take, spans, bool(added)) for one in wanted]
    done = 0
    for block in blocks:
        for _ in block.plan():
            done += 1
            yield Step(done / count)
    before = _before(character, wanted)
    yield Step(done / count, may_stop=False)
    try:
        for block in blocks:
            for _ in block.carry_out(replaced, report):
                done += 1
                yield Step(done / count, may_stop=False)
    # Whatever it is, also where Blender ends it, as on loading a file: half a take is of no use.
    except BaseException:
        before.put_back()
        refresh(character)
        raise
    before.forget()
    written = {(one.block.session_uid, one.layer) for one in wanted}
    _finish(character, take, replaced, Spans(keep=spans.keep) if take.part else spans, written)
    yield Step(1.0, may_stop=False)
    refresh(character)
    held = held_curves(character)
    if held:
        report.notes.append(
            f"{len(held)} shapes hold a pose of yours from the first frame to the last. "
            "“Free It Outside These Keys” lets them speak elsewhere"
        )
    return report


write_take = without_pauses(write_take_steps)


def _before(character: Character, wanted: Iterable[Writing]) -> Before:
    """Remember what the character's datablocks play, and what is about to be written on."""
    channels: dict[bpy.types.ID, set[Channel]] = {one: set() for one in animated_blocks(character)}
    for one in wanted:
        channels.setdefault(one.block, set()).update(one.keys)
    return Before(channels)


def _spans(known: Mapping[str, TakeRange], replaced: set[str], take: TakeRange) -> Spans:
    """What becomes of the frames of the takes that are there."""
    others = [one for source, one in known.items() if source not in replaced]
    left = [cut_short(one, take) for one in others]
    return Spans(
        tuple(one.span for source, one in known.items() if source in replaced),
        tuple(one.span for one in left),
        (
            *((take.low, a.high) for a, b in zip(others, left, strict=True) if b.high < a.high),
            *((a.low, take.high) for a, b in zip(others, left, strict=True) if b.low > a.low),
        ),
    )


def _joined(plan: Iterable[Writing]) -> list[Writing]:
    """One writing for each datablock and layer."""
    found: dict[tuple[int, str], Writing] = {}
    for one in plan:
        place = one.block.session_uid, one.layer
        found[place] = found[place].joined(one) if place in found else one
    return list(found.values())


def _replaced(character: Character, take: Take, report: Report) -> set[str]:
    """The sources of the takes that this one takes the place of."""
    found = {take.known_by, source_of_name(take.name)}
    low, high = take.range.said
    for source, known in takes_of(character).items():
        first, last = known.said
        if source in take.instead_of:
            found.add(source)
            report.notes.append(f"“{known.name}” was replaced")
        if source in found or not (first < high and low < last):
            continue
        present = take.present
        if present is not None and source in present and take.known_by in present:
            continue  # two lines that follow each other closely
        orphan = present is not None and source not in present
        if orphan or abs(first - low) <= SAME_SHOT_FRAMES:
            found.add(source)
            report.notes.append(f"“{known.name}” lay there before and was replaced")
    return found


def standing(block: bpy.types.ID, channel: Channel) -> float:
    """What a channel stood at before our first take; now, if there is none."""
    for owner in our_owners(block):
        entry = read_ledger(owner.action).channels(compat.slot_of(owner)).get(channel)
        if entry is not None and entry.before is not None:
            return entry.before
    return value_of(block, channel)


def _finish(
    character: Character,
    take: Take,
    replaced: set[str],
    spans: Spans,
    done: set[tuple[int, str]],
) -> None:
    """Drop what replaced takes left on datablocks and layers that this one has not."""
    for block in animated_blocks(character):
        for owner in playing(block):
            action, slot = owner.action, compat.slot_of(owner)
            if not is_ours(action) or action.library is not None:
                continue
            curves = compat.curves(action, slot)
            if not len(curves):
                _drop(block, owner)
                continue
            if not holds_ours(owner) or (block.session_uid, layer_of(action)) in done:
                continue
            ledger = read_ledger(action)
            handle, reach = handle_of(slot), reach_of(character)
            Rewrite(block, curves, ledger, handle, spans, take.range, reach).tidy(())
            if layer_of(action) not in {layer for _, layer in done}:
                for source in replaced:
                    ledger.takes.pop(source, None)
            write_ledger(action, ledger)
            if not len(curves):
                _drop(block, owner)


def remove_take(character: Character, source: str) -> str:
    """Remove one line of several and nothing else; returns its name.

    RigError if it is not there.
    """
    refuse_if_tweaking(character)
    known = takes_of(character)
    if source not in known:
        raise RigError(f"“{character.name}” does not say that line any more. Choose another")
    for block in animated_blocks(character):
        for owner in our_owners(block):
            own_action(block, owner, character)
    name = known[source].name
    nowhere = Take(name, (math.inf, -math.inf), source)
    _finish(character, nowhere, {source}, _spans(known, {source}, nowhere.range), set())
    return name


def _drop(block: bpy.types.ID, owner: Any) -> None:
    """Take an empty Action of ours off a datablock, and remove it where nobody else has it."""
    action, slot = owner.action, compat.slot_of(owner)
    release(block, owner, action, slot)
    if not action.users:
        bpy.data.actions.remove(action)


def takes_of(character: Character) -> dict[str, TakeRange]:
    """The takes that play on a character, by their sources, oldest first."""
    found: dict[str, TakeRange] = {}
    for block in blocks_of(character):
        for owner in our_owners(block):
            found |= read_ledger(owner.action).takes
    return found


def take_ranges(character: Character) -> dict[str, Range]:
    """The takes of a character by name, and their frames, rest frames included, oldest first."""
    return {take.name: take.span for take in takes_of(character).values()}
