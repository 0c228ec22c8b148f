# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the lips of a mesh are, read from its geometry alone.

No axis, scale, name or topology is assumed. The jaw's motion tells what is down and which side of
a crack moves; lips are where vertices that lie close at rest part most when the mouth opens. Teeth
and tongue move as wholes, so they have no such crack; a mouth bag has one only at its rim.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

Points = NDArray[np.floating]
Indices = NDArray[np.integer]

STATIONS = 9  # places across the mouth at which the lips' distance is measured
REACH = 0.88  # of the half of the mouth's width, from its middle to the outermost station
# How far vertices part, in units of their distance at rest: a crack, and not stretched skin.
CRACK = 1.5
# So much of what the surest pairs part: a jaw that opens very far stretches skin as well.
SKIN, SURE = 0.12, 12
LEAST = 0.02  # of the jaw's motion: distances below it are as good as none
# Shares of the jaw's own motion between which the edge of a lip is looked for, from the middle of
# the mouth outwards, where lips follow the jaw less and less.
LEVELS = (0.5, 0.35, 0.22, 0.12)
SNAP = np.cos(np.radians(40))  # an axis of the mesh that is this near is the face's
ASKEW = np.sin(np.radians(12))  # faces are not perfectly symmetric
SEEN = 0.6  # of the opening shape, at which the edges are looked for
COLUMNS = 24  # narrow slices of the mouth; one vertex of each lip is taken of each
DEEP = 0.25  # of the mouth's width: what lies this much behind the front of a lip is not its edge
DENT = 0.03  # of the mouth's width
FINE = 200
CORNER = 0.12  # of the widest opening: where it is less, the mouth ends
FEWEST = 6  # vertices of a lip


@dataclass(frozen=True)
class FaceMesh:
    """One mesh of a character at rest, in its own space.

    Parameters
    ----------
    name : str
    vertices : ndarray [shape=(n, 3)]
    edges : ndarray [shape=(m, 2)], int
    keys : mapping of str to ndarray [shape=(n, 3)]
        Offset of each vertex when a shape key is at 1, masks and relative keys included.
    moves : mapping of any to ndarray [shape=(n, 3)]
        The same for controls that are no keys, as measured where the scene shows them.
    """

    name: str
    vertices: Points
    edges: Indices
    keys: Mapping[str, Points]
    moves: Mapping[Any, Points] = field(default_factory=dict)


@dataclass(frozen=True)
class Lips:
    """Points on the edges of the visible opening, opposite each other.

    Parameters
    ----------
    mesh : str
    up, left, forward : ndarray [shape=(3,)]
        Axes of the face; left is the character's left if forward is right, else its right.
    width : float
        Distance of the corners at rest.
    upper, lower : ndarray [shape=(stations, 2)], int
        Two vertices of either lip between which a point lies.
    upper_share, lower_share : ndarray [shape=(stations, 2)]
        Shares of the two, 1 in all.
    corners : ndarray [shape=(2,)], int
        Vertices at both ends of the opening.
    """

    mesh: str
    up: Points
    left: Points
    forward: Points
    width: float
    upper: Indices
    lower: Indices
    upper_share: Points
    lower_share: Points
    corners: Indices

    def gap(self, offsets: Points) -> Points:
        """How far lips part along the face's up axis, in mouth widths.

        Parameters
        ----------
        offsets : ndarray [shape=(n, 3)]
            Offsets of the mesh's vertices (or their places, for the distance itself).

        Returns
        -------
        ndarray [shape=(stations,)]
        """
        high = (offsets[self.upper] * self.upper_share[..., None]).sum(1)
        low = (offsets[self.lower] * self.lower_share[..., None]).sum(1)
        return (high - low) @ self.up / self.width

    def spread(self, offsets: Points) -> float:
        """How far the corners move apart, in mouth widths."""
        return float((offsets[self.corners[0]] - offsets[self.corners[1]]) @ self.left / self.width)


