# SPDX-License-Identifier: GPL-3.0-or-later
"""From what controls were seen to do to the rows of a rig; names first, where they are right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from ...core.motion.track import ARKIT_NAMES
from ..lips.fit import LEAST_OPENING
from ..match import MOUTH, driven_by, helped, own_terms
from ..schema import Control, RigMap, Row
from ..whole_faces import giving_way, needed_only
from .guess import SURE, Guess, expected, guesses
from .seen import View

Array = NDArray[np.float64]

FAMILY, LABEL = "read", "Read from what moves"
BETTER = 0.2  # mean likeness by which another order of the names has to fit better
FITS = 0.3  # mean likeness from which on names are believed at first sight
FEWEST = 4  # named rows that are judged together
FELT_SURE = 0.5  # likeness to a feeling from which on a whole face is used beside known names
UNLIKE = 0.1  # likeness to what its name says below which one control alone is not believed
# What a mouth of whole mouths takes from single shapes: it smiles and frowns by itself.
MOODS = ("mouthSmile", "mouthFrown")


@dataclass(frozen=True)
class Seen:
    """A face as it was seen: the skin, and what each control does to it.

    Parameters
    ----------
    view : View
    moves : mapping of Control to ndarray [shape=(numbers,)]
        What each control does at 1, as `View.of` returns it.
    guesses : mapping of Control to Guess
    """

    view: View
    moves: Mapping[Control, Array]
    guesses: Mapping[Control, Guess]


def seen_of(view: View, offsets: Mapping[Control, NDArray[np.floating]]) -> Seen:
    """Look at every control of a face.

    Parameters
    ----------
    view : View
    offsets : mapping of Control to ndarray [shape=(n, 3)]
        Of the vertices of the view's mesh, at 1.

    Returns
    -------
    Seen
    """
    moves = {control: view.of(offset) for control, offset in offsets.items()}
    return Seen(view, moves, guesses(moves))


def read_rig(seen: Seen, controls: Sequence[Control]) -> RigMap | None:
    """Make a rig of what was seen alone.

    Parameters
    ----------
    seen : Seen
    controls : sequence of Control
        All of the character: keys of other meshes go along with those of the same name.

    Returns
    -------
    RigMap or None
        None if nothing opens the mouth.
    """
    found = {one: guess for one, guess in seen.guesses.items() if guess.terms}
    found = _with_a_jaw(found, seen)
    if found is None:
        return None
    rows: list[Row] = []
    by_name = {one.key: guess for one, guess in found.items() if one.kind == "shape key"}
    for control in controls:
        guess = found.get(control)
        if guess is None and control.kind == "shape key" and control not in seen.moves:
            guess = by_name.get(control.key)
        if guess is not None:
            rows.append(Row(control, guess.terms, solved=guess.whole))
    rows = needed_only(rows)
    rig = _finished(rows, controls, {row.control: found.get(row.control) for row in rows})
    return giving_way(rig, seen.view.mesh, seen.view.lips)


def _with_a_jaw(found: dict[Control, Guess], seen: Seen) -> dict[Control, Guess] | None:
    """Let what opens the mouth widest be its jaw where nothing else is."""
    if any(dict(guess.terms).get("jawOpen", 0.0) > 0 for guess in found.values()):
        return found
    opening = {one: _opening(seen, one) for one in seen.guesses}
    widest = max(opening, key=lambda one: opening[one], default=None)
    if widest is None or opening[widest] < LEAST_OPENING:
        return None
    return {**found, widest: Guess((("jawOpen", 1.0),), seen.guesses[widest].sure)}


def _opening(seen: Seen, control: Control) -> float:
    """How far a control parts the lips in the middle, in mouth widths."""
    moved = seen.moves[control][: 2 * 9 * 3].reshape(2, 9, 3)[:, 3:6, 1]
    return float((moved[0] - moved[1]).max())


def _finished(
    rows: Sequence[Row], controls: Sequence[Control], told: Mapping[Control, Guess | None]
) -> RigMap:
    whole = any(row.solved for row in rows)
    driven = driven_by(rows)
    missing = () if whole else tuple(name for name in ARKIT_NAMES if name not in driven)
    used = {row.control for row in rows}
    return RigMap(
        FAMILY,
        LABEL,
        tuple(rows if whole else helped(rows, set(missing))),
        missing,
        tuple(one for one in controls if one not in used),
        read=tuple((one, round(guess.sure, 2)) for one, guess in told.items() if guess),
    )


def names_are_wrong(rig: RigMap, seen: Seen) -> bool:
    """Say whether the names of a rig's controls fit its face in another order much better.

    Parameters
    ----------
    rig : RigMap
    seen : Seen

    Returns
    -------
    bool
        False where too few rows can be judged.
    """
    alike = _fitting(rig, seen)
    if len(alike) < FEWEST:
        return False
    best = alike[linear_sum_assignment(-alike)].mean()
    return bool(best - np.diag(alike).mean() > BETTER)


def names_fit(rig: RigMap, seen: Seen) -> bool:
    """Say whether the controls of a rig do what their names say, as far as that can be judged."""
    alike = _fitting(rig, seen)
    return len(alike) < FEWEST or bool(np.diag(alike).mean() > FITS)


def _fitting(rig: RigMap, seen: Seen) -> Array:
    """Compare what names of the mouth say, a row each, with what their controls do, a column."""
    rows = [row for row in rig.rows if row.control in seen.moves and _speaks(row)]
    moving = [row for row in rows if np.abs(seen.moves[row.control]).max() > 1e-3]
    if not moving:
        return np.zeros((0, 0))
    told = np.stack([_unit(expected(own_terms(row, rig))) for row in moving])
    return told @ np.stack([_unit(seen.moves[row.control]) for row in moving]).T


def _speaks(row: Row) -> bool:
    return row.solved or any(channel.startswith(MOUTH) for channel, _ in row.terms)


def _unit(values: Array) -> Array:
    return values / max(float(np.linalg.norm(values)), 1e-9)


def put_right(rig: RigMap, seen: Seen) -> RigMap:
    """Let what was seen decide where a name is unknown, or says the opposite of what moves.

    Parameters
    ----------
    rig : RigMap
        By names.
    seen : Seen

    Returns
    -------
    RigMap
        `rig` itself where the names say all.
    """
    whole = any(row.solved for row in rig.rows)
    plain = [replace(row, terms=own_terms(row, rig)) for row in rig.rows]
    kept = [row for row in plain if not _contradicted(row, seen)]
    driven = driven_by(kept)
    changed: dict[Control, Guess] = {}
    for control, guess in sorted(seen.guesses.items(), key=lambda pair: -pair[1].sure):
        least = FELT_SURE if guess.expression else SURE
        if any(row.control == control for row in kept) or guess.whole or guess.sure < least:
            continue
        if whole and not all(_beside_mouths(channel) for channel, _ in guess.terms):
            continue
        if guess.terms and driven.isdisjoint(channel for channel, _ in guess.terms):
            changed[control] = guess
            driven |= {channel for channel, _ in guess.terms}
    rows = needed_only([*kept, *(Row(one, guess.terms) for one, guess in changed.items())])
    changed = {row.control: changed[row.control] for row in rows if row.control in changed}
    if not changed and len(kept) == len(plain):
        return rig
    missing = tuple(name for name in rig.missing if name not in driven)
    lost = driven_by(plain) - driven
    missing += tuple(name for name in ARKIT_NAMES if name in lost and name not in missing)
    used = {row.control for row in rows}
    every = (*rig.unused, *(row.control for row in rig.rows))
    right = replace(
        rig,
        rows=tuple(rows if whole else helped(rows, set(missing))),
        missing=missing,
        unused=tuple(one for one in dict.fromkeys(every) if one not in used),
        read=tuple((one, round(guess.sure, 2)) for one, guess in changed.items()),
    )
    return giving_way(right, seen.view.mesh, seen.view.lips)


def _beside_mouths(channel: str) -> bool:
    return not channel.startswith(MOUTH) or channel.startswith(MOODS)


def _contradicted(row: Row, seen: Seen) -> bool:
    """Whether a single shape surely does something else than its name says."""
    guess = seen.guesses.get(row.control)
    if guess is None or row.solved or not guess.terms or guess.whole or guess.sure < SURE:
        return False
    told = _unit(expected(row.terms))
    return bool(told.any()) and float(told @ _unit(seen.moves[row.control])) < UNLIKE
