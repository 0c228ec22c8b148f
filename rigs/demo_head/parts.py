# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts that go with the demo head's skin: eyes, teeth, tongue, brows and hair.

Every function returns a `Part` in centimetres; `demo_head.build_head` turns them into meshes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.spatial import KDTree

from .shapes import JAW_MOVES, jaw_rotation
from .surface import EYE_CENTRE, EYE_RADIUS, distance, front, gradient

Faces = list[tuple[int, ...]]

# Degrees from the middle of the pupil, and the material of the band up to the next ring.
EYE_RINGS = (
    (5.0, 2),
    (12.0, 1),
    (13.0, 1),
    (20.0, 1),
    (27.0, 3),
    (30.0, 0),
    (33.0, 0),
    (45.0, 0),
    (60.0, 0),
    (80.0, 0),
    (105.0, 0),
    (135.0, 0),
    (165.0, 0),
)
EYE_SEGMENTS = 24
EYE_TURNS = {
    "eyeLookUp": ("x", -22.0),
    "eyeLookDown": ("x", 26.0),
    "eyeLookIn": ("z", -28.0),
    "eyeLookOut": ("z", 28.0),
}
GLINT_AT, GLINT_SIZE = (17.0, 50.0), 4.2

TEETH = 10
UPPER_ARCH = (3.2, -7.75, 3.3)
LOWER_ARCH = (3.02, -7.5, 3.15)
# Outwards from the arch and height, from the gum over the biting edge to the back; band material.
UPPER_PROFILE = (
    (-0.3, 14.25, 1),
    (0.12, 13.85, 1),
    (0.12, 13.45, 1),
    (0.1, 13.30, 0),
    (0.16, 12.75, 0),
    (0.06, 11.95, 0),
    (-0.16, 11.90, 0),
    (-0.45, 13.15, 1),
    (-0.9, 14.05, 1),
)
LOWER_PROFILE = (
    (-0.3, 10.45, 1),
    (0.1, 10.80, 1),
    (0.1, 11.10, 1),
    (0.08, 11.25, 0),
    (0.12, 11.75, 0),
    (0.02, 12.23, 0),
    (-0.18, 12.25, 0),
    (-0.45, 11.35, 1),
    (-0.8, 10.55, 1),
)

TONGUE_SPINE = np.array(
    [(-0.8, 9.2), (-2.0, 10.5), (-3.3, 11.25), (-4.7, 11.45), (-6.0, 11.4), (-6.95, 11.3)]
)
TONGUE_SECTIONS, TONGUE_AROUND = 14, 12

BROW_LINE = ((1.4, 22.15), (2.6, 22.65), (4.0, 22.8), (5.1, 22.4), (6.0, 21.6))
BROW_SECTIONS = 13

HAIR_COLUMNS, HAIR_ROWS, HAIR_LOCKS = 65, 14, 13
HAIR_SWEEP = 1.1
HAIR_CENTRE, HAIR_CROWN = np.array([0.0, 0.8, 20.5]), np.array([0.35, 4.0, 31.0])
# Angle round the head from the front, and the height of the hairline there.
HAIRLINE = (
    (0, 25.9),
    (25, 25.7),
    (45, 24.6),
    (58, 22.6),
    (68, 20.8),
    (76, 18.9),
    (84, 19.2),
    (92, 20.9),
    (104, 20.6),
    (118, 17.2),
    (135, 14.8),
    (180, 13.9),
)


@dataclass(frozen=True)
class Part:
    """Vertices (n, 3) in centimetres, faces, one material index each, shape key offsets."""

    vertices: np.ndarray
    faces: Faces
    materials: list[int]
    keys: Mapping[str, np.ndarray] = field(default_factory=dict)


def _bands(
    rings: list[np.ndarray], materials: list[int], *, closed: bool
) -> tuple[Faces, list[int]]:
    """Join equal rows of vertex indices by quads; `closed` rows wrap round."""
    faces: Faces = []
    used: list[int] = []
    for low, high, material in zip(rings, rings[1:], materials, strict=False):
        count = len(low) if closed else len(low) - 1
        for i in range(count):
            j = (i + 1) % len(low)
            faces.append((int(low[i]), int(low[j]), int(high[j]), int(high[i])))
            used.append(material)
    return faces, used