def find_lips(mesh: FaceMesh, opening: Points) -> Lips | None:
    """Find the lips of a mesh.

    Parameters
    ----------
    mesh : FaceMesh
    opening : ndarray [shape=(n, 3)]
        Offsets of its vertices when the mouth opens, such as those of jawOpen.

    Returns
    -------
    Lips or None
        None if nothing in this mesh opens like a mouth.
    """
    size = np.linalg.norm(opening, axis=1)
    most = float(np.percentile(size[size > 0.05 * size.max()], 98)) if size.max() > 0 else 0.0
    if most <= 1e-6 * float(np.ptp(mesh.vertices, axis=0).max()):
        return None
    # The lower lip moves most; in some styles the upper one rises as well.
    down = np.linalg.eigh(opening.T @ opening)[1][:, -1]
    down *= np.sign((opening @ down).sum())
    crack = _crack(mesh, opening @ down, most)
    if crack is None:
        return None
    high, low = crack
    axes = _axes(mesh.vertices, opening, high, low)
    return _stations(mesh, opening, high, low, axes)


def _islands(mesh: FaceMesh, moved: Points, most: float) -> Indices:
    """Count through the connected parts of a mesh; vertices split along seams are one."""
    count = len(mesh.vertices)
    extent = float(np.ptp(mesh.vertices, axis=0).max())
    # Lips that touch at rest are told apart by how they move.
    place = np.column_stack([mesh.vertices / (extent * 1e-5), moved / (most * 1e-2)])
    _, same = np.unique(np.round(place).astype(np.int64), axis=0, return_inverse=True)
    same = same.ravel()
    edges = same[mesh.edges]
    graph = coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(count, count))
    return connected_components(graph, directed=False)[1][same]


def _crack(mesh: FaceMesh, moved: Points, most: float) -> tuple[Indices, Indices] | None:
    """Find the vertices on both sides of the crack that opens: still ones and moving ones."""
    island = _islands(mesh, moved, most)
    found: list[tuple[float, Indices]] = []
    for number in np.unique(island[moved > LEVELS[-1] * most]):
        part = np.flatnonzero(island == number)
        found += _cracks(mesh.vertices[part], moved[part], most, part)
    if not found:
        return None
    # The skin is the largest part that cracks.
    pairs = max(found, key=lambda one: one[0])[1]
    return np.unique(pairs[:, 0]), np.unique(pairs[:, 1])


def _cracks(
    vertices: Points, moved: Points, most: float, part: Indices
) -> list[tuple[float, Indices]]:
    """Find the crack of one connected part, with the size of the part; nothing if it has none."""
    found = [_parting(vertices, moved, level * most, most) for level in LEVELS]
    pairs, strain = (np.concatenate(columns) for columns in zip(*found, strict=True))
    if len(pairs) < FEWEST:
        return []
    typical = np.sort(strain)[-min(SURE, len(strain))]
    pairs = pairs[strain > max(CRACK, SKIN * typical)]
    return [(_extent(vertices), part[pairs])] if len(pairs) >= FEWEST else []


def _parting(vertices: Points, moved: Points, level: float, most: float) -> tuple[Indices, Points]:
    """Find pairs (still, moving) of one connected part that lie close and part, and how much."""
    still, moving = np.flatnonzero(moved <= level), np.flatnonzero(moved > level)
    if not len(still) or not len(moving):
        return np.zeros((0, 2), np.int64), np.zeros(0)
    distance, index = KDTree(vertices[still]).query(vertices[moving], k=min(4, len(still)))
    distance = np.asarray(distance).reshape(len(moving), -1)
    upper = still[np.asarray(index).reshape(len(moving), -1)]
    parted = moved[moving][:, None] - moved[upper]
    strain = parted / (distance + LEAST * most)
    rows, columns = np.nonzero((strain > CRACK) & (parted > 0.3 * level))
    return np.column_stack([upper[rows, columns], moving[rows]]), strain[rows, columns]


def _extent(points: Points) -> float:
    return float(np.linalg.norm(np.ptp(points, axis=0)))


def _axes(
    vertices: Points, opening: Points, high: Indices, low: Indices
) -> tuple[Points, Points, Points]:
    """Up, left and forward of the face."""
    # A mouth is wider than deep or high. The lower lip moves down and, as the jaw turns, back.
    lips = vertices[np.concatenate([high, low])]
    side = np.linalg.svd(lips - lips.mean(0), full_matrices=False)[2][0]
    moved = opening[low].sum(0)
    up = -moved + (moved @ side) * side
    up = _snapped(up / max(float(np.linalg.norm(up)), 1e-12), SNAP, across=side)
    side = _snapped(side - (side @ up) * up, SNAP, across=up)
    side = side / np.linalg.norm(side)
    forward = np.cross(side, up)
    size = np.linalg.norm(opening, axis=1)
    jaw = (vertices * size[:, None]).sum(0) / size.sum()
    if (lips.mean(0) - jaw) @ forward < 0:
        forward = -forward
    return up, np.cross(up, forward), forward


