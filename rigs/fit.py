# SPDX-License-Identifier: GPL-3.0-or-later
"""One character's lips: what parts and what closes them, and the values at which they just meet.

Shape keys are linear, so the distance of the lips at a few stations across the mouth is a linear
function of the controls' values. Each frame keeps as near to the wanted values as it can while

* lips that must meet (M B P) are no farther apart than their share of the opening,
* a lower lip that tucks (F V) leaves a sliver, and
* lips never cross.

That is a small bounded least-squares problem a frame, solved for all frames together by an active
set (Hintermüller, Ito and Kunisch, "The primal-dual active set strategy as a semismooth Newton
method", 2002). Frames whose lips are right already are not touched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .lips import FaceMesh, Lips, find_lips
from .schema import Control, RigMap, Row, Terms
from .solve import PARTING

Array = NDArray[np.float64]

# Opening of the lips at the middle at jawOpen 1, in mouth widths: the middle of ICT-FaceKit 0.75,
# MakeHuman 0.70, FaceCap 0.94 and the demo head.
OPENING = 0.8
# A mouth that opens between these shares of that is left as its maker meant it.
NATURAL = (0.65, 1.5)
AMPLITUDE = (0.4, 1.6)  # limits of what we change by ourselves
TUCK_GAP = 0.035  # mouth widths between lower lip and upper lip on F V: the teeth touch, air passes
CROSSING = 0.01  # mouth widths that lips may overlap: soft tissue gives
AJAR = 0.04  # mouth widths: lips this far apart at rest are an open mouth and not a coarse mesh
STIFF = 1500.0  # how much a distance of lips counts beside a control's value
ROUNDS = 25
IDLE = 0.004  # mouth widths: a control that moves the lips less is not asked to help

# What it costs to move a control away from what the face wants: closing is there to be chosen,
# shapes that part the lips give way before the jaw does, anything else last.
_CLOSE, _PARTS, _JAW, _OTHER = 0.02, 0.4, 1.0, 3.0
_CLOSERS = ("mouthPress", "mouthRoll", "mouthShrugLower")
_YIELDING = ("mouthFunnel", "mouthLowerDown", "mouthUpperUp", "mouthShrugUpper", "noseSneer")


@dataclass(frozen=True)
class Part:
    """Controls of all meshes that always have one value.

    Parameters
    ----------
    controls : tuple of Control
    terms : tuple of (str, float)
        What they follow.
    low, high : float
    solved : bool
        A whole mouth (`schema.Row`).
    """

    controls: tuple[Control, ...]
    terms: Terms
    low: float
    high: float
    solved: bool


@dataclass(frozen=True)
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
    """

    mesh: str
    width: float
    parts: tuple[Part, ...]
    gap: Array
    rest: Array
    amplitude: float = 1.0

    @property
    def opening(self) -> float:
        """How far the widest opening part opens the mouth at 1, in mouth widths."""
        jaws = [i for i, part in enumerate(self.parts) if _opens(part)]
        return float(self.gap.max(0)[jaws].max(initial=0.0))

    def with_amplitude(self, amplitude: float) -> "LipFit":
        """The same lips, opening more or less."""
        return replace(self, amplitude=amplitude)


def _opens(part: Part) -> bool:
    """Say whether a part opens the jaw before anything else."""
    return dict(part.terms).get("jawOpen", 0.0) > 0


def fit_lips(meshes: Sequence[FaceMesh], rig: RigMap, fixed: frozenset[Control]) -> LipFit | None:
    """Measure a character's lips.

    Parameters
    ----------
    meshes : sequence of FaceMesh
        All meshes with shape keys, in one space.
    rig : RigMap
    fixed : frozenset of Control
        Controls that cannot be written (driven, locked, muted): they are not asked to help.

    Returns
    -------
    LipFit or None
        None where the geometry cannot be read; the constants of the mix hold there.
    """
    found = _skin(meshes, rig)
    if found is None:
        return None
    mesh, lips = found
    parts = _parts(rig, fixed)
    columns = [_gap_of(mesh, lips, part) for part in parts]
    gap = np.stack(columns, 1) if columns else np.zeros((0, 0))
    rest = np.maximum(lips.gap(mesh.vertices) - AJAR, 0)
    if np.median(rest) == 0:
        rest = np.zeros_like(rest)
    fit = LipFit(mesh.name, lips.width, parts, gap, rest)
    return fit.with_amplitude(natural_amplitude(fit))


def natural_amplitude(fit: LipFit) -> float:
    """The factor that brings an unusually small or large opening near a human's.

    Returns
    -------
    float
        1 for most heads, and for rigs of whole mouths, whose mouths are measured one by one.
    """
    jaws = [i for i, part in enumerate(fit.parts) if _opens(part) and not part.solved]
    ratio = max((_opening(fit, i) for i in jaws), default=0.0) / OPENING
    if ratio <= 0:
        return 1.0
    return float(np.clip(np.clip(ratio, *NATURAL) / ratio, *AMPLITUDE))


