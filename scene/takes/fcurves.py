# SPDX-License-Identifier: GPL-3.0-or-later
"""Keyframes of one F-curve in bulk: replace our own range, keep the rest exactly as it is."""

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
Channel = tuple[str, int]  # data path and array index, 0 where there is no array


def _read(points: Any) -> Points:
    """All keyframes, one array (n, numbers) a part."""
    table: Points = {}
    for name, width, kind in _PARTS:
        values = np.empty(len(points) * width, kind)
        points.foreach_get(name, values)
        table[name] = values.reshape(-1, width)
    return table


def outside(table: Points, ranges: list[Range], keep: list[Range]) -> Points:
    """The keyframes that lie in none of `ranges`, or in one of `keep`."""
    frames = table["co"][:, 0]
    gone = np.zeros(len(frames), bool)
    for low, high in ranges:
        gone |= (frames >= low - 1e-3) & (frames <= high + 1e-3)
    for low, high in keep:
        gone &= ~((frames >= low - 1e-3) & (frames <= high + 1e-3))
    return {name: values[~gone] for name, values in table.items()}


def value_of(block: Any, channel: Channel) -> float:
    """What a channel of a datablock is at now."""
    value = block.path_resolve(channel[0])
    return value if isinstance(value, float) else value[channel[1]]


def rest_of(channel: Channel) -> float:
    """The value at which a channel usually does nothing: 1 for a scale or a quaternion's w."""
    path, index = channel
    one = path.endswith(".scale") or (index == 0 and path.endswith("rotation_quaternion"))
    return 1.0 if one else 0.0


def with_rest(
    keys: Keys, span: Range, rest: float
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Our keys with a key at rest on both ends of the span."""
    low, high = span
    inside = (keys.frames > low + 1e-3) & (keys.frames < high - 1e-3)
    frames = np.concatenate([[low], np.asarray(keys.frames, np.float64)[inside], [high]])
    values = np.concatenate([[rest], np.asarray(keys.values)[inside], [rest]]).astype(np.float32)
    return frames, values


def replace(
    curve: Any,
    keys: Keys,
    span: Range,
    gone: list[Range],
    keep: list[Range],
    *,
    rest: float,
    drop_idle: bool = True,
) -> bool:
    """Put `keys` into `span` of an F-curve, after removing what lies in `gone` but not in `keep`.

    Keys outside keep their handles and interpolation. Returns False if nothing but rest is left
    and `drop_idle` allows that the curve goes.
    """
    points = curve.keyframe_points
    old = outside(_read(points), [span], []) if len(points) else None
    if old is not None:
        old = outside(old, gone, keep)
    frames, values = with_rest(keys, span, rest)
    kept = 0 if old is None else len(old["co"])
    if drop_idle and not kept and np.abs(values - rest).max() < ANY_VALUE:
        return False
    points.clear()
    points.add(kept + len(frames))
    fresh = np.stack([frames.astype(np.float32), values], axis=1)
    if old is None or not kept:
        points.foreach_set("co", fresh.ravel())
        points.foreach_set("interpolation", np.full(len(frames), LINEAR, np.int32))
    else:
        _write_both(points, old, fresh)
    curve.update()
    return True


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


def remove_range(curve: Any, gone: list[Range], keep: list[Range]) -> bool:
    """Remove the keyframes in `gone` but not in `keep`; False if nothing but rest is left."""
    points = curve.keyframe_points
    old = outside(_read(points), gone, keep)
    count = len(old["co"])
    rest = rest_of((curve.data_path, curve.array_index))
    if not count or np.abs(old["co"][:, 1] - rest).max() < ANY_VALUE:
        return False
    if count != len(points):
        points.clear()
        points.add(count)
        for name, _, _ in _PARTS:
            points.foreach_set(name, old[name].ravel())
        curve.update()
    return True
