# SPDX-License-Identifier: GPL-3.0-or-later
"""The curves of one datablock while a take is written: ours out and in, the artist's untouched."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from ...core.motion.ease import smoothstep
from ...core.motion.keys import Keys
from ..curves.beside import beside, held_beside
from ..curves.edits import (
    NO_HANDS,
    NO_PLAIN,
    Plain,
    keys_of,
    merged,
    on_top,
    plain_of,
    read_edits,
    shown,
    slopes_of,
    standing_plain,
)
from ..curves.fcurves import (
    ANY_VALUE,
    NONE_FRESH,
    Channel,
    Coordinates,
    Fresh,
    Range,
    coordinates,
    inside,
    put,
    rest_of,
    standing_keys,
    with_rest,
)
from ..curves.part import Part, renewed
from .ledger import NOTHING, SAME_VALUE, Entry, Ledger, TakeRange, moved_by, ours_among

# A take that begins with less than so many frames of a feeling that comes takes over from another
# one's in its own first frames.
SHORT_FRAMES, GOES_OVER_FRAMES = 3.0, 5.0


@dataclass(frozen=True)
class Spans:
    """Frames of the takes of a character: of those that are replaced, and of all others.

    `cut` is what of the others' leads and tails a new take takes the place of.
    """

    gone: tuple[Range, ...] = ()
    keep: tuple[Range, ...] = ()
    cut: tuple[Range, ...] = ()


@dataclass(frozen=True)
class Planned:
    """What a take does to one curve: which of the keys that are `present` stay, which come.

    `ours` are those of ours that stay, `lifts` by how much keys that stay go up and turn, `known`
    is what the ledger knows then, but for the keys; `asked` is for what it was planned.
    """

    asked: tuple[Channel, Keys, float, float | None, bool]
    present: Coordinates
    stay: NDArray[np.bool_]
    ours: Coordinates
    fresh: Fresh
    lifts: tuple[NDArray[np.float64], NDArray[np.float64]] | None
    known: Entry
    by_hand: int


class Rewrite:
    """What a take does to the curves of one slot, and to its ledger."""

    def __init__(
        self,
        block: bpy.types.ID,
        curves: Any,
        ledger: Ledger,
        handle: int,
        spans: Spans,
        take: TakeRange,
        reach_frames: float,
        part: Part | None = None,
        *,
        keeps_changes: bool = False,
    ) -> None:
        self.take, self.reach_frames, self.part = take, reach_frames, part
        self.keeps_changes = keeps_changes
        self.block, self.curves, self.ledger, self.handle = block, curves, ledger, handle
        self.gone, self.keep, self.cut = spans.gone, spans.keep, spans.cut
        # Of the artist's keys within the take: how many keep their value, how many their change,
        # and how many of these went along with it.
        self.by_hand, self.changed, self.lifted = 0, 0, 0

    def plan(
        self,
        channel: Channel,
        keys: Keys,
        rest: float,
        stood: float | None,
        need: bool,
    ) -> "Planned | None":
        """Say what keys of the take do to a channel, and change nothing; None for nothing at all.

        `stood` is what the property is at where nothing of ours was there before. Without `need`
        a channel that does nothing gets no curve, unless it was left at something else than rest.
        """
        span = self.take.span
        fresh = with_rest(keys, span, rest)
        known = self.ledger.entries.get((self.handle, *channel)) or Entry(NOTHING, stood)
        stands = rest if known.before is None else known.before
        curve = self.curves.find(channel[0], index=channel[1]) if len(self.curves) else None
        if curve is not None and not keys.drawn:
            fresh = self._joined(fresh, curve, rest)
        # What hardly moves may be drawn at rest, by a key at each end, and still have a curve.
        moves = (
            (fresh.points[:, 1], keys.values) if keys.slopes is not None else (fresh.points[:, 1],)
        )
        need = need or any(np.abs(m - rest).max(initial=0.0) >= ANY_VALUE for m in moves)
        need = need or abs(stands - rest) >= ANY_VALUE
        if curve is None and not need:
            return None
        present = NOTHING if curve is None else coordinates(curve)
        ours = ours_among(present, known.keys)
        drop = ours & self._goes(present[:, 0])
        theirs = ~ours & inside(present[:, 0], [span])
        hand, lifts = present[theirs], None
        known, plain = self._with_plain(curve, known, present, ours, fresh)
        if keys.drawn:
            fresh = held_beside(fresh, hand, self.reach_frames, span[1])
        elif self.keeps_changes and len(hand):
            fresh, known, lifts = self._under(fresh, known, present, theirs, rest)
        elif need or (ours & ~drop).any():
            fresh = beside(fresh, hand, self.reach_frames, within=span)
        if not need and lifts is None and not (ours & ~drop).any():
            fresh = NONE_FRESH
        if self.part is not None:
            drop, draw = ours, partial(_evaluated, curve, rest)
            old = NONE_FRESH if curve is None else standing_keys(curve).only(ours)
            fresh = renewed(old, fresh, self.part, draw, present[~ours], drawn=keys.drawn)
        known = replace(known, plain=plain)
        asked = (channel, keys, rest, stood, need)
        return Planned(asked, present, ~drop, present[ours & ~drop], fresh, lifts, known, len(hand))

    def carry_out(self, planned: "Planned") -> int:
        """Do what was planned of a channel; returns how many keys of ours stand within the take.

        Where somebody has changed the curve meanwhile it is planned anew.
        """
        channel = planned.asked[0]
        curve = self.curves.find(channel[0], index=channel[1])
        stands = NOTHING if curve is None else coordinates(curve)
        if not np.array_equal(stands, planned.present):
            again = self.plan(*planned.asked)
            if again is None:
                return 0
            planned = again
        if curve is None:
            curve = self.curves.new(channel[0], index=channel[1])
        put(curve, planned.stay, planned.fresh, *(planned.lifts or ()))
        ours = np.concatenate([planned.ours, planned.fresh.points])
        self._settle(curve, channel, ours, planned.known)
        if planned.lifts is None:
            self.by_hand += planned.by_hand
        else:
            self.changed += planned.by_hand
            self.lifted += int((planned.lifts[0] != 0).sum())
        return len(planned.fresh)

    def _goes(self, frames: NDArray[np.floating]) -> NDArray[np.bool_]:
        """At which frames keys of ours make room for those of this take."""
        return inside(frames, [self.take.span, *self.cut]) | self._in_gone(frames)

    def _with_plain(
        self,
        curve: Any,
        known: Entry,
        present: Coordinates,
        ours: NDArray[np.bool_],
        fresh: Fresh,
    ) -> tuple[Entry, Plain]:
        """What is known of a curve with hand keys, its plain curve too, and that of this take."""
        if ours.all():
            return replace(known, plain=NO_PLAIN, hands=NO_HANDS), NO_PLAIN
        known = known.moved(*moved_by(present[ours], known.keys))
        if not len(known.plain):
            known = replace(known, plain=standing_plain(known.keys, standing_keys(curve)))
        old = known.plain
        if self.part is None:
            return known, merged(old, self._goes(old[:, 0]), plain_of(fresh))
        if not len(old):
            return known, plain_of(fresh)
        draw = partial(shown, old, rest=0.0)
        return known, plain_of(renewed(keys_of(old), fresh, self.part, draw, NOTHING))

    def _under(
        self,
        fresh: Fresh,
        known: Entry,
        present: Coordinates,
        theirs: NDArray[np.bool_],
        rest: float,
    ) -> tuple[Fresh, Entry, tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """Put the artist's changes on top of our new keys.

        Returns these keys, what is known of the hand keys then, and by how much each of the keys
        that stand goes up and its handles turn.
        """
        edits = read_edits(present[theirs], known.keys, present, known.hands, known.plain)
        frames, plain = edits.keys[:, 0].astype(np.float64), plain_of(fresh)
        was, becomes = (shown(one, edits.origins, rest) for one in (known.plain, plain))
        far = becomes + edits.changes - shown(plain, frames, rest)
        share = 1.0 if self.part is None else self.part.share(frames)
        values = was + share * (becomes - was) + edits.changes
        lift, tilt = np.zeros((2, len(present)))
        lift[theirs] = values - edits.keys[:, 1]
        lift[np.abs(lift) < SAME_VALUE] = 0.0
        turned = slopes_of(plain, edits.origins, rest) - slopes_of(known.plain, edits.origins, rest)
        tilt[theirs] = np.where(lift[theirs] != 0, share * turned, 0.0)
        others = ~inside(known.hands[:, 0], [self.take.span])
        hands = np.concatenate([known.hands[others], edits.rows(edits.keys[:, 1] + lift[theirs])])
        fresh = on_top(fresh, frames, far, self.reach_frames, self.take.span)
        return fresh, replace(known, hands=hands), (lift, tilt)

    def _joined(self, fresh: Fresh, curve: Any, rest: float) -> Fresh:
        """Let the take come from another one's face instead of from rest, and go over into it.

        That is where the other one still fades, or begins already.
        """
        low, high = self.take.span
        frames, values = fresh.points[:, 0], fresh.points[:, 1].astype(np.float64)
        joined = False
        for edge, length in ((low, self.take.lead), (high, self.take.tail)):
            stands = curve.evaluate(edge) - rest
            if not self._beside_another(edge) or abs(stands) < ANY_VALUE:
                continue
            joined = True
            if length < SHORT_FRAMES and edge == low:
                # It does not come from rest by itself: what stands there goes over into it.
                share = smoothstep(np.clip((frames - low) / GOES_OVER_FRAMES, 0, 1))
                values = share * values + (1 - share) * (rest + stands)
            else:
                left = 1 - smoothstep(np.clip(np.abs(frames - edge) / (length + 1), 0, 1))
                values = values + left * stands
        return fresh.with_values(values) if joined else fresh

    def _beside_another(self, frame: float) -> bool:
        """Say whether another take lies at a frame, or ends or begins beside it."""
        return any(low - 1 <= frame <= high + 1 for low, high in self.keep)

    def tidy(self, written: Collection[Channel]) -> None:
        """Drop what replaced takes moved and this one does not."""
        for place, known in list(self.ledger.entries.items()):
            channel = place[1:]
            if place[0] != self.handle or channel in written or not self.gone:
                continue
            curve = self.curves.find(channel[0], index=channel[1])
            if curve is None:
                del self.ledger.entries[place]
                continue
            present = coordinates(curve)
            ours = ours_among(present, known.keys)
            drop = ours & self._in_gone(present[:, 0])
            kept = present[ours & ~drop]
            if len(kept) and np.abs(kept[:, 1] - rest_of(channel)).max() < ANY_VALUE:
                drop, kept = ours, NOTHING  # nothing but rest is left
            put(curve, ~drop)
            plain = known.plain[~self._in_gone(known.plain[:, 0])]
            self._settle(curve, channel, kept, replace(known, plain=plain))

    def _in_gone(self, frames: NDArray[np.floating]) -> NDArray[np.bool_]:
        return inside(frames, self.gone) & ~inside(frames, self.keep)

    def _settle(self, curve: Any, channel: Channel, ours: Coordinates, known: Entry) -> None:
        """Enter what of a curve is ours now; an empty curve goes and its property goes back."""
        place = (self.handle, *channel)
        if len(ours):
            order = np.argsort(ours[:, 0], kind="stable")
            self.ledger.entries[place] = replace(known, keys=ours[order])
            return
        self.ledger.entries.pop(place, None)
        if not len(curve.keyframe_points):
            self.curves.remove(curve)
            if known.before is not None:
                put_back(self.block, channel, known.before)


def cut_short(known: TakeRange, take: TakeRange) -> TakeRange:
    """What is left of a take where another one begins in its tail, or ends in its lead."""
    if known.said[1] <= take.low < known.high:
        return replace(known, high=take.low, tail=take.low - known.said[1])
    if known.low < take.high <= known.said[0]:
        return replace(known, low=take.high, lead=known.said[0] - take.high)
    return known


def put_back(block: bpy.types.ID, channel: Channel, value: float) -> None:
    """Give a property the value that it had before our first take, if it is still there."""
    path, index = channel
    custom = path.endswith('"]')
    mark = path.rfind('["') if custom else path.rfind(".")
    owner, name = path[: max(mark, 0)], path[mark + 1 :]
    try:
        holder = block.path_resolve(owner) if owner else block
        if custom:
            holder[bpy.utils.unescape_identifier(name[1:-2])] = value
        elif isinstance(stands := getattr(holder, name), float | int):
            setattr(holder, name, type(stands)(round(value) if isinstance(stands, int) else value))
        else:
            getattr(holder, name)[index] = value
    except (ValueError, AttributeError, IndexError):  # the bone or the key is gone
        return


def _evaluated(curve: Any, rest: float, frames: NDArray[np.float64]) -> NDArray[np.float64]:
    """What a curve shows at some frames; rest, where it is new."""
    if curve is None or not len(curve.keyframe_points):
        return np.full(len(frames), rest)
    return np.array([curve.evaluate(frame) for frame in frames], np.float64)
