# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns of head, neck, eyes and chest that a face track asks of a body's bones."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core.motion.track import HEAD_NAMES, FaceTrack
from ...core.performance.gaze import eye_turns
from .body_names import EYES

CHEST_DEGREES = 2.5  # of a full breath: by eye


@dataclass(frozen=True)
class Body:
    """Which bones of a character are there to turn.

    Parameters
    ----------
    roles : frozenset of str
        Some of "head", "neck", "eyeLeft", "eyeRight", "chest"; "head" may be an object too.
    neck_share : float
        0..1, how much of a turn of the head its neck takes.
    """

    roles: frozenset[str] = frozenset()
    neck_share: float = 0.0


NO_BODY = Body()


@dataclass(frozen=True)
class Turn:
    """How one role turns over a take.

    Parameters
    ----------
    layer : str
        The layer that turns it.
    role : str
        See `Body`.
    degrees : ndarray [shape=(frames, 3)], float64
        Pitch (down), yaw (to the character's left) and roll (to its left shoulder).
    """

    layer: str
    role: str
    degrees: NDArray[np.float64]


def plan_turns(face: FaceTrack, body: Body, layers: frozenset[str]) -> tuple[Turn, ...]:
    """Find every turn that a face asks of a body.

    Parameters
    ----------
    face : FaceTrack
        With the head's angles, the eyeLook channels and chestRise, one frame for each turn.
    body : Body
    layers : frozenset of str
        The layers of the take: head, gaze and breath turn bones.

    Returns
    -------
    tuple of Turn
    """
    turns: list[Turn] = []
    if "head" in layers and "head" in body.roles:
        angles = np.stack([face[name] for name in HEAD_NAMES], axis=1).astype(float)
        share = body.neck_share if "neck" in body.roles else 0.0
        if share:
            turns.append(Turn("head", "neck", share * angles))
        turns.append(Turn("head", "head", (1 - share) * angles))
    if "gaze" in layers:
        by_side = eye_turns(face)
        for role, side in zip(EYES, ("Left", "Right"), strict=True):
            if role in body.roles:
                left, up = by_side[side].T.astype(float)
                degrees = np.stack([-up, left, np.zeros_like(up)], axis=1)
                turns.append(Turn("gaze", role, degrees))
    if "breath" in layers and "chest" in body.roles:
        lift = np.zeros((len(face.values), 3))
        lift[:, 0] = -CHEST_DEGREES * face["chestRise"]
        turns.append(Turn("breath", "chest", lift))
    return tuple(turns)
