# SPDX-License-Identifier: GPL-3.0-or-later
"""MetaHuman expression curves (``CTRL_expressions_*``), and their ARKit channels.

Without the prefix they are the HD profile of Character Creator 5 as well.
"""

import numpy as np

from ...core.motion.track import FaceTrack
from ..schema import Family, Terms

PREFIX = "CTRL_expressions_"

# Channel stem: control stems, each with L and R for the two sides of the channel.
_SIDED = {
    "browDown": "browDown",
    "browOuterUp": "browRaiseOuter",
    "eyeBlink": "eyeBlink",
    "eyeWide": "eyeWiden",
    "eyeSquint": "eyeSquintInner",
    "eyeLookUp": "eyeLookUp",
    "eyeLookDown": "eyeLookDown",
    "cheekSquint": "eyeCheekRaise",
    "noseSneer": "noseWrinkle",
    "mouthSmile": "mouthCornerPull",
    "mouthFrown": "mouthCornerDepress",
    "mouthDimple": "mouthDimple",
    "mouthStretch": "mouthStretch",
    "mouthPress": "mouthPressU mouthPressD",
    "mouthLowerDown": "mouthLowerLipDepress",
    "mouthUpperUp": "mouthUpperLipRaise",
}
# Channel: control stems that follow it whole, each with L and R.
_SPREAD = {
    "browInnerUp": "browRaiseIn",
    "cheekPuff": "mouthCheekBlow",
    "mouthClose": "mouthLipsTogetherU mouthLipsTogetherD",
    "mouthFunnel": "mouthFunnelU mouthFunnelD",
    "mouthPucker": "mouthLipsPurseU mouthLipsPurseD",
    "mouthRollUpper": "mouthUpperLipRollIn",
    "mouthRollLower": "mouthLowerLipRollIn",
    "mouthShrugUpper": "jawChinRaiseU",
    "mouthShrugLower": "jawChinRaiseD",
    "nostrilFlare": "noseNostrilDilate",
}
_SINGLE = {
    "eyeLookOutLeft": "eyeLookLeftL",
    "eyeLookInLeft": "eyeLookRightL",
    "eyeLookInRight": "eyeLookLeftR",
    "eyeLookOutRight": "eyeLookRightR",
    "jawOpen": "jawOpen",
    "jawForward": "jawFwd",
    "jawLeft": "jawLeft",
    "jawRight": "jawRight",
    "mouthLeft": "mouthLeft",
    "mouthRight": "mouthRight",
    "tongueOut": "tongueOut",
    "tongueTipUp": "tongueTipUp",
}
_CONTROLS: dict[str, Terms] = {
    **{
        f"{control}{side[0]}": ((f"{stem}{side}", 1.0),)
        for stem, controls in _SIDED.items()
        for control in controls.split()
        for side in ("Left", "Right")
    },
    **{
        f"{control}{side}": ((name, 1.0),)
        for name, controls in _SPREAD.items()
        for control in controls.split()
        for side in "LR"
    },
    **{control: ((name, 1.0),) for name, control in _SINGLE.items()},
    # A pucker of ours also brings the lips towards each other.
    **{f"mouthLipsTowards{part}": (("mouthPucker", 0.5),) for part in ("UL", "UR", "DL", "DR")},
}

# Few characters of this make have them, so their lack is not reported as missing.
_EXTRA = {"tongueTipUp", "nostrilFlare"}

METAHUMAN = Family(
    name="metahuman",
    rank=20,
    label="MetaHuman",
    shapes={
        prefix + control: terms for control, terms in _CONTROLS.items() for prefix in (PREFIX, "")
    },
    wanted=tuple(
        sorted({channel for terms in _CONTROLS.values() for channel, _ in terms} - _EXTRA)
    ),
    needed=8,
    source="Epic Games, MetaHuman facial description standard: the raw expression controls",
    essential=("jawOpen",),
)


def control_track(track: FaceTrack) -> FaceTrack:
    """Turn a face into MetaHuman controls.

    Parameters
    ----------
    track : FaceTrack
        Channels that are absent count as 0.

    Returns
    -------
    FaceTrack
        A channel ``CTRL_expressions_…`` for each control that a face of ours can move, 0..1, at
        the same rate.
    """
    columns = {name: i for i, name in enumerate(track.names)}
    values = np.zeros((len(track.values), len(_CONTROLS)), np.float32)
    for place, terms in enumerate(_CONTROLS.values()):
        for channel, weight in terms:
            if channel in columns:
                values[:, place] += np.float32(weight) * track.values[:, columns[channel]]
    names = tuple(PREFIX + control for control in _CONTROLS)
    return FaceTrack(np.clip(values, 0, 1), names, track.rate_hz)
