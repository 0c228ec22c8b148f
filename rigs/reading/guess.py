# SPDX-License-Identifier: GPL-3.0-or-later
"""Which face channels a control shows, from what it moves: compared with heads that are known.

A control that is one shape of many (a left smile, a jaw) is given the channel whose look on a known
head is most alike, each channel once: the assignment that is best for all together. A control that
is a whole mouth (a viseme, a vowel) is taken apart into channels by least squares.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment, nnls

from ...core.motion.mouth import stem_of
from ...core.motion.track import feeling_channels
from ...core.performance.prototypes import FELT, pose
from ..schema import Terms
from ..solve import WEIGHTS
from .seen import LIP_NUMBERS, mirrored, upper_face

Array = NDArray[np.float64]
One = TypeVar("One", bound=Hashable)

STILL = 2e-3  # mouth widths: what moves less moves nothing
ALIKE = 0.45  # likeness (a cosine) below which a control is none of the shapes that we know
FARTHER = 0.08  # what likeness loses for each doubling or halving of how far things move
SURE = 0.75  # likeness from which on it is told as certain
SIDED = 0.35  # likeness to its own mirror image: below this a control is of one side
SIDES = 4  # controls of one side of the mouth that make it a set of single shapes
OPENS = 0.12  # share of a whole jawOpen from which on a control opens the mouth
FEW_PARTS = 0.08  # of the largest part of a whole mouth: less is left out of its terms
MANY = 2  # controls that open the mouth: more than a jaw
# Mouth widths (as `View.of` weighs them) from which on brows or lids, and lips, are moved; and the
# share of what moves above that no single shape explains: a whole expression.
UPPER_MOVES, LIPS_MOVE, UNEXPLAINED = 0.03, 0.06, 0.5
# Brows and lids tell feelings apart, lips are moved farther.
MAGNIFIED, UPPER_COUNTS = 3.0, 0.6
FELT_ALIKE = 0.5  # likeness to an emotion below which a whole face shows none that we know
NO_BETTER = 0.05  # likeness by which another emotion may be nearer
# How avatars show feelings, with fewer and stronger shapes than people: our reading of many.
CARTOONS = {
    "happy": {"mouthSmile": 1.0, "eyeBlink": 0.9, "browOuterUp": 0.3, "jawOpen": 0.2},
    "angry": {"browDown": 1.0, "mouthFrown": 0.7, "eyeSquint": 0.3},
    "sad": {"browInnerUp": 1.0, "mouthFrown": 0.7, "eyeBlink": 0.3},
    "surprised": {"browInnerUp": 1.0, "browOuterUp": 1.0, "eyeWide": 1.0, "mouthFunnel": 0.5},
}
SHUT_MOUTH: Terms = (("mouthPressLeft", 0.2), ("mouthPressRight", 0.2))


@dataclass(frozen=True)
class Guess:
    """What one control was seen to be.

    Parameters
    ----------
    terms : tuple of (str, float)
        Channels that it shows at 1; empty if it moves nothing that we know.
    sure : float
        Likeness to what is known, 0..1.
    whole : bool
        It is a whole mouth (`schema.Row.solved`).
    expression : bool
        It moves mouth and brows alike: a whole face, of the feeling that its terms name.
    """

    terms: Terms
    sure: float
    whole: bool = False
    expression: bool = False


@cache
def _known() -> tuple[tuple[str, ...], Array]:
    """Load the channels and what each does on the known heads, shape (heads, channels, n)."""
    with np.load(Path(__file__).with_name("known_faces.npz"), allow_pickle=False) as file:
        return tuple(str(name) for name in file["names"]), file["seen"].astype(np.float64)


@cache
def _usual() -> Array:
    """Average what each channel does on the known heads, shape (channels, numbers)."""
    table = _known()[1]
    there = (np.abs(table).max(2) > STILL)[..., None]
    return (table * there).sum(0) / np.maximum(there.sum(0), 1)


@cache
def _reduced() -> tuple[Array, Array]:
    """Turn the least squares of `_parts` into as many equations as channels, which is quick."""
    q, r = np.linalg.qr(_usual().T)
    return q.T, r


def likeness(seen: Array) -> tuple[tuple[str, ...], Array]:
    """Compare what controls do with every channel.

    Parameters
    ----------
    seen : ndarray [shape=(controls, numbers)]
        As `View.of` returns it.

    Returns
    -------
    tuple of str
        The channels.
    ndarray [shape=(controls, channels)]
        The largest cosine over the known heads; 0 for a control that does not move.
    """
    names, table = _known()
    there = np.abs(table).max(2) > STILL
    length = np.maximum(np.linalg.norm(table, axis=2, keepdims=True), 1e-9)
    own = np.maximum(np.linalg.norm(seen, axis=1, keepdims=True), 1e-9)
    alike = np.einsum("cn,hsn->hcs", seen / own, table / length)
    # A lid that looks down and one that blinks move alike, but not as far.
    far = np.abs(np.log2(own[None] / length.swapaxes(1, 2)))
    alike = alike * (1 - FARTHER * np.minimum(far, 2.0))
    alike = np.where(there[:, None], alike, -1.0).max(0)
    return names, np.where(np.abs(seen).max(1, initial=0.0)[:, None] > STILL, alike, 0.0)


def expected(terms: Terms) -> Array:
    """Say what a control with these terms does on most heads, shape (numbers,)."""
    names, usual = _known()[0], _usual()
    moves = [w * usual[names.index(c)] for c, w in terms if c in names]
    return np.sum([0 * usual[0], *moves], axis=0)


def guesses(seen: Mapping[One, Array]) -> dict[One, Guess]:
    """Say what every control of a face is.

    Parameters
    ----------
    seen : mapping of any to ndarray [shape=(numbers,)]
        What each control does at 1, as `View.of` returns it.

    Returns
    -------
    dict of any to Guess
        Of all of them, in their order; no two single shapes have the same channel.
    """
    controls = list(seen)
    if not controls:
        return {}
    table = np.stack([seen[one] for one in controls])
    names, alike = likeness(table)
    expression = _expressions(table)
    felt = _feelings(table, expression)
    # A puffed cheek lifts the skin above it on one side: without a feeling that is no whole face.
    expression &= [i in felt or _symmetry(row) >= SIDED for i, row in enumerate(table)]
    parts = np.stack([_parts(row) for row in table])
    whole = _whole_mouths(table, names, parts, expression)
    single = np.where((whole | expression)[:, None], -1.0, alike)
    chosen = dict(zip(*linear_sum_assignment(-single), strict=True))
    taken = {names[j] for i, j in chosen.items() if single[i, j] >= ALIKE}
    found: dict[One, Guess] = {}
    for i, one in enumerate(controls):
        j = chosen.get(i)
        if whole[i]:
            found[one] = Guess(
                _mouth(names, parts[i]), _explained_share(table[i], parts[i]), whole=True
            )
        elif i in felt:
            feeling, sure = felt[i]
            found[one] = Guess(((feeling_channels(feeling)[0], 1.0),), sure, expression=True)
        elif expression[i]:
            found[one] = Guess((), float(max(alike[i].max(), 0)), expression=True)
        elif j is not None and single[i, j] >= ALIKE:
            found[one] = Guess(_sides(names[j], table[i], taken), float(single[i, j]))
        else:
            found[one] = Guess((), 0.0)
    return found


def _sides(name: str, seen: Array, taken: set[str]) -> Terms:
    """Take one channel; the mean of both sides where one control does both."""
    stem = stem_of(name)
    both = f"{stem}Left", f"{stem}Right"
    if stem == name or taken.issuperset(both) or _symmetry(seen) < SIDED:
        return ((name, 1.0),)
    return tuple((one, 0.5) for one in both)


def _symmetry(seen: Array) -> float:
    """Likeness of a control to its mirror image, -1..1."""
    size = float(seen @ seen)
    return float(seen @ mirrored(seen)) / size if size > 0 else 1.0


def _expressions(table: Array) -> NDArray[np.bool_]:
    """Which controls move the lips, and brows or lids as no single shape of these lips does."""
    high = upper_face()
    above = np.linalg.norm(table[:, high], axis=1)
    lips = np.linalg.norm(table[:, :LIP_NUMBERS], axis=1)
    both = (above > UPPER_MOVES) & (lips > LIPS_MOVE)
    for i in np.flatnonzero(both):
        both[i] = _left_above(table[i], high) > UNEXPLAINED * above[i]
    return both


def _left_above(seen: Array, high: NDArray[np.bool_]) -> float:
    """Say what moves above the mouth beyond the most alike single shape of a known head."""
    shapes = _known()[1].reshape(-1, seen.size)
    shapes = shapes[np.abs(shapes).max(1) > STILL]
    length = np.maximum(np.linalg.norm(shapes, axis=1), 1e-9)
    along = shapes @ seen / length
    nearest = along >= along.max() - 0.1 * np.linalg.norm(seen)
    rest = seen[high] - (along / length)[nearest, None] * shapes[nearest][:, high]
    return float(np.linalg.norm(rest, axis=1).min())


@cache
def _faces() -> Array:
    """Return what faces of each emotion do on most heads.

    The emotion as we act it, and as cartoons draw it; shape (emotions, 2, numbers).
    """
    drawn = [(dict(pose(name)), CARTOONS.get(name, pose(name))) for name in FELT]
    return np.array([[expected(_both_sides(one)) for one in pair] for pair in drawn])


def _felt_likeness(table: Array) -> Array:
    """Compare controls with emotions, shape (controls, emotions).

    As a whole with brows and lids magnified, or these apart from the mouth, whichever is more.
    """
    high = upper_face()
    all_of_it = _cosine(table, _faces(), np.where(high, MAGNIFIED, 1.0))
    apart = UPPER_COUNTS * _cosine(table, _faces(), high) + (1 - UPPER_COUNTS) * _cosine(
        table, _faces(), ~high
    )
    return np.maximum(all_of_it, apart)


def _cosine(table: Array, faces: Array, weights: Array | NDArray[np.bool_]) -> Array:
    own, faces = table * weights, faces * weights
    own = own / np.maximum(np.linalg.norm(own, axis=1, keepdims=True), STILL)
    faces = faces / np.linalg.norm(faces, axis=2, keepdims=True)
    return np.einsum("rn,epn->rep", own, faces).max(2)


def _both_sides(shapes: Mapping[str, float]) -> Terms:
    """Spell out shapes that are named without Left or Right where both sides do the same."""
    names = _known()[0]
    return tuple(
        (name, weight)
        for shape, weight in shapes.items()
        for name in ((shape,) if shape in names else (f"{shape}Left", f"{shape}Right"))
    )


def _feelings(table: Array, expression: NDArray[np.bool_]) -> dict[int, tuple[str, float]]:
    """Name the emotion of each whole face: corners up, brows down; each emotion once."""
    rows = np.flatnonzero(expression)
    if not len(rows):
        return {}
    alike = _felt_likeness(table[rows])
    named: dict[int, tuple[str, float]] = {}
    for i, j in zip(*linear_sum_assignment(-alike), strict=True):
        # Nearer to another feeling, which a better one of the character shows: then it is none.
        if alike[i, j] >= FELT_ALIKE and alike[i, j] > alike[i].max() - NO_BETTER:
            named[int(rows[i])] = FELT[j], float(alike[i, j])
    return named


def _parts(seen: Array) -> Array:
    """Take a control apart into channels by least squares, shape (channels,)."""
    turned, triangle = _reduced()
    return nnls(triangle, turned @ seen)[0]


def _explained_share(seen: Array, parts: Array) -> float:
    """How much of a control its parts explain, 0..1."""
    left = np.linalg.norm(seen - parts @ _usual())
    return float(max(0.0, 1 - left / max(np.linalg.norm(seen), 1e-9)))


def _whole_mouths(
    table: Array, names: tuple[str, ...], parts: Array, expression: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Which controls are whole mouths: several that open it, and none of one side only."""
    symmetry = np.array([_symmetry(row) for row in table])
    lips = np.linalg.norm(table[:, :LIP_NUMBERS], axis=1)
    moving = (lips > 10 * STILL) & ~expression
    none = np.zeros(len(table), bool)
    if (moving & (symmetry < SIDED)).sum() >= SIDES:
        return none
    opens = moving & (parts[:, names.index("jawOpen")] > OPENS) & (symmetry >= SIDED)
    if opens.sum() < MANY:
        return none
    return moving & (symmetry >= SIDED)


def _mouth(names: tuple[str, ...], parts: Array) -> Terms:
    """Make the terms of a whole mouth: sides alike, small parts left out."""
    values: dict[str, float] = {}
    for name, part in zip(names, parts, strict=True):
        stem = stem_of(name)
        if stem in WEIGHTS:
            sides = 1 if stem == name else 2
            values[stem] = values.get(stem, 0.0) + float(part) / sides
    least = FEW_PARTS * max(values.values(), default=0.0)
    terms = [
        (name, round(min(values[stem_of(name)], 1.0), 3))
        for name in names
        if values.get(stem_of(name), 0.0) > max(least, 0.01)
    ]
    return tuple(terms) or SHUT_MOUTH
