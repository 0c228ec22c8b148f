# SPDX-License-Identifier: GPL-3.0-or-later
"""A jaw among bones whose names say nothing: each is turned, and the mouth that opens is looked at.

A jaw turns about an axis from side to side through its head, and what it carries goes down.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from ...core.steps import Steps
from ..bones.face import GAP_WIDTHS, STEEPEST
from ..lips.find import FaceMesh
from ..lips.fit import LEAST_OPENING
from .seen import any_lips_steps

Array = NDArray[np.float64]

TRIED = 0.25  # radians
# Share of a mesh that a jaw carries, as the sum of its weights: less is an eye or a finger, more
# the head itself.
LEAST_CARRIED, MOST_CARRIED = 0.002, 0.5


def find_hinge_steps(
    mesh: FaceMesh,
    carried: Mapping[str, tuple[Array, Array]],
    across: Array,
    sky: Array,
) -> Steps[tuple[str, Array] | None]:
    """Find the bone that opens a mouth, in steps.

    Parameters
    ----------
    mesh : FaceMesh
        At rest.
    carried : mapping of str to (ndarray [shape=(3,)], ndarray [shape=(n,)])
        For each bone where its head is, in the mesh's space, and how far every vertex goes with it.
    across : ndarray [shape=(3,)]
        The axis from one side of the character to the other.
    sky : ndarray [shape=(3,)]
        Away from the ground.

    Returns
    -------
    str
        The bone.
    ndarray [shape=(3,)]
        The rotation vector, in the mesh's space, that opens the mouth as far as a whole jawOpen.
        None instead of both where no bone opens a mouth.
    """
    axis = np.asarray(across, np.float64) / np.linalg.norm(across)
    moves: dict[tuple[str, float], Array] = {}
    for name, (head, share) in carried.items():
        if not LEAST_CARRIED < float(share.mean()) < MOST_CARRIED:
            continue
        for angle in (TRIED, -TRIED):
            lever = mesh.vertices - head
            moved = share[:, None] * (Rotation.from_rotvec(angle * axis).apply(lever) - lever)
            if float(moved.mean(0) @ sky) < 0:
                moves[name, angle] = moved
    lips = yield from any_lips_steps(mesh, {**moves}, sky)
    if lips is None:
        return None
    opening = {one: float(np.median(lips.gap(moved))) for one, moved in moves.items()}
    bone, angle = max(opening, key=lambda one: opening[one])
    if opening[bone, angle] < LEAST_OPENING:
        return None
    wanted = np.clip(angle * GAP_WIDTHS / opening[bone, angle], -STEEPEST, STEEPEST)
    return bone, wanted * axis
