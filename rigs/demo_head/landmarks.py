# SPDX-License-Identifier: GPL-3.0-or-later
"""Landmarks of a face: which there are, where the demo head has them, where another may."""

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from ...core.errors import RigError
from . import features
from .build import MeshPart, build_head
from .mesh import build_net

Array = NDArray[np.float64]
Landmarks = Mapping[str, NDArray[np.floating]]

EYE = ("eye_inner", "eye_outer", "upper_lid", "lower_lid")
# What is picked, with sides of the character: the line of the lips from both, the tip of the nose,
# the foremost point of the chin, the corners of the eyes and the middles of the lids' edges.
LANDMARKS: tuple[str, ...] = (
    *("mouth_left", "mouth_right", "upper_lip", "lower_lip", "nose_tip", "chin"),
    *(f"{part}_{side}" for side in ("left", "right") for part in EYE),
)
_LID_EDGE = 3  # of the demo head's lid loops
EYELID_GUESS = 0.25  # of the demo head's big eyes, off each lid for eyes of the usual size


@cache
def demo_skin() -> MeshPart:
    """Return the mesh of the demo head that carries the face."""
    return next(part for part in build_head() if part.name == "Head")


@cache
def demo_landmarks() -> dict[str, Array]:
    """Return where the landmarks are on the demo head, in its own units."""
    net, points = build_net(), demo_skin().vertices.astype(np.float64)
    mouth = net.mouth[len(features.LIP_LOOPS) - 1]
    middle = np.flatnonzero(np.abs(points[:, 0]) < 1e-4)
    chin = middle[points[middle, 2] < points[mouth[0], 2] - 0.02]
    found = {
        "mouth_left": mouth[0],
        "mouth_right": mouth[len(mouth) // 2],
        "upper_lip": mouth[len(mouth) // 4],
        "lower_lip": mouth[3 * len(mouth) // 4],
        "nose_tip": int(points[:, 1].argmin()),
        "chin": int(chin[points[chin, 1].argmin()]),
    }
    lid = net.eye[_LID_EDGE]
    at = {"eye_outer": 0, "upper_lid": 1, "eye_inner": 2, "lower_lid": 3}
    for part, quarter in at.items():
        vertex = lid[quarter * len(lid) // 4]
        found[f"{part}_left"], found[f"{part}_right"] = vertex, net.mirror[vertex]
    return {name: points[vertex] for name, vertex in found.items()}


def guess_landmarks(vertices: NDArray[np.floating]) -> dict[str, Array]:
    """Guess landmarks from the form of a head, for the artist to drag into place.

    Parameters
    ----------
    vertices : ndarray [shape=(n, 3)]
        Of a head, or of a body with one on top; Z up, looking along -Y.

    Returns
    -------
    dict of str to ndarray [shape=(3,)]
        On vertices of the mesh; the nose is usually right.
    """
    points = np.asarray(vertices, np.float64)
    nose, width = _nose(points)
    demo = demo_landmarks()
    demo_nose, demo_width = _nose(demo_skin().vertices.astype(np.float64))
    scale = width / demo_width
    tree = KDTree(points)
    narrow = {
        f"{lid}_lid_{side}": EYELID_GUESS
        * (demo[f"{lid}_lid_{side}"] - demo[f"{other}_lid_{side}"])
        for lid, other in (("upper", "lower"), ("lower", "upper"))
        for side in ("left", "right")
    }
    guessed = {
        name: points[tree.query(nose + (place - narrow.get(name, 0) - demo_nose) * scale)[1]]
        for name, place in demo.items()
    }
    return {**guessed, "nose_tip": nose}


def _nose(points: Array) -> tuple[Array, float]:
    """Find the foremost point of a head's middle, and the head's width at its height."""
    low, high = points.min(0), points.max(0)
    tall = high[2] - low[2]
    if tall > 2.2 * (high[1] - low[1]):  # a whole body: the head is its top seventh or so
        low = np.array([*low[:2], high[2] - tall / 7])
        tall /= 7
    top = points[(points[:, 2] > low[2] + 0.25 * tall) & (points[:, 2] < low[2] + 0.75 * tall)]
    nose = top[top[:, 1].argmin()]
    level = points[np.abs(points[:, 2] - nose[2]) < 0.06 * tall]
    level = level[np.abs(level[:, 0] - nose[0]) < tall]
    return nose, float(np.ptp(level[:, 0])) or tall


def refuse_bad(landmarks: Landmarks) -> None:
    """Raise RigError if a landmark is missing, nowhere, or where another is."""
    missing = [name for name in LANDMARKS if name not in landmarks]
    if missing:
        raise RigError(f"The landmark “{missing[0]}” is missing. Place all {len(LANDMARKS)}")
    places = np.array([landmarks[name] for name in LANDMARKS], np.float64)
    if not np.isfinite(places).all():
        raise RigError("A landmark is nowhere. Place it on the face again")
    size = float(np.ptp(places, axis=0).max())
    for i, name in enumerate(LANDMARKS):
        for j, other in enumerate(LANDMARKS[:i]):
            together = {name, other} == {"upper_lip", "lower_lip"}
            if not together and np.linalg.norm(places[i] - places[j]) < 0.01 * size:
                raise RigError(
                    f"The landmarks “{other}” and “{name}” are in one place. Drag them apart"
                )
