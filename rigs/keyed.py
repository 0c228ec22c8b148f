# SPDX-License-Identifier: GPL-3.0-or-later
"""The curves of a character's controls as keys, in the way that the artist wants them."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from ..core.motion.key_poses import key_poses
from ..core.motion.keying import POSES, TWOS, Keying
from ..core.motion.keys import Keys
from ..core.motion.mouth import CLOSE_PER_JAW, gap_of
from ..core.motion.thin import thinned
from ..core.motion.track import LIP_CONTACT, LIP_TUCK, FaceTrack
from .lips.fit import OPENING, LipFit
from .schema import Control, RigMap, Row

Curves = Mapping[Control, NDArray[np.float32]]
Array = NDArray[np.float64]

# What is posed together, by how the channels of a control begin; all else is the mouth.
LIDS, GAZE, BROWS, MOUTH = "lids", "gaze", "brows", "mouth"
GROUPS: dict[str, tuple[str, ...]] = {
    LIDS: ("eyeBlink", "eyeSquint", "eyeWide", "cheekSquint"),
    GAZE: ("eyeLook",),
    BROWS: ("brow",),
}
MET, TUCKED = 0.9, 0.5  # from here on lips meet, and a lip is tucked
CONTACT_GAP, TUCK_GAP = 0.004, 0.008  # mouth widths that keys may change of the lips' distance
STILL_GAP = 0.0005  # mouth widths that a shape may part the lips by and still count as still
LEAST = 1e-4  # a control that moves less does nothing
SMALLEST = 1e-6  # of tolerances


def keyed(
    curves: Curves,
    frames: NDArray[np.float64],
    shown: FaceTrack,
    rig: RigMap,
    fit: LipFit | None,
    keying: Keying,
) -> dict[Control, Keys]:
    """Turn curves of controls, one value a frame, into keys.

    Parameters
    ----------
    curves : mapping of Control to ndarray [shape=(frames,)]
    frames : ndarray [shape=(frames,)]
        Whole scene frames.
    shown : FaceTrack
        The face on these frames: where lips must meet and tuck.
    rig : RigMap
    fit : LipFit or None
        What is known of the character's lips.
    keying : Keying

    Returns
    -------
    dict of Control to Keys
        Poses of bones stay at one key a frame: they are added up before bones are keyed.
    """
    strengths = {row.control: abs(row.scale) or 1.0 for row in rig.rows}
    dense = {
        control: Keys(frames, values, held=keying.way == TWOS) for control, values in curves.items()
    }
    free = [control for control in dense if control.kind != "pose"]
    limits = {control: keying.tolerance * strengths.get(control, 1.0) for control in free}
    if keying.way != POSES:
        return dense | thinned({control: dense[control] for control in free}, limits, keying)
    gaps = lip_weights(rig, fit, free)
    for group in _groups(rig, free):
        dense |= _posed(group, curves, frames, limits, gaps, shown)
    return dense


def lip_weights(
    rig: RigMap, fit: LipFit | None, controls: Iterable[Control]
) -> dict[Control, Array]:
    """How far each control at 1 parts the lips, in mouth widths, at a few places across."""
    if fit is None:
        terms = {row.control: (row.terms, row.scale) for row in rig.rows}
        found = {}
        for control in controls:
            follows, scale = terms.get(control, ((), 1.0))
            gap = sum(weight * _gap(channel) for channel, weight in follows)
            found[control] = np.array([OPENING * gap / (scale or 1.0)])
        return found
    still = np.zeros(fit.gap.shape[0])
    found = dict.fromkeys(controls, still)
    for i, part in enumerate(fit.parts):
        first = next((control for control in part.controls if control in found), None)
        if first is not None:
            found[first] = fit.gap[:, i]
    return found


def _gap(channel: str) -> float:
    return -1 / CLOSE_PER_JAW if channel == "mouthClose" else gap_of(channel)


def _groups(rig: RigMap, controls: list[Control]) -> list[list[Control]]:
    """Gather the controls that are posed together."""
    names = {row.control: group_of(row) for row in rig.rows}
    groups: dict[str, list[Control]] = {}
    for control in controls:
        groups.setdefault(names.get(control, MOUTH), []).append(control)
    return list(groups.values())


def group_of(row: Row) -> str:
    """Name the group of `GROUPS` that a row's control is posed with, else the mouth's."""
    channel = row.terms[0][0] if row.terms else ""
    return next((name for name, stems in GROUPS.items() if channel.startswith(stems)), MOUTH)


def contact_marks(shown: FaceTrack) -> tuple[NDArray[np.bool_], Array]:
    """Frames that must be poses because lips meet or tuck, and how far the lips may stray.

    Returns
    -------
    ndarray [shape=(frames,)], bool
        The first and the last frame of each contact, the middle of each tuck.
    ndarray [shape=(frames,)]
        Mouth widths; infinite where lips neither meet nor tuck.
    """
    pinned = np.zeros(len(shown.values), bool)
    allowed = np.full(len(shown.values), np.inf)
    if LIP_TUCK in shown.names:
        tuck = shown[LIP_TUCK]
        allowed[tuck >= TUCKED] = TUCK_GAP
        for start, end in _runs(tuck >= TUCKED):
            pinned[start + int(tuck[start:end].argmax())] = True
    if LIP_CONTACT in shown.names:
        met = shown[LIP_CONTACT] >= MET
        allowed[met] = CONTACT_GAP
        for start, end in _runs(met):
            pinned[[start, end - 1]] = True
    return pinned, allowed


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(int)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _posed(
    group: list[Control],
    curves: Curves,
    frames: NDArray[np.float64],
    limits: Mapping[Control, float],
    gaps: Mapping[Control, Array],
    shown: FaceTrack,
) -> dict[Control, Keys]:
    """Key poses of one group; what hardly moves has a key at both ends."""
    found: dict[Control, Keys] = {}
    moving: list[Control] = []
    for control in group:
        values = curves[control]
        span = float(np.ptp(values))
        parts = float(np.abs(gaps[control]).max(initial=0.0)) * span
        if span <= LEAST or (span <= limits[control] and parts <= STILL_GAP):
            middle = np.full(2, (values.min() + values.max()) / 2, np.float32)
            found[control] = Keys(frames[[0, -1]], middle, np.zeros((2, 2)))
        else:
            moving.append(control)
    if not moving:
        return found
    table = np.stack([curves[control] for control in moving], axis=1).astype(np.float64)
    lips = np.stack([gaps[control] for control in moving])
    pinned, allowed = np.zeros(len(frames), bool), np.full(len(frames), np.inf)
    if np.abs(lips).max(initial=0.0) > 0:
        pinned, allowed = contact_marks(shown)
    tolerances = np.array([max(limits[control], SMALLEST) for control in moving])
    rows = np.repeat(allowed[:, None], lips.shape[1], axis=1)
    poses = key_poses(table, tolerances, pinned, lips, rows)
    for i, control in enumerate(moving):
        places = poses.places
        found[control] = Keys(
            frames[places], curves[control][places], poses.slopes[:, i], poses.kinds
        )
    return found
