# SPDX-License-Identifier: GPL-3.0-or-later
"""Lips that must meet just meet, and never cross, whatever the face wants of a character.

The distance of the lips at a few stations across the mouth is a linear function of the controls'
values (`rigs.lips.fit`). Each frame keeps as near to the wanted values as it can while

* lips that must meet (M B P) are no farther apart than their share of the opening,
* a lower lip that tucks (F V) leaves a sliver, and
* lips never cross.

Frames whose lips are right already are not touched.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import convolve1d, grey_opening, minimum_filter1d

from ...core.motion.mouth import Kind, channels_of
from ...core.motion.track import FEELING_NAMES
from ..schema import Control
from .bounded import Array, nearest
from .fit import IDLE, LipFit, Part

TUCK_GAP = 0.045  # mouth widths between the lips on F V: the lip touches the teeth, air passes
# Of the widest opening: lips under a whole face may be this far apart on M B P; more of it stays.
SLIVER = 0.03
GIVES_WAY_SECONDS = 0.04  # a whole face begins to give way so long before a closure
# One that has brows and eyes in it goes more slowly, and does not come back for less time than this
# between two closures: a face that comes and goes with every M B P flickers.
BROWS_GIVE_WAY_SECONDS, STAYS_AWAY_SECONDS = 0.06, 0.22
PRESSED = 0.004  # mouth widths by which lips that meet overlap: flesh on flesh, not a touch
CROSSING = 0.007  # mouth widths that lips may overlap: soft tissue gives

# What it costs to move a control away from what the face wants: closing is there to be chosen,
# shapes that part the lips give way before the jaw does, anything else last.
_CLOSE, _PARTS, _JAW, _OTHER = 0.02, 0.4, 1.0, 3.0
_SHUTS, _YIELDS = channels_of(Kind.SHUTS), channels_of(Kind.PARTS)


def meet(
    values: Mapping[Control, NDArray[np.float32]],
    opened: Mapping[Control, NDArray[np.float32]],
    fit: LipFit,
    guides: tuple[NDArray[np.floating], NDArray[np.floating]],
    rate_hz: float,
) -> dict[Control, NDArray[np.float32]]:
    """Change values as little as lips that must meet, must not quite, or must not cross ask for.

    Parameters
    ----------
    values : mapping of Control to ndarray [shape=(frames,)]
        What the face wants.
    opened : mapping of Control to ndarray [shape=(frames,)]
        The same before anything closes the lips; what a half-closed mouth is half of.
    fit : LipFit
    guides : pair of ndarray [shape=(frames,)]
        0..1, how far lips must meet and the lower lip must tuck.
    rate_hz : float
        Frames in a second.

    Returns
    -------
    dict of Control to ndarray [shape=(frames,)], float32
        Each within its limits.
    """
    contact, tuck = (np.asarray(guide, np.float64)[:, None] for guide in guides)
    wanted = fit.table(values, len(contact))
    whole = np.array([_is_whole(part) for part in fit.parts], bool)
    table = fit.table(opened, len(contact))
    # A whole face and the words do not add up: the mouth is as open as the wider of the two.
    of_whole = table * whole @ fit.gap.T
    apart = np.maximum(np.maximum(table * ~whole @ fit.gap.T, of_whole), 0) + fit.rest
    tucked = np.minimum(apart, TUCK_GAP)
    most = (1 - contact) * ((1 - tuck) * apart + tuck * tucked) - fit.rest
    most = most - (fit.seal + PRESSED) * contact
    least = np.full_like(most, -CROSSING) - fit.rest - max(fit.seal, 0.0) * (contact > 0)
    # Where the artist's own laugh presses lips together it may; none of it is left out for that.
    least = np.minimum(least, of_whole)
    most = most + np.where(of_whole > 0, SLIVER * fit.opening, 0.0)
    low, high = _room(wanted, fit, contact, tuck)
    solved = nearest(wanted, fit.gap, (least, most), (low, high), _costs(fit))
    if whole.any():
        # What a whole face gives up for one closure it gives up softly, brows and all.
        kept = solved.copy()
        with_brows = whole & _with_brows(fit)
        width = max(1, round(STAYS_AWAY_SECONDS * rate_hz))
        kept[:, with_brows] = grey_opening(kept[:, with_brows], (width, 1), mode="nearest")
        slow = round(GIVES_WAY_SECONDS * rate_hz), round(BROWS_GIVE_WAY_SECONDS * rate_hz)
        for which, reach in zip((whole & ~with_brows, with_brows), slow, strict=True):
            kept[:, which] = _softly(kept[:, which], reach)
        low[:, whole] = high[:, whole] = wanted[:, whole] = kept[:, whole]
        solved = nearest(wanted, fit.gap, (least, most), (low, high), _costs(fit))
    out = dict(values)
    for i, part in enumerate(fit.parts):
        for control in part.controls:
            if control in out:
                out[control] = (solved[:, i] * part.unit + part.rest).astype(np.float32)
    return out


def _is_whole(part: Part) -> bool:
    return any(name in FEELING_NAMES for name, _ in part.terms)


def _with_brows(fit: LipFit) -> NDArray[np.bool_]:
    """Say which parts are no mouth of a face that is sculpted in parts, whose brows are another."""
    alone = {part.terms[0][0] for part in fit.parts if len(part.terms) == 1}
    mouths = zip(FEELING_NAMES[::2], FEELING_NAMES[1::2], strict=True)
    upper = {mouth for felt, mouth in mouths if felt in alone}
    return np.array([not {name for name, _ in part.terms} & upper for part in fit.parts], bool)


def _softly(values: Array, reach: int) -> Array:
    """Smooth what lies below `values`: nowhere above, and without their sudden dips."""
    if reach < 1:
        return values
    window = np.hanning(2 * reach + 3)[1:-1]
    lowest = minimum_filter1d(values, 2 * reach + 1, axis=0, mode="nearest")
    return convolve1d(lowest, window / window.sum(), axis=0, mode="nearest")


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
            high[:, i] = np.maximum(high[:, i], part.room * closing[:, 0])
        elif fit.rest.any() and (part.solved or names[0] in _SHUTS):
            # A mouth that is open at rest has to be pulled shut.
            shuts = fit.gap[:, i].mean() < 0
            high[:, i] = np.maximum(high[:, i], part.room * contact[:, 0] * shuts)
    return low, high


def _costs(fit: LipFit) -> Array:
    return np.array([_cost(part) for part in fit.parts])


def _cost(part: Part) -> float:
    names = [name for name, _ in part.terms]
    if names == ["mouthClose"]:
        return _CLOSE
    if part.solved or names[0] in _YIELDS:
        return _PARTS
    return _JAW if "jawOpen" in names else _OTHER
