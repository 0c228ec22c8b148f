# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of a feeling: how gaze, blinks, head, brows and breath go with it.

Directions are from the literature named at each; sizes are set by eye, and a dial scales them all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ..dials import dials_of
from ..motion.ease import smoothstep
from ..motion.track import FaceTrack
from .acting import Acting
from .emotion import Strength, strengths_over
from .voice import Voice

SETTLE_SECONDS = 0.6  # the head takes so long to come to a posture and to leave it


@dataclass(frozen=True)
class Bearing:
    """What the body does under one emotion at full strength.

    Parameters
    ----------
    blinks, aversion, glances, brow, breath, nods : float
        Factors on the dials of those names; 1 changes nothing.
    pitch, roll : float
        Degrees that the head is bent forward and tilted to its left.
    """

    blinks: float = 1.0
    aversion: float = 1.0
    glances: float = 1.0
    brow: float = 1.0
    breath: float = 1.0
    nods: float = 1.0
    pitch: float = 0.0
    roll: float = 0.0

    @property
    def holds_gaze(self) -> bool:
        """Say whether the eyes stay on the other while the head is bent; else they go with it."""
        return self.aversion < 1


# Gaze: anger and joy look at the other, fear and sadness away (Adams and Kleck 2003, 2005); sad
# eyes move little. Blinks: fewer when attention is held, as by anger and surprise, more under
# stress (Harrigan and O'Connell 1996 for fear; Stern, Walrath and Goldstein 1984). Head: bent
# forward in sadness and anger, back in joy, surprise and fear (Coulson 2004; Wallbott 1998), back
# in contempt (Izard 1971). Breath: quick and shallow in fear, deep in anger, sighs in sadness
# (Boiten, Frijda and Wientjes 1994). Nods: lively in joy and anger, few in sadness (Wallbott 1998).
BEARINGS: dict[str, Bearing] = {
    "happy": Bearing(aversion=0.7, brow=1.25, nods=1.3, pitch=-2.0, roll=2.0),
    "sad": Bearing(blinks=1.15, aversion=1.5, glances=0.6, brow=0.6, nods=0.5, pitch=6.0, roll=2.5),
    "angry": Bearing(
        blinks=0.45, aversion=0.2, glances=0.6, brow=0.7, breath=1.4, nods=1.4, pitch=3.5
    ),
    "fearful": Bearing(
        blinks=1.6, aversion=1.6, glances=1.3, brow=0.8, breath=1.3, nods=0.7, pitch=-2.5
    ),
    "disgusted": Bearing(aversion=1.3, brow=0.7, nods=0.8, pitch=-2.0, roll=-2.5),
    "surprised": Bearing(blinks=0.5, aversion=0.5, brow=0.6, breath=1.3, pitch=-2.5),
    "contemptuous": Bearing(blinks=0.8, aversion=1.2, brow=0.8, nods=0.7, pitch=-4.0, roll=2.5),
}
_DIAL_OF = {
    "blinks": "blink_rate_per_minute",
    "nods": "head_pitch",
    **{name: name for name in ("aversion", "glances", "brow", "breath")},
}


def carried_by(acting: Acting, feelings: Mapping[str, Strength], voice: Voice) -> Acting:
    """Turn the dials of eyes, brows, head and breath as the feelings of a line ask for.

    Parameters
    ----------
    acting : Acting
        As the artist has it; its `bearing` says how much follows.
    feelings : mapping of str to float or Envelope
    voice : Voice

    Returns
    -------
    Acting
        Each dial within its range; the same where nothing is felt.
    """
    limits = {one.name: (one.low, one.high) for one in dials_of(Acting)}
    turned = {name: getattr(acting, name) for name in _DIAL_OF.values()}
    for name, over in _felt(feelings, voice).items():
        share = min(float(over.mean()), 1.0) * acting.bearing
        for factor, dial in _DIAL_OF.items():
            turned[dial] *= max(0.0, 1 + share * (getattr(BEARINGS[name], factor) - 1))
    return replace(acting, **{name: float(np.clip(turned[name], *limits[name])) for name in turned})


def posed(
    head: FaceTrack,
    acting: Acting,
    feelings: Mapping[str, Strength],
    voice: Voice,
    *,
    against_gaze: bool = False,
) -> FaceTrack:
    """Bend and tilt a head as the feelings of a line ask for.

    Parameters
    ----------
    head : FaceTrack
        Pitch, yaw and roll in degrees.
    acting, feelings, voice : Acting, mapping of str to float or Envelope, Voice
        As in `carried_by`.
    against_gaze : bool
        Only by what the eyes make up for, as they stay on what they hold.

    Returns
    -------
    FaceTrack
        The same at both ends of the line.
    """
    inside = smoothstep(voice.from_ends(SETTLE_SECONDS))
    values = head.values.astype(np.float64)
    for name, over in _felt(feelings, voice).items():
        if against_gaze and not BEARINGS[name].holds_gaze:
            continue
        soft = gaussian_filter1d(np.minimum(over, 1.0), SETTLE_SECONDS * voice.rate_hz / 3)
        share = soft * np.asarray(inside) * acting.bearing
        values[:, 0] += share * BEARINGS[name].pitch
        values[:, 2] += share * BEARINGS[name].roll
    return FaceTrack(values.astype(np.float32), head.names, head.rate_hz)


def _felt(feelings: Mapping[str, Strength], voice: Voice) -> dict[str, NDArray[np.float64]]:
    """Strengths over the line of those emotions that have a bearing and are felt."""
    over = {
        name: strengths_over(name, strength, voice.times_seconds)
        for name, strength in feelings.items()
        if name in BEARINGS
    }
    return {name: values for name, values in over.items() if values.any()}
