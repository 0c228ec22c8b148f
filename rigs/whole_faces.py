# SPDX-License-Identifier: GPL-3.0-or-later
"""Controls that show a whole face (VRM's Joy, Angry, Sorrow): when they are used, and how far.

They serve an emotion for which the character has too few single shapes, at its full strength. How
far one moves the lips is measured: so much of it gives way while somebody speaks, and the rest of
it stays (`core.performance.emotion`). Brows, blinks and words never move one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from ..core.motion.track import FEELING_NAMES, SIGNAL_NAMES, feeling_channels
from ..core.performance.prototypes import FELT, pose
from .families.whole_faces import MOUTH_PART, PART_FACES, UPPER_PARTS, FacePart, part_of
from .lips.find import FaceMesh, Lips
from .lips.fit import offsets_of
from .schema import ANY, Control, RigMap, Row, Terms

COVERED = 0.5  # of an emotion by single shapes: from here on these show it
# How far lips go on the average, in mouth widths, from which on all of a control gives way: half of
# what a whole smile does.
MOVES_LIPS = 0.08
UNMEASURED = 0.5  # of a control gives way where its lips are not known


def is_whole_face(row: Row) -> bool:
    """Say whether a row follows what is felt."""
    return any(channel in FEELING_NAMES for channel, _ in row.terms)


def feeling_of(row: Row) -> str:
    """Return the emotion that a row shows as a whole face; "" for none."""
    channels = {channel for channel, _ in row.terms}
    return next((name for name in FELT if channels & set(feeling_channels(name))), "")


def shown_whole(rig: RigMap) -> frozenset[str]:
    """Return the emotions that a character shows by whole faces.

    Parameters
    ----------
    rig : RigMap

    Returns
    -------
    frozenset of str
        Some of `FELT`.
    """
    rows = (row for row in rig.rows if not row.mute and row.control.kind != ANY)
    return frozenset(filter(None, map(feeling_of, rows)))


def followed(rig: RigMap) -> frozenset[str]:
    """Return the feelings and signals that rows of a rig follow.

    Parameters
    ----------
    rig : RigMap

    Returns
    -------
    frozenset of str
        Some of `FEELING_NAMES` and `SIGNAL_NAMES`.
    """
    channels = {channel for row in rig.rows if not row.mute for channel, _ in row.terms}
    return frozenset(channels.intersection(FEELING_NAMES + SIGNAL_NAMES))


def felt_by(channels: Iterable[str]) -> frozenset[str]:
    """Return the emotions that some channels are of."""
    told = set(channels)
    return frozenset(name for name in FELT if told.intersection(feeling_channels(name)))


def needed_only(rows: Sequence[Row]) -> list[Row]:
    """Leave out whole faces of emotions that single shapes show as well.

    Parameters
    ----------
    rows : sequence of Row

    Returns
    -------
    list of Row
    """
    driven = {c for row in rows if not row.solved and not is_whole_face(row) for c, _ in row.terms}
    return [
        row for row in rows if not is_whole_face(row) or _covered(feeling_of(row), driven) < COVERED
    ]


def in_parts(rows: Sequence[Row], unused: Sequence[Control]) -> list[Row]:
    """Show a whole face by its parts where a character has them: brows and eyes then stay.

    Parameters
    ----------
    rows : sequence of Row
    unused : sequence of Control
        What no row moves so far.

    Returns
    -------
    list of Row
        Parts in the place of the face that they make together; a part that is a single shape too
        follows both.
    """
    parts: dict[str, list[tuple[Control, FacePart]]] = {}
    for control in dict.fromkeys((*(row.control for row in rows), *unused)):
        part = part_of(control.key)
        if part is not None:
            parts.setdefault(part.face, []).append((control, part))
    found = {row.control: row for row in rows}
    plain = [row for row in rows if not row.solved and part_of(row.control.key) is None]
    driven = {channel for row in plain for channel, _ in row.terms}
    shown = {feeling for feeling in FELT if _covered(feeling, driven) >= COVERED}
    for face in (face for face in PART_FACES if face in parts):
        feeling = feeling_of(Row(parts[face][0][0], parts[face][0][1].terms))
        kinds = {part.part for _, part in parts[face]}
        if feeling in shown or MOUTH_PART not in kinds or kinds.isdisjoint(UPPER_PARTS):
            continue
        shown.add(feeling)
        found = {c: row for c, row in found.items() if feeling_of(row) != feeling}
        for control, part in parts[face]:
            own = found.get(control)
            terms = part.terms if own is None else (*own.terms, *part.terms)
            found[control] = Row(control, terms) if own is None else replace(own, terms=terms)
    return list(found.values())


def _covered(emotion: str, driven: Iterable[str]) -> float:
    """How much of an emotion's face some channels show, 0..1."""
    shapes = pose(emotion)
    return sum(shapes.get(channel, 0.0) for channel in driven) / sum(shapes.values())


def giving_way(rig: RigMap, mesh: FaceMesh | None = None, lips: Lips | None = None) -> RigMap:
    """Let whole faces give way to speech by as much as they move the lips.

    Parameters
    ----------
    rig : RigMap
    mesh, lips : FaceMesh and Lips, optional
        Where they were found.

    Returns
    -------
    RigMap
    """
    shares: dict[str, float] = {}
    whole = [row for row in rig.rows if is_whole_face(row) and part_of(row.control.key) is None]
    for row in whole:
        # Parts of one face on several meshes stay together.
        offsets = None if mesh is None else offsets_of(row.control, mesh)
        moved = 0.0 if offsets is None or lips is None else _lips_move(lips, offsets) / MOVES_LIPS
        feeling = feeling_of(row)
        shares[feeling] = round(max(shares.get(feeling, 0.0), min(moved, 1.0)), 3)
    if lips is None:
        shares = dict.fromkeys(shares, UNMEASURED)
    rows = [
        replace(row, terms=_shared(feeling_of(row), shares)) if row in whole else row
        for row in rig.rows
    ]
    return replace(rig, rows=tuple(rows))


def _shared(feeling: str, shares: Mapping[str, float]) -> Terms:
    whole, mouth = feeling_channels(feeling)
    terms = ((whole, round(1 - shares[feeling], 3)), (mouth, shares[feeling]))
    return tuple((channel, weight) for channel, weight in terms if weight)


def _lips_move(lips: Lips, offsets: np.ndarray) -> float:
    """How far edges and corners of the lips go on the average, in mouth widths."""
    upper = (offsets[lips.upper] * lips.upper_share[..., None]).sum(1)
    lower = (offsets[lips.lower] * lips.lower_share[..., None]).sum(1)
    moved = np.concatenate([upper, lower, offsets[lips.corners]])
    return float(np.linalg.norm(moved, axis=1).mean() / lips.width)
