# SPDX-License-Identifier: GPL-3.0-or-later
"""Part of a line and part of a face: what is drawn anew, and how it goes over into what stays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.motion.ease import smoothstep
from .beside import SAME_FRAME, Draw, held_at, inserted
from .fcurves import CONSTANT, Coordinates, Fresh


@dataclass(frozen=True)
class Part:
    """Frames `first..last`, and how many of them at both ends lead over."""

    first: float = -np.inf
    last: float = np.inf
    blend_frames: float = 0.0

    @property
    def is_whole(self) -> bool:
        """Say whether it has all frames of a line."""
        return not np.isfinite(self.first)

    def share(self, frames: NDArray[np.float64]) -> NDArray[np.float64]:
        """How much of the new take shows at some frames: 0 at both ends, and outside."""
        inside = np.minimum(frames - self.first, self.last - frames)
        return np.asarray(smoothstep(np.clip(inside / max(self.blend_frames, 1e-6), 0, 1)))


def renewed(
    old: Fresh, new: Fresh, part: Part, draw: Draw, hand: Coordinates, *, drawn: bool = False
) -> Fresh:
    """Keys of a curve that is `new` inside of a part, and as it was outside of it.

    `old` are our keys of before, `draw` is what the curve shows now, `hand` the artist's keys.
    Between `drawn` mouths there is nothing, so they change over at once.
    """
    begins = held_at(new, np.array([part.first]))
    frames = new.points[:, 0].astype(np.float64)
    new = new.only((frames > part.first + SAME_FRAME) & (frames < part.last - SAME_FRAME))
    frames, values = new.points.T.astype(np.float64)
    if not drawn:
        now = draw(frames)
        new = new.with_values(now + part.share(frames) * (values - now))
    edges = np.array([one for one in (part.first, part.last) if np.isfinite(one)])
    old = inserted(old, edges, draw) if len(old) else _keys_at(edges, draw)
    frames = old.points[:, 0].astype(np.float64)
    if drawn and np.isfinite(part.first):
        values = np.where(frames == part.first, begins, old.points[:, 1])
        old = Fresh(np.stack([frames, values], axis=1).astype(np.float32), CONSTANT)
    both = _together(old.only((frames <= part.first) | (frames >= part.last)), new)
    if not len(hand):
        return both
    away = np.abs(both.points[:, :1] - hand[None, :, 0]).min(axis=1)
    return both.only(away > SAME_FRAME)


def _keys_at(frames: NDArray[np.float64], draw: Draw) -> Fresh:
    return Fresh(np.stack([frames, draw(frames)], axis=1).astype(np.float32))


def _together(one: Fresh, other: Fresh) -> Fresh:
    """The keys of both, by frame."""
    points = np.concatenate([one.points, other.points])
    order = np.argsort(points[:, 0], kind="stable")
    ways, slopes, kinds = [], [], []
    for part in (one, other):
        count = len(part)
        ways.append(np.broadcast_to(np.asarray(part.interpolation, np.int32), count))
        slopes.append(np.zeros((count, 2)) if part.slopes is None else part.slopes)
        kinds.append(np.zeros(count, np.int32) if part.kinds is None else part.kinds)
    return Fresh(
        points[order],
        np.concatenate(ways)[order],
        np.concatenate(slopes)[order],
        np.concatenate(kinds)[order].astype(np.int32),
    )
