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
BOTH_HALVES = 0.25  # of what a control moves, above and at the mouth: a whole expression
SPEECH = ("mouth", "jaw", "tongue")
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
        It moves mouth and brows alike: a whole face.
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
    expression = _expressions(table) & (alike.max(1) < SURE)
    parts = np.stack([_parts(row) for row in table])
    whole = _whole_mouths(table, names, parts, expression)
    single = np.where((whole | expression)[:, None], -1.0, alike)
    chosen = dict(zip(*linear_sum_assignment(-single), strict=True))
    taken = {names[j] for i, j in chosen.items() if single[i, j] >= ALIKE}
    found: dict[One, Guess] = {}
    for i, one in enumerate(controls):
        j = chosen.get(i)
        if whole[i]:
            found[one] = Guess(_mouth(names, parts[i]), _told(table[i], parts[i]), whole=True)
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
    """Which controls move brows or lids and the lips."""
    above = np.linalg.norm(table[:, upper_face()], axis=1)
    lips = np.linalg.norm(table[:, :LIP_NUMBERS], axis=1)
    size = np.maximum(np.linalg.norm(table, axis=1), STILL)
    return (above > BOTH_HALVES * size) & (lips > BOTH_HALVES * size)


def _parts(seen: Array) -> Array:
    """Take a control apart into channels by least squares, shape (channels,)."""
    turned, triangle = _reduced()
    return nnls(triangle, turned @ seen)[0]


def _told(seen: Array, parts: Array) -> float:
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
