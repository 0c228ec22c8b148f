# SPDX-License-Identifier: GPL-3.0-or-later
"""What a binary glTF holds of an animation: as much of glTF 2.0 as a check needs."""

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.errors import LipwrightError

_MAGIC, _JSON, _BIN = b"glTF", b"JSON", b"BIN\x00"
_FLOAT = 5126


@dataclass(frozen=True)
class Weights:
    """The animation of one mesh's shape keys: seconds [n], and values [n, shapes]."""

    shapes: tuple[str, ...]
    times_seconds: NDArray[np.float64]
    values: NDArray[np.float64]


@dataclass(frozen=True)
class GlbAnimation:
    """The animations of a file by name, and the shape keys of each mesh with their animation."""

    names: tuple[str, ...]
    meshes: dict[str, tuple[str, ...]]
    weights: dict[str, Weights]
    seconds: float


def read_animation(path: Path) -> GlbAnimation:
    """Read animations and shape keys; LipwrightError if this is no whole binary glTF."""
    try:
        told, binary = _chunks(path.read_bytes())
        return _read(told, binary)
    except (struct.error, ValueError, KeyError, IndexError, TypeError) as error:
        raise LipwrightError(f"“{path.name}” is damaged. Export it again") from error


def _chunks(data: bytes) -> tuple[dict[str, Any], bytes]:
    if data[:4] != _MAGIC:
        raise ValueError("no binary glTF")
    found, start = {}, 12
    while start < len(data):
        (length,) = struct.unpack_from("<I", data, start)
        found[data[start + 4 : start + 8]] = data[start + 8 : start + 8 + length]
        start += 8 + length
    return json.loads(found[_JSON]), found.get(_BIN, b"")


def _read(told: dict[str, Any], binary: bytes) -> GlbAnimation:
    meshes = told.get("meshes", [])
    shapes = {i: _shapes(mesh) for i, mesh in enumerate(meshes)}
    weights: dict[str, Weights] = {}
    seconds = 0.0
    for animation in told.get("animations", []):
        for channel in animation["channels"]:
            sampler = animation["samplers"][channel["sampler"]]
            times = told["accessors"][sampler["input"]]
            seconds = max(seconds, float(times["max"][0]))
            if channel["target"]["path"] != "weights":
                continue
            mesh = told["nodes"][channel["target"]["node"]]["mesh"]
            at = _floats(told, binary, sampler["input"])
            values = _floats(told, binary, sampler["output"]).reshape(len(at), -1)
            weights[meshes[mesh]["name"]] = Weights(shapes[mesh], at, values)
    return GlbAnimation(
        tuple(one.get("name", "") for one in told.get("animations", [])),
        {mesh["name"]: shapes[i] for i, mesh in enumerate(meshes)},
        weights,
        seconds,
    )


def _shapes(mesh: dict[str, Any]) -> tuple[str, ...]:
    return tuple(mesh.get("extras", {}).get("targetNames", ()))


def _floats(told: dict[str, Any], binary: bytes, accessor: int) -> NDArray[np.float64]:
    one = told["accessors"][accessor]
    if one["componentType"] != _FLOAT:
        raise ValueError("weights that are no floats")
    view = told["bufferViews"][one["bufferView"]]
    start = view.get("byteOffset", 0) + one.get("byteOffset", 0)
    return np.frombuffer(binary, "<f4", one["count"], start).astype(np.float64)
