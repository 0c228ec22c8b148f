# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes: our lines on a character, beside and never over what is animated there.

A take is a transaction: every channel and every refusal is planned before anything is written.
What of the curves is ours stands in the ledger (`ledger.py`); all else is the artist's and stays.
docs/architecture.md states the whole rule.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import bpy
import numpy as np

from ...core.errors import RigError
from ...core.motion.keying import EVERY_FRAME, Keying
from ...core.motion.keys import Keys
from ...rigs.schema import Control
from .. import compat
from ..character.find import Character, refuse_if_not_writable, refuse_if_tweaking
from ..curves.fcurves import ANY_VALUE, Channel, Range, channel_of, rest_of, value_of
from ..curves.part import Part
from .channels import parts_of
from .free import held_curves, keeps_changes, reach_of, refresh
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
    combine_with,
    fit_strips,
    layer_of,
    our_owners,
    own_action,
    place_for,
    playing,
    release,
)
from .rewrite import Rewrite, Spans, cut_short

# Takes that begin this near to each other are of the same shot: nobody says two lines at once.
SAME_SHOT_FRAMES = 12.0


@dataclass(frozen=True)
class Writing:
    """What is to be written on one datablock for one layer.

    `held` are channels that cannot be written now: what stands there stays. On those of
    `combining` ours add to somebody's animation of the same channels; else that one wins.
    """

    block: bpy.types.ID
    keys: Mapping[Channel, Keys]
    rests: Mapping[Channel, float] = field(default_factory=dict)
    held: frozenset[Channel] = frozenset()
    layer: str = ""
    combining: frozenset[Channel] = frozenset()

    def joined(self, other: "Writing") -> "Writing":
        """Both, on the same datablock and layer."""
        return Writing(
            self.block,
            {**self.keys, **other.keys},
            {**self.rests, **other.rests},
            self.held | other.held,
            self.layer,
            self.combining | other.combining,
        )


@dataclass(frozen=True)
class Take:
    """A take to be written: its name for the artist, and what it is known by."""

    name: str
    span: Range
    source: str = ""
    # Sources of takes that are still in the sequencer; None where that is not known.
    present: Collection[str] | None = None
    # How many of its frames lie before its sound, and after it.
    lead: float = 0.0
    tail: float = 0.0
    # Sources of takes that it takes the place of, as the artist wishes.
    instead_of: frozenset[str] = frozenset()
    # What alone is drawn anew of the take that is there.
    part: Part | None = None

    @property
    def range(self) -> TakeRange:
        """What the ledger says of it."""
        return TakeRange(self.name, *self.span, self.lead, self.tail)

    @property
    def known_by(self) -> str:
        """Its source; the name where it has none."""
        return self.source or source_of_name(self.name)


def write_take(
    character: Character,
    keys: Mapping[Control, Keys],
    take: Take,
    *,
    rests: Mapping[Control, float] | None = None,
    keying: Keying = EVERY_FRAME,
    added: Mapping[str, Mapping[Control, Keys]] | None = None,
    turns: Sequence[Writing] = (),
    notes: Iterable[str] = (),
) -> Report:
    """Write one line: `keys` inside the take's span, with rest on its first and last frame.

    An earlier take of the same source, and one of the same shot, is replaced wherever it was;
    other lines stay, and so does what the artist keyed. Keys of poses are dense, and thinned as
    `keying` says here. `added` are layers that lie on tracks of their own and add to `keys`. Raises
    RigError if the character cannot be written to, before anything is changed; keys that cannot
    be written are named in the report.
    """
    refuse_if_not_writable(character)
    report = Report(take.name, first_frame=take.span[0], last_frame=take.span[1])
    parts, left_out = parts_of(character, keys, rests or {}, standing, keying)
    plan = [Writing(part.block, part.keys, part.rests, frozenset(part.held)) for part in parts]
    for layer, more in (added or {}).items():
        parts, _ = parts_of(character, more, {}, standing, EVERY_FRAME)
        plan += [Writing(part.block, part.keys, layer=layer) for part in parts if part.keys]
    plan += turns
    report.notes += [*left_out, *notes]
    replaced = set() if take.part else _replaced(character, take, report)
    # Datablocks share an Action and its ledger, which changes with the first that is written.
    spans = _spans(takes_of(character), replaced or {take.known_by}, take.range)
    if take.part:
        spans = replace(spans, cut=())
    done: set[tuple[int, str]] = set()
    for one in _joined(plan):
        if one.keys or our_owners(one.block):
            _write_block(one, character, take, replaced, spans, report, apart=bool(added))
            done.add((one.block.session_uid, one.layer))
    _finish(character, take, replaced, Spans(keep=spans.keep) if take.part else spans, done)
    refresh(character)
    held = held_curves(character)
    if held:
        report.notes.append(
            f"{len(held)} shapes hold a pose of yours from the first frame to the last. "
            "“Free It Outside These Keys” lets them speak elsewhere"
        )
    return report


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