def eye(side: int) -> Part:
    """Return an eyeball (`side` +1 left, -1 right): white, iris, pupil, rim and glint.

    The glint is no part of the ball: it stays where the light is while the eye turns.
    """
    turn = 2.0 * np.pi * np.arange(EYE_SEGMENTS) / EYE_SEGMENTS
    rows = [np.array([[0.0, -1.0, 0.0]])]
    for degrees, _ in EYE_RINGS:
        a = np.radians(degrees)
        ring = [np.sin(a) * np.cos(turn), np.full_like(turn, -np.cos(a)), np.sin(a) * np.sin(turn)]
        rows.append(np.column_stack(ring))
    rows.append(np.array([[0.0, 1.0, 0.0]]))
    ball = np.concatenate(rows) * EYE_RADIUS
    rings = [1 + EYE_SEGMENTS * i + np.arange(EYE_SEGMENTS) for i in range(len(EYE_RINGS))]
    faces, materials = _bands(rings[::-1], [m for _, m in EYE_RINGS[-2::-1]], closed=True)
    last = len(ball) - 1
    for i in range(EYE_SEGMENTS):
        j = (i + 1) % EYE_SEGMENTS
        faces += [
            (0, int(rings[0][i]), int(rings[0][j])),
            (last, int(rings[-1][j]), int(rings[-1][i])),
        ]
        materials += [2, 0]
    glint = _glint()
    first = len(ball)
    faces.append(tuple(range(first, first + len(glint))))
    materials.append(4)
    centre = EYE_CENTRE * np.array([side, 1.0, 1.0])
    keys = {}
    for name, (axis, degrees) in EYE_TURNS.items():
        angle = np.radians(degrees if axis == "x" else degrees * side)
        moved = _turned(ball, axis, angle) - ball
        keys[name + ("Left" if side > 0 else "Right")] = np.vstack([moved, np.zeros_like(glint)])
    return Part(np.vstack([ball, glint]) + centre, faces, materials, keys)


def _glint() -> np.ndarray:
    turn = 2.0 * np.pi * np.arange(10) / 10
    away, around = np.radians(GLINT_AT[0]), np.radians(GLINT_AT[1])
    flat = np.radians(GLINT_SIZE) * np.column_stack([np.cos(turn), np.sin(turn)])
    flat += away * np.array([-np.cos(around), np.sin(around)])
    disc = np.column_stack([flat[:, 0], -np.sqrt(1.0 - (flat**2).sum(1)), flat[:, 1]])
    return disc * (EYE_RADIUS + 0.025)


def _turned(points: np.ndarray, axis: str, angle: float) -> np.ndarray:
    x, y, z = points.T
    c, s = np.cos(angle), np.sin(angle)
    if axis == "x":
        return np.column_stack([x, c * y - s * z, s * y + c * z])
    return np.column_stack([c * x - s * y, s * x + c * y, z])


def teeth() -> Part:
    """Return both rows of teeth with gums; the lower one carries the jaw's keys."""
    upper = _row(UPPER_ARCH, UPPER_PROFILE, -1.0)
    lower = _row(LOWER_ARCH, LOWER_PROFILE, 1.0)
    shift = len(upper.vertices)
    faces = upper.faces + [tuple(i + shift for i in f) for f in lower.faces]
    still = np.zeros_like(upper.vertices)
    keys = {name: np.vstack([still, move]) for name, move in _with_jaw(lower.vertices).items()}
    vertices = np.vstack([upper.vertices, lower.vertices])
    return Part(vertices, faces, upper.materials + lower.materials, keys)


def _with_jaw(points: np.ndarray) -> dict[str, np.ndarray]:
    keys = {"jawOpen": jaw_rotation(points)}
    return keys | {
        name: np.tile(np.array(move), (len(points), 1)) for name, move in JAW_MOVES.items()
    }


def _row(arch: tuple[float, float, float], profile: tuple, edge: float) -> Part:
    """Sweep a tooth profile along an arch; `edge` is the way to the biting edge, +1 up."""
    width, ahead, depth = arch
    count = TEETH * 4 + 1
    angle = np.radians(np.linspace(-60, 60, count))
    within = np.abs(np.sin(np.pi * np.linspace(0, TEETH, count)))
    gap = 1.0 - within**0.35
    rings, materials = [], []
    for i, (out, height, material) in enumerate(profile):
        tooth = 1.0 if 3 <= i <= 6 else 0.0
        reach = out - 0.1 * gap * tooth
        x = (width + reach) * np.sin(angle)
        y = ahead - reach * np.cos(angle) + depth * (1.0 - np.cos(angle))
        z = height - edge * gap * (0.09 if i in (5, 6) else 0.0)
        z = z - edge * 0.25 * np.abs(np.sin(angle)) ** 3 * (1.0 if i in (4, 5, 6) else 0.0)
        rings.append(np.column_stack([x, y, np.broadcast_to(z, count)]))
        materials.append(material)
    index = [np.arange(count) + count * i for i in range(len(rings))]
    if edge < 0:
        index = index[::-1]
        materials = materials[-2::-1]
    faces, used = _bands(index, materials, closed=False)
    return Part(np.concatenate(rings), faces, used)


