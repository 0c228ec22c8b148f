# SPDX-License-Identifier: GPL-3.0-or-later
"""What an FBX file holds of an animation: as much of the binary format as a check needs.

The layout is that of FBX 7.1 to 7.7: records of an end offset, properties and child records; their
offsets have 64 bits from version 7500 on. Arrays may be deflated.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import LipwrightError
from ..compat import BINARY_FBX

TICKS_A_SECOND = 46_186_158_000
_WIDE_FROM = 7500
_NUMBERS = {"Y": "<h", "C": "<?", "I": "<i", "F": "<f", "D": "<d", "L": "<q"}
_ARRAYS = {"f": "<f4", "d": "<f8", "l": "<i8", "i": "<i4", "b": "<i1"}


@dataclass
class Node:
    """One record: its name, its properties and the records inside it."""

    name: str
    values: list[Any]
    nodes: list["Node"] = field(default_factory=list)

    def all(self, name: str) -> Iterator["Node"]:
        """The records of a name right inside this one."""
        return (node for node in self.nodes if node.name == name)

    def first(self, name: str) -> "Node | None":
        """The first of them."""
        return next(self.all(name), None)


@dataclass(frozen=True)
class ShapeCurve:
    """The animation of one shape key: seconds, and its value 0..1."""

    times_seconds: NDArray[np.float64]
    values: NDArray[np.float64]


@dataclass(frozen=True)
class FbxAnimation:
    """The takes of a file, its shape keys, and the curves of those that have one."""

    takes: tuple[str, ...]
    shapes: tuple[str, ...]
    curves: dict[str, ShapeCurve]


def read_animation(path: Path) -> FbxAnimation:
    """Read takes, shape keys and their curves; LipwrightError if this is no binary FBX."""
    root = _parse(path.read_bytes(), path.name)
    objects = root.first("Objects") or Node("Objects", [])
    links = [
        node.values[1:3]
        for node in (root.first("Connections") or Node("", [])).all("C")
        if len(node.values) >= 3
    ]
    parents: dict[int, list[int]] = {}
    for child, parent in links:
        parents.setdefault(child, []).append(parent)
    channels = {
        node.values[0]: _name(node)
        for node in objects.all("Deformer")
        if node.values[2] == "BlendShapeChannel"
    }
    curves: dict[str, ShapeCurve] = {}
    for node in objects.all("AnimationCurve"):
        for curve_node in parents.get(node.values[0], []):
            for shape in parents.get(curve_node, []):
                if shape in channels:
                    curves[channels[shape]] = _curve(node)
    takes = tuple(_name(node) for node in objects.all("AnimationStack"))
    return FbxAnimation(takes, tuple(dict.fromkeys(channels.values())), curves)


def _name(node: Node) -> str:
    return str(node.values[1]).partition("\x00")[0]


def _curve(node: Node) -> ShapeCurve:
    times, values = node.first("KeyTime"), node.first("KeyValueFloat")
    if times is None or values is None:
        return ShapeCurve(np.zeros(0), np.zeros(0))
    return ShapeCurve(
        np.asarray(times.values[0], np.float64) / TICKS_A_SECOND,
        np.asarray(values.values[0], np.float64) / 100.0,
    )


def _parse(data: bytes, name: str) -> Node:
    if not data.startswith(BINARY_FBX):
        raise LipwrightError(f"“{name}” is no binary FBX. Export it again")
    (version,) = struct.unpack_from("<I", data, 23)
    head = struct.Struct("<QQQB" if version >= _WIDE_FROM else "<IIIB")
    root, start = Node("", []), 27
    try:
        while True:
            node, start = _record(data, start, head)
            if node is None:
                return root
            root.nodes.append(node)
    except (struct.error, zlib.error, KeyError, IndexError) as error:
        raise LipwrightError(f"“{name}” is damaged. Export it again") from error


def _record(data: bytes, start: int, head: struct.Struct) -> tuple[Node | None, int]:
    end, count, _, length = head.unpack_from(data, start)
    if end == 0:
        return None, start + head.size
    place = start + head.size
    node = Node(data[place : place + length].decode("utf-8", "replace"), [])
    place += length
    for _ in range(count):
        value, place = _value(data, place)
        node.values.append(value)
    while place < end:
        child, place = _record(data, place, head)
        if child is not None:
            node.nodes.append(child)
    return node, end


def _value(data: bytes, start: int) -> tuple[Any, int]:
    kind, start = chr(data[start]), start + 1
    if kind in _NUMBERS:
        (value,) = struct.unpack_from(_NUMBERS[kind], data, start)
        return value, start + struct.calcsize(_NUMBERS[kind])
    if kind in "SR":
        (length,) = struct.unpack_from("<I", data, start)
        raw = data[start + 4 : start + 4 + length]
        return (raw.decode("utf-8", "replace") if kind == "S" else raw), start + 4 + length
    _, deflated, size = struct.unpack_from("<III", data, start)
    raw = data[start + 12 : start + 12 + size]
    array = np.frombuffer(zlib.decompress(raw) if deflated else raw, _ARRAYS[kind])
    return array, start + 12 + size
