# SPDX-License-Identifier: GPL-3.0-or-later
"""Bounded least squares for many frames at once: values near the wanted ones, distances in limits.

Projected Newton steps after Bertsekas, "Projected Newton methods for optimization problems with
simple constraints", SIAM Journal on Control and Optimization, 1982.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

STIFF = (15.0, 60.0, 250.0, 1000.0)  # how much a distance counts beside a value of cost 1
ROUNDS, ENOUGH = 8, 1e-4  # steps at most at each stiffness, and a change of values that is none
NEAR = 0.004  # of a limit: a value that is pushed against it is held
LENGTHS = np.array([1.0, 0.6, 0.3, 0.1, 0.03, 0.01, 0.0])  # of a Newton step that are tried


def nearest(
    wanted: Array, gap: Array, gaps: tuple[Array, Array], room: tuple[Array, Array], cost: Array
) -> Array:
    """Move each row of `wanted` as little as brings `row @ gap.T` within `gaps`.

    Minimises ``cost · (x - wanted)² + STIFF[-1] |what of x @ gap.T is outside gaps|²`` over
    ``room[0] <= x <= room[1]``, all rows at once. The stiffness grows in steps, each begun where
    the last ended: that keeps the kinks of the problem few.

    Parameters
    ----------
    wanted : ndarray [shape=(rows, unknowns)]
    gap : ndarray [shape=(distances, unknowns)]
    gaps : pair of ndarray [shape=(rows, distances)]
        Least and most of each distance.
    room : pair of ndarray [shape=(rows, unknowns)]
        Least and most of each unknown.
    cost : ndarray [shape=(unknowns,)]
        Above 0.

    Returns
    -------
    ndarray [shape=(rows, unknowns)]
        Always inside `room`; `wanted` itself (in its room) where that is right already.
    """
    out = np.clip(wanted, *room)
    distance = out @ gap.T
    rows = np.flatnonzero((_outside(distance, gaps) != 0).any(1))
    columns = np.flatnonzero((room[1] - room[0]).max(0, initial=0.0) > 0)
    if not len(rows) or not len(columns):
        return out
    free = np.ix_(rows, columns)
    part = gap[:, columns]
    still = distance[rows] - out[free] @ part.T  # of what may not move
    problem = _Problem(
        wanted[free],
        part,
        (gaps[0][rows] - still, gaps[1][rows] - still),
        (room[0][free], room[1][free]),
        cost[columns],
    )
    out[free] = problem.solved(out[free])
    return out


def _outside(distance: Array, gaps: tuple[Array, Array]) -> Array:
    """By how much a distance is above (+) or below (-) its limits."""
    above: Array = np.maximum(distance - gaps[1], 0)
    return above + np.minimum(distance - gaps[0], 0)


@dataclass(frozen=True)
class _Problem:
    """The least-squares problem of some frames, and steps towards its answer."""

    wanted: Array
    gap: Array
    gaps: tuple[Array, Array]
    room: tuple[Array, Array]
    cost: Array

    def of(self, rows: NDArray[np.integer]) -> "_Problem":
        """Take the same problem for some of the frames."""
        low, high = (limit[rows] for limit in self.room)
        least, most = (limit[rows] for limit in self.gaps)
        return _Problem(self.wanted[rows], self.gap, (least, most), (low, high), self.cost)

    def distance(self, x: Array) -> Array:
        """Return the distances; a BLAS would wake its threads for so small a product."""
        return np.einsum("...i,ki->...k", x, self.gap)

    def value(self, x: Array, stiff: float) -> Array:
        """Return what is minimised, a number a frame; `x` may have further axes in front."""
        outside = _outside(self.distance(x), self.gaps)
        return (self.cost * (x - self.wanted) ** 2).sum(-1) + stiff * (outside**2).sum(-1)

    def solved(self, x: Array) -> Array:
        """Newton steps, each as long as it helps, until no frame moves."""
        x = x.copy()
        for stiff in STIFF:
            rows = np.arange(len(x))
            for _ in range(ROUNDS):
                here = self.of(rows)
                new = here.stepped(x[rows], stiff)
                moved = np.abs(new - x[rows]).max(1) > ENOUGH
                x[rows] = new
                rows = rows[moved]
                if not len(rows):
                    break
        return x

    def stepped(self, x: Array, stiff: float) -> Array:
        """One step of every frame, limits kept."""
        low, high = self.room
        outside = _outside(self.distance(x), self.gaps)
        slope = self.cost * (x - self.wanted) + stiff * np.einsum("fk,ki->fi", outside, self.gap)
        held = ((x <= low + NEAR) & (slope > 0)) | ((x >= high - NEAR) & (slope < 0))
        free = ~held
        # The matrix is a diagonal and one row a station that is outside: solved in the stations.
        active = (outside != 0)[:, :, None] * self.gap
        pulled = active * (free / self.cost)[:, None]
        small = np.einsum("fki,fji->fkj", pulled, active) + np.eye(len(self.gap)) / stiff
        step = np.where(free, slope, 0.0) / self.cost
        push = _eliminated(small, np.einsum("fki,fi->fk", active, step))
        step = step - np.einsum("fki,fk->fi", pulled, push)
        # What is held goes straight to its limit: its slope says so.
        step = np.where(held, np.sign(slope) * NEAR, step)
        tries = np.clip(x - LENGTHS[:, None, None] * step, low, high)
        best = self.value(tries, stiff).argmin(0)
        return tries[best, np.arange(len(x))]


def _eliminated(matrix: Array, right: Array) -> Array:
    """Solve a small positive definite system a row; a LAPACK would wake its threads for each."""
    table = np.concatenate([matrix, right[..., None]], -1)
    for k in range(matrix.shape[-1]):
        table[:, k] /= table[:, k, k, None]
        factor = table[:, :, k].copy()
        factor[:, k] = 0
        table -= factor[..., None] * table[:, k, None]
    return table[..., -1]
