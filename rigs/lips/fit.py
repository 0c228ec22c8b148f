# SPDX-License-Identifier: GPL-3.0-or-later
"""One character's lips, measured: what parts them, what closes them, by how much.

Shape keys are linear, so the distance of the lips is a linear function of the controls' values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...core.motion.mouth import gap_of
from ..schema import Control, RigMap, Row, Terms
from .find import FaceMesh, Lips, find_lips

Array = NDArray[np.float64]

# Opening of the lips at the middle at jawOpen 1, in mouth widths: the middle of ICT-FaceKit 0.75,
# MakeHuman 0.70, FaceCap 0.94 and the demo head.
OPENING = 0.8
# A mouth that opens between these shares of that is left as its maker meant it.
NATURAL = (0.65, 1.5)
AMPLITUDE = (0.4, 1.6)  # limits of what we change by ourselves
AJAR = 0.04  # mouth widths: lips this far apart at rest are an open mouth and not a coarse mesh
LEAST_OPENING = 0.05  # mouth widths: less is no mouth that speaks
IDLE = 0.004  # mouth widths: a control that moves the lips less is not asked to help


@dataclass(frozen=True)
class Part:
    """Controls of all meshes that always have one value.

    Parameters
    ----------
    controls : tuple of Control
    terms : tuple of (str, float)
        What they follow.
    rest, low, high : float
        The value while the face rests, and its limits.
    solved : bool
        A whole mouth (`schema.Row`).
    unit : float
        What a whole shape adds to the value: 1, or 100 for a control in percent.
    """

    controls: tuple[Control, ...]
    terms: Terms
    rest: float
    low: float
    high: float
    solved: bool
    unit: float = 1.0

    @property
    def room(self) -> float:
        """How far it goes up from rest, in whole shapes."""
        return (self.high - self.rest) / self.unit


@dataclass(frozen=True, eq=False)
class LipFit:
    """What is known of one character's lips.

    Parameters
    ----------
    mesh : str
        The mesh whose lips were found.
    width : float
        Of the mouth at rest, in the units of the meshes.
    parts : tuple of Part
    gap : ndarray [shape=(stations, parts)]
        How far each part at 1 parts the lips, in mouth widths.
    rest : ndarray [shape=(stations,)]
        How far they are apart at rest beyond what counts as shut.
    amplitude : float
        Factor for everything that opens the mouth.
    seal : float
        Mouth widths by which lips that meet are pressed together (or, below 0, left apart).
    """

    mesh: str
    width: float
    parts: tuple[Part, ...]
    gap: Array
    rest: Array
    amplitude: float = 1.0
    seal: float = 0.0

    @property
    def opening(self) -> float:
        """How far the widest opening part opens the mouth at 1, in mouth widths."""
        jaws = [i for i, part in enumerate(self.parts) if _opens(part.terms)]
        return float(self.gap.max(0)[jaws].max(initial=0.0))

    def calibrated(self, opening: float, seal: float) -> "LipFit":
        """Return the same lips with the artist's factor on the opening, and seal."""
        return replace(self, amplitude=self.amplitude * opening, seal=seal)

    def distances(self, values: Mapping[Control, NDArray[np.floating]], frames: int) -> Array:
        """Measure lips on given values of the controls.

        Parameters
        ----------
        values : mapping of Control to ndarray [shape=(frames,)]
        frames : int

        Returns
        -------
        ndarray [shape=(frames, stations)]
            In mouth widths beyond the distance at rest; below 0 they overlap.
        """
        return self.table(values, frames) @ self.gap.T

    def table(self, values: Mapping[Control, NDArray[np.floating]], frames: int) -> Array:
        """Return how far each part is from its rest in whole shapes, shape (frames, parts)."""
        table = np.zeros((frames, len(self.parts)))
        for i, part in enumerate(self.parts):
            present = [values[control] for control in part.controls if control in values]
            if present:
                table[:, i] = (present[0] - part.rest) / part.unit
        return table


def _opens(terms: Terms) -> bool:
    """Say whether a control that follows these opens the jaw."""
    return dict(terms).get("jawOpen", 0.0) > 0


def fit_lips(meshes: Sequence[FaceMesh], rig: RigMap, fixed: frozenset[Control]) -> LipFit | None:
    """Measure a character's lips.

    Parameters
    ----------
    meshes : sequence of FaceMesh
        All meshes with shape keys.
    rig : RigMap
    fixed : frozenset of Control
        Controls that cannot be written (driven, locked, muted): they are not asked to help.

    Returns
    -------
    LipFit or None
        None where the geometry cannot be read; the constants of the mix hold there.
    """
    found = skin_of(meshes, rig)
    return None if found is None else fit_on(*found, rig, fixed)


def fit_on(mesh: FaceMesh, lips: Lips, rig: RigMap, fixed: frozenset[Control]) -> LipFit | None:
    """Measure lips that were found; None where no control of the rig parts them.

    Parameters
    ----------
    mesh : FaceMesh
    lips : Lips
        Of this mesh.
    rig : RigMap
    fixed : frozenset of Control
        As in `fit_lips`.

    Returns
    -------
    LipFit or None
    """
    parts = _parts(rig, fixed)
    columns = [_gap_of(mesh, lips, part) for part in parts]
    gap = np.stack(columns, 1) if columns else np.zeros((0, 0))
    rest = open_at_rest(lips, mesh.vertices)
    fit = LipFit(mesh.name, lips.width, parts, gap, rest)
    if fit.gap.max(initial=0.0) < LEAST_OPENING:
        return None
    return replace(fit, amplitude=natural_amplitude(fit))


