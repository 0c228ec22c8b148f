# SPDX-License-Identifier: GPL-3.0-or-later
"""Poses: how bones move away from where they rest, and what several of them at once come to."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

Array = NDArray[np.float64]
Vector = tuple[float, float, float]
STILL: Vector = (0.0, 0.0, 0.0)
LEAST_SCALE = 1e-3


@dataclass(frozen=True)
class Move:
    """How one bone moves, along and about its own axes at rest.

    Parameters
    ----------
    location : tuple of 3 float
        In the bone's own units.
    turn : tuple of 3 float
        Rotation vector in radians.
    growth : tuple of 3 float
        Natural logarithm of the scale.
    """

    location: Vector = STILL
    turn: Vector = STILL
    growth: Vector = STILL


Pose = Mapping[str, Move]  # by bone


@dataclass(frozen=True)
class Stance:
    """How a bone stands: location, quaternion (w, x, y, z) and scale, each with any first axes."""

    location: Array
    quaternion: Array
    scale: Array


def between(rest: Stance, posed: Stance) -> Move:
    """Find the move that takes one stance to another.

    Parameters
    ----------
    rest, posed : Stance [shapes=(3,), (4,), (3,)]

    Returns
    -------
    Move
        `stances` with this pose at weight 1 takes `rest` back to `posed`.
    """
    turn = _rotation(rest.quaternion).inv() * _rotation(posed.quaternion)
    safe = [np.maximum(np.abs(stance.scale), LEAST_SCALE) for stance in (rest, posed)]
    return Move(
        _vector(posed.location - rest.location),
        _vector(turn.as_rotvec()),
        _vector(np.log(safe[1] / safe[0])),
    )


def stances(
    poses: Mapping[str, Pose],
    weights: Mapping[str, NDArray[np.floating]],
    rest: Mapping[str, Stance],
) -> dict[str, Stance]:
    """Add up weighted poses on top of how the bones stand.

    Rotations add as rotation vectors, which has no order and no flips, then turn the bone from
    where it rests; scales multiply.

    Parameters
    ----------
    poses : mapping of str to Pose
    weights : mapping of str to ndarray [shape=(frames,)]
        Of some of the poses.
    rest : mapping of str to Stance [shapes=(3,), (4,), (3,)]
        Bones that are absent here do not move.

    Returns
    -------
    dict of str to Stance [shapes=(frames, 3), (frames, 4), (frames, 3)]
        Of the bones that any of these poses moves; neighbouring quaternions lie on one side.
    """
    sums: dict[str, Array] = {}
    for name, weight in weights.items():
        for bone, move in poses[name].items():
            if bone in rest:
                parts = np.array([move.location, move.turn, move.growth])
                share = np.asarray(weight, np.float64)[:, None, None] * parts
                sums[bone] = sums[bone] + share if bone in sums else share
    return {bone: _stand(rest[bone], total) for bone, total in sums.items()}


def _stand(rest: Stance, total: Array) -> Stance:
    """Move a stance by summed moves, shape (frames, 3 parts, 3)."""
    turned = _rotation(rest.quaternion) * Rotation.from_rotvec(total[:, 1])
    quaternion = np.roll(turned.as_quat(), 1, axis=1)
    quaternion *= np.where(quaternion @ rest.quaternion < 0, -1, 1)[:, None]
    return Stance(rest.location + total[:, 0], quaternion, rest.scale * np.exp(total[:, 2]))


def _rotation(quaternion: Array) -> Rotation:
    return Rotation.from_quat(np.roll(np.asarray(quaternion, np.float64), -1))


def _vector(values: Array) -> Vector:
    x, y, z = (float(value) for value in values)
    return x, y, z
