# SPDX-License-Identifier: GPL-3.0-or-later
"""Key poses: curves that share a few frames, with Bézier handles fitted between them.

As an animator poses a face: every curve of a group has its keys on the same frames, so one column
of the dope sheet is one pose. Two neighbouring keys and their handles are a cubic; handles lie at
a third of the way, where a Bézier segment is the cubic Hermite polynomial of its slopes, and the
slopes that fit best are a linear function of the curves. So whatever is linear in the curves, such
as the distance of the lips, is fitted as they are. Which frames: the fewest that keep every curve
within its tolerance, found by dynamic programming (Bellman 1961), since a segment's error depends
on its two ends alone.
"""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats

Array = NDArray[np.float64]

LONGEST = 24  # frames that a segment has at first; longer ones are tried where nothing moves
LONGEST_OF_ALL = 240
STIFF = 1e-3  # how much slopes prefer the straight line where the curve does not say
TURNS = 0.25  # of a pose's motion that has to turn back there for an extreme
NEAR = 2.0  # tolerances: a pose that differs less from both its neighbours is a jitter

KEYFRAME, EXTREME, BREAKDOWN, JITTER = range(4)


@dataclass(frozen=True)
class Poses:
    """Key poses of a group of curves.

    Parameters
    ----------
    places : ndarray [shape=(k,)], int
        Rows of the curves that are keyed, ascending, the first and the last among them.
    slopes : ndarray [shape=(k, curves, 2)]
        Change in a frame to the left and to the right of each key; alike where handles align.
    kinds : ndarray [shape=(k,)], int
        EXTREME (contacts and turning points), BREAKDOWN (on the way) or JITTER (hardly differs).
    """

    places: NDArray[np.intp]
    slopes: Array
    kinds: NDArray[np.int32]


@cache
def _basis(n: int) -> tuple[Array, Array]:
    """Shares of the two ends, and of the two slopes, in the n + 1 values of a segment."""
    u = np.arange(n + 1) / n
    late = u * u * (3 - 2 * u)
    ends = np.stack([1 - late, late], axis=1)
    return ends, np.stack([n * u * (1 - u) ** 2, -n * u * u * (1 - u)], axis=1)


@cache
def _fit(n: int) -> tuple[Array, Array]:
    """Matrices from the n + 1 values of a segment to its two best slopes, and to what they miss."""
    ends, slopes = _basis(n)
    picks = np.zeros((2, n + 1))
    picks[0, 0] = picks[1, -1] = 1.0
    bent = np.eye(n + 1) - ends @ picks
    chord = np.tile((picks[1] - picks[0]) / n, (2, 1))
    gram = slopes.T @ slopes + STIFF * np.eye(2)
    best = np.linalg.solve(gram, slopes.T @ bent + STIFF * chord)
    return best, bent - slopes @ best


def key_poses(
    curves: Floats,
    tolerances: Floats,
    pinned: NDArray[np.bool_],
    mixed: Floats | None = None,
    mixed_tolerances: Floats | None = None,
) -> Poses:
    """Find the fewest poses, and slopes between them, that draw some curves.

    Parameters
    ----------
    curves : ndarray [shape=(frames, curves)], frames > 0
        One value a frame.
    tolerances : ndarray [shape=(curves,)], > 0
        Largest error of each curve at any frame.
    pinned : ndarray [shape=(frames,)], bool
        Frames that must be poses.
    mixed : ndarray [shape=(curves, m)], optional
        Weights of sums of the curves that have tolerances of their own.
    mixed_tolerances : ndarray [shape=(frames, m)], optional
        Theirs; may be infinite.

    Returns
    -------
    Poses
    """
    values = np.asarray(curves, np.float64)
    frames, count = values.shape
    allowed = np.broadcast_to(np.asarray(tolerances, np.float64), values.shape)
    if mixed is not None and mixed_tolerances is not None:
        values = np.concatenate([values, values @ mixed], axis=1)
        allowed = np.concatenate([allowed, mixed_tolerances], axis=1)
    if frames == 1:
        return Poses(np.zeros(1, np.intp), np.zeros((1, count, 2)), np.array([EXTREME], np.int32))
    places = _merged(values, allowed, pinned, _fewest(values, allowed, pinned))
    slopes = _slopes(values, allowed, places, count)
    kinds = _kinds(values[places, :count], np.asarray(tolerances), pinned[places])
    return Poses(places, slopes, kinds)


def _worst(values: Array, allowed: Array, n: int) -> Array:
    """Return the error of every segment of n frames, in tolerances, shape (frames - n,)."""
    windows = np.lib.stride_tricks.sliding_window_view(values, n + 1, axis=0)
    missed = np.abs(windows @ _fit(n)[1].T)
    room = np.lib.stride_tricks.sliding_window_view(allowed, n + 1, axis=0)
    worst: Array = (missed / room).max((1, 2), initial=0.0)
    return worst


