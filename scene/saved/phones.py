# SPDX-License-Identifier: GPL-3.0-or-later
"""The sounds of a character's newest take, as a list that the artist may correct."""

from collections.abc import Sequence
from dataclasses import dataclass

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

from ...core.phone_list import EXAMPLES, moved_edge
from ...core.phones import PHONES, SILENCE, Phone
from ...core.timing import FrameClock
from ..clock import clock_of
from .acting import OVERRIDABLE
from .rig import GROWING

VERSION = 1
SYMBOL_ITEMS = [
    (symbol, symbol if symbol != SILENCE else "–", f"As in: {EXAMPLES[symbol]}", number)
    for number, symbol in enumerate(PHONES)
]


@dataclass(frozen=True)
class Corrected:
    """Phones set by hand, and the fingerprint of the sound that they belong to."""

    phones: tuple[Phone, ...]
    sound: str


def _set_by_hand(phone: "LIPWRIGHT_PG_phone", _context: bpy.types.Context) -> None:
    phone.confidence = 1.0
    phone.id_data.lipwright_phones.edited = True


class LIPWRIGHT_PG_phone(bpy.types.PropertyGroup):
    """One sound; its times change through the edges of the list."""

    symbol: EnumProperty(
        name="Sound",
        description="The sound that is spoken here",
        items=SYMBOL_ITEMS,
        update=_set_by_hand,
        override=OVERRIDABLE,
    )
    start_seconds: FloatProperty(override=OVERRIDABLE)
    end_seconds: FloatProperty(override=OVERRIDABLE)
    confidence: FloatProperty(default=1.0, override=OVERRIDABLE)


def _click(stored: "LIPWRIGHT_PG_phones", place: int) -> None:
    """Choose a sound and go to where it begins."""
    stored.active_row = place
    if 0 <= place < len(stored.rows):
        first = line_clock(stored).frames(stored.rows[place].start_seconds)
        bpy.context.scene.frame_set(round(float(first)))


def _edge(name: str, description: str, offset: int) -> bpy.types.FloatProperty:
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


class LIPWRIGHT_PG_phones(bpy.types.PropertyGroup):
    """The sounds of the newest take; on the same object as the character's dials."""

    version: IntProperty(default=VERSION, options={"HIDDEN"}, override=OVERRIDABLE)
    sound: StringProperty(description="Fingerprint of the sound", override=OVERRIDABLE)
    first_frame: FloatProperty(override=OVERRIDABLE)
    edited: BoolProperty(description="The rows were set by hand", override=OVERRIDABLE)
    rows: CollectionProperty(type=LIPWRIGHT_PG_phone, override=GROWING)
    active_row: IntProperty(min=0, override=OVERRIDABLE)
    marks: StringProperty(description="Frames and names of our markers", override=OVERRIDABLE)
    clicked: IntProperty(get=lambda stored: stored.active_row, set=_click)
    in_seconds: BoolProperty(
        name="Seconds",
        description="Show times in seconds of the line instead of frames of the scene",
        override=OVERRIDABLE,
    )
    start: _edge("Start", "Where the sound begins and the one before it ends", 0)
    end: _edge("End", "Where the sound ends and the next one begins", 1)


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


def corrected_phones(root: bpy.types.Object) -> Corrected | None:
    """What the artist set by hand, None if nothing."""
    stored = root.lipwright_phones
    return Corrected(phones_in(stored), stored.sound) if stored.edited else None


def keep_phones(
    root: bpy.types.Object,
    phones: Sequence[Phone],
    sound: str,
    first_frame: float,
    *,
    edited: bool,
) -> None:
    """Remember the sounds of a new take, where the character can be written to."""
    if not root.is_editable:
        return
    stored = root.lipwright_phones
    stored.sound, stored.first_frame = sound, first_frame
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