def _write_block(
    one: Writing,
    character: Character,
    take: Take,
    replaced: set[str],
    spans: Spans,
    report: Report,
    apart: bool,
) -> None:
    """Write the curves of one datablock and layer."""
    place = place_for(one.block, character, report, one.layer, apart=apart)
    ledger, handle = read_ledger(place.action), handle_of(place.slot)
    curves = compat.curves(place.action, place.slot, make=True)
    reach = reach_of(character)
    rewrite = Rewrite(
        *(one.block, curves, ledger, handle, spans, take.range, reach),
        None if take.part is None or take.part.is_whole else take.part,
        keeps_changes=keeps_changes(character),
    )
    skipped = [c for c in one.keys if c[0] in place.taken and c not in one.combining]
    whole = _turning(one.keys)
    for channel, keys in one.keys.items():
        if channel in skipped:
            continue
        # A layer adds to what lies below it, be it rest.
        need = channel[0] in whole or (apart and not one.layer)
        below = not one.layer or channel in one.combining
        stood = value_of(one.block, channel) if below else None
        rest = one.rests.get(channel, rest_of(channel))
        count = rewrite.write(channel, keys, rest, stood, need)
        report.curves += count > 0
        report.keys += count
    if take.part is None:
        rewrite.tidy(set(one.keys) | one.held)
    for source in replaced:
        ledger.takes.pop(source, None)
    if take.part is None:
        ledger.takes = {one: cut_short(known, take.range) for one, known in ledger.takes.items()}
    if take.part is None or take.known_by not in ledger.takes:
        ledger.takes[take.known_by] = take.range
    if one.combining:
        note, changed = combine_with(one.block, one.combining)
        ledger.combined |= {handle} if changed else set()
        report.notes += [note] if note else []
    write_ledger(place.action, ledger)
    moved = fit_strips(one.block, place.action)
    report.notes += [moved] if moved and moved not in report.notes else []
    if rewrite.by_hand:
        report.notes.append(_told_of_hand_keys(rewrite, character.name))
    if not one.layer:
        _note_theirs(one.block, set(one.keys) - one.combining, skipped, report)


def _told_of_hand_keys(rewrite: Rewrite, name: str) -> str:
    count = rewrite.by_hand
    if not rewrite.keeps_changes:
        return f"{count} keys on “{name}” were set by hand and stay; ours give way to them"
    return (
        f"{count} keys on “{name}” were set by hand: what they change stays on top of the take, "
        f"with which {rewrite.lifted} of them went"
    )


def _turning(channels: Mapping[Channel, Keys]) -> set[str]:
    """Quaternions that turn: the NLA leaves one out that lacks any of its four curves."""
    return {
        path
        for (path, index), keys in channels.items()
        if path.endswith("rotation_quaternion")
        and np.abs(keys.values - rest_of((path, index))).max() > ANY_VALUE
    }


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


def _note_theirs(
    block: bpy.types.ID,
    channels: Collection[Channel],
    skipped: list[Channel],
    report: Report,
) -> None:
    data = block.animation_data
    if data.action is not None and not holds_ours(data):
        freed = read_ledger(data.action).channels(compat.slot_of(data))
        found = [one for one in compat.curves_of(data) if channel_of(one) in channels]
        on_top = [one for one in found if channel_of(one) not in freed]
        if on_top:
            count = sum(len(curve.keyframe_points) for curve in on_top)
            report.notes.append(
                f"“{data.action.name}” stays on top: {count} of its keys on {len(on_top)} shapes "
                "win over ours"
            )
    if skipped:
        report.notes.append(
            f"{len(skipped)} shapes are animated by NLA strips of yours and were left to them"
        )


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
