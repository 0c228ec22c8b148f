# SPDX-License-Identifier: GPL-3.0-or-later
"""The net of the demo head: a grid round the skull in which mouth, eyes and ears are ring patches.

Each feature takes a rectangle out of the grid and fills it with loops of quads that run from the
rectangle to the opening, so all edge loops close round the mouth and the eyes. Lengths are
centimetres.
"""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from scipy import sparse

from . import features
from .surface import distance, front, gradient, project

SKIN, MOUTH = 0, 2

HALF_COLUMNS = np.radians(
    [*range(0, 46, 3), 51, 58, 66, 75, 84, 90, 96, 102, 108, 118, 130, 146, 163, 180]
)
# Height of each row at the front, the side and the back, and the depth to start from at the front.
ROWS = np.array(
    [
        (2.5, 2.5, 2.5, -2.5),
        (3.5, 3.5, 3.6, -2.5),
        (4.6, 4.6, 4.9, -2.5),
        (5.7, 5.8, 6.2, -2.6),
        (6.9, 7.1, 7.6, -3.6),
        (7.8, 8.3, 9.0, -5.2),
        (8.4, 9.4, 10.2, -6.8),
        (8.9, 10.2, 11.3, -7.9),
        (9.7, 10.9, 12.2, -8.3),
        (10.5, 11.5, 12.8, -8.0),
        (11.0, 11.9, 13.2, -8.0),
        (11.5, 12.3, 13.6, -8.0),
        (12.0, 12.7, 14.0, -8.0),
        (12.5, 13.1, 14.4, -8.0),
        (13.0, 13.4, 14.8, -8.0),
        (13.4, 13.8, 15.2, -8.0),
        (13.8, 14.1, 15.6, -8.0),
        (14.1, 14.4, 15.9, -8.0),
        (14.5, 14.7, 16.2, -8.6),
        (14.9, 15.1, 16.6, -9.4),
        (15.4, 15.5, 16.8, -9.9),
        (15.9, 16.0, 17.1, -9.9),
        (16.4, 16.4, 17.4, -9.3),
        (16.9, 16.9, 17.8, -8.6),
        (17.5, 17.5, 18.2, -8.3),
        (18.1, 18.1, 18.6, -8.0),
        (18.7, 18.7, 19.1, -8.0),
        (19.3, 19.3, 19.6, -8.0),
        (19.9, 19.9, 20.1, -8.0),
        (20.5, 20.5, 20.6, -8.0),
        (21.2, 21.2, 21.2, -8.0),
        (22.1, 22.1, 22.0, -8.0),
        (23.2, 23.2, 23.0, -7.8),
        (24.5, 24.4, 24.2, -7.4),
        (26.0, 25.8, 25.6, -6.6),
        (27.3, 27.0, 26.8, -5.4),
        (28.5, 28.1, 28.0, -3.9),
        (29.4, 29.1, 29.0, -1.8),
    ]
)
HALF = len(HALF_COLUMNS) - 1
COLUMNS = 2 * HALF
# First and last row, first and last column of the rectangle that each feature fills.
MOUTH_BOX = (9, 17, -9, 9)
EYE_BOX = (22, 30, 3, 15)
EAR_BOX = (19, 27, 20, 24)
RELAX_STEPS = 30


@dataclass
class Net:
    """The growing mesh: positions, the mirror partner of each vertex, faces and their materials."""

    points: list[np.ndarray] = field(default_factory=list)
    mirror: list[int] = field(default_factory=list)
    pinned: list[bool] = field(default_factory=list)
    faces: list[tuple[int, ...]] = field(default_factory=list)
    materials: list[int] = field(default_factory=list)

    def add(self, points: np.ndarray, *, pinned: bool) -> np.ndarray:
        """Append vertices, each its own mirror partner for now, and return their indices."""
        first = len(self.points)
        self.points.extend(points)
        self.mirror.extend(range(first, first + len(points)))
        self.pinned.extend([pinned] * len(points))
        return np.arange(first, first + len(points))

    def pair(self, left: np.ndarray, right: np.ndarray) -> None:
        """Note that `left` and `right` are mirror images of one another."""
        for a, b in zip(left.tolist(), right.tolist(), strict=True):
            self.mirror[a], self.mirror[b] = b, a

    def face(self, corners: tuple[int, ...], material: int, *, flip: bool = False) -> None:
        """Append one face."""
        self.faces.append(corners[::-1] if flip else corners)
        self.materials.append(material)

    def band(
        self, outer: np.ndarray, inner: np.ndarray, material: np.ndarray | int, *, flip: bool
    ) -> None:
        """Join two closed loops of equal length by quads, of one or of separate materials."""
        corners = np.column_stack([outer, np.roll(outer, -1), np.roll(inner, -1), inner])
        for quad, one in zip(corners, np.broadcast_to(material, len(outer)), strict=True):
            self.face(tuple(quad.tolist()), int(one), flip=flip)