def _opening(fit: LipFit, part: int) -> float:
    return float(fit.gap[:, part].max())


def _skin(meshes: Sequence[FaceMesh], rig: RigMap) -> tuple[FaceMesh, Lips] | None:
    """The mesh with lips: of those whose lips part, the one that most of the mouth's rows move."""
    best: tuple[tuple[int, int], FaceMesh, Lips] | None = None
    for mesh in meshes:
        rows = [row for row in rig.rows if row.control.mesh == mesh.name]
        lips = _lips_of(mesh, rows)
        if lips is None:
            continue
        moving = sum(bool(np.abs(lips.gap(mesh.keys[row.control.key])).max() > IDLE) for row in rows)
        rank = (moving, len(mesh.vertices))
        if best is None or rank > best[0]:
            best = rank, mesh, lips
    return None if best is None else best[1:]


def _lips_of(mesh: FaceMesh, rows: Sequence[Row]) -> Lips | None:
    """Find lips by whatever opens this mouth: jaw first, then lips that are pulled apart."""
    openers: dict[str, float] = {"jawOpen": 1.0, "mouthLowerDownLeft": 0.3, "mouthUpperUpLeft": 0.2}
    ranked: list[tuple[float, NDArray[np.floating]]] = []
    for row in rows:
        terms = dict(row.terms)
        share = max(terms.get(name, 0.0) * weight for name, weight in openers.items())
        if share > 0.0 and row.control.key in mesh.keys:
            ranked.append((share, mesh.keys[row.control.key]))
    for _, opening in sorted(ranked, key=lambda pair: -pair[0])[:4]:
        lips = find_lips(mesh, opening)
        if lips is not None:
            return lips
    return None


def _parts(rig: RigMap, fixed: frozenset[Control]) -> tuple[Part, ...]:
    """Rows of equal terms, which have equal values on all meshes."""
    grouped: dict[tuple[Terms, float, float, bool, bool], list[Control]] = {}
    for row in rig.rows:
        key = (row.terms, row.low, row.high, row.solved, row.control in fixed)
        grouped.setdefault(key, []).append(row.control)
    return tuple(
        Part(tuple(controls), terms, low, high, solved)
        for (terms, low, high, solved, locked), controls in grouped.items()
        if not locked
    )


def _gap_of(mesh: FaceMesh, lips: Lips, part: Part) -> Array:
    keys = [c.key for c in part.controls if c.mesh == mesh.name and c.key in mesh.keys]
    return sum((lips.gap(mesh.keys[key]) for key in keys), np.zeros(len(lips.upper)))


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
        told = OPENING * sum(weight * _parting(name) for name, weight in terms)
        factor = 1.0
        if told > 3 * AJAR and opening.get(terms, 0.0) > 0:
            factor = float(np.clip(opening[terms] * fit.amplitude / told, 1 / 2, 2))
        corrected.append(tuple((n, w * factor if _parting(n) else w) for n, w in terms))
    return corrected


def _parting(channel: str) -> float:
    """How far a channel parts the lips at 1, as a share of jawOpen."""
    stem = channel.removesuffix("Left").removesuffix("Right")
    return PARTING.get(stem, 0.0) / (1 if stem == channel else 2)


def meet(
    values: Mapping[Control, NDArray[np.float32]],
    opened: Mapping[Control, NDArray[np.float32]],
    fit: LipFit,
    contact: NDArray[np.floating],
    tuck: NDArray[np.floating],
) -> dict[Control, NDArray[np.float32]]:
    """Change values as little as lips that must meet, must not quite, or must not cross ask for.

    Parameters
    ----------
    values : mapping of Control to ndarray [shape=(frames,)]
        What the face wants.
    opened : mapping of Control to ndarray [shape=(frames,)]
        The same before anything closes the lips; what a half-closed mouth is half of.
    fit : LipFit
    contact, tuck : ndarray [shape=(frames,)]
        0..1, how far lips must meet and the lower lip must tuck.

    Returns
    -------
    dict of Control to ndarray [shape=(frames,)], float32
        Each within its limits.
    """
    wanted = _table(values, fit, len(contact))
    apart = np.maximum(_table(opened, fit, len(contact)) @ fit.gap.T, 0) + fit.rest
    contact, tuck = (np.asarray(guide, np.float64)[:, None] for guide in (contact, tuck))
    tucked = np.minimum(apart, TUCK_GAP)
    most = (1 - contact) * ((1 - tuck) * apart + tuck * tucked) - fit.rest
    least = np.full_like(most, -CROSSING) - fit.rest * (contact > 0)
    low, high = _room(wanted, fit, contact, tuck)
    solved = _nearest(wanted, fit.gap, (least, most), (low, high), _costs(fit))
    out = dict(values)
    for i, part in enumerate(fit.parts):
        for control in part.controls:
            if control in out:
                out[control] = solved[:, i].astype(np.float32)
    return out


