# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger: exactly which keyframes are ours, saved with our Action.

Whatever stands in a curve and not in the ledger is the artist's: added, moved or changed by hand.
Nothing is known by the name of a datablock, which may be renamed, copied or appended: a slot's
handle (0 where an Action has no slots) and the data path say which curve is meant.
"""

import base64
import json
import zlib
from collections import OrderedDict
from dataclasses import astuple, dataclass, field
from hashlib import blake2b
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from .. import compat
from ..curves.edits import NO_HANDS, NO_PLAIN, Hands, Plain
from ..curves.fcurves import Channel, Coordinates, Range, channel_of, coordinates, inside

# Custom properties of our Actions: the mark, the ledger, its keys, and the slots that it is about.
MARK, LEDGER, KEYS, SLOTS = "lipwright", "lipwright_ledger", "lipwright_keys", "lipwright_slots"
VERSION = 2
ZIPPED = 1  # the version in which keys were zipped: most of the time of writing a long line
# How an earlier layout kept its takes, and what stood there before them, by names of datablocks.
OLD_TAKES, OLD_BEFORE = "lipwright_takes", "lipwright_before"
# A key is ours while it stands this near to where we wrote it: frames, and values.
SAME_FRAME, SAME_VALUE = 1e-3, 1e-5
STRETCHED_FRAME = 0.02  # the same in a curve that was scaled in time: Blender rounds to floats
NOTHING: Coordinates = np.empty((0, 2), np.float32)
TABLES = (2, 4, 4)  # numbers in a row of an entry's keys, plain curve and hand keys
# A take asks for the same ledger for every datablock. Its text has the sum of its keys, so these,
# which may be millions, are not even looked at.
_parsed: "OrderedDict[str, Ledger]" = OrderedDict()
MOST_PARSED = 32
MOST = 0.9  # of our keys that a moved or renamed curve must still have

Place = tuple[int, str, int]  # slot handle, data path, array index


@dataclass(frozen=True)
class TakeRange:
    """Where a take lies; `name` is for the artist, the ledger knows it by its source.

    `lead` and `tail` are how many of its frames lie before its sound and after it.
    """

    name: str
    low: float
    high: float
    lead: float = 0.0
    tail: float = 0.0

    @property
    def span(self) -> Range:
        """First and last frame."""
        return self.low, self.high

    @property
    def said(self) -> Range:
        """First and last frame of its sound, with the frame of rest beside it."""
        return self.low + self.lead, self.high - self.tail


@dataclass
class Entry:
    """What is ours of one curve, and what its property stood at before our first take."""

    keys: Coordinates
    before: float | None = None
    # Where hand keys are among ours: our curve without them, and how far they are from it
    # (`curves.edits`). Without a plain curve the keys are it.
    plain: Plain = field(default_factory=NO_PLAIN.copy)
    hands: Hands = field(default_factory=NO_HANDS.copy)

    def moved(self, stretch: float, shift: float) -> "Entry":
        """The same after the artist moved or stretched the whole curve in time."""
        keys, plain, hands = self.keys.copy(), self.plain.copy(), self.hands.copy()
        for frames in (keys[:, 0], plain[:, 0], hands[:, 0], hands[:, 3]):
            frames *= stretch
            frames += shift
        plain[:, 2:] /= stretch
        return Entry(keys, self.before, plain, hands)


@dataclass
class Ledger:
    """What is ours in one Action.

    `takes` are known by their source, such as the identity of a strip, the oldest first.
    `combined` are the slots through which somebody's Action was set to combine with ours.
    """

    takes: dict[str, TakeRange] = field(default_factory=dict)
    entries: dict[Place, Entry] = field(default_factory=dict)
    combined: set[int] = field(default_factory=set)

    def channels(self, slot: Any | None) -> dict[Channel, Entry]:
        """What is ours of one slot."""
        handle = handle_of(slot)
        return {place[1:]: entry for place, entry in self.entries.items() if place[0] == handle}


def handle_of(slot: Any | None) -> int:
    """What a slot is known by; 0 before Blender 4.4."""
    return 0 if slot is None else slot.handle


def ours_among(stands: Coordinates, ours: Coordinates) -> NDArray[np.bool_]:
    """Which of the keys that stand in a curve are the ones that we wrote.

    A whole curve that was moved or stretched in time is still ours; one key that was moved is not.
    """
    if not len(stands) or not len(ours):
        return np.zeros(len(stands), bool)
    if len(stands) == len(ours) > 2 and np.abs(stands[:, 1] - ours[:, 1]).max() <= SAME_VALUE:
        stretch, shift = np.polyfit(ours[:, 0], stands[:, 0], 1)
        strays = stands[:, 0] - (stretch * ours[:, 0] + shift)
        if stretch > 0 and np.abs(strays).max() <= STRETCHED_FRAME:
            return np.ones(len(stands), bool)
    here = _at_their_frames(stands, ours)
    if here.sum() >= MOST * len(ours) or len(ours) <= 2:
        return here
    # All of it was moved, with keys of the artist's among ours.
    for shift in (stands[0, 0] - ours[0, 0], stands[-1, 0] - ours[-1, 0]):
        moved = _at_their_frames(stands, ours + np.array([shift, 0], np.float32))
        if moved.sum() >= MOST * len(ours):
            return moved
    return here


def moved_by(mine: Coordinates, ours: Coordinates) -> tuple[float, float]:
    """How a whole curve was stretched and shifted: `mine` stand now where `ours` were written."""
    if len(mine) < 2 or not len(ours) or _at_their_frames(mine, ours).all():
        return 1.0, 0.0
    if len(mine) == len(ours):
        stretch, shift = np.polyfit(ours[:, 0], mine[:, 0], 1)
        return float(stretch), float(shift)
    for shift in (mine[0, 0] - ours[0, 0], mine[-1, 0] - ours[-1, 0]):
        if _at_their_frames(mine, ours + np.array([shift, 0], np.float32)).all():
            return 1.0, float(shift)
    return 1.0, 0.0


def _at_their_frames(stands: Coordinates, ours: Coordinates) -> NDArray[np.bool_]:
    """Which keys stand at the frames and values of ours."""
    place = np.searchsorted(ours[:, 0], stands[:, 0] - SAME_FRAME)
    near = ours[np.minimum(place, len(ours) - 1)]
    far = np.abs(stands - near)
    return (far[:, 0] <= SAME_FRAME) & (far[:, 1] <= SAME_VALUE)


def read_ledger(action: bpy.types.Action) -> Ledger:
    """The ledger of an Action of ours, also of one that an earlier layout made."""
    text = action.get(LEDGER)
    if text is None:
        return _adopted(action)
    if text not in _parsed:
        _parsed[text] = _parse(json.loads(text), action[KEYS])
        while len(_parsed) > MOST_PARSED:
            _parsed.popitem(last=False)
    told = _parsed[text]
    return Ledger(dict(told.takes), dict(told.entries), set(told.combined))


def _parse(told: dict[str, Any], packed: str) -> Ledger:
    raw = base64.b64decode(packed)
    flat = np.frombuffer(zlib.decompress(raw) if told["version"] == ZIPPED else raw, np.float32)
    ledger = Ledger(combined=set(told["combined"]))
    for source, *take in told["takes"]:
        ledger.takes[source] = TakeRange(*take)
    start = 0
    for handle, path, index, before, *counts in told["entries"]:
        tables = []
        for count, width in zip((*counts, 0, 0)[:3], TABLES, strict=True):
            tables.append(flat[start : start + width * count].reshape(-1, width))
            start += width * count
        ledger.entries[handle, path, index] = Entry(tables[0], before, *tables[1:])
    return ledger


def write_ledger(action: bpy.types.Action, ledger: Ledger) -> None:
    """Save the ledger with its Action; an older layout is replaced."""
    entries, numbers = [], []
    for place, entry in ledger.entries.items():
        tables = (entry.keys, entry.plain, entry.hands)
        entries.append((*place, entry.before, *map(len, tables)))
        numbers += [np.ascontiguousarray(one, np.float32).tobytes() for one in tables]
    packed = b"".join(numbers)
    action[LEDGER] = json.dumps(
        {
            "version": VERSION,
            "takes": [(source, *astuple(take)) for source, take in ledger.takes.items()],
            "entries": entries,
            "combined": sorted(ledger.combined),
            "sum": blake2b(packed, digest_size=16).hexdigest(),
        }
    )
    action[KEYS] = base64.b64encode(packed).decode("ascii")
    action[SLOTS] = json.dumps(sorted({place[0] for place in ledger.entries}))
    for old in (OLD_TAKES, OLD_BEFORE):
        if old in action:
            del action[old]


def forget_ledger(action: bpy.types.Action) -> None:
    """Leave an Action to the artist."""
    for name in [one for one in action.keys() if one.startswith(MARK)]:
        del action[name]


def is_ours(action: bpy.types.Action | None) -> bool:
    """Say whether we made this action."""
    return action is not None and MARK in action


def is_freed(action: bpy.types.Action | None) -> bool:
    """Say whether an Action of the artist's holds keys of ours beside theirs (`free.py`)."""
    return action is not None and LEDGER in action and MARK not in action