@dataclass(frozen=True)
class HeadNet:
    """The finished net of the skin.

    `mouth` holds the lip loops from the edge of the red inwards, shape (loops, n); `eye` the lid
    loops of the left eye from the crease inwards. Index 0 of a loop is its corner on the +X side,
    index n / 2 the other corner, the upper half lies between. `mirror` is the partner of each
    vertex on the other side, `ears` are all vertices of both ears.
    """

    vertices: np.ndarray
    faces: tuple[tuple[int, ...], ...]
    materials: np.ndarray
    mirror: np.ndarray
    mouth: np.ndarray
    eye: np.ndarray
    ears: np.ndarray


def build_net() -> HeadNet:
    """Lay out, relax and number the skin of the head."""
    net = Net()
    grid = _lay_grid(net)
    mouth_box, eye_box = _box(grid, MOUTH_BOX), _box(grid, EYE_BOX)
    mouth = _fill_mouth(net, mouth_box)
    eye = _fill_eyes(net, eye_box)
    ears = _fill_ears(net, grid)
    _grid_faces(net, grid)
    points = _relax(net)
    used = np.zeros(len(points), bool)
    used[np.concatenate([np.array(f) for f in net.faces])] = True
    number = np.cumsum(used) - 1
    return HeadNet(
        vertices=points[used],
        faces=tuple(tuple(int(number[i]) for i in f) for f in net.faces),
        materials=np.array(net.materials, np.int32),
        mirror=number[np.array(net.mirror)][used],
        mouth=number[mouth],
        eye=number[eye],
        ears=number[ears],
    )


def _lay_grid(net: Net) -> np.ndarray:
    angle = np.concatenate([HALF_COLUMNS, -HALF_COLUMNS[1:-1][::-1]])
    ahead = np.cos(angle) > 0
    share = np.cos(angle) ** 2
    rows = []
    for front_z, side_z, back_z, front_y in ROWS:
        end_z = np.where(ahead, front_z, back_z)
        z = side_z + (end_z - side_z) * share
        skull = np.sqrt(np.clip(1.0 - ((z - 21.3) / 8.5) ** 2, 0.0, 1.0))
        wide = np.where(z > 15.0, np.maximum(7.7 * skull, 0.5), 5.2)
        back = np.where(z > 15.0, 9.2 * skull, 5.0)
        y = np.where(ahead, front_y, back) * np.cos(angle) * np.where(ahead, 1.0, -1.0) + 1.0
        rows.append(net.add(np.column_stack([wide * np.sin(angle), y, z]), pinned=False))
    top = net.add(np.array([[0.0, 1.3, 29.7]]), pinned=False)
    grid = np.array(rows)
    for row in rows:
        net.pair(row, np.roll(row[::-1], 1))
    for index in rows[0]:
        net.pinned[index] = True
    for a, b in zip(rows[-1], np.roll(rows[-1], -1), strict=True):
        net.face((int(a), int(b), int(top[0])), SKIN)
    return grid


def _box(grid: np.ndarray, box: tuple[int, int, int, int]) -> np.ndarray:
    """Return the border of a rectangle, from the middle of its +X side over the top."""
    low, high, first, last = box
    middle = (low + high) // 2
    cells = [(r, last) for r in range(middle, high)]
    cells += [(high, c) for c in range(last, first, -1)]
    cells += [(r, first) for r in range(high, low, -1)]
    cells += [(low, c) for c in range(first, last)]
    cells += [(r, last) for r in range(low, middle)]
    return np.array([grid[r, c % COLUMNS] for r, c in cells])


def _mirrored_box(net: Net, box: np.ndarray) -> np.ndarray:
    return np.array(net.mirror)[box]


def _grid_faces(net: Net, grid: np.ndarray) -> None:
    holes = [MOUTH_BOX, EYE_BOX, EAR_BOX]
    holes += [(low, high, -last, -first) for low, high, first, last in holes[1:]]
    for r in range(len(grid) - 1):
        for c in range(-HALF, HALF):
            if any(a <= r < b and f <= c < e for a, b, f, e in holes):
                continue
            d = (c + 1) % COLUMNS
            corners = (grid[r, c % COLUMNS], grid[r, d], grid[r + 1, d], grid[r + 1, c % COLUMNS])
            net.face(tuple(int(i) for i in corners), SKIN)


def _between(net: Net, box: np.ndarray, inner: np.ndarray, count: int) -> np.ndarray:
    """Return `count` loops of start positions between the rectangle and the first fixed loop."""
    outer = np.array([net.points[i] for i in box])
    share = (np.arange(1, count + 1) / (count + 1.0))[:, None, None]
    return outer + (inner - outer) * share