def tongue() -> Part:
    """Return the tongue with the jaw's keys, tongueOut and the three keys for speech."""
    s = np.linspace(0.0, 1.0, TONGUE_SECTIONS)
    knots = np.linspace(0.0, 1.0, len(TONGUE_SPINE))
    spine = np.column_stack([np.interp(s, knots, TONGUE_SPINE[:, i]) for i in range(2)])
    spine[1:-1] = 0.25 * spine[:-2] + 0.5 * spine[1:-1] + 0.25 * spine[2:]
    taper = np.sqrt(np.clip(1.0 - np.clip((s - 0.62) / 0.4, 0, 1) ** 2.2, 0.02, 1.0))
    wide, thick = 1.65 * taper, (0.75 - 0.35 * s) * taper**0.6
    turn = 2.0 * np.pi * np.arange(TONGUE_AROUND) / TONGUE_AROUND
    rings, along, above = [], [], []
    for i in range(TONGUE_SECTIONS):
        groove = 0.14 * np.clip(np.sin(turn), 0, 1) * np.exp(-((np.cos(turn) / 0.35) ** 2))
        x = wide[i] * np.cos(turn)
        z = spine[i, 1] + thick[i] * np.sin(turn) - groove * taper[i]
        rings.append(np.column_stack([x, np.full_like(x, spine[i, 0]), z]))
        along.append(np.full(TONGUE_AROUND, s[i]))
        above.append(z - spine[i, 1])
    points = np.concatenate(rings)
    bends = _tongue_bends(np.concatenate(along), np.concatenate(above))
    index = [np.arange(TONGUE_AROUND) + TONGUE_AROUND * i for i in range(TONGUE_SECTIONS)]
    faces, materials = _bands(index[::-1], [0] * TONGUE_SECTIONS, closed=True)
    faces.append(tuple(int(i) for i in index[-1]))
    materials.append(0)
    return Part(points, faces, materials, _with_jaw(points) | bends)


def _tongue_bends(way: np.ndarray, above: np.ndarray) -> dict[str, np.ndarray]:
    """Return the tongue's own keys.

    `way` runs from 0 at the root to 1 at the tip, `above` is the height over the middle line.
    """
    zero = np.zeros_like(way)
    tip = np.clip((way - 0.4) / 0.6, 0.0, 1.0) ** 1.6
    hump = np.exp(-(((way - 0.38) / 0.2) ** 2))
    early = np.clip((way - 0.3) / 0.35, 0.0, 1.0)
    out = np.clip((way - 0.1) / 0.9, 0.0, 1.0) ** 1.4
    lift = 0.95 * np.sin(np.pi * np.clip(out, 0, 1) ** 0.8) - 0.55 * out**3
    moves = {
        "tongueOut": (-4.4 * out, lift),
        "tongueTipUp": (-0.2 * tip + 0.05 * hump, 2.25 * tip + 0.25 * hump),
        "tongueBackUp": (0.45 * hump + 0.5 * tip, 1.9 * hump - 0.15 * tip),
        "tongueDental": (-2.25 * tip, early * early * (3.0 - 2.0 * early) * (1.03 - 0.25 * above)),
    }
    return {name: np.column_stack([zero, dy, dz]) for name, (dy, dz) in moves.items()}


def brows(skin: np.ndarray, skin_keys: Mapping[str, np.ndarray]) -> Part:
    """Return both brows; they ride on the skin's own keys, so they never leave it."""
    line = np.array(BROW_LINE)
    s = np.linspace(0.0, 1.0, BROW_SECTIONS)
    knots = np.linspace(0.0, 1.0, len(line))
    curve = np.column_stack([np.interp(s, knots, line[:, i]) for i in range(2)])
    for _ in range(3):
        curve[1:-1] = 0.25 * curve[:-2] + 0.5 * curve[1:-1] + 0.25 * curve[2:]
    tangent = np.gradient(curve, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1)[:, None]
    half = 0.5 * np.sin(np.pi * np.clip(0.12 + 0.88 * s, 0, 0.97)) ** 0.5 * (1.15 - 0.55 * s)
    rows = []
    for across, high in ((-1.0, -0.25), (-0.7, 0.14), (0.0, 0.24), (0.7, 0.14), (1.0, -0.25)):
        x = curve[:, 0] - tangent[:, 1] * half * across
        z = curve[:, 1] + tangent[:, 0] * half * across
        flat = np.column_stack([x, front(x, z), z])
        normal = gradient(flat, distance(flat))
        fade = np.minimum(1.0, np.minimum(s, 1.0 - s) * 8.0 + 0.15)
        rows.append(flat + normal * (high * np.where(high > 0, fade, 1.0))[:, None])
    left = np.concatenate(rows)
    index = [np.arange(BROW_SECTIONS) + BROW_SECTIONS * i for i in range(len(rows))]
    faces, materials = _bands(index, [0] * len(rows), closed=False)
    right = left * np.array([-1.0, 1.0, 1.0])
    faces = faces + [tuple(i + len(left) for i in f)[::-1] for f in faces]
    points = np.vstack([left, right])
    gaps, near = KDTree(skin).query(points, k=6)
    share = 1.0 / (gaps + 0.05) ** 2
    share /= share.sum(1, keepdims=True)
    keys = {}
    for name, offsets in skin_keys.items():
        moved = (offsets[near] * share[..., None]).sum(1)
        if np.abs(moved).max() > 0.02:
            keys[name] = moved
    return Part(points, faces, materials * 2, keys)


