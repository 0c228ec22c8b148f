# SPDX-License-Identifier: GPL-3.0-or-later
# Blender is not typed: whatever comes from it may be anything. What we add to it is typed, by the
# groups of scene/saved/, so that a setting of ours that does not exist is an error.
from collections.abc import Iterator
from typing import Any, Generic, TypeVar, overload

from scene.saved.cast import LIPWRIGHT_PG_cast
from scene.saved.drawing import LIPWRIGHT_PG_drawing
from scene.saved.phones import LIPWRIGHT_PG_phones
from scene.saved.properties import (
    LIPWRIGHT_PG_character,
    LIPWRIGHT_PG_line,
    LIPWRIGHT_PG_progress,
    LIPWRIGHT_PG_scene,
)
from scene.saved.rig import LIPWRIGHT_PG_rig

T = TypeVar("T")

def __getattr__(name: str) -> Any: ...

class _Anything:
    def __getattr__(self, name: str) -> Any: ...
    def __setattr__(self, name: str, value: Any) -> None: ...
    def __getitem__(self, key: str) -> Any: ...
    def __setitem__(self, key: str, value: Any) -> None: ...
    def __delitem__(self, key: str) -> None: ...
    def __contains__(self, key: str) -> bool: ...

class PropertyGroup:
    name: str
    bl_rna: Any
    id_data: Any
    def path_from_id(self, property: str = ...) -> str: ...
    def path_resolve(self, path: str) -> Any: ...
    def is_property_set(self, property: str) -> bool: ...
    def property_unset(self, property: str) -> None: ...
    def keyframe_insert(self, data_path: str, *, frame: float = ...) -> bool: ...

class ID(_Anything): ...

class Object(ID):
    data: Any
    parent: Object | None
    lipwright: LIPWRIGHT_PG_character
    lipwright_drawing: LIPWRIGHT_PG_drawing
    lipwright_line: LIPWRIGHT_PG_line
    lipwright_phones: LIPWRIGHT_PG_phones
    lipwright_rig: LIPWRIGHT_PG_rig

class Scene(ID):
    objects: Objects
    lipwright: LIPWRIGHT_PG_scene
    lipwright_cast: LIPWRIGHT_PG_cast

class WindowManager(ID):
    lipwright: LIPWRIGHT_PG_progress

class Strip(_Anything):
    lipwright: LIPWRIGHT_PG_line

class Context(_Anything):
    scene: Scene
    window_manager: WindowManager
    object: Object | None
    active_object: Object | None
    selected_objects: list[Object]

class _Listed(_Anything, Generic[T]):
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[T]: ...
    def __getitem__(self, key: int | str) -> T: ...
    @overload
    def get(self, key: str) -> T | None: ...
    @overload
    def get(self, key: str, default: T) -> T: ...

class Objects(_Listed[Object]):
    def new(self, name: str, object_data: Any) -> Object: ...

class BlendData(_Anything):
    objects: Objects
    scenes: _Listed[Scene]