def _fill_mouth(net: Net, box: np.ndarray) -> np.ndarray:
    count = len(box)
    loops, materials = features.mouth_loops(count)
    flip = (count // 2 - np.arange(count)) % count
    rings = [box]
    for ring in _between(net, box, loops[0], 3):
        rings.append(net.add(ring, pinned=False))
    for ring in loops:
        rings.append(net.add(ring, pinned=True))
    for ring in rings[1:]:
        net.pair(ring, ring[flip])
    for outer, inner, material in zip(rings, rings[1:], [SKIN] * 4 + materials, strict=False):
        net.band(outer, inner, material, flip=False)
    last = rings[-1]
    for i in range(count // 2):
        a, b = (count - i) % count, count - i - 1
        corners = [last[i], last[i + 1], last[b], last[a]]
        unique = tuple(dict.fromkeys(int(v) for v in corners))
        net.face(unique, MOUTH)
    return np.array(rings[4:])


def _fill_eyes(net: Net, box: np.ndarray) -> np.ndarray:
    loops, materials = features.lid_loops(len(box))
    flip_x = np.array([-1.0, 1.0, 1.0])
    left, right = [box], [_mirrored_box(net, box)]
    free = _between(net, box, loops[0], 2)
    for ring, pinned in [*((r, False) for r in free), *((r, True) for r in loops)]:
        left.append(net.add(ring, pinned=pinned))
        right.append(net.add(ring * flip_x, pinned=pinned))
        net.pair(left[-1], right[-1])
    for rings, flip in ((left, False), (right, True)):
        for outer, inner, material in zip(
            rings, rings[1:], [SKIN] * 3 + list(materials), strict=False
        ):
            net.band(outer, inner, material, flip=flip)
    return np.array(left[3:])


def _fill_ears(net: Net, grid: np.ndarray) -> np.ndarray:
    box = _box(grid, EAR_BOX)
    root = project(np.array([net.points[i] for i in box]))
    loops = features.ear_loops(root)
    flip_x = np.array([-1.0, 1.0, 1.0])
    left, right = [box], [_mirrored_box(net, box)]
    for ring in loops:
        left.append(net.add(ring, pinned=True))
        right.append(net.add(ring * flip_x, pinned=True))
        net.pair(left[-1], right[-1])
    tip = loops[-1].mean(0)[None]
    for rings, flip, centre in ((left, False, tip), (right, True, tip * flip_x)):
        for outer, inner in pairwise(rings):
            net.band(outer, inner, SKIN, flip=flip)
        hub = int(net.add(centre, pinned=True)[0])
        rings.append(np.array([hub]))
        for a, b in zip(rings[-2], np.roll(rings[-2], -1), strict=True):
            net.face((int(a), int(b), hub), SKIN, flip=flip)
    net.pair(left[-1], right[-1])
    return np.concatenate([*left[1:], *right[1:]])


def _relax(net: Net) -> np.ndarray:
    """Even out the free vertices and lay them on the skin, the same on both sides."""
    points, mirror = np.array(net.points), np.array(net.mirror)
    free = ~np.array(net.pinned)
    links = edge_matrix(net.faces, len(points))
    degree = np.maximum(np.asarray(links.sum(1)).ravel(), 1.0)[:, None]
    used = np.asarray(links.sum(1)).ravel() > 0
    free &= used
    base = project(points[:COLUMNS], steps=10)
    points[:COLUMNS, :2] = base[:, :2]
    points[free] = project(points[free], steps=10)
    ahead = free & (np.abs(points[:, 0]) < 4.5) & (points[:, 1] < -4) & (points[:, 2] > 9.0)
    points[ahead, 1] = front(points[ahead, 0], points[ahead, 2])
    for _ in range(RELAX_STEPS):
        move = 0.5 * ((links @ points) / degree - points)[free]
        # Only the part along the skin: a plain average would flatten the nose.
        normal = gradient(points[free], distance(points[free]))
        normal /= np.linalg.norm(normal, axis=1)[:, None]
        points[free] += move - (move * normal).sum(1)[:, None] * normal
        points[free] = project(points[free], steps=2)
    points[free] = project(points[free], steps=4)
    return 0.5 * (points + points[mirror] * np.array([-1.0, 1.0, 1.0]))


def edge_matrix(faces: list[tuple[int, ...]], count: int) -> sparse.csr_matrix:
    """Return the symmetric 0/1 matrix of neighbours, shape (count, count)."""
    a = np.concatenate([np.array(f) for f in faces])
    b = np.concatenate([np.roll(f, -1) for f in faces])
    ones = np.ones(len(a))
    links = sparse.coo_matrix((ones, (a, b)), shape=(count, count)).tocsr()
    links = links + links.T
    links.data[:] = 1.0
    return links