def holds_ours(owner: Any) -> bool:
    """Say whether an AnimData or an NLA strip plays something of ours.

    Blender puts what the artist keys on a head into the Action of its shape keys, beside ours, in
    a slot of its own: that one is the artist's.
    """
    if not is_ours(owner.action):
        return False
    slots = owner.action.get(SLOTS)
    return slots is None or handle_of(compat.slot_of(owner)) in json.loads(slots)


def source_of_name(name: str) -> str:
    """What a take is known by that has nothing but its name."""
    return f"name:{name}"


def _adopted(action: bpy.types.Action) -> Ledger:
    """Take over what an earlier layout wrote: all keys within its takes counted as ours."""
    takes = json.loads(action.get(OLD_TAKES, "{}"))
    before: dict[tuple[str, str, int], float] = {}
    for key, value in json.loads(action.get(OLD_BEFORE, "{}")).items():
        block, path, index = key.split("\n")
        before[block, path, int(index)] = before["", path, int(index)] = value
    ledger = Ledger()
    for name, (low, high) in takes.items():
        ledger.takes[source_of_name(name)] = TakeRange(name, low, high)
    spans = [take.span for take in ledger.takes.values()]
    for slot in compat.slots(action):
        for curve in compat.curves(action, slot):
            stands = coordinates(curve)
            channel = channel_of(curve)
            keys = stands[inside(stands[:, 0], spans)]
            stood = before.get(("", *channel))
            if slot is not None:
                stood = before.get((slot.name_display, *channel), stood)
            if len(keys):
                ledger.entries[handle_of(slot), *channel] = Entry(keys, stood)
    return ledger
