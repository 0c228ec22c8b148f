# SPDX-License-Identifier: GPL-3.0-or-later
"""A fingerprint of a whole file: every property of every datablock, walked deep."""

from collections.abc import Iterator
from typing import Any

import bpy
import numpy as np

# Of Blender's interface, or its own bookkeeping, that changes by looking at it.
UI = {"all_ids", "window_managers", "screens", "workspaces", "libraries", "brushes", "palettes"}
BOOKKEEPING = {
    *("rna_type", "bl_rna", "users", "original", "preview", "is_evaluated", "tag", "is_missing"),
    *("session_uid", "use_extra_user", "is_embedded_data", "asset_data", "tool_settings"),
    *(
        "storage_type",
        "view_layer",
        "view_layers",
        "depsgraph",
        "id_data",
        "display",
        "shading",
        "eevee",
        "view3d",
    ),
}
MOST_DEEP = 12
KEYFRAME = (
    ("co", 2, np.float32),
    ("handle_left", 2, np.float32),
    ("handle_right", 2, np.float32),
    ("interpolation", 1, np.int32),
    ("handle_left_type", 1, np.int32),
    ("handle_right_type", 1, np.int32),
    ("easing", 1, np.int32),
    ("type", 1, np.int32),
    ("back", 1, np.float32),
    ("amplitude", 1, np.float32),
    ("period", 1, np.float32),
    ("select_control_point", 1, np.int32),
)
Print = dict[str, Any]


def fingerprint() -> Print:
    """Every value of the file by its path, such as ``objects["Head"].location``."""
    found: Print = {}
    for collection in bpy.data.bl_rna.properties:
        name = collection.identifier
        if collection.type != "COLLECTION" or name in UI:
            continue
        for block in getattr(bpy.data, name):
            library = block.library.filepath if block.library else ""
            path = f"{name}[{block.name!r}, {library!r}]"
            found[path] = block.rna_type.identifier
            found.update(_walk(block, path, (), 0))
    return found


def _walk(one: Any, path: str, above: tuple[int, ...], depth: int) -> Iterator[tuple[str, Any]]:
    """All values of a struct."""
    if depth > MOST_DEEP or one.as_pointer() in above:
        return
    above = (*above, one.as_pointer())
    if hasattr(one, "keys") and callable(one.keys):
        try:
            for key in one.keys():
                if key in one.bl_rna.properties:  # of an extension: walked below
                    continue
                yield f"{path}[{key!r}]", repr(_custom(one[key]))
        except TypeError:  # this kind has no properties of the artist's
            pass
    for prop in one.bl_rna.properties:
        name = prop.identifier
        if name in BOOKKEEPING or name.startswith("bl_"):
            continue
        try:
            value = getattr(one, name)
        except (AttributeError, RuntimeError, TypeError, ValueError):
            continue
        yield from _of(prop, value, f"{path}.{name}", above, depth)


def _custom(value: Any) -> Any:
    """A custom property as plain values."""
    if isinstance(value, bpy.types.ID):
        return value.name_full
    if hasattr(value, "items"):
        return {key: _custom(one) for key, one in value.items()}
    if hasattr(value, "to_list"):
        return value.to_list()
    return [_custom(one) for one in value] if isinstance(value, list | tuple) else value


def _of(
    prop: Any, value: Any, path: str, above: tuple[int, ...], depth: int
) -> Iterator[tuple[str, Any]]:
    if prop.type == "POINTER":
        if value is None or (isinstance(value, bpy.types.ID) and not value.is_embedded_data):
            yield path, None if value is None else value.name_full
        else:
            yield from _walk(value, path, above, depth + 1)
    elif prop.type == "COLLECTION":
        yield f"{path}#", len(value)
        if prop.identifier in ("keyframe_points", "sampled_points"):
            yield path, _keys(value)
            return
        if prop.identifier in ("vertices", "data", "edges", "loops", "polygons") and len(value):
            yield path, _places(value)
            return
        for number, item in enumerate(value):
            if isinstance(item, bpy.types.ID) and not item.is_embedded_data:
                yield f"{path}[{number}]", item.name_full
            else:
                yield from _walk(item, f"{path}[{number}]", above, depth + 1)
    elif getattr(prop, "is_array", False):
        flat = [*value] if prop.type in ("BOOLEAN", "INT") else np.ravel(np.array(value)).tolist()
        yield path, repr(flat)
    else:
        yield path, sorted(value) if isinstance(value, set) else value


def _keys(points: Any) -> bytes:
    """All that keyframes are, byte by byte."""
    parts = []
    for name, width, kind in KEYFRAME:
        try:
            values = np.empty(len(points) * width, kind)
            points.foreach_get(name, values)
        except (AttributeError, TypeError, RuntimeError):  # baked samples have a place only
            continue
        parts.append(values.tobytes())
    return b"".join(parts)


def _places(items: Any) -> Any:
    """Where points are, or which corners things have."""
    for name in ("co", "vertices", "vertex_index", "vector", "value"):
        if hasattr(items[0], name):
            return repr([_plain(getattr(item, name)) for item in items])
    return len(items)


def _plain(value: Any) -> Any:
    return [*value] if hasattr(value, "__len__") and not isinstance(value, str) else value


def differences(before: Print, after: Print) -> list[str]:
    """Paths of what is not the same, or not there, on one side."""
    return sorted(
        path
        for path in before.keys() | after.keys()
        if path not in before
        or path not in after
        or not (before[path] == after[path] or before[path] != before[path])
    )
