# SPDX-License-Identifier: GPL-3.0-or-later
"""Keyframes of one F-curve in bulk: what goes, what stays exactly as it is, what is new."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.motion.keys import Keys

LINEAR = 1  # of the RNA enum of interpolations, the same number in every Blender
ANY_VALUE = 1e-4  # a weight below this is rest

# What makes up a keyframe: attribute, numbers in it, type.
_PARTS = (
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
)
Points = dict[str, NDArray[Any]]
Range = tuple[float, float]
Coordinates = NDArray[np.float32]  # [shape=(keys, 2)]: frame and value, by frame
Channel = tuple[str, int]  # data path and array index, 0 where there is no array


def channel_of(curve: Any) -> Channel:
    """What a curve (or a driver) moves."""
    return curve.data_path, curve.array_index


def coordinates(curve: Any) -> Coordinates:
    """Frame and value of every keyframe, shape (keys, 2)."""
    values = np.empty(2 * len(curve.keyframe_points), np.float32)
    curve.keyframe_points.foreach_get("co", values)
    return values.reshape(-1, 2)


def inside(frames: NDArray[np.floating], ranges: Sequence[Range]) -> NDArray[np.bool_]:
    """Which frames lie in one of the ranges, their ends included."""
    found = np.zeros(len(frames), bool)
    for low, high in ranges:
        found |= (frames >= low - 1e-3) & (frames <= high + 1e-3)
    return found


def value_of(block: Any, channel: Channel) -> float:
    """What a channel of a datablock is at now."""
    value = block.path_resolve(channel[0])
    return value if isinstance(value, float) else value[channel[1]]


def rest_of(channel: Channel) -> float:
    """The value at which a channel usually does nothing: 1 for a scale or a quaternion's w."""
    path, index = channel
    one = path.endswith(".scale") or (index == 0 and path.endswith("rotation_quaternion"))
    return 1.0 if one else 0.0


def with_rest(keys: Keys, span: Range, rest: float) -> Coordinates:
    """Our keys with a key at rest on both ends of the span, shape (keys, 2)."""
    low, high = span
    within = (keys.frames > low + 1e-3) & (keys.frames < high - 1e-3)
    frames = np.concatenate([[low], np.asarray(keys.frames)[within], [high]])
    values = np.concatenate([[rest], np.asarray(keys.values)[within], [rest]])
    return np.stack([frames, values], axis=1).astype(np.float32)


def put(curve: Any, stay: NDArray[np.bool_], fresh: Coordinates) -> None:
    """Keep some of a curve's keyframes with everything that they are, and add new ones.

    `stay` says which of the present ones are kept. No two may lie on one frame.
    """
    points = curve.keyframe_points
    if stay.all() and not len(fresh):
        return
    old = {name: values[stay] for name, values in _read(points).items()} if stay.any() else None
    kept = int(stay.sum())
    points.clear()
    points.add(kept + len(fresh))
    if old is None:
        points.foreach_set("co", fresh.ravel())
        points.foreach_set("interpolation", np.full(len(fresh), LINEAR, np.int32))
    else:
        _write_both(points, old, fresh)
    curve.update()


def _read(points: Any) -> Points:
    """All keyframes, one array (n, numbers) a part."""
    table: Points = {}
    for name, width, kind in _PARTS:
        values = np.empty(len(points) * width, kind)
        points.foreach_get(name, values)
        table[name] = values.reshape(-1, width)
    return table


def _write_both(points: Any, old: Points, fresh: NDArray[np.float32]) -> None:
    """Old keyframes whole, new ones with Blender's own defaults for what we do not say."""
    kept, new = len(old["co"]), len(fresh)
    for name, width, kind in _PARTS:
        values = np.empty((kept + new) * width, kind)
        points.foreach_get(name, values)  # the defaults
        values = values.reshape(-1, width)
        values[:kept] = old[name]
        if name in ("co", "handle_left", "handle_right"):
            values[kept:] = fresh
        elif name == "interpolation":
            values[kept:] = LINEAR
        points.foreach_set(name, values.ravel())
