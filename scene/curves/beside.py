# SPDX-License-Identifier: GPL-3.0-or-later
"""Our keys beside those that the artist set: these win, and fade into ours over a distance."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...core.motion.ease import smoothstep
from ...core.motion.key_poses import BREAKDOWN, drawn
from .fcurves import BEZIER, CONSTANT, Coordinates, Fresh, Range

SAME_FRAME = 0.5  # of two keys: Blender lets no two lie nearer to each other for long
STEP = 1e-3  # frames, for the slope of a curve between its keys
Draw = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def beside(
    fresh: Fresh,
    hand: Coordinates,
    reach_frames: float,
    *,
    within: Range | None = None,
    draw: Draw | None = None,
) -> Fresh:
    """Our keys with room for those of `hand`, whose curve leads to ours and back.

    Nearer than `reach_frames` to a hand key there are none of ours, but on both edges of that
    stretch, where curves meet: beyond it the curve is what it is without hand keys. Keys that are
    held have no curves between them; they go over step by step. `within` are the frames outside of
    which we set nothing, `draw` is what the curve shows at some frames: by default, our keys alone.
    """
    if not len(hand) or not len(fresh):
        return fresh
    frames = fresh.points[:, 0].astype(np.float64)
    away = np.abs(frames[:, None] - hand[None, :, 0]).min(axis=1)
    if np.ndim(fresh.interpolation) == 0 and fresh.interpolation == CONSTANT:
        return _stepped(fresh, hand, reach_frames).only(away > SAME_FRAME)
    draw = draw or (lambda at: shown_by(fresh, at))
    low, high = within or (-np.inf, np.inf)
    around = stretches(hand[:, 0].astype(np.float64), reach_frames)
    edges = [(max(a, low), min(b, high)) for a, b in around]
    starts = np.array([a for a, _ in edges])
    both = np.unique(np.array(edges))
    with_edges = inserted(fresh, both, draw)
    frames = with_edges.points[:, 0].astype(np.float64)
    inside = np.zeros(len(frames), bool)
    for a, b in edges:
        inside |= (frames > a + STEP) & (frames < b - STEP)
    inside |= np.abs(frames[:, None] - hand[None, :, 0]).min(axis=1) <= SAME_FRAME
    kept = with_edges.only(~inside)
    leaves = np.abs(kept.points[:, :1] - starts[None, :]).min(axis=1) < STEP
    ways = np.where(leaves, BEZIER, kept.interpolation).astype(np.int32)
    return _without_swings(replace(kept, interpolation=ways), hand, edges)


def _without_swings(fresh: Fresh, hand: Coordinates, edges: list[tuple[float, float]]) -> Fresh:
    """Lead from each edge straight to the next hand key: no further than both, and not back first.

    A slope of up to three times the straight line's keeps a curve between its ends (Fritsch and
    Carlson 1980).
    """
    frames, slopes = fresh.points[:, 0], fresh.slopes
    if slopes is None or not len(frames):
        return fresh
    slopes = slopes.copy()
    for a, b in edges:
        inner = hand[(hand[:, 0] > a) & (hand[:, 0] < b)]
        for edge, near, side in ((a, inner[:1], 1), (b, inner[-1:], 0)):
            place = int(np.abs(frames - edge).argmin())
            if not len(near) or abs(frames[place] - edge) > STEP:
                continue
            straight = (near[0, 1] - fresh.points[place, 1]) / (near[0, 0] - frames[place])
            low, high = sorted((0.0, 3.0 * float(straight)))
            slopes[place, side] = np.clip(slopes[place, side], low, high)
    return replace(fresh, slopes=slopes)


def stretches(hand: NDArray[np.float64], reach: float) -> list[tuple[float, float]]:
    """The stretches of whole frames around hand keys; those that touch are one."""
    found: list[tuple[float, float]] = []
    for frame in np.sort(hand):
        a, b = float(np.floor(frame - reach)), float(np.ceil(frame + reach))
        if found and a <= found[-1][1]:
            found[-1] = found[-1][0], b
        else:
            found.append((a, b))
    return found


def shown_by(fresh: Fresh, at: NDArray[np.float64]) -> NDArray[np.float64]:
    """What keys show at some frames."""
    frames, values = fresh.points.T.astype(np.float64)
    if fresh.slopes is None:
        return np.interp(at, frames, values)
    return drawn(frames, values, fresh.slopes, at)


def inserted(fresh: Fresh, edges: NDArray[np.float64], draw: Draw) -> Fresh:
    """Keys on the edges too, each with the slope that the curve has there."""
    frames = fresh.points[:, 0].astype(np.float64)
    # Straight lines bend at their keys: there the slope is that over a frame to both sides.
    step = STEP if fresh.slopes is not None else 1.0

    def slopes_at(at: NDArray[np.float64]) -> NDArray[np.float64]:
        middle = (draw(at + step) - draw(at - step)) / (2 * step)
        return np.repeat(middle[:, None], 2, axis=1)

    new = edges[np.abs(edges[:, None] - frames[None, :]).min(axis=1) > STEP]
    points = np.stack([new, draw(new)], axis=1).astype(np.float32)
    slopes = fresh.slopes if fresh.slopes is not None else slopes_at(frames)
    every = np.concatenate([fresh.points, points])
    order = np.argsort(every[:, 0], kind="stable")
    before = np.clip(np.searchsorted(frames, new, side="right") - 1, 0, len(frames) - 1)
    ways = np.broadcast_to(np.asarray(fresh.interpolation, np.int32), len(frames))
    kinds = fresh.kinds
    if kinds is not None:
        kinds = np.concatenate([kinds, np.full(len(new), BREAKDOWN)])[order].astype(np.int32)
    return Fresh(
        every[order],
        np.concatenate([ways, ways[before]])[order],
        np.concatenate([slopes, slopes_at(new)])[order],
        kinds,
    )


def _stepped(fresh: Fresh, hand: Coordinates, reach: float) -> Fresh:
    """Held keys nearer to a hand key the more of its value."""
    frames, values = fresh.points.T.astype(np.float64)
    far = np.abs(frames[:, None] - hand[None, :, 0])
    nearest = far.argmin(axis=1)
    share = np.array(smoothstep(np.clip(1 - far.min(axis=1) / max(reach, STEP), 0, 1)))
    share[[0, -1]] = 0.0  # rest holds beyond the ends
    return fresh.with_values(values + share * (hand[nearest, 1] - values))


def held_beside(
    fresh: Fresh, hand: Coordinates, reach_frames: float, end: float, *, drawn: bool = True
) -> Fresh:
    """Ours beside hand keys where nothing lies between two values, as where drawings are shown.

    What the artist shows is held for `reach_frames`, before `end`; then ours is shown again. Where
    no mouths are `drawn`, a hand key may lead over to ours as its own handles say.
    """
    if not len(hand) or not len(fresh):
        return fresh
    frames = fresh.points[:, 0].astype(np.float64)
    far = np.ceil(hand[:, 0] + max(reach_frames, 1.0))
    back = np.array([one for one in np.unique(far) if one < end - STEP])
    points = np.stack([back, held_at(fresh, back)], axis=1).astype(np.float32)
    new = ~(np.abs(back[:, None] - frames[None, :]) < STEP).any(axis=1)
    every = np.concatenate([fresh.points, points[new]])
    every = every[np.argsort(every[:, 0], kind="stable")]
    after = every[:, 0, None] - hand[None, :, 0]
    gives_way = (after > -SAME_FRAME) & (after < (far - hand[:, 0])[None, :] - STEP)
    ends = (every[:, 0] <= frames[0]) | (every[:, 0] >= frames[-1])
    same = np.abs(after).min(axis=1) <= SAME_FRAME
    every = every[~(gives_way.any(axis=1) & ~ends) & ~same]
    if not drawn:
        return Fresh(every, CONSTANT)
    # The artist's keys lead over as Blender sets them: one of ours on the next frame holds them.
    next_frame = hand + np.array([1.0, 0.0])
    taken = np.concatenate([every[:, 0], hand[:, 0]])
    free = np.abs(next_frame[:, :1] - taken[None, :]).min(axis=1) > SAME_FRAME
    every = np.concatenate([every, next_frame[free & (next_frame[:, 0] < end - STEP)]])
    return Fresh(every[np.argsort(every[:, 0], kind="stable")].astype(np.float32), CONSTANT)


def held_at(fresh: Fresh, at: NDArray[np.float64]) -> NDArray[np.float64]:
    """What held keys show at some frames: the value of the last one before."""
    place = np.searchsorted(fresh.points[:, 0], at + STEP) - 1
    return fresh.points[np.maximum(place, 0), 1].astype(np.float64)
