# SPDX-License-Identifier: GPL-3.0-or-later
"""How much of each whole mouth (viseme, vowel) makes up the face at every frame.

The face's mouth channels, and each mouth that the character has, are points in a small space of
lips and jaw. Per frame we look for the shares w of the mouths that come nearest to the face, with
no share below 0 and no more than 1 in all: least squares over a simplex, solved for all frames
together by accelerated projected gradients (Beck and Teboulle, "A fast iterative
shrinkage-thresholding algorithm", 2009; projection after Duchi et al., "Efficient projections onto
the l1-ball", 2008). The small ridge makes the answer unique and smooth in time.
Then whatever parts the lips gives way where they meet or are at rest.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..core.motion.ease import smoothstep
from ..core.motion.mouth import CLOSE_PER_JAW, gap_of
from .schema import Terms

Array = NDArray[np.float64]

# Channels of the space, both sides as their mean, and how much a difference in each counts. What
# every sound has a little of (tongue) or a mood brings along (smile) counts less.
WEIGHTS: dict[str, float] = {
    "jawOpen": 1.0,
    "mouthClose": 1.0,
    "mouthFunnel": 1.0,
    "mouthPucker": 1.0,
    "mouthRollLower": 1.0,
    "mouthStretch": 0.7,
    "mouthLowerDown": 0.6,
    "mouthUpperUp": 0.5,
    "mouthSmile": 0.5,
    "mouthRollUpper": 0.5,
    "mouthPress": 0.5,
    "mouthShrugUpper": 0.3,
    "tongueTipUp": 0.3,
    "tongueBackUp": 0.3,
    "tongueDental": 0.4,
    "tongueOut": 0.4,
}
_ORDER = tuple(WEIGHTS)
_JAW, _CLOSE = _ORDER.index("jawOpen"), _ORDER.index("mouthClose")
# Between these the lips go from shut to parted; below lies what a face at rest trembles with.
SHUT, PARTED = 0.02, 0.09
RIDGE = 1e-3
STEPS, CLOSE_ENOUGH = 120, 1e-3
LEAST_JAW = 0.04


def mouth_space(values: NDArray[np.floating], names: Sequence[str]) -> Array:
    """Bring face channels into the space of the solver.

    Parameters
    ----------
    values : ndarray [shape=(n, channels)]
        Weights of the channels `names`, 0..1; channels that are absent count as 0.
    names : sequence of str

    Returns
    -------
    ndarray [shape=(n, len(WEIGHTS))]
        Unweighted. ``jawOpen`` is what mouthClose leaves of it, ``mouthClose`` how nearly the
        lips meet, 0..1.
    """
    column = {name: i for i, name in enumerate(names)}
    points = np.zeros((len(values), len(_ORDER)))
    for i, stem in enumerate(_ORDER):
        found = [column[n] for n in (stem, f"{stem}Left", f"{stem}Right") if n in column]
        if found:
            points[:, i] = values[:, found].mean(1)
    jaw, close = points[:, _JAW].copy(), points[:, _CLOSE].copy()
    points[:, _JAW] = np.maximum(jaw - close / CLOSE_PER_JAW, 0)
    points[:, _CLOSE] = np.clip(close / (CLOSE_PER_JAW * np.maximum(jaw, LEAST_JAW)), 0, 1)
    return points


def shares(
    values: NDArray[np.floating], names: Sequence[str], mouths: Sequence[Terms]
) -> NDArray[np.float32]:
    """Find the share of each mouth at every frame.

    Parameters
    ----------
    values : ndarray [shape=(frames, channels)]
        Weights of the channels `names`, 0..1.
    names : sequence of str
    mouths : sequence of tuple of (str, float)
        Each mouth as channels and their weights; no two alike.

    Returns
    -------
    ndarray [shape=(frames, mouths)], float32
        Each 0 or more, in all at most 1; 0 where the lips meet, except of mouths that are shut.
    """
    face = mouth_space(values, names)
    table = np.concatenate(
        [mouth_space(np.array([[w for _, w in terms]]), [c for c, _ in terms]) for terms in mouths]
    )
    scale = np.array(list(WEIGHTS.values()))
    found = _on_simplex(face * scale, table * scale)
    shut = table[:, _CLOSE] > 0.5
    found[:, ~shut] *= _parted(face)[:, None]
    return found.astype(np.float32)


def _parted(face: Array) -> Array:
    """How far the lips are apart, 0 shut or at rest to 1, shape (frames,)."""
    gap = face @ np.array([gap_of(name) for name in _ORDER])
    near = np.clip((gap - SHUT) / (PARTED - SHUT), 0, 1)
    away = np.clip(2 * (1 - face[:, _CLOSE]), 0, 1)
    return smoothstep(near) * away


def _on_simplex(face: Array, table: Array) -> Array:
    """Minimise |w table - face|² + RIDGE |w|² over w >= 0, sum(w) <= 1, for all rows of `face`."""
    gram = table @ table.T + RIDGE * np.eye(len(table))
    pull = face @ table.T
    step = 1.0 / np.linalg.eigvalsh(gram)[-1]
    old = np.zeros((len(face), len(table)))
    ahead, speed = old, 1.0
    for _ in range(STEPS):
        new = _project(ahead - step * (ahead @ gram - pull))
        faster = (1 + np.sqrt(1 + 4 * speed * speed)) / 2
        ahead = new + (speed - 1) / faster * (new - old)
        moved = np.abs(new - old).max(initial=0.0)
        old, speed = new, faster
        if moved < CLOSE_ENOUGH:
            break
    return old


def _project(points: Array) -> Array:
    """Move each row to the nearest point with no part below 0 and no more than 1 in all."""
    inside = np.maximum(points, 0)
    over = inside.sum(1) > 1
    if over.any():
        rows = points[over]
        down = -np.sort(-rows, 1)
        excess = (down.cumsum(1) - 1) / np.arange(1, rows.shape[1] + 1)
        last = (down > excess).sum(1) - 1
        inside[over] = np.maximum(rows - excess[np.arange(len(rows)), last][:, None], 0)
    return inside
