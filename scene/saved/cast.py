# SPDX-License-Identifier: GPL-3.0-or-later
"""The cast: which strips of the sequencer which character says, saved with the scene."""

from fnmatch import fnmatchcase
from typing import Any

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


def _may_talk(_part: bpy.types.PropertyGroup, item: bpy.types.Object) -> bool:
    return has_shape_keys(item) or item.type in {"ARMATURE", "EMPTY"}


class LIPWRIGHT_PG_part(bpy.types.PropertyGroup):
    """One row of the cast."""

    use: BoolProperty(name="In the Cast", description="Generate these lines too", default=True)
    by: EnumProperty(name="By", description="How the strips are told", items=BY_ITEMS)
    pattern: StringProperty(
        name="Strips", description="Part of the strips' names; * and ? stand for anything"
    )
    channel: IntProperty(
        name="Channel", description="Channel of the sequencer", default=1, min=1, max=128
    )
    character: PointerProperty(
        name="Character",
        description="Face mesh or armature of the one who says these strips",
        type=bpy.types.Object,
        poll=_may_talk,
    )


class LIPWRIGHT_PG_cast(bpy.types.PropertyGroup):
    """Rows from the first to the last: the first that a strip fits has it."""

    parts: CollectionProperty(type=LIPWRIGHT_PG_part)
    active: IntProperty(name="Row")


def fits(part: LIPWRIGHT_PG_part, strip: Any) -> bool:
    """Say whether a strip is one of a row's."""
    if part.by == CHANNEL:
        return strip.channel == part.channel
    name, wanted = strip.name.lower(), part.pattern.strip().lower()
    if not wanted:
        return False
    return fnmatchcase(name, wanted) if set("*?") & set(wanted) else wanted in name


def lines_of(
    cast: LIPWRIGHT_PG_cast, scene: bpy.types.Scene, sequencer: bpy.types.Scene
) -> list[tuple[Any, bpy.types.Object]]:
    """The strips that somebody of the cast says, in the order of time; muted ones are left out."""
    found = []
    for strip in sound_strips(sequencer):
        part = next((one for one in cast.parts if fits(one, strip)), None)
        if part is None or not part.use or part.character is None or strip.mute:
            continue
        if part.character.name in scene.objects:
            found.append((strip, part.character))
    return found


classes = (LIPWRIGHT_PG_part, LIPWRIGHT_PG_cast)
_register_classes, _unregister_classes = bpy.utils.register_classes_factory(classes)


def register() -> None:
    """Add the cast to scenes."""
    _register_classes()
    bpy.types.Scene.lipwright_cast = PointerProperty(type=LIPWRIGHT_PG_cast)


def unregister() -> None:
    """Take it away; what files saved stays in them."""
    del bpy.types.Scene.lipwright_cast
    _unregister_classes()
