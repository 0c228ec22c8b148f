# SPDX-License-Identifier: GPL-3.0-or-later
"""The cast: which strips of the sequencer which character says, saved with the scene."""

from fnmatch import fnmatchcase
from typing import Annotated

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ..keys import has_shape_keys
from ..sounds.strip import sound_strips
from .declared import Rows, saved

NAME, CHANNEL = "NAME", "CHANNEL"
BY_ITEMS = (
    (
        NAME,
        "Name",
        "Strips of which the name has this in it; * and ? stand for anything",
        "SORTALPHA",
        0,
    ),
    (CHANNEL, "Channel", "Strips on this channel of the sequencer", "LINENUMBERS_ON", 1),
)


def _may_talk(_row: "LIPWRIGHT_PG_cast_row", item: bpy.types.Object) -> bool:
    return has_shape_keys(item) or item.type in {"ARMATURE", "EMPTY"}


@saved(on_characters=False)
class LIPWRIGHT_PG_cast_row(bpy.types.PropertyGroup):
    """One row of the cast."""

    use: Annotated[
        bool, BoolProperty(name="In the Cast", description="Generate these lines too", default=True)
    ]
    by: Annotated[
        str, EnumProperty(name="By", description="How the strips are told", items=BY_ITEMS)
    ]
    pattern: Annotated[
        str,
        StringProperty(
            name="Strips", description="Part of the strips' names; * and ? stand for anything"
        ),
    ]
    channel: Annotated[
        int,
        IntProperty(
            name="Channel", description="Channel of the sequencer", default=1, min=1, max=128
        ),
    ]
    character: Annotated[
        bpy.types.Object | None,
        PointerProperty(
            name="Character",
            description="Face mesh or armature of the one who says these strips",
            type=bpy.types.Object,
            poll=_may_talk,
        ),
    ]


@saved(on_characters=False)
class LIPWRIGHT_PG_cast(bpy.types.PropertyGroup):
    """Rows from the first to the last: the first that a strip fits has it."""

    parts: Annotated[Rows[LIPWRIGHT_PG_cast_row], CollectionProperty(type=LIPWRIGHT_PG_cast_row)]
    active: Annotated[int, IntProperty(name="Row")]


def fits(row: LIPWRIGHT_PG_cast_row, strip: "bpy.types.Strip") -> bool:
    """Say whether a strip is one of a row's."""
    if row.by == CHANNEL:
        return strip.channel == row.channel
    name, wanted = strip.name.lower(), row.pattern.strip().lower()
    if not wanted:
        return False
    return fnmatchcase(name, wanted) if set("*?") & set(wanted) else wanted in name


def lines_of(
    cast: LIPWRIGHT_PG_cast, scene: bpy.types.Scene, sequencer: bpy.types.Scene
) -> "list[tuple[bpy.types.Strip, bpy.types.Object]]":
    """The strips that somebody of the cast says, in the order of time; muted ones are left out."""
    found = []
    for strip in sound_strips(sequencer):
        row = next((one for one in cast.parts if fits(one, strip)), None)
        if row is None or not row.use or row.character is None or strip.mute:
            continue
        if row.character.name in scene.objects:
            found.append((strip, row.character))
    return found


classes = (LIPWRIGHT_PG_cast_row, LIPWRIGHT_PG_cast)
_register_classes, _unregister_classes = bpy.utils.register_classes_factory(classes)


def register() -> None:
    """Add the cast to scenes."""
    _register_classes()
    bpy.types.Scene.lipwright_cast = PointerProperty(type=LIPWRIGHT_PG_cast)


def unregister() -> None:
    """Take it away; what files saved stays in them."""
    del bpy.types.Scene.lipwright_cast
    _unregister_classes()
