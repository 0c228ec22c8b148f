# SPDX-License-Identifier: GPL-3.0-or-later
"""The sounds of a character's newest take, as a list that the artist may correct."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ...core.phone_list import EXAMPLES, SHORTEST_SECONDS, clipped, laid_over, moved_edge
from ...core.phones import PHONES, SILENCE, Phone
from ...core.timing import FrameClock, Seconds
from ..clock import clock_of
from .declared import OVERRIDABLE, Rows, saved

VERSION = 1
SYMBOL_ITEMS = [
    (symbol, symbol if symbol != SILENCE else "–", f"As in: {EXAMPLES[symbol]}", number)
    for number, symbol in enumerate(PHONES)
]


@dataclass(frozen=True)
class Corrected:
    """Phones set by hand, and the recording that they belong to: its name, and where they begin."""

    phones: tuple[Phone, ...]
    sound: str
    start_seconds: Seconds = 0.0

    def within(self, start_seconds: Seconds, seconds: Seconds) -> tuple[Phone, ...]:
        """These phones in a stretch of the same recording, in its own time."""
        moved = self._moved_by(self.start_seconds - start_seconds)
        return clipped(moved, 0.0, seconds, SHORTEST_SECONDS / 10)

    def over(self, other: "Corrected | None") -> "Corrected":
        """These phones over others of the same recording, in its time from the start."""
        mine, theirs = (
            () if one is None else one._moved_by(one.start_seconds) for one in (self, other)
        )
        return Corrected(laid_over(theirs, mine), self.sound)

    def _moved_by(self, seconds: Seconds) -> tuple[Phone, ...]:
        return tuple(
            replace(
                one,
                start_seconds=one.start_seconds + seconds,
                end_seconds=one.end_seconds + seconds,
            )
            for one in self.phones
        )


def _set_by_hand(phone: "LIPWRIGHT_PG_phone", _context: bpy.types.Context) -> None:
    phone.confidence = 1.0
    phone.id_data.lipwright_phones.edited = True


@saved()
class LIPWRIGHT_PG_phone(bpy.types.PropertyGroup):
    """One sound; its times change through the edges of the list."""

    symbol: Annotated[
        str,
        EnumProperty(
            name="Sound",
            description="The sound that is spoken here",
            items=SYMBOL_ITEMS,
            update=_set_by_hand,
        ),
    ]
    start_seconds: Annotated[float, FloatProperty()]
    end_seconds: Annotated[float, FloatProperty()]
    confidence: Annotated[float, FloatProperty(default=1.0)]


def _click(stored: "LIPWRIGHT_PG_phones", place: int) -> None:
    """Choose a sound and go to where it begins."""
    stored.active_row = place
    if 0 <= place < len(stored.rows):
        first = line_clock(stored).frames(stored.rows[place].start_seconds)
        bpy.context.scene.frame_set(round(float(first)))


def _edge(name: str, description: str, offset: int) -> Any:
    """Where the active sound begins or ends, in frames or in seconds of the line."""
    end = "end_seconds" if offset else "start_seconds"

    def get(stored: "LIPWRIGHT_PG_phones") -> float:
        if not 0 <= stored.active_row < len(stored.rows):
            return 0.0
        return shown_time(stored, getattr(stored.rows[stored.active_row], end))

    def move(stored: "LIPWRIGHT_PG_phones", value: float) -> None:
        at = value if stored.in_seconds else float(line_clock(stored).seconds(value))
        store_phones(stored, moved_edge(phones_in(stored), stored.active_row + offset, at))

    return FloatProperty(name=name, description=description, get=get, set=move, precision=2)


@saved()
class LIPWRIGHT_PG_phones(bpy.types.PropertyGroup):
    """The sounds of the newest take; on the same object as the character's dials."""

    version: Annotated[int, IntProperty(default=VERSION, options={"HIDDEN"})]
    sound: Annotated[str, StringProperty(description="Name of the recording")]
    start_seconds: Annotated[
        float, FloatProperty(description="Where in the recording the list begins")
    ]
    others: Annotated[
        str, StringProperty(description="Corrected lists of other recordings, as JSON")
    ]
    first_frame: Annotated[float, FloatProperty()]
    edited: Annotated[bool, BoolProperty(description="The rows were set by hand")]
    rows: Annotated[Rows[LIPWRIGHT_PG_phone], CollectionProperty(type=LIPWRIGHT_PG_phone)]
    active_row: Annotated[int, IntProperty(min=0)]
    marks: Annotated[str, StringProperty(description="Frames and names of our markers")]
    clicked: Annotated[int, IntProperty(get=lambda stored: stored.active_row, set=_click)]
    in_seconds: Annotated[
        bool,
        BoolProperty(
            name="Seconds",
            description="Show times in seconds of the line instead of frames of the scene",
        ),
    ]
    start: Annotated[float, _edge("Start", "Where the sound begins and the one before it ends", 0)]
    end: Annotated[float, _edge("End", "Where the sound ends and the next one begins", 1)]


