# SPDX-License-Identifier: GPL-3.0-or-later
"""The skin of the demo head as one smooth distance field, sculpted from a short table of shapes.

Lengths here are centimetres; Z is up, the face looks along -Y and +X is the character's left.
"""

from dataclasses import dataclass

import numpy as np

EYE_CENTRE = np.array([3.5, -5.25, 18.6])
EYE_RADIUS = 2.5
LID_RADIUS = EYE_RADIUS + 0.22


@dataclass(frozen=True)
class Shape:
    """One sculpting shape: a tapered rod from `start` to `end`, or without `end` an ellipsoid.

    `radii` are the three half axes of an ellipsoid, or (start radius, end radius) of a rod.
    `blend` is the width in which the shape melts into what is there already; `carve` removes
    instead of adding. Shapes beside the middle are mirrored.
    """

    start: tuple[float, float, float]
    radii: tuple[float, ...]
    blend: float
    end: tuple[float, float, float] | None = None
    carve: bool = False


SKULL: tuple[Shape, ...] = (
    Shape((0, 1.2, 21.3), (7.8, 8.9, 8.5), 0.1),
    Shape((0, -1.6, 17.2), (6.55, 6.7, 7.8), 2.5),
    Shape((0, -2.2, 12.9), (5.3, 5.4, 4.0), 2.8),
    Shape((0, 2.0, -4), (4.0, 3.6), 2.5, end=(0, 1.5, 13)),
    Shape((0, 2.2, -2.6), (8.5, 5.8, 5.6), 3.5),
    Shape((1.6, -4.9, 10.4), (1.9, 1.9, 1.7), 3.0),
    Shape((0, -7.35, 9.95), (1.6, 1.5, 1.3), 2.2),
    Shape((0, -5.7, 12.8), (3.0, 2.2, 2.4), 1.8),
    Shape((3.8, -4.8, 15.0), (2.5, 2.4, 2.3), 2.4),
    Shape((1.0, -6.9, 22.0), (0.7, 0.6), 2.4, end=(5.2, -5.0, 22.1)),
)
EYE_SOCKET = Shape((3.7, -8.6, 18.9), (2.7, 1.3, 2.1), 1.6, carve=True)
EYE_LIDS = Shape(tuple(EYE_CENTRE), (LID_RADIUS,) * 3, 1.5)
NOSE: tuple[Shape, ...] = (
    Shape((0, -6.7, 19.6), (0.6, 0.85), 1.6, end=(0, -8.9, 16.2)),
    Shape((0, -9.25, 15.75), (1.1, 1.02, 0.95), 0.9),
    Shape((1.1, -8.1, 15.3), (0.66, 0.95, 0.66), 0.65),
    Shape((0, -7.4, 14.3), (0.42, 0.5, 0.6), 0.9),
    Shape((0.55, -8.7, 14.72), (0.34, 0.5, 0.34), 0.35, carve=True),
)
SHAPES: tuple[Shape, ...] = (*SKULL, EYE_SOCKET, EYE_LIDS, *NOSE)


def distance(points: np.ndarray) -> np.ndarray:
    """Return the approximate signed distance to the skin, negative inside.

    Parameters
    ----------
    points : ndarray, shape (n, 3)
        Positions in centimetres.

    Returns
    -------
    ndarray, shape (n,)
        Centimetres; exact near the skin, smaller than the truth far away from it.
    """
    half = points.copy()
    # Not quite |x|, so that no crease runs down the middle.
    half[:, 0] = np.sqrt(half[:, 0] ** 2 + 1e-4)
    field = np.full(len(points), 1e3)
    for shape in SHAPES:
        one = _rod(half, shape, shape.end) if shape.end is not None else _ellipsoid(half, shape)
        field = (
            -_smooth_min(-field, one, shape.blend)
            if shape.carve
            else _smooth_min(field, one, shape.blend)
        )
    return field


def project(points: np.ndarray, *, steps: int = 6) -> np.ndarray:
    """Move points onto the skin along the gradient of the field.

    Parameters
    ----------
    points : ndarray, shape (n, 3)
        Positions in centimetres.
    steps : int
        Newton steps.

    Returns
    -------
    ndarray, shape (n, 3)
        New positions.
    """
    out = points.copy()
    for _ in range(steps):
        value = distance(out)
        slope = gradient(out, value)
        length = np.maximum((slope**2).sum(1), 0.25)
        out -= slope * np.clip(value / length, -0.6, 0.6)[:, None]
    return out


def gradient(points: np.ndarray, value: np.ndarray, *, step: float = 2e-3) -> np.ndarray:
    """Return the slope of the field at `points`, shape (n, 3), given its `value` there."""
    slope = np.empty_like(points)
    for axis in range(3):
        moved = points.copy()
        moved[:, axis] += step
        slope[:, axis] = (distance(moved) - value) / step
    return slope


def front(x: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Return the y at which a ray that comes from the front meets the skin, for each (x, z)."""
    y = np.full(len(x), -13.0)
    for _ in range(60):
        y += 0.7 * distance(np.column_stack([x, y, z]))
    return y


def _ellipsoid(p: np.ndarray, shape: Shape) -> np.ndarray:
    radii = np.asarray(shape.radii)
    q = (p - np.asarray(shape.start)) / radii
    near = np.sqrt((q**2).sum(1))
    slope = np.sqrt(((q / radii) ** 2).sum(1))
    return near * (near - 1.0) / np.maximum(slope, 1e-6)


def _rod(p: np.ndarray, shape: Shape, end: tuple[float, float, float]) -> np.ndarray:
    start, axis = np.asarray(shape.start, float), np.subtract(end, shape.start)
    along = np.clip((p - start) @ axis / (axis @ axis), 0.0, 1.0)
    gap = np.sqrt(((p - start - along[:, None] * axis) ** 2).sum(1))
    return gap - (shape.radii[0] + along * (shape.radii[1] - shape.radii[0]))


def _smooth_min(a: np.ndarray, b: np.ndarray, width: float) -> np.ndarray:
    overlap = np.maximum(width - np.abs(a - b), 0.0) / width
    return np.minimum(a, b) - overlap * overlap * width * 0.25