def _table(
    values: Mapping[Control, NDArray[np.float32]], fit: LipFit, frames: int
) -> Array:
    """Values of the parts, shape (frames, parts)."""
    table = np.zeros((frames, len(fit.parts)))
    for i, part in enumerate(fit.parts):
        present = [values[control] for control in part.controls if control in values]
        if present:
            table[:, i] = present[0]
    return table


def _room(wanted: Array, fit: LipFit, contact: Array, tuck: Array) -> tuple[Array, Array]:
    """How far each part may move: towards rest, and what closes lips also the other way."""
    low, high = np.minimum(wanted, 0), np.maximum(wanted, 0)
    closing = np.clip(contact + tuck, 0, 1)
    for i, part in enumerate(fit.parts):
        names = tuple(name for name, _ in part.terms)
        still = np.abs(fit.gap[:, i]).max() < IDLE
        if still:
            low[:, i] = high[:, i] = wanted[:, i]
        elif names == ("mouthClose",):
            high[:, i] = np.maximum(high[:, i], part.high * closing[:, 0])
        elif fit.rest.any() and (part.solved or names[0].startswith(_CLOSERS)):
            # A mouth that is open at rest has to be pulled shut.
            shuts = fit.gap[:, i].mean() < 0
            high[:, i] = np.maximum(high[:, i], part.high * contact[:, 0] * shuts)
    return low, high


def _costs(fit: LipFit) -> Array:
    return np.array([_cost(part) for part in fit.parts])


def _cost(part: Part) -> float:
    names = [name for name, _ in part.terms]
    if names == ["mouthClose"]:
        return _CLOSE
    if part.solved or names[0].startswith(_YIELDING):
        return _PARTS
    return _JAW if "jawOpen" in names else _OTHER


def _nearest(
    wanted: Array, gap: Array, gaps: tuple[Array, Array], room: tuple[Array, Array], cost: Array
) -> Array:
    """Move each row of `wanted` as little as keeps `row @ gap.T` within `gaps`.

    Minimises ``cost · (x - wanted)² + STIFF |what of x @ gap.T is outside gaps|²`` over
    ``room[0] <= x <= room[1]``, all rows at once.
    """
    least, most = gaps
    now = wanted @ gap.T
    rows = np.flatnonzero(((now > most + 1e-4) | (now < least - 1e-4)).any(1))
    out = np.clip(wanted, *room)
    if not len(rows) or not gap.size:
        return out
    want, least, most = wanted[rows], least[rows], most[rows]
    low, high = room[0][rows], room[1][rows]
    x = out[rows]
    held = (high - low) < 1e-9
    below = above = np.zeros_like(held)
    for _ in range(ROUNDS):
        now = x @ gap.T
        over, under = now > most, now < least
        bound = np.where(over, most, least)
        weight = STIFF * (over | under)
        x_new = _solve(want, gap, weight, bound, (low, high), (below | held, above), cost)
        pull = cost * (x_new - want) + ((x_new @ gap.T - bound) * weight) @ gap
        new_below = (x_new < low - 1e-9) | (below & (pull > 0))
        new_above = (x_new > high + 1e-9) | (above & (pull < 0))
        done = np.abs(x_new - x).max() < 1e-5 and (new_below == below).all()
        x, below = x_new, new_below
        if done and (new_above == above).all():
            break
        above = new_above & ~below
    out[rows] = np.clip(x, low, high)
    return out


def _solve(
    want: Array,
    gap: Array,
    weight: Array,
    bound: Array,
    room: tuple[Array, Array],
    fixed: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    cost: Array,
) -> Array:
    """The least-squares answer of every row with some unknowns held at their limits."""
    held = np.where(fixed[0], room[0], room[1])
    free = ~(fixed[0] | fixed[1])
    known = np.where(free, 0.0, held)
    matrix = np.einsum("fk,ki,kj->fij", weight, gap, gap, optimize=True)
    right = cost * want + (weight * (bound - known @ gap.T)) @ gap
    matrix = matrix * (free[:, :, None] & free[:, None, :])
    diagonal = np.arange(gap.shape[1])
    matrix[:, diagonal, diagonal] += np.where(free, cost, 1.0)
    right = np.where(free, right, 0.0)
    return np.where(free, np.linalg.solve(matrix, right[..., None])[..., 0], held)