def line_clock(stored: LIPWRIGHT_PG_phones) -> FrameClock:
    """Frames of the scene and seconds of the line."""
    return clock_of(bpy.context.scene, stored.first_frame)


def shown_time(stored: LIPWRIGHT_PG_phones, seconds: float) -> float:
    """A time as the list shows it."""
    return seconds if stored.in_seconds else float(line_clock(stored).frames(seconds))


def phones_in(stored: LIPWRIGHT_PG_phones) -> tuple[Phone, ...]:
    """The list as values."""
    return tuple(
        Phone(row.symbol, row.start_seconds, row.end_seconds, row.confidence) for row in stored.rows
    )


def store_phones(
    stored: LIPWRIGHT_PG_phones, phones: Sequence[Phone], *, edited: bool = True
) -> None:
    """Fill the list."""
    stored.rows.clear()
    for phone in phones:
        row = stored.rows.add()
        row.symbol = phone.symbol
        row.start_seconds, row.end_seconds = phone.start_seconds, phone.end_seconds
        row.confidence = phone.confidence
    stored.edited = edited
    stored.active_row = max(0, min(stored.active_row, len(phones) - 1))


def corrected_phones(root: bpy.types.Object) -> tuple[Corrected, ...]:
    """What the artist set by hand, of each recording; that of the list that is shown first.

    The list may show a stretch of a recording of which more was corrected.
    """
    stored = root.lipwright_phones
    others = {one.sound: one for one in _others(stored)}
    if not stored.edited:
        return tuple(others.values())
    return (_shown(stored).over(others.pop(stored.sound, None)), *others.values())


def _shown(stored: LIPWRIGHT_PG_phones) -> Corrected:
    return Corrected(phones_in(stored), stored.sound, stored.start_seconds)


def _others(stored: LIPWRIGHT_PG_phones) -> list[Corrected]:
    return [
        Corrected(tuple(Phone(*row) for row in rows), sound, start)
        for sound, (start, rows) in json.loads(stored.others or "{}").items()
    ]


def _put_aside(stored: LIPWRIGHT_PG_phones) -> None:
    """Keep the corrected list that is shown, for when its recording is said again."""
    others = {one.sound: one for one in _others(stored)}
    others[stored.sound] = _shown(stored).over(others.get(stored.sound))
    stored.others = json.dumps(
        {
            sound: (
                one.start_seconds,
                [(p.symbol, p.start_seconds, p.end_seconds, p.confidence) for p in one.phones],
            )
            for sound, one in others.items()
        }
    )


def forget_corrections(root: bpy.types.Object, sound: str) -> None:
    """Drop the corrected list of a recording, as on Reset."""
    stored = root.lipwright_phones
    others = json.loads(stored.others or "{}")
    others.pop(sound, None)
    stored.others = json.dumps(others) if others else ""
    if stored.sound == sound:
        stored.edited = False


def keep_phones(
    root: bpy.types.Object,
    phones: Sequence[Phone],
    sound: str,
    first_frame: float,
    *,
    edited: bool,
    start_seconds: Seconds = 0.0,
) -> None:
    """Remember the sounds of a new take, where the character can be written to.

    A list that was corrected for another recording, or for more of this one, is put aside.
    """
    if not root.is_editable:
        return
    stored = root.lipwright_phones
    if stored.edited:
        _put_aside(stored)
    stored.sound, stored.first_frame, stored.start_seconds = sound, first_frame, start_seconds
    store_phones(stored, phones, edited=edited)


_register_classes, _unregister_classes = bpy.utils.register_classes_factory(
    (LIPWRIGHT_PG_phone, LIPWRIGHT_PG_phones)
)


def register() -> None:
    """Add our group to objects."""
    _register_classes()
    bpy.types.Object.lipwright_phones = PointerProperty(
        type=LIPWRIGHT_PG_phones, override=OVERRIDABLE
    )


def unregister() -> None:
    """Take it away again; what files saved stays in them."""
    del bpy.types.Object.lipwright_phones
    _unregister_classes()