def hair() -> Part:
    """Return short swept hair: the skull's surface, blown up and combed into soft locks."""
    column = 2.0 * np.pi * np.arange(HAIR_COLUMNS) / HAIR_COLUMNS
    lock = HAIR_LOCKS * column / (2.0 * np.pi) % 1.0
    goal = HAIR_CROWN - HAIR_CENTRE
    goal /= np.linalg.norm(goal)
    rows = []
    for v in np.linspace(0.0, 0.97, HAIR_ROWS) ** 1.25:
        # The columns turn on their way up, so the locks sweep to one side.
        angle = column - HAIR_SWEEP * v
        beam = (1.0 - v) * _hairline(angle, lock) + v * goal
        beam /= np.linalg.norm(beam, axis=1)[:, None]
        rows.append(_blown_up(HAIR_CENTRE, beam, _thickness(angle, lock, v)))
    top = _blown_up(HAIR_CENTRE, goal[None], np.array([1.15]))
    points = np.concatenate([*rows, top])
    index = [np.arange(HAIR_COLUMNS) + HAIR_COLUMNS * i for i in range(HAIR_ROWS)]
    faces, _ = _bands(index, [0] * HAIR_ROWS, closed=True)
    for a, b in zip(index[-1], np.roll(index[-1], -1), strict=True):
        faces.append((int(a), int(b), len(points) - 1))
    # The shadow side of every lock is a little darker, which draws the strands.
    materials = np.tile((lock > 0.8).astype(int), HAIR_ROWS).tolist()
    return Part(points, faces, materials)


def _from_front(angle: np.ndarray) -> np.ndarray:
    """Return degrees round the head, 0 at the front to 180 at the back."""
    return np.degrees(np.abs((angle + np.pi) % (2.0 * np.pi) - np.pi))


def _hairline(angle: np.ndarray, lock: np.ndarray) -> np.ndarray:
    """Return unit beams from the middle of the skull to where the hair starts, shape (n, 3)."""
    turned, line = _from_front(angle), np.array(HAIRLINE, float)
    low = np.interp(turned, line[:, 0], line[:, 1])
    low += (0.35 - 0.7 * _saw(lock)) * np.clip((62.0 - turned) / 20.0, 0.0, 1.0)
    low -= 0.5 * np.sin(angle - 0.6) * np.exp(-((turned / 50.0) ** 2))
    start = np.column_stack([7.6 * np.sin(angle), -8.6 * np.cos(angle) + 0.8, low])
    beam = start - HAIR_CENTRE
    return beam / np.linalg.norm(beam, axis=1)[:, None]


def _thickness(angle: np.ndarray, lock: np.ndarray, v: float) -> np.ndarray:
    if v == 0.0:
        return np.full_like(angle, -0.25)
    turned = _from_front(angle)
    rise = np.clip(v / 0.16, 0.0, 1.0) ** 0.5
    quiff = np.exp(-((turned / 48.0) ** 2)) * np.exp(-(((v - 0.25) / 0.28) ** 2))
    side = 0.35 * np.sin(angle - 0.6) * np.exp(-((turned / 70.0) ** 2))
    ridge = 0.45 * (_saw(lock) - 0.6) * (1.0 - 0.8 * v)
    full = 1.05 - 0.45 * np.clip((turned - 70.0) / 60.0, 0, 1) * (v < 0.5) + 0.25 * v * (1 - v)
    return rise * (full + 1.15 * quiff + side + ridge)


def _saw(t: np.ndarray) -> np.ndarray:
    """Return a rounded saw tooth, 0..1, for t in 0..1."""
    rising = np.sin(0.5 * np.pi * t / 0.75)
    return np.where(t < 0.75, rising, np.cos(0.5 * np.pi * (t - 0.75) / 0.25))


def _blown_up(centre: np.ndarray, beam: np.ndarray, thickness: np.ndarray) -> np.ndarray:
    """Return where beams from outside towards `centre` come within `thickness` of the skin."""
    reach = np.full(len(beam), 17.0)
    for _ in range(60):
        gap = distance(centre + reach[:, None] * beam) - thickness
        reach -= 0.7 * gap
    return centre + reach[:, None] * beam
