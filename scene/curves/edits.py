# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand keys as changes: how far each is from our curve, kept when that curve is drawn anew.

A change is known by what our curve was without any hand keys (its *plain* curve), at the frame
where the key was before the artist moved it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from ...core.motion.key_poses import drawn
from .beside import SAME_FRAME, STEP, inserted, shown_by, stretches
from .fcurves import BEZIER, CONSTANT, Coordinates, Fresh, Range

# Of a plain curve, by frame: frame, value, slope to the left, slope to the right; a slope to the
# right that is no number says that the value is held.
Plain = NDArray[np.float32]  # [shape=(keys, 4)]
# Of hand keys, by frame: frame, value, change, and the frame of the plain curve that it is about.
Hands = NDArray[np.float32]  # [shape=(keys, 4)]
NO_PLAIN: Plain = np.empty((0, 4), np.float32)
NO_HANDS: Hands = np.empty((0, 4), np.float32)
SAME_VALUE = 1e-5  # as written by us, and read again from Blender
MOST_MOVED_FRAMES = 24.0  # a key that went further is another key


def plain_of(fresh: Fresh) -> Plain:
    """What keys draw, whatever lies between them."""
    points = fresh.points.astype(np.float64)
    slopes = np.zeros((len(points), 2)) if fresh.slopes is None else fresh.slopes.copy()
    if len(points) > 1:
        ways = np.broadcast_to(np.asarray(fresh.interpolation, np.int32), len(points))[:-1]
        straight = np.diff(points[:, 1]) / np.maximum(np.diff(points[:, 0]), 1e-6)
        slopes[:-1, 1] = np.where(ways == BEZIER, slopes[:-1, 1], straight)
        slopes[1:, 0] = np.where(ways == BEZIER, slopes[1:, 0], straight)
        slopes[:-1, 1] = np.where(ways == CONSTANT, np.nan, slopes[:-1, 1])
    return np.concatenate([points, slopes], axis=1).astype(np.float32)


def keys_of(plain: Plain) -> Fresh:
    """A plain curve as keys."""
    held = np.isnan(plain[:, 3])
    ways = np.where(held, CONSTANT, BEZIER).astype(np.int32)
    return Fresh(plain[:, :2], ways, np.nan_to_num(plain[:, 2:].astype(np.float64)))


def shown(plain: Plain, at: NDArray[np.float64], rest: float) -> NDArray[np.float64]:
    """What a plain curve shows at some frames; rest, where there is none."""
    if not len(plain):
        return np.full(len(at), rest)
    frames, values = plain[:, 0].astype(np.float64), plain[:, 1].astype(np.float64)
    curve = drawn(frames, values, np.nan_to_num(plain[:, 2:].astype(np.float64)), at)
    place = np.clip(np.searchsorted(frames, at, side="right") - 1, 0, len(frames) - 1)
    return np.where(np.isnan(plain[place, 3]), values[place], curve)


def slopes_of(plain: Plain, at: NDArray[np.float64], rest: float) -> NDArray[np.float64]:
    """How much a plain curve changes in a frame, at some frames."""
    return (shown(plain, at + STEP, rest) - shown(plain, at - STEP, rest)) / (2 * STEP)


def standing_plain(keys: Coordinates, standing: Fresh) -> Plain:
    """The plain curve of keys that we wrote where the artist has changed some since.

    What lies between them is as at the keys that `standing` has on the same frames: a key that is
    pulled up keeps its handles' slopes.
    """
    if not len(keys) or not len(standing):
        return plain_of(Fresh(keys))
    frames = standing.points[:, 0]
    right = np.clip(np.searchsorted(frames, keys[:, 0]), 1, max(len(frames) - 1, 1))
    right = np.minimum(right, len(frames) - 1)
    left = np.maximum(right - 1, 0)
    nearer = keys[:, 0] - frames[left] <= frames[right] - keys[:, 0]
    place = np.where(nearer, left, right)
    ways = np.asarray(standing.interpolation, np.int32)[place]
    slopes = np.zeros((len(keys), 2)) if standing.slopes is None else standing.slopes[place]
    return plain_of(Fresh(keys, ways, slopes))


def merged(old: Plain, gone: NDArray[np.bool_], new: Plain) -> Plain:
    """A plain curve of which some is drawn anew."""
    every = np.concatenate([old[~gone], new])
    return np.take(every, np.argsort(every[:, 0], kind="stable"), axis=0)


@dataclass(frozen=True)
class Edits:
    """Hand keys of a curve: their keys, how far each is from ours, and from where on it."""

    keys: Coordinates
    changes: NDArray[np.float64]
    origins: NDArray[np.float64]

    def rows(self, values: NDArray[np.floating]) -> Hands:
        """As they are remembered, with the values that they have now."""
        frames = self.keys[:, 0].astype(np.float64)
        table = np.stack([frames, values, self.changes, self.origins], axis=1)
        return table.astype(np.float32)

    def only(self, mask: NDArray[np.bool_]) -> "Edits":
        """Some of them."""
        return Edits(self.keys[mask], self.changes[mask], self.origins[mask])


