# SPDX-License-Identifier: GPL-3.0-or-later
"""Face track to values of a character's controls, closed on its own lips."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..core.motion.mix import Style, mix_layers
from ..core.motion.track import CONTACT_NAMES, FaceTrack
from ..core.performance.acting import Acting
from ..core.performance.emotion import resting_face
from .lips.fit import LipFit, amplitude_of, measured_mouths
from .lips.meet import meet
from .schema import Control, RigMap
from .solve import shares
from .whole_faces import shown_whole


def drive(
    track: FaceTrack, rig: RigMap, fit: LipFit | None = None
) -> dict[Control, NDArray[np.float32]]:
    """Turn a face track into values of a character's controls.

    Parameters
    ----------
    track : FaceTrack
        Any rate; channels that the rig does not know are left out.
    rig : RigMap
    fit : LipFit or None
        What was measured on this character's lips; without it lips close as on most heads.

    Returns
    -------
    dict of Control to ndarray [shape=(frames,)], float32
        Within each row's limits.
    """
    if fit is None:
        return _follow(track, rig, None)
    guides = (track[name] if name in track.names else None for name in CONTACT_NAMES)
    none = np.zeros(len(track.values), np.float32)
    contact, tuck = (none if guide is None else guide for guide in guides)
    parted = track.without("mouthClose")
    wanted, opened = _follow(track, rig, fit), _follow(parted, rig, fit)
    return meet(wanted, opened, fit, (contact, tuck), track.rate_hz)


def standing_face(
    emotions: Mapping[str, float], acting: Acting, rig: RigMap, fit: LipFit | None
) -> dict[Control, float]:
    """Say what a character's controls show while it feels something and says nothing.

    Parameters
    ----------
    emotions : mapping of str to float
        Strength 0..1.5 of each of `core.performance.prototypes.EMOTIONS`.
    acting : Acting
        Its dials of emotion and variants.
    rig : RigMap
    fit : LipFit or None
        As for `drive`.

    Returns
    -------
    dict of Control to float
    """
    felt = replace(acting, whole_faces=shown_whole(rig))
    face = mix_layers({"emotion": resting_face(emotions, felt)}, Style(), 1, 1.0)
    return {control: float(values[0]) for control, values in drive(face, rig, fit).items()}


def _follow(
    track: FaceTrack, rig: RigMap, fit: LipFit | None
) -> dict[Control, NDArray[np.float32]]:
    """Give each control what its row says."""
    columns = {name: i for i, name in enumerate(track.names)}
    values: dict[Control, NDArray[np.float32]] = {}
    rows = [row for row in rig.rows if not row.mute]
    mouths = tuple(dict.fromkeys(row.terms for row in rows if row.solved))
    shown = mouths if fit is None else measured_mouths(mouths, fit)
    found = shares(track.values, track.names, shown) if mouths else None
    for row in rows:
        terms = [(columns[c], weight) for c, weight in row.terms if c in columns]
        if row.solved and found is not None:
            total = found[:, mouths.index(row.terms)]
        elif terms:
            total = sum(track.values[:, column] * np.float32(weight) for column, weight in terms)
        else:
            continue
        strength = row.scale if fit is None else row.scale * amplitude_of(row.terms, fit)
        moved = np.clip(row.offset + strength * total, row.low, row.high)
        values[row.control] = moved.astype(np.float32)
    return values
