# SPDX-License-Identifier: GPL-3.0-or-later
"""What an FBX file holds of an animation: takes, shape keys, and their curves."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .fbx_records import Record, read_records

TICKS_A_SECOND = 46_186_158_000
NOTHING = Record("")


@dataclass(frozen=True)
class ShapeCurve:
    """The animation of one shape key: seconds, and its value 0..1."""

    times_seconds: NDArray[np.float64]
    values: NDArray[np.float64]


@dataclass(frozen=True)
class FbxAnimation:
    """The takes of a file, its shape keys, and by take the curves of those that have one."""

    takes: tuple[str, ...]
    shapes: tuple[str, ...]
    curves_of: Mapping[str, Mapping[str, ShapeCurve]]

    @property
    def curves(self) -> Mapping[str, ShapeCurve]:
        """Those of the only take."""
        return next(iter(self.curves_of.values()), {})


def read_animation(path: Path) -> FbxAnimation:
    """Read takes, shape keys and their curves; LipwrightError if this is no binary FBX."""
    root = read_records(path.read_bytes(), path.name).root
    objects = root.first("Objects") or NOTHING
    parents = parents_in(root)
    channels = {
        node.values[0]: name_of(node)
        for node in objects.all("Deformer")
        if node.values[2] == "BlendShapeChannel"
    }
    stacks = {node.values[0]: name_of(node) for node in objects.all("AnimationStack")}
    layers = {node.values[0] for node in objects.all("AnimationLayer")}
    curves: dict[str, dict[str, ShapeCurve]] = {name: {} for name in stacks.values()}
    for node in objects.all("AnimationCurve"):
        for curve_node in parents.get(node.values[0], []):
            around = parents.get(curve_node, [])
            shapes = [one for one in around if one in channels]
            takes = {
                stacks[stack]
                for layer in around
                if layer in layers
                for stack in parents.get(layer, [])
                if stack in stacks
            }
            for take in takes if shapes else ():
                curves[take][channels[shapes[0]]] = _curve(node)
    return FbxAnimation(tuple(stacks.values()), tuple(dict.fromkeys(channels.values())), curves)


def parents_in(root: Record) -> dict[int, list[int]]:
    """What each object of a file hangs on, by number."""
    found: dict[int, list[int]] = {}
    for node in (root.first("Connections") or NOTHING).all("C"):
        if len(node.values) >= 3:
            found.setdefault(node.values[1], []).append(node.values[2])
    return found


def name_of(node: Record) -> str:
    """The name of an object."""
    return str(node.values[1]).partition("\x00")[0]


def _curve(node: Record) -> ShapeCurve:
    times, values = node.first("KeyTime"), node.first("KeyValueFloat")
    if times is None or values is None:
        return ShapeCurve(np.zeros(0), np.zeros(0))
    return ShapeCurve(
        np.asarray(times.values[0], np.float64) / TICKS_A_SECOND,
        np.asarray(values.values[0], np.float64) / 100.0,
    )
