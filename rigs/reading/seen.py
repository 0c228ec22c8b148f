# SPDX-License-Identifier: GPL-3.0-or-later
"""What moves on a face, in numbers that do not depend on its mesh: lips, corners, and the skin.

Everything is measured in mouth widths from the middle of the lips, along the face's own axes, so
that the same shape on two heads has nearly the same numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.steps import Step, Steps
from ..lips.find import FaceMesh, Lips, Points, find_lips

Array = NDArray[np.float64]

# Places of the skin, in mouth widths across and up from the middle of the lips: jaw to forehead.
ACROSS, UPWARDS = np.linspace(-2.2, 2.2, 12), np.linspace(-1.3, 3.0, 12)
NEAR, WIDE, FRONT = 0.5, 0.2, 0.5  # mouth widths: what counts for a place, and how deep it goes
LIPS_COUNT, CORNERS_COUNT, SKIN_COUNTS = 1.0, 1.5, 0.7
ABOVE = 0.9  # mouth widths: the skin from here upwards is not the mouth's
MOST_TRIED = 60  # controls in which lips are looked for, those that move most first
SURE_OPENING = 1.0  # mouth widths: no mouth is the surer for opening more than this
LOOKING = "Looking for the lips"
UPSIDE_DOWN = 0.2  # what a mouth counts for that opens towards the sky


@dataclass(frozen=True, eq=False)
class View:
    """One face, and how its skin is looked at.

    Parameters
    ----------
    mesh : FaceMesh
    lips : Lips
    axes : ndarray [shape=(3, 3)]
        Columns: left, up, forward.
    places : tuple of (ndarray of int, ndarray)
        For each place of the skin the vertices near it and their shares; empty where the mesh has
        none.
    """

    mesh: FaceMesh
    lips: Lips
    axes: Array
    places: tuple[tuple[NDArray[np.integer], Array], ...]

    def of(self, offsets: Points) -> Array:
        """Describe what moves.

        Parameters
        ----------
        offsets : ndarray [shape=(n, 3)]
            Of the mesh's vertices.

        Returns
        -------
        ndarray [shape=(`SIZE`,)]
            Mouth widths, weighted: upper lip, lower lip, corners, skin.
        """
        lips, moved = self.lips, (np.asarray(offsets, np.float64) @ self.axes) / self.lips.width
        upper = (moved[lips.upper] * lips.upper_share[..., None]).sum(1)
        lower = (moved[lips.lower] * lips.lower_share[..., None]).sum(1)
        skin = np.stack([share @ moved[near] for near, share in self.places])
        return np.concatenate(
            [
                LIPS_COUNT * upper.ravel(),
                LIPS_COUNT * lower.ravel(),
                CORNERS_COUNT * moved[lips.corners].ravel(),
                SKIN_COUNTS * skin.ravel(),
            ]
        )


def view_of(mesh: FaceMesh, lips: Lips) -> View:
    """Prepare to look at a face.

    Parameters
    ----------
    mesh : FaceMesh
    lips : Lips
        Of this mesh.

    Returns
    -------
    View
    """
    axes = np.stack([lips.left, lips.up, lips.forward], 1).astype(np.float64)
    middle = mesh.vertices[lips.corners].mean(0)
    x, y, z = ((np.asarray(mesh.vertices, np.float64) - middle) @ axes / lips.width).T
    places = []
    for up in UPWARDS:
        for across in ACROSS:
            far = (x - across) ** 2 + (y - up) ** 2
            near = np.flatnonzero(far < NEAR**2)
            if len(near):
                near = near[z[near] > np.percentile(z[near], 95) - FRONT]
            share = np.exp(-far[near] / (2 * WIDE**2))
            places.append((near, share / max(float(share.sum()), 1e-12)))
    return View(mesh, lips, axes, tuple(places))


def upper_face() -> NDArray[np.bool_]:
    """Say which numbers of `View.of` are of the skin well above the mouth, shape (`SIZE`,)."""
    rows = np.repeat(UPWARDS > ABOVE, len(ACROSS) * 3)
    return np.concatenate([np.zeros(LIP_NUMBERS, bool), rows])


STATION_NUMBERS = 9 * 3
LIP_NUMBERS = 2 * STATION_NUMBERS + 2 * 3
SIZE = LIP_NUMBERS + len(UPWARDS) * len(ACROSS) * 3


def mirrored(seen: Array) -> Array:
    """Exchange left and right of what `View.of` returned, shape (..., `SIZE`)."""
    front = seen.shape[:-1]
    flip = np.array([-1.0, 1.0, 1.0])
    lips = seen[..., : 2 * STATION_NUMBERS].reshape(*front, 2, 9, 3)[..., ::-1, :] * flip
    corners = seen[..., 2 * STATION_NUMBERS : LIP_NUMBERS].reshape(*front, 2, 3)[..., ::-1, :]
    skin = seen[..., LIP_NUMBERS:].reshape(*front, len(UPWARDS), len(ACROSS), 3)[..., ::-1, :]
    parts = (lips, corners * flip, skin * flip)
    return np.concatenate([part.reshape(*front, -1) for part in parts], -1)


def any_lips_steps(
    mesh: FaceMesh, moves: Mapping[object, Points], sky: Points
) -> Steps[Lips | None]:
    """Find the lips of a mesh without knowing which control opens the mouth: all are tried.

    Parameters
    ----------
    mesh : FaceMesh
    moves : mapping of any to ndarray [shape=(n, 3)]
        Offsets of its vertices for each control.
    sky : ndarray [shape=(3,)]
        The direction away from the ground in the mesh's space, as far as it is known.

    Returns
    -------
    Lips or None
        Those that open widest and that most controls move; a step a control.
    """
    best: tuple[float, Lips] | None = None
    sizes = {one: float(np.abs(moved).sum()) for one, moved in moves.items()}
    tried = sorted(sizes, key=lambda one: -sizes[one])[:MOST_TRIED]
    for number, one in enumerate(tried):
        yield Step(number / len(tried), LOOKING)
        if sizes[one] == 0.0:
            continue
        lips = find_lips(mesh, moves[one])
        if lips is None:
            continue
        # Small cracks, as between tongue and teeth, open far for their size.
        opening = lips.width * min(float(np.median(lips.gap(moves[one]))), SURE_OPENING)
        moving = sum(bool(np.abs(lips.gap(moved)).max() > 0.02) for moved in moves.values())
        rank = opening * np.sqrt(moving) * (1.0 if lips.up @ sky > 0 else UPSIDE_DOWN)
        if rank > 0 and (best is None or rank > best[0]):
            best = rank, lips
    return None if best is None else best[1]
