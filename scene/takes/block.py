# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a take goes onto one datablock and layer: planned first, then carried out."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import bpy
import numpy as np

from ...core.motion.keys import Keys
from .. import compat
from ..character.find import Character
from ..curves.fcurves import ANY_VALUE, Channel, Range, channel_of, rest_of, value_of
from ..curves.part import Part
from .free import keeps_changes, reach_of
from .ledger import (
    Ledger,
    TakeRange,
    handle_of,
    holds_ours,
    read_ledger,
    source_of_name,
    write_ledger,
)
from .places import (
    OVER,
    Place,
    Report,
    combine_with,
    fit_over,
    fit_strips,
    layer_of,
    our_owners,
    place_for,
    strips_on,
    taken_paths,
)
from .rewrite import Planned, Rewrite, Spans, cut_short


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


def _taken(one: Writing) -> Iterator[Channel]:
    """The channels that somebody's NLA strips animate, and ours do not add to."""
    taken = taken_paths(one.block)
    return (c for c in one.keys if c[0] in taken and c not in one.combining)


def over_strips(one: Writing) -> list[Writing]:
    """A writing, and that of what is to lie over the artist's strips."""
    taken = dict.fromkeys(_taken(one))
    rest = {channel: keys for channel, keys in one.keys.items() if channel not in taken}
    over = {channel: one.keys[channel] for channel in taken}
    if not over:
        return [one]
    return [replace(one, keys=rest), Writing(one.block, over, one.rests, layer=OVER)]


def _apart(spans: Iterable[Range]) -> list[Range]:
    """Stretches of frames; those that overlap are one."""
    found: list[Range] = []
    for low, high in sorted(spans):
        if found and low <= found[-1][1]:
            found[-1] = found[-1][0], max(high, found[-1][1])
        else:
            found.append((low, high))
    return found


class BlockWriting:
    """The writing of one datablock and layer: planned, with nothing changed, then carried out."""

    def __init__(
        self, one: Writing, character: Character, take: Take, spans: Spans, apart: bool
    ) -> None:
        self.one, self.character, self.take, self.apart = one, character, take, apart
        self.skipped = [] if one.layer == OVER else list(_taken(one))
        owners = [owner for owner in our_owners(one.block) if layer_of(owner.action) == one.layer]
        action, slot = (owners[0].action, compat.slot_of(owners[0])) if owners else (None, None)
        self.rewrite = Rewrite(
            one.block,
            [] if action is None else compat.curves(action, slot),
            Ledger() if action is None else read_ledger(action),
            *(handle_of(slot), spans, take.range, reach_of(character)),
            None if take.part is None or take.part.is_whole else take.part,
            keeps_changes=keeps_changes(character),
        )
        self.planned: list[Planned] = []

    def plan(self) -> Iterator[None]:
        """A curve a step."""
        one, whole = self.one, _turning(self.one.keys)
        for channel, keys in one.keys.items():
            if channel in self.skipped:
                continue
            # A layer adds to what lies below it, be it rest.
            need = channel[0] in whole or (self.apart and not one.layer)
            below = not one.layer or channel in one.combining
            stood = value_of(one.block, channel) if below else None
            rest = one.rests.get(channel, rest_of(channel))
            found = self.rewrite.plan(channel, keys, rest, stood, need)
            self.planned += [] if found is None else [found]
            yield

    def carry_out(self, replaced: set[str], report: Report) -> Iterator[None]:
        """A curve a step, and a last one for the ledger."""
        one, take, rewrite = self.one, self.take, self.rewrite
        place = place_for(one.block, self.character, report, one.layer, apart=self.apart)
        ledger, handle = read_ledger(place.action), handle_of(place.slot)
        rewrite.curves = compat.curves(place.action, place.slot, make=True)
        rewrite.ledger, rewrite.handle = ledger, handle
        for planned in self.planned:
            count = rewrite.carry_out(planned)
            report.curves += count > 0
            report.keys += count
            yield
        self.planned.clear()
        if take.part is None:
            rewrite.tidy(set(one.keys) | one.held)
        for source in replaced:
            ledger.takes.pop(source, None)
        if take.part is None:
            ledger.takes = {
                known_by: cut_short(known, take.range) for known_by, known in ledger.takes.items()
            }
        if take.part is None or take.known_by not in ledger.takes:
            ledger.takes[take.known_by] = take.range
        if one.combining:
            note, changed = combine_with(one.block, one.combining)
            ledger.combined |= {handle} if changed else set()
            report.notes += [note] if note else []
        write_ledger(place.action, ledger)
        yield
        self._tell(place, ledger, report)

    def _tell(self, place: Place, ledger: Ledger, report: Report) -> None:
        """Fit the strip, and say what is to be said."""
        one = self.one
        if one.layer == OVER:
            spans = _apart([take.span for take in ledger.takes.values()])
            reach = self.rewrite.reach_frames
            fit_over(one.block, place.action, place.slot, spans, reach)
            return
        moved = fit_strips(one.block, place.action)
        report.notes += [moved] if moved and moved not in report.notes else []
        report.notes += _told_of_hand_keys(self.rewrite, self.character.name)
        if not one.layer:
            _note_theirs(one.block, set(one.keys) - one.combining, self.skipped, report, self.apart)


def _told_of_hand_keys(rewrite: Rewrite, name: str) -> Iterator[str]:
    """Say what became of the artist's keys: held ones, as of drawn mouths, keep their values."""
    count = rewrite.changed
    if count:
        keys = "hand key" if count == 1 else "hand keys"
        yield (
            f"{count} {keys} on “{name}”: the change stays on top of the take; "
            f"{rewrite.lifted} went along with it"
        )
    count = rewrite.by_hand
    if count == 1:
        yield f"1 key on “{name}” was set by hand and stays; ours give way to it"
    elif count:
        yield f"{count} keys on “{name}” were set by hand and stay; ours give way to them"


def _turning(channels: Mapping[Channel, Keys]) -> set[str]:
    """Quaternions that turn: the NLA leaves one out that lacks any of its four curves."""
    return {
        path
        for (path, index), keys in channels.items()
        if path.endswith("rotation_quaternion")
        and np.abs(keys.values - rest_of((path, index))).max() > ANY_VALUE
    }


def _note_theirs(
    block: bpy.types.ID,
    channels: Collection[Channel],
    skipped: list[Channel],
    report: Report,
    apart: bool,
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
        names = ", ".join(f"“{name}”" for name in strips_on(block, {c[0] for c in skipped}))
        needs = "Without “A Track a Layer”, " if apart else ""
        report.notes.append(
            f"{len(skipped)} shapes are animated by NLA strips of yours ({names}) and were left to "
            f"them. {needs}“Speak Over My Strips” lets them follow the line while it lasts"
        )
