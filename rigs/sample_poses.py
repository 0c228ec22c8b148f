# SPDX-License-Identifier: GPL-3.0-or-later
"""Mouths to look at while a character is calibrated, as one frame of a face track each."""

import numpy as np

from ..core.motion.track import FACE_NAMES, LIP_CONTACT, LIP_TUCK, FaceTrack
from .families.arkit import both
from .mouths import MOUTHS
from .schema import Terms

_MEETING = 0.25  # jaw of an M in the middle of a word

# Identifier: name for the artist, face channels and guides.
SAMPLE_POSES: dict[str, tuple[str, Terms]] = {
    "rest": ("Rest", ()),
    "open": ("Open (AH)", (*MOUTHS["aa"], ("jawOpen", 0.3))),
    "closed": (
        "Closed (M B P)",
        (
            *(("jawOpen", _MEETING), ("mouthClose", _MEETING), (LIP_CONTACT, 1.0)),
            *both("mouthPress", 0.2),
        ),
    ),
    "tucked": (
        "Tucked (F V)",
        (
            *(("jawOpen", 0.12), ("mouthRollLower", 0.45), (LIP_TUCK, 1.0)),
            *both("mouthUpperUp", 0.3),
        ),
    ),
    "round": ("Round (OO)", MOUTHS["uw"]),
    "wide": ("Wide (EE)", MOUTHS["iy"]),
    "smile": ("Smile", (*both("mouthSmile", 1.2), *both("cheekSquint", 0.8), ("jawOpen", 0.1))),
}


def sample_pose(name: str) -> FaceTrack:
    """Make the track of one of these mouths.

    Parameters
    ----------
    name : str
        One of `SAMPLE_POSES`.

    Returns
    -------
    FaceTrack
        One frame.
    """
    channels = (*FACE_NAMES, LIP_CONTACT, LIP_TUCK)
    values = np.zeros((1, len(channels)), np.float32)
    for channel, weight in SAMPLE_POSES[name][1]:
        values[0, channels.index(channel)] += weight
    return FaceTrack(np.minimum(values, 1), channels, 1.0)