def _fewest(values: Array, allowed: Array, pinned: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Find the fewest frames whose segments are within their tolerances; of equals, the best."""
    frames = len(values)
    most = min(LONGEST, frames - 1)
    price = np.full((most + 1, frames), np.inf)  # by length and last frame
    crossed = np.concatenate([[0], np.cumsum(pinned)])
    for n in range(1, most + 1):
        error = _worst(values, allowed, n)
        first = np.arange(frames - n)
        free = (crossed[first + n] - crossed[first + 1] == 0) & ((error <= 1) | (n == 1))
        price[n, n:] = np.where(free, 1 + np.minimum(error, 1) ** 2 / (frames + 1), np.inf)
    best = np.full(frames, np.inf)
    best[0], before = 0.0, np.zeros(frames, np.intp)
    for last in range(1, frames):
        n = np.arange(1, min(most, last) + 1)
        total = best[last - n] + price[n, last]
        choice = int(total.argmin())
        best[last], before[last] = total[choice], last - n[choice]
    places = [frames - 1]
    while places[-1]:
        places.append(int(before[places[-1]]))
    return np.array(places[::-1], np.intp)


def _merged(
    values: Array, allowed: Array, pinned: NDArray[np.bool_], places: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Drop poses within long stillness, where one segment does for two."""
    kept = [int(places[0])]
    for middle, end in pairwise(places[1:]):
        start, n = kept[-1], int(end) - kept[-1]
        if not pinned[middle] and LONGEST < n <= LONGEST_OF_ALL:
            missed = np.abs(_fit(n)[1] @ values[start : end + 1])
            if (missed <= allowed[start : end + 1]).all():
                continue
        kept.append(int(middle))
    return np.array([*kept, int(places[-1])], np.intp)


def _slopes(values: Array, allowed: Array, places: NDArray[np.intp], count: int) -> Array:
    """One slope a key by least squares over all; two where a segment asks for its own."""
    k = len(places)
    gram, right = np.zeros((k, k)), np.zeros((k, values.shape[1]))
    for i, (start, end) in enumerate(pairwise(places)):
        n = int(end - start)
        ends, slopes = _basis(n)
        part = values[start : end + 1]
        bent = part - ends @ part[[0, -1]]
        gram[i : i + 2, i : i + 2] += slopes.T @ slopes + STIFF * np.eye(2)
        right[i : i + 2] += slopes.T @ bent + STIFF * (part[-1] - part[0]) / n
    shared = np.linalg.solve(gram, right)
    found = np.repeat(shared[:, :, None], 2, axis=2)
    for i, (start, end) in enumerate(pairwise(places)):
        n = int(end - start)
        part, room = values[start : end + 1], allowed[start : end + 1]
        ends, slopes = _basis(n)
        missed = np.abs(part - ends @ part[[0, -1]] - slopes @ shared[i : i + 2])
        own = (missed > room).any(axis=0)
        if own[count:].any():  # a sum of them all
            own[:] = True
        best = _fit(n)[0] @ part
        found[i, own, 1], found[i + 1, own, 0] = best[0, own], best[1, own]
    return found[:, :count]


def _kinds(values: Array, tolerances: Floats, pinned: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Say what kind of pose each is."""
    kinds = np.full(len(values), BREAKDOWN, np.int32)
    if len(values) > 2:
        steps = np.diff(values, axis=0)
        come, go = np.abs(steps[:-1]), np.abs(steps[1:])
        back = np.where(steps[:-1] * steps[1:] < 0, np.minimum(come, go), 0.0).sum(axis=1)
        kinds[1:-1][back > TURNS * np.maximum(come, go).sum(axis=1)] = EXTREME
        near = (np.maximum(come, go) <= NEAR * tolerances).all(axis=1)
        kinds[1:-1][near] = JITTER
    kinds[[0, -1]] = EXTREME
    kinds[pinned] = EXTREME
    return kinds


def drawn(
    frames: Floats,
    values: Floats,
    slopes: Floats,
    at: Floats,
) -> Array:
    """Draw one curve from its keys, as Blender does with handles at a third of the way.

    Parameters
    ----------
    frames, values : ndarray [shape=(k,)]
        Ascending frames, and the value at each.
    slopes : ndarray [shape=(k, 2)]
        Change in a frame to the left and to the right.
    at : ndarray [shape=(n,)]
        Frames to draw; the ends are held.

    Returns
    -------
    ndarray [shape=(n,)]
    """
    if len(frames) == 1:
        return np.full(len(at), float(values[0]))
    spots = np.clip(at, frames[0], frames[-1])
    i = np.clip(np.searchsorted(frames, spots, side="right") - 1, 0, len(frames) - 2)
    n = frames[i + 1] - frames[i]
    u = (spots - frames[i]) / n
    late = u * u * (3 - 2 * u)
    bend = n * u * (1 - u) * ((1 - u) * slopes[i, 1] - u * slopes[i + 1, 0])
    line: Array = (1 - late) * values[i] + late * values[i + 1] + bend
    return line
