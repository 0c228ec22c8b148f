# SPDX-License-Identifier: GPL-3.0-or-later
"""Keyframes of one F-curve in bulk: what goes, what stays exactly as it is, what is new."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.motion.key_poses import EXTREME
from ...core.motion.keys import Keys

# Numbers of the RNA enums, the same in every Blender: interpolations, handles, kinds of keys (which
# `core.motion.key_poses` numbers as Blender does).
CONSTANT, LINEAR, BEZIER = 0, 1, 2
FREE, ALIGNED = 0, 3
SAME_SLOPE = 1e-9
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
    return float(value if isinstance(value, float | int) else value[channel[1]])


def rest_of(channel: Channel) -> float:
    """The value at which a channel usually does nothing: 1 for a scale or a quaternion's w."""
    path, index = channel
    one = path.endswith(".scale") or (index == 0 and path.endswith("rotation_quaternion"))
    return 1.0 if one else 0.0


@dataclass(frozen=True)
class Fresh:
    """New keyframes of a curve, by frame.

    `interpolation` is one for all, or one for each. `slopes` (keys, 2) are the changes in a frame
    to the left and right where curves lie between.
    """

    points: Coordinates
    interpolation: int | NDArray[np.int32] = LINEAR
    slopes: NDArray[np.float64] | None = None
    kinds: NDArray[np.int32] | None = None

    def __len__(self) -> int:
        return len(self.points)

    def only(self, mask: NDArray[np.bool_]) -> "Fresh":
        """Some of them."""
        slopes = None if self.slopes is None else self.slopes[mask]
        kinds = None if self.kinds is None else self.kinds[mask]
        ways = self.interpolation
        ways = ways if isinstance(ways, int) else ways[mask]
        return Fresh(self.points[mask], ways, slopes, kinds)

    def with_values(self, values: NDArray[np.floating]) -> "Fresh":
        """The same frames with other values; curves between them go flat through those."""
        points = np.stack([self.points[:, 0], values], axis=1).astype(np.float32)
        moved = values - self.points[:, 1]
        slopes = self.slopes
        if slopes is not None and len(points) > 1:
            slopes = slopes + np.gradient(moved, self.points[:, 0].astype(np.float64))[:, None]
        return Fresh(points, self.interpolation, slopes, self.kinds)


NONE_FRESH = Fresh(np.empty((0, 2), np.float32))


def with_rest(keys: Keys, span: Range, rest: float) -> Fresh:
    """Our keys with a key at rest on both ends of the span."""
    low, high = span
    within = (keys.frames > low + 1e-3) & (keys.frames < high - 1e-3)
    frames = np.concatenate([[low], np.asarray(keys.frames)[within], [high]])
    values = np.concatenate([[rest], np.asarray(keys.values)[within], [rest]])
    points = np.stack([frames, values], axis=1).astype(np.float32)
    if keys.slopes is None:
        return Fresh(points, CONSTANT if keys.held else LINEAR)
    ends = np.zeros((1, 2))
    slopes = np.concatenate([ends, keys.slopes[within], ends])
    kinds = None
    if keys.kinds is not None:
        kinds = np.concatenate([[EXTREME], keys.kinds[within], [EXTREME]]).astype(np.int32)
    return Fresh(points, BEZIER, slopes, kinds)


def standing_keys(curve: Any) -> Fresh:
    """All keyframes of a curve, as they could be set anew."""
    table = _read(curve.keyframe_points)
    points = table["co"]
    slopes = []
    for name in ("handle_left", "handle_right"):
        reach = (table[name] - points).astype(np.float64)
        flat = np.abs(reach[:, 0]) < 1e-6
        slopes.append(np.where(flat, 0.0, reach[:, 1] / np.where(flat, 1.0, reach[:, 0])))
    ways, kinds = table["interpolation"].ravel(), table["type"].ravel()
    return Fresh(points, ways, np.stack(slopes, axis=1), kinds)


def put(
    curve: Any,
    stay: NDArray[np.bool_],
    fresh: Fresh = NONE_FRESH,
    lift: NDArray[np.floating] | None = None,
    tilt: NDArray[np.floating] | None = None,
) -> None:
    """Keep some of a curve's keyframes with everything that they are, and add new ones.

    `stay` says which of the present ones are kept, `lift` by how much the value of each goes up
    with its handles, `tilt` by how much these turn (change in a frame). No two may lie on one
    frame.
    """
    points = curve.keyframe_points
    if stay.all() and not len(fresh) and lift is None:
        return
    old = {name: values[stay] for name, values in _read(points).items()} if stay.any() else None
    if old is not None and lift is not None:
        for name in ("co", "handle_left", "handle_right"):
            old[name][:, 1] += lift[stay]
            if tilt is not None:
                old[name][:, 1] += tilt[stay] * (old[name][:, 0] - old["co"][:, 0])
    kept = int(stay.sum())
    points.clear()
    points.add(kept + len(fresh))
    if old is None and fresh.slopes is None and fresh.kinds is None:
        points.foreach_set("co", fresh.points.ravel())
        points.foreach_set("interpolation", np.full(len(fresh), fresh.interpolation, np.int32))
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


def _write_both(points: Any, old: Points | None, fresh: Fresh) -> None:
    """Old keyframes whole, new ones with Blender's own defaults for what we do not say."""
    kept = 0 if old is None else len(old["co"])
    ours = _parts_of(fresh, None if old is None else old["co"][:, 0])
    for name, width, kind in _PARTS:
        values = np.empty((kept + len(fresh)) * width, kind)
        points.foreach_get(name, values)  # the defaults
        values = values.reshape(-1, width)
        if old is not None:
            values[:kept] = old[name]
        if name in ours:
            values[kept:] = ours[name].reshape(-1, width)
        points.foreach_set(name, values.ravel())


def _parts_of(fresh: Fresh, others: NDArray[np.float32] | None) -> Points:
    """What we say of new keyframes: handles lie at a third of the way to the neighbour."""
    points = fresh.points
    parts: Points = {
        "co": points,
        "handle_left": points,
        "handle_right": points,
        "interpolation": np.full(len(points), fresh.interpolation, np.int32),
    }
    if fresh.kinds is not None:
        parts["type"] = fresh.kinds
    if fresh.slopes is None or not len(points):
        return parts
    frames = points[:, 0].astype(np.float64)
    every = np.unique(frames if others is None else np.concatenate([frames, others]))
    place = np.searchsorted(every, frames)
    left = frames - every[np.maximum(place - 1, 0)]
    right = every[np.minimum(place + 1, len(every) - 1)] - frames
    for name, reach, slope in (
        ("handle_left", -np.where(left > 0, left, 1.0) / 3, fresh.slopes[:, 0]),
        ("handle_right", np.where(right > 0, right, 1.0) / 3, fresh.slopes[:, 1]),
    ):
        step = np.stack([reach, reach * slope], axis=1)
        parts[name] = (points + step).astype(np.float32)
    broken = np.abs(fresh.slopes[:, 0] - fresh.slopes[:, 1]) > SAME_SLOPE
    types = np.where(broken, FREE, ALIGNED).astype(np.int32)
    parts["handle_left_type"] = parts["handle_right_type"] = types
    return parts
