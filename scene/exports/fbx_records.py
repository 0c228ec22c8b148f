# SPDX-License-Identifier: GPL-3.0-or-later
"""The records of a binary FBX file: read, and written again with more among them.

The layout is that of FBX 7.1 to 7.7: records of an end offset, properties and child records; their
offsets have 64 bits from version 7500 on. Arrays may be deflated. A record that nobody changes is
written with the bytes that it had.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import LipwrightError
from ..compat import BINARY_FBX

_WIDE_FROM = 7500
_START = 27  # bytes before the first record: the name of the format and its version
_NUMBERS = {"Y": "<h", "C": "<?", "I": "<i", "F": "<f", "D": "<d", "L": "<q"}
_ARRAYS = {"f": "<f4", "d": "<f8", "l": "<i8", "i": "<i4", "b": "<i1"}
_FOOT_ID_BYTES, _ALIGNMENT, _FOOT_END_BYTES = 16, 16, 4 + 120 + 16
_DEFLATE_FROM_BYTES = 128


Inside = tuple[bytes, int, int, struct.Struct]  # the file, and from where to where in it
DAMAGED = (struct.error, zlib.error, KeyError, IndexError, ValueError)


class Record:
    """One record: its name, its properties as they are in the file, the records inside it.

    What is inside is read when somebody asks for it: a check of many takes looks at few curves.
    """

    def __init__(
        self,
        name: str,
        count: int = 0,
        raw: bytes = b"",
        nodes: Sequence["Record"] = (),
        closed: bool = False,
        inside: Inside | None = None,
    ) -> None:
        self.name, self.count, self.raw = name, count, raw
        self._nodes, self._closed, self._inside = list(nodes), closed, inside

    @property
    def nodes(self) -> list["Record"]:
        """The records inside; LipwrightError if they are damaged."""
        self._open()
        return self._nodes

    @property
    def closed(self) -> bool:
        """Whether an empty record ends those inside, as it must where there are any."""
        self._open()
        return self._closed

    @closed.setter
    def closed(self, value: bool) -> None:
        self._open()
        self._closed = value

    def _open(self) -> None:
        if self._inside is None:
            return
        data, place, end, head = self._inside
        self._inside = None
        try:
            while place < end:
                child, place = _record(data, place, head)
                if child is None:
                    self._closed = True
                else:
                    self._nodes.append(child)
        except DAMAGED as error:
            raise _damaged(self.name) from error

    @cached_property
    def values(self) -> list[Any]:
        """The properties: numbers, text, bytes, arrays; LipwrightError if they are damaged."""
        found, place = [], 0
        try:
            for _ in range(self.count):
                value, place = _value(self.raw, place)
                found.append(value)
        except DAMAGED as error:
            raise _damaged(self.name) from error
        return found

    def all(self, name: str) -> Iterator["Record"]:
        """The records of a name right inside this one."""
        return (node for node in self.nodes if node.name == name)

    def first(self, name: str) -> "Record | None":
        """The first of them."""
        return next(self.all(name), None)


def _damaged(record: str) -> LipwrightError:
    return LipwrightError(f"“{record}” of the FBX file is damaged. Export it again")


@dataclass
class FbxFile:
    """A file in memory: its records, its version, and what follows the last record."""

    root: Record
    version: int
    foot: bytes


def made(name: str, kinds: str, *values: object, nodes: Sequence[Record] = ()) -> Record:
    """Make a record; `kinds` has the format's letter for each value."""
    raw = b"".join(_packed(kind, value) for kind, value in zip(kinds, values, strict=True))
    return Record(name, len(kinds), raw, nodes, bool(nodes))


def read_records(data: bytes, name: str) -> FbxFile:
    """Read a file; LipwrightError if it is no binary FBX, or damaged."""
    if not data.startswith(BINARY_FBX):
        raise LipwrightError(f"“{name}” is no binary FBX. Export it again")
    try:
        (version,) = struct.unpack_from("<I", data, _START - 4)
        head, root, start = _head(version), Record(""), _START
        while True:
            node, start = _record(data, start, head)
            if node is None:
                return FbxFile(root, version, data[start:])
            root.nodes.append(node)
    except DAMAGED as error:
        raise LipwrightError(f"“{name}” is damaged. Export it again") from error


def written(file: FbxFile) -> bytes:
    """Return the bytes of a file."""
    head = _head(file.version)
    start = BINARY_FBX + b"  \x00\x1a\x00" + struct.pack("<I", file.version)
    parts, place = [start], _START
    for node in file.root.nodes:
        place = _write(node, place, head, parts)
    parts.append(bytes(head.size))
    place += head.size
    # The end of the foot is aligned, so what pads it depends on how long the rest is.
    place += _FOOT_ID_BYTES + 4
    padding = (-place) % _ALIGNMENT or _ALIGNMENT
    parts += [file.foot[:_FOOT_ID_BYTES], bytes(4 + padding), file.foot[-_FOOT_END_BYTES:]]
    return b"".join(parts)


def _head(version: int) -> struct.Struct:
    return struct.Struct("<QQQB" if version >= _WIDE_FROM else "<IIIB")


def _record(data: bytes, start: int, head: struct.Struct) -> tuple[Record | None, int]:
    end, count, size, length = head.unpack_from(data, start)
    if end == 0:
        return None, start + head.size
    place = start + head.size
    text = data[place : place + length].decode("utf-8", "replace")
    place += length + size
    if not place <= end <= len(data):
        raise IndexError
    inside = (data, place, end, head) if place < end else None
    return Record(text, count, data[place - size : place], inside=inside), end


def _write(node: Record, place: int, head: struct.Struct, parts: list[bytes]) -> int:
    """Append the bytes of a record that begins at `place`; returns where it ends."""
    name = node.name.encode()
    slot = len(parts)
    parts.append(b"")
    end = place + head.size + len(name) + len(node.raw)
    for child in node.nodes:
        end = _write(child, end, head, parts)
    if node.closed:
        parts.append(bytes(head.size))
        end += head.size
    front = head.pack(end, node.count, len(node.raw), len(name))
    parts[slot] = front + name + node.raw
    return end


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


def _packed(kind: str, value: Any) -> bytes:
    if kind in _NUMBERS:
        return kind.encode() + struct.pack(_NUMBERS[kind], value)
    if kind == "S":
        text = value.encode()
        return b"S" + struct.pack("<I", len(text)) + text
    array: NDArray[Any] = np.asarray(value, _ARRAYS[kind])
    raw = array.tobytes()
    deflated = len(raw) > _DEFLATE_FROM_BYTES
    stored = zlib.compress(raw, 1) if deflated else raw
    return kind.encode() + struct.pack("<III", len(array), deflated, len(stored)) + stored