def open_at_rest(lips: Lips, vertices: NDArray[np.floating]) -> Array:
    """Say how far a mouth that was sculpted open is open at rest.

    Parameters
    ----------
    lips : Lips
    vertices : ndarray [shape=(n, 3)]
        At rest.

    Returns
    -------
    ndarray [shape=(stations,)]
        In mouth widths; all 0 for a mouth that is shut.
    """
    rest = np.maximum(lips.gap(vertices), 0)
    return rest if np.median(rest) > AJAR else np.zeros_like(rest)


def natural_amplitude(fit: LipFit) -> float:
    """Choose the factor that brings an unusually small or large opening near a human's.

    Returns
    -------
    float
        1 for most heads, and for rigs of whole mouths, whose mouths are measured one by one.
    """
    jaws = [i for i, part in enumerate(fit.parts) if _opens(part.terms) and not part.solved]
    ratio = max((_opening(fit, i) for i in jaws), default=0.0) / OPENING
    if ratio <= 0:
        return 1.0
    return float(np.clip(np.clip(ratio, *NATURAL) / ratio, *AMPLITUDE))


def amplitude_of(terms: Terms, fit: LipFit) -> float:
    """Return the factor of a row: the character's where the row opens the jaw."""
    return fit.amplitude if _opens(terms) else 1.0


def _opening(fit: LipFit, part: int) -> float:
    return float(fit.gap[:, part].max())


def skin_of(meshes: Sequence[FaceMesh], rig: RigMap) -> tuple[FaceMesh, Lips] | None:
    """Choose the mesh whose lips most of the rows move, and find them; None if there is none."""
    best: tuple[tuple[int, int], FaceMesh, Lips] | None = None
    for mesh in meshes:
        moves = [(row, offsets_of(row.control, mesh)) for row in rig.rows]
        moved = [(row, offsets) for row, offsets in moves if offsets is not None]
        lips = _lips_of(mesh, moved)
        if lips is None:
            continue
        moving = sum(bool(np.abs(lips.gap(offsets)).max() > IDLE) for _, offsets in moved)
        rank = (moving, len(mesh.vertices))
        if best is None or rank > best[0]:
            best = rank, mesh, lips
    return None if best is None else best[1:]


def offsets_of(control: Control, mesh: FaceMesh) -> NDArray[np.floating] | None:
    """Say what a control at 1 does to a mesh.

    Parameters
    ----------
    control : Control
    mesh : FaceMesh

    Returns
    -------
    ndarray [shape=(n, 3)] or None
        None where the control is not the mesh's, or was not measured.
    """
    if control.kind == "shape key":
        return mesh.keys.get(control.key) if control.mesh == mesh.name else None
    return mesh.moves.get(control)


def _lips_of(mesh: FaceMesh, moved: Sequence[tuple[Row, NDArray[np.floating]]]) -> Lips | None:
    """Find lips by whatever opens this mouth: jaw first, then lips that are pulled apart."""
    openers: dict[str, float] = {"jawOpen": 1.0, "mouthLowerDownLeft": 0.3, "mouthUpperUpLeft": 0.2}
    ranked: list[tuple[float, NDArray[np.floating]]] = []
    for row, offsets in moved:
        terms = dict(row.terms)
        share = max(terms.get(name, 0.0) * weight for name, weight in openers.items())
        if share > 0.0:
            ranked.append((share, offsets))
    for _, opening in sorted(ranked, key=lambda pair: -pair[0])[:4]:
        lips = find_lips(mesh, opening)
        if lips is not None:
            return lips
    return None


def _parts(rig: RigMap, fixed: frozenset[Control]) -> tuple[Part, ...]:
    """Rows of equal terms, which have equal values on all meshes."""
    grouped: dict[Row, list[Control]] = {}
    for row in rig.rows:
        if not row.mute and row.control not in fixed:
            alike = replace(row, control=Control("", ""))
            grouped.setdefault(alike, []).append(row.control)
    return tuple(
        Part(tuple(controls), row.terms, row.rest, row.low, row.high, row.solved, _unit(row))
        for row, controls in grouped.items()
    )


def _unit(row: Row) -> float:
    """Return what a whole shape adds; keys count at 1, whatever an artist scaled their row by."""
    return 1.0 if row.control.kind == "shape key" else abs(row.scale) or 1.0


def _gap_of(mesh: FaceMesh, lips: Lips, part: Part) -> Array:
    moves = [offsets_of(control, mesh) for control in part.controls]
    gaps = (lips.gap(offsets) for offsets in moves if offsets is not None)
    return sum(gaps, np.zeros(len(lips.upper)))


def measured_mouths(mouths: Sequence[Terms], fit: LipFit) -> list[Terms]:
    """Correct what whole mouths are said to look like by how far they really open.

    Parameters
    ----------
    mouths : sequence of Terms
        Poses of the mouths as channels and weights.
    fit : LipFit

    Returns
    -------
    list of Terms
        As many; channels that part the lips scaled to the opening that was measured, by no more
        than `NATURAL` so that a style stays one.
    """
    opening = {part.terms: float(fit.gap[:, i].max()) for i, part in enumerate(fit.parts)}
    corrected: list[Terms] = []
    for terms in mouths:
        told = OPENING * sum(weight * gap_of(name) for name, weight in terms)
        factor = 1.0
        if told > 3 * AJAR and opening.get(terms, 0.0) > 0:
            factor = float(np.clip(opening[terms] * fit.amplitude / told, 1 / 2, 2))
        corrected.append(tuple((n, w * factor if gap_of(n) else w) for n, w in terms))
    return corrected