def _snapped(axis: Points, nearness: float, across: Points) -> Points:
    """Return the axis of the mesh itself that is near and stands across another, if one does."""
    nearest = int(np.abs(axis).argmax())
    own = np.eye(3)[nearest] * np.sign(axis[nearest])
    return own if axis @ own > nearness and abs(own @ across) < ASKEW else axis


def _stations(
    mesh: FaceMesh,
    opening: Points,
    high: Indices,
    low: Indices,
    axes: tuple[Points, Points, Points],
) -> Lips | None:
    """Follow both edges of the opening and put the stations across it."""
    up, left, forward = axes
    opened = mesh.vertices + SEEN * opening
    across, depth = mesh.vertices @ left, mesh.vertices @ forward
    rough = float(np.ptp(across[high]))
    if not rough > 0:  # a seam that opens in one column is no mouth
        return None
    upper = _edge(across, -(opened @ up), depth, high, rough)
    lower = _edge(across, opened @ up, depth, low, rough)
    if min(len(upper), len(lower)) < FEWEST // 2:
        return None
    span = max(across[upper[0]], across[lower[0]]), min(across[upper[-1]], across[lower[-1]])
    at = np.linspace(*span, FINE)
    gap = _along(at, across, upper, opened @ up) - _along(at, across, lower, opened @ up)
    rest = _along(at, across, upper, mesh.vertices @ up) - _along(
        at, across, lower, mesh.vertices @ up
    )
    seen = at[(gap - rest) > CORNER * (gap - rest).max()]
    if len(seen) < FEWEST:
        return None
    middle, half = (seen[0] + seen[-1]) / 2, (seen[-1] - seen[0]) / 2
    places = middle + REACH * half * np.linspace(-1, 1, STATIONS)
    upper_at, upper_share = _between(places, across, upper)
    lower_at, lower_share = _between(places, across, lower)
    both = np.concatenate([upper, lower])
    ends = [both[np.abs(across[both] - end).argmin()] for end in (seen[-1], seen[0])]
    return Lips(
        mesh.name,
        up,
        left,
        forward,
        float(2 * half),
        upper_at,
        lower_at,
        upper_share,
        lower_share,
        np.array(ends),
    )


def _edge(across: Points, height: Points, depth: Points, lip: Indices, width: float) -> Indices:
    """Find the vertices of a lip that bound the opening, from one corner to the other.

    Of all in a narrow column the highest, unless it lies far behind the others (a palate).
    """
    column = np.floor((across[lip] - across[lip].min()) / (width / COLUMNS)).astype(int)
    edge = []
    for number in np.unique(column):
        here = lip[column == number]
        here = here[depth[here] > depth[here].max() - DEEP * width]
        edge.append(here[height[here].argmax()])
    chosen = np.array(edge)
    return _without_dents(chosen[np.argsort(across[chosen])], height, DENT * width)


def _without_dents(edge: Indices, height: Points, deepest: float) -> Indices:
    """Leave out what lies far below both its neighbours: no vertex of the edge was there."""
    while len(edge) > FEWEST:
        y = height[edge]
        dent = np.minimum(y[:-2], y[2:]) - y[1:-1]
        worst = int(dent.argmax())
        if dent[worst] < deepest:
            break
        edge = np.delete(edge, worst + 1)
    return edge


def _between(places: Points, across: Points, edge: Indices) -> tuple[Indices, Points]:
    """Which two vertices of an edge a place lies between, and the shares of both."""
    x = across[edge]
    right = np.clip(np.searchsorted(x, places), 1, len(edge) - 1)
    width = np.maximum(x[right] - x[right - 1], 1e-12)
    share = np.clip((places - x[right - 1]) / width, 0, 1)
    return np.stack([edge[right - 1], edge[right]], 1), np.stack([1 - share, share], 1)


def _along(places: Points, across: Points, edge: Indices, height: Points) -> Points:
    """Height of an edge at some places across the mouth."""
    return np.interp(places, across[edge], height[edge])
