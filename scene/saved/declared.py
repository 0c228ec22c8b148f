# SPDX-License-Identifier: GPL-3.0-or-later
"""How a group of saved properties is declared: each beside its type, in one place.

    @saved()
    class LIPWRIGHT_PG_something(bpy.types.PropertyGroup):
        hold: Annotated[int, IntProperty(name="Hold", default=2)]

The type checker reads the type, Blender gets the property; `tests/scene/test_declared.py` holds the
two together.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, TypeVar

import bpy
from bpy.props import BoolProperty

# On a character from another file its properties may be set, and rows be added.
OVERRIDABLE = {"LIBRARY_OVERRIDABLE"}
GROWING = {*OVERRIDABLE, "USE_INSERTION"}

Group = TypeVar("Group", bound=bpy.types.PropertyGroup)
Item_co = TypeVar("Item_co", covariant=True)

# Jobs put a function here that re-mixes a character whose dial was moved; it is given the
# datablock that carries the dial.
listeners: list[Callable[[bpy.types.ID], None]] = []


class Rows(Protocol[Item_co]):
    """What Blender makes of a CollectionProperty."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Item_co]: ...
    def __getitem__(self, key: int | str) -> Item_co: ...
    def __contains__(self, key: str) -> bool: ...
    def get(self, key: str) -> Item_co | None: ...
    def keys(self) -> list[str]: ...
    def find(self, key: str) -> int: ...
    def add(self) -> Item_co: ...
    def remove(self, index: int) -> None: ...
    def move(self, from_index: int, to_index: int) -> None: ...
    def clear(self) -> None: ...


def saved(
    table: Mapping[str, Any] | None = None, *, on_characters: bool = True
) -> Callable[[type[Group]], type[Group]]:
    """Give Blender the properties of a group, and those that a table lists.

    A name with a type and no property is one of the table's. What is saved on characters can be set
    where these are linked from another file.
    """

    def declare(owner: type[Group]) -> type[Group]:
        properties = {
            name: one
            for name, hint in owner.__annotations__.items()
            for one in getattr(hint, "__metadata__", ())
        }
        properties |= table or {}
        for one in properties.values() if on_characters else ():
            if "set" not in one.keywords and "SKIP_SAVE" not in one.keywords.get("options", ()):
                is_list = one.function.__name__ == "CollectionProperty"
                one.keywords["override"] = GROWING if is_list else OVERRIDABLE
        owner.__annotations__ = properties
        return owner

    return declare


def changed(settings: bpy.types.PropertyGroup, _context: bpy.types.Context) -> None:
    """Tell the listeners that a dial moved."""
    for listener in listeners:
        listener(settings.id_data)


def switch_property(name: str, description: str, default: bool = False) -> Any:
    """Something on or off that acts at once."""
    return BoolProperty(name=name, description=description, default=default, update=changed)