def read_edits(
    hand: Coordinates, written: Coordinates, stands: Coordinates, known: Hands, plain: Plain
) -> Edits:
    """How far hand keys are from our curve.

    `hand` are the artist's keys, `stands` all keys of the curve, `written` those that we set,
    `known` the hand keys that were read before, with their changes. A key with the value of one
    that is gone from another frame is that one, moved: its change is in time.
    """
    frames, values = hand.T.astype(np.float64)
    origins = frames.copy()
    changes = values - shown(plain, frames, 0.0)
    read = np.zeros(len(hand), bool)
    for i, frame in enumerate(frames):
        at = np.abs(known[:, 0] - frame) <= SAME_FRAME
        if at.any():
            _, stood, changes[i], origins[i] = known[at][0].astype(np.float64)
            pulled = values[i] - stood
            changes[i] += pulled if abs(pulled) > SAME_VALUE else 0.0
            read[i] = True
    before = np.concatenate([_rows_of(written), known]).astype(np.float64)
    gone = ~_near(before[:, 0], stands[:, 0])
    for shift in _shifts(hand[~read], before[gone]):
        for i in np.flatnonzero(~read):
            at = np.abs(before[:, 0] + shift - frames[i]) <= SAME_FRAME
            at &= np.abs(before[:, 1] - values[i]) <= SAME_VALUE
            if at.any():
                _, _, changes[i], origins[i] = before[at][-1]
                read[i] = True
    return Edits(hand, changes, origins)


def _rows_of(written: Coordinates) -> Hands:
    """Keys that we wrote, as if they were hand keys without a change."""
    return np.stack([*written.T, np.zeros(len(written)), written[:, 0]], axis=1).astype(np.float32)


def _shifts(hand: Coordinates, gone: NDArray[np.float64]) -> list[float]:
    """By how much keys were moved in time, the least first: hand keys with values of gone ones."""
    found: set[float] = set()
    for frame, value in hand.astype(np.float64):
        far = frame - gone[np.abs(gone[:, 1] - value) <= SAME_VALUE, 0]
        if len(far) and np.abs(far).min() <= MOST_MOVED_FRAMES:
            found.add(round(float(far[np.abs(far).argmin()]), 3))
    return sorted(found, key=abs)


def _near(frames: NDArray[np.floating], others: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Which frames have one of the others, which ascend, beside them."""
    if not len(others):
        return np.zeros(len(frames), bool)
    place = np.searchsorted(others, frames)
    left, right = others[np.maximum(place - 1, 0)], others[np.minimum(place, len(others) - 1)]
    return np.minimum(np.abs(frames - left), np.abs(frames - right)) <= SAME_FRAME


def on_top(
    fresh: Fresh,
    frames: NDArray[np.float64],
    changes: NDArray[np.float64],
    reach_frames: float,
    within: Range,
) -> Fresh:
    """Our keys with the changes of hand keys added, each fading within `reach_frames` beside it.

    On the frames of hand keys there are none of ours: there stand the artist's.
    """
    if not len(frames) or not len(fresh):
        return fresh
    change = _change(frames, changes, reach_frames, within)
    at = fresh.points[:, 0].astype(np.float64)
    if np.ndim(fresh.interpolation) == 0 and fresh.interpolation == CONSTANT:
        fresh = fresh.with_values(np.asarray(fresh.points[:, 1] + change(at), np.float64))
    else:
        edges = np.array(stretches(frames, reach_frames)).ravel()
        edges = np.unique(np.clip(np.concatenate([edges, frames]), *within))
        missing = ~_near(edges, at)
        if missing.any():
            fresh = inserted(fresh, edges[missing], lambda one: shown_by(fresh, one))
        at = fresh.points[:, 0].astype(np.float64)
        points = fresh.points.copy()
        points[:, 1] += change(at)
        slopes = fresh.slopes
        if slopes is not None:
            slopes = slopes + np.asarray(change.derivative()(at), np.float64)[:, None]
        fresh = Fresh(points, fresh.interpolation, slopes, fresh.kinds)
        at = points[:, 0].astype(np.float64)
    return fresh.only(~_near(at, frames))


def _change(
    frames: NDArray[np.float64], changes: NDArray[np.float64], reach: float, within: Range
) -> PchipInterpolator:
    """How much is added at a frame: smooth through all changes, and none beyond their reach."""
    low, high = within
    known = dict(zip(frames, changes, strict=True))
    for a, b in stretches(frames, reach):
        known.setdefault(max(a, low), 0.0)
        known.setdefault(min(b, high), 0.0)
    for end in (min(known) - 1.0, max(known) + 1.0, low - 1.0, high + 1.0):
        known.setdefault(end, 0.0)
    at = np.array(sorted(known))
    return PchipInterpolator(at, np.array([known[one] for one in at]), extrapolate=True)
