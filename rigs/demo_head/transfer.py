# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo head's face shapes on another head, from a few landmarks picked on it.

The demo head is laid over the other one by a similarity (Umeyama, "Least-squares estimation of
transformation parameters between two point patterns", 1991) and then bent onto the landmarks by
thin plate splines (Bookstein, "Principal warps", 1989). Every vertex follows the warped vertices
that lie nearest, face the same way and belong to the same lip.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RBFInterpolator
from scipy.sparse import coo_array, csr_array, diags_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import KDTree

from ...core.motion.ease import ramp
from .landmarks import EYE, LANDMARKS, Landmarks, demo_landmarks, demo_skin, refuse_bad

Array = NDArray[np.float64]

NEAREST = 4  # warped vertices that a vertex follows
# What counts as far between two vertices, in mouth widths, if they face opposite ways, or if one
# is of the upper lip and one of the lower.
TURNED, OTHER_LIP = 0.35, 0.5
NEAR, FAR = 0.3, 0.9  # mouth widths from the warped head: follows wholly, does not follow
SMOOTHINGS = 1
LID_SMOOTHINGS = 8  # lids are thin: nearest vertices are those of either face
# Where the lips are told apart from: shares of the way from their line to nose and chin.
SEEDS = (("nose_tip", 0.35), ("chin", 0.5))
SEALED = 1.5  # times the straight way between these, along the mesh: less if there is no slit
BALL = 0.3  # eye widths: lashes are thinner in one direction, eyeballs in none
ON_BALL = 1.12  # times its radius; a film of tears is within, lashes are not
IN_MOUTH = 1.3  # mouth widths from the middle of the lips to those of teeth and tongue
BLINKS = (0.7, 1.8)  # limits of what a blink is made larger by, for the lids to meet
JAW = ("jawOpen", "jawLeft", "jawRight", "jawForward")  # what moves the lower teeth
CHIN = -0.1  # vertices of the demo head nearer to the lower lip than this, seen from the upper
LEAST = 1e-4  # of the mouth's width: a shape that moves no vertex further is left out


@dataclass(frozen=True)
class Head:
    """A head mesh at rest.

    Parameters
    ----------
    vertices, normals : ndarray [shape=(n, 3)]
        Normals of length 1.
    edges : ndarray [shape=(m, 2)], int
    """

    vertices: Array
    normals: Array
    edges: NDArray[np.integer]


@dataclass(frozen=True)
class Given:
    """Face shapes for a head.

    Parameters
    ----------
    keys : mapping of str to ndarray [shape=(n, 3)]
        Offset of each vertex at value 1, by ARKit name.
    sealed : bool
        Upper and lower lip are one skin, so that the mouth cannot open.
    """

    keys: Mapping[str, Array]
    sealed: bool


def give_shapes(head: Head, landmarks: Landmarks) -> Given:
    """Bring the demo head's 52 shapes onto another head.

    Parameters
    ----------
    head : Head
    landmarks : mapping of str to ndarray [shape=(3,)]
        All of `LANDMARKS`, in the space of the head; any scale and direction.

    Returns
    -------
    Given

    Raises
    ------
    RigError
        If a landmark is missing or two that should not coincide do.
    """
    refuse_bad(landmarks)
    demo, skin = demo_landmarks(), demo_skin()
    width = float(np.linalg.norm(landmarks["mouth_left"] - landmarks["mouth_right"]))
    bend = _warp(demo, landmarks)
    source = skin.vertices.astype(np.float64)
    warped = bend(source)
    side = _lip_side(head.vertices, head.edges, landmarks)
    near, shares = _followed(head, side[0], warped, width)
    neighbours = _mean_of_neighbours(len(head.vertices), head.edges)
    parts = _loose_parts(head, landmarks)
    chin = _demo_side() < CHIN
    keys: dict[str, Array] = {}
    for name, offsets in skin.keys.items():
        moved = np.abs(offsets).max(1) > 1e-7
        ways = np.zeros_like(source)
        if moved.any():
            ways[moved] = bend(source[moved] + offsets[moved]) - warped[moved]
        given = np.einsum("nk,nkd->nd", shares, ways[near])
        for _ in range(LID_SMOOTHINGS if name.startswith("eye") else SMOOTHINGS):
            given = (given + neighbours @ given) / 2
        given[parts.still | parts.lower] = 0.0
        if name in JAW and parts.lower.any():
            far = np.linalg.norm(ways, axis=1)
            jaw = chin & (far > 0.6 * far.max())
            given[parts.lower] = _carried(head.vertices[parts.lower], warped[jaw], ways[jaw])
        if name.startswith("eyeBlink"):
            given *= _lids_meet(head, landmarks, given, name.removeprefix("eyeBlink").lower())
        if np.abs(given).max(initial=0.0) > LEAST * width:
            keys[name] = given
    return Given(keys, sealed=side[1] < SEALED)


def _followed(
    head: Head, side: Array, warped: Array, width: float
) -> tuple[NDArray[np.integer], Array]:
    """Find the warped vertices that each vertex follows, and how much of each, (n, NEAREST)."""
    own = _embed(head.vertices, head.normals, side, width)
    others = _embed(warped, _normals(warped, demo_skin().faces), _demo_side(), width)
    apart, near = map(np.asarray, KDTree(others).query(own, k=NEAREST))
    shares = 1.0 / np.maximum(apart, 1e-3 * width) ** 3
    reach = np.linalg.norm(head.vertices - warped[near[:, 0]], axis=1) / width
    fades = 1.0 - ramp(reach, NEAR, FAR)
    return near, shares * (fades / shares.sum(1))[:, None]


def _carried(points: Array, start: Array, ways: Array) -> Array:
    """Move points as a whole, turned and shifted as `start` is by `ways`."""
    _, turn, _ = _similarity(start, start + ways)
    middle = start.mean(0)
    return (points - middle) @ turn.T + middle + ways.mean(0) - points


def _of_eyeball(
    points: list[Array], islands: list[NDArray[np.bool_]], eye_width: float
) -> list[NDArray[np.bool_]]:
    """Pick the eyeball and what lies on it (iris, glint); lashes stand off from it."""
    sizes = [float(np.ptp(own, axis=0).min()) for own in points]
    largest = int(np.argmax(sizes))
    if sizes[largest] < BALL * eye_width:
        return []
    middle = (points[largest].min(0) + points[largest].max(0)) / 2
    reach = ON_BALL * np.linalg.norm(points[largest] - middle, axis=1).max()
    inside = [bool((np.linalg.norm(own - middle, axis=1) <= reach).all()) for own in points]
    return [own for own, within in zip(islands, inside, strict=True) if within]


def _lids_meet(head: Head, landmarks: Landmarks, given: Array, side: str) -> float:
    """How much further a blink must go for the middles of the lids to meet."""
    upper, lower = (np.asarray(landmarks[f"{lid}_lid_{side}"]) for lid in ("upper", "lower"))
    down = (lower - upper) / float((lower - upper) @ (lower - upper))
    tree = KDTree(head.vertices)
    ways = [given[tree.query(lid)[1]] for lid in (upper, lower)]
    closed = float((ways[0] - ways[1]) @ down)
    return float(np.clip(1.0 / max(closed, 1e-3), *BLINKS))


@dataclass(frozen=True)
class _Parts:
    """Vertices of eyeballs and upper teeth, which stay, and of lower teeth and tongue."""

    still: NDArray[np.bool_]
    lower: NDArray[np.bool_]


def _loose_parts(head: Head, landmarks: Landmarks) -> _Parts:
    """Find what is in the head's mesh but not its skin; lashes and brows go with the skin."""
    count = len(head.vertices)
    joined = coo_array((np.ones(len(head.edges)), tuple(head.edges.T)), shape=(count, count))
    _, island = connected_components(joined, directed=False)
    # Lids' landmarks may lie on the eyeball, or on a film before it.
    places = np.array([landmarks[name] for name in ("nose_tip", "chin", "mouth_left")])
    skin = set(island[KDTree(head.vertices).query(places)[1]])
    left = np.asarray(landmarks["mouth_left"]) - landmarks["mouth_right"]
    width = float(np.linalg.norm(left))
    up = np.asarray(landmarks["nose_tip"]) - landmarks["chin"]
    forward = np.cross(left, up) / np.linalg.norm(np.cross(left, up))
    mouth = (np.asarray(landmarks["upper_lip"]) + landmarks["lower_lip"]) / 2
    eyes = [np.mean([landmarks[f"{p}_{side}"] for p in EYE], 0) for side in ("left", "right")]
    eye_width = float(np.linalg.norm(landmarks["eye_inner_left"] - landmarks["eye_outer_left"]))
    still, lower = np.zeros(count, bool), np.zeros(count, bool)
    loose = [island == number for number in set(island) - skin]
    near_eyes: dict[int, list[NDArray[np.bool_]]] = {}
    for own in loose:
        middle = head.vertices[own].mean(0)
        apart = [float(np.linalg.norm(middle - eye)) for eye in eyes]
        if min(apart) < eye_width:
            near_eyes.setdefault(int(np.argmin(apart)), []).append(own)
        elif np.linalg.norm(middle - mouth) < IN_MOUTH * width and (middle - mouth) @ forward < 0:
            (lower if (middle - mouth) @ up < 0 else still)[own] = True
    for islands in near_eyes.values():
        for own in _of_eyeball([head.vertices[own] for own in islands], islands, eye_width):
            still |= own
    return _Parts(still, lower)


def _anchors(landmarks: Landmarks) -> Array:
    """Return the points that the warp holds on to; the lips' line is one, open or shut."""
    middle = (np.asarray(landmarks["upper_lip"]) + np.asarray(landmarks["lower_lip"])) / 2
    rest = [landmarks[name] for name in LANDMARKS if name not in ("upper_lip", "lower_lip")]
    return np.array([middle, *rest], np.float64)


def _warp(demo: Landmarks, other: Landmarks) -> RBFInterpolator:
    """Bend the space of the demo head so that its landmarks fall on the others."""
    start, goal = _anchors(demo), _anchors(other)
    scale, turn, shift = _similarity(start, goal)
    points = demo_skin().vertices.astype(np.float64)
    low, high = points.min(0), points.max(0)
    # Far from the face the similarity holds.
    corners = np.array(
        [
            [(low, high)[i][0], (low, high)[j][1], (low, high)[k][2]]
            for i, j, k in np.ndindex(2, 2, 2)
        ]
    )
    return RBFInterpolator(
        np.concatenate([start, corners]),
        np.concatenate([goal, scale * corners @ turn.T + shift]),
        kernel="thin_plate_spline",
    )


def _similarity(start: Array, goal: Array) -> tuple[float, Array, Array]:
    """Find scale, rotation and shift that bring `start` nearest to `goal`."""
    middles = start.mean(0), goal.mean(0)
    a, b = start - middles[0], goal - middles[1]
    left, sizes, right = np.linalg.svd(b.T @ a)
    flip = np.diag([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    turn = left @ flip @ right
    scale = float((sizes * np.diag(flip)).sum() / (a**2).sum())
    return scale, turn, middles[1] - scale * turn @ middles[0]


def _embed(points: Array, normals: Array, side: Array, width: float) -> Array:
    """Give vertices coordinates in which near means: same place, same direction, same lip."""
    parts = [points, normals * (width * TURNED / 2), side[:, None] * (width * OTHER_LIP / 2)]
    return np.concatenate(parts, axis=1)


def _lip_side(
    points: Array, edges: NDArray[np.integer], landmarks: Landmarks
) -> tuple[Array, float]:
    """Tell the lips apart along the mesh.

    Returns 1 below the nose to -1 above the chin, shape (n,), and how much further it is from one
    to the other along the mesh than straight on.
    """
    lips = (np.asarray(landmarks["upper_lip"]) + landmarks["lower_lip"]) / 2
    goals = [lips + share * (landmarks[to] - lips) for to, share in SEEDS]
    seeds = [int(np.linalg.norm(points - goal, axis=1).argmin()) for goal in goals]
    lengths = np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1)
    graph = coo_array((lengths, (edges[:, 0], edges[:, 1])), shape=(len(points),) * 2)
    ways = dijkstra(graph.tocsr(), directed=False, indices=seeds)
    reached = np.isfinite(ways).all(0)
    side = np.zeros(len(points))
    upper, lower = ways[:, reached]
    side[reached] = (lower - upper) / np.maximum(lower + upper, 1e-12)
    straight = max(float(np.linalg.norm(points[seeds[0]] - points[seeds[1]])), 1e-12)
    return side, float(ways[0, seeds[1]]) / straight


@cache
def _demo_side() -> Array:
    skin = demo_skin()
    edges = np.array([(f[i - 1], f[i]) for f in skin.faces for i in range(len(f))])
    return _lip_side(skin.vertices.astype(np.float64), edges, demo_landmarks())[0]


def _normals(points: Array, faces: tuple[tuple[int, ...], ...]) -> Array:
    """Return vertex normals of length 1 of faces with three or four corners."""
    corners = np.array(
        [(f[i - 1], f[i], f[(i + 1) % len(f)]) for f in faces for i in range(len(f))]
    )
    before, at, after = (points[corners[:, i]] for i in range(3))
    sums = np.zeros_like(points)
    np.add.at(sums, corners[:, 1], np.cross(after - at, before - at))
    return sums / np.maximum(np.linalg.norm(sums, axis=1), 1e-12)[:, None]


def _mean_of_neighbours(count: int, edges: NDArray[np.integer]) -> csr_array:
    """Make the matrix that averages over the vertices joined to each."""
    both = np.concatenate([edges, edges[:, ::-1]])
    joined = coo_array((np.ones(len(both)), (both[:, 0], both[:, 1])), shape=(count, count)).tocsr()
    many = np.maximum(joined.sum(1), 1)
    return csr_array(diags_array(1.0 / many) @ joined)
