# SPDX-License-Identifier: GPL-3.0-or-later
"""Fit the prior's targets to captured lips: for fixed dominances the curves are linear in them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lipwright.core.motion.mix import LEFT_IN_CONTACT
from lipwright.core.motion.mouth import CLOSE_PER_JAW
from lipwright.core.motion.track import LIP_CONTACT
from lipwright.core.phones import INDEX, PHONES, ROUNDED

from .curves import COLUMN, GROUPS, Prior
from .lips import Captured, LipModel

# Rounding stays as the table has it: the captured speaker hardly rounds, animators want it seen.
FITTED = ("jawOpen", "mouthLowerDown", "mouthUpperUp", "mouthStretch", "mouthSmile")
GAP_SPREAD, WIDTH_SPREAD = 0.05, 0.04  # mouth widths: how well the captured lips are known
LOWEST = np.array([0.03, 0, 0, 0, 0])  # in speech the jaw is never wholly shut
TARGET_SPREAD = 0.014  # how far a target may leave the table


def fit(prior: Prior, clips: Sequence[Captured], lips: LipModel) -> Prior:
    """Move the targets to where they explain the captured gap and width, near the table."""
    size = len(PHONES) * len(FITTED)
    normal = np.diag(np.where(_free().ravel(), 1 / TARGET_SPREAD**2, 1e9))
    right = np.zeros(size)
    group_of = {name: g for g, (names, _, _) in enumerate(GROUPS.values()) for name in names}
    for clip in clips:
        frames = len(clip.gap)
        rows = np.array([INDEX[p.symbol] for p in clip.phones])
        curves = prior.curves(clip.phones, frames)
        gap, width = lips.measure(curves)
        contact = curves[:, COLUMN[LIP_CONTACT]]
        shares = [prior.weights(clip.phones, frames, g) for g in range(len(GROUPS))]
        effect_gap, effect_width = np.zeros((frames, size)), np.zeros((frames, size))
        for k, name in enumerate(FITTED):
            column = COLUMN[name]
            way = 1 - (1 - LEFT_IN_CONTACT) * contact if lips.parting[column] else np.ones(frames)
            by_gap = lips.gap[column] * way
            if name == "jawOpen":
                by_gap = by_gap + lips.close * CLOSE_PER_JAW * contact
            for i, row in enumerate(rows):
                share = shares[group_of[name]][:, i]
                effect_gap[:, row * len(FITTED) + k] += share * by_gap
                effect_width[:, row * len(FITTED) + k] += share * lips.width[column] * way
        step = slice(None, None, 4)  # the camera gave 25 pictures a second
        for effect, error, spread in (
            (effect_gap, clip.gap - gap, GAP_SPREAD),
            (effect_width, clip.width - width, WIDTH_SPREAD),
        ):
            part = effect[step] / spread
            # Neighbouring frames err alike: a clip of some eight phones is not three hundred facts.
            normal += 0.15 * part.T @ part
            right += 0.15 * part.T @ (error[step] / spread)
    change = np.linalg.solve(normal, right).reshape(len(PHONES), len(FITTED))
    targets = prior.targets.copy()
    columns = [COLUMN[name] for name in FITTED]
    targets[:, columns] = np.clip(targets[:, columns] + change, LOWEST, 0.9)
    targets[INDEX["_"]] = 0
    return replace(prior, targets=targets)


def _free() -> np.ndarray:
    """Which targets may move: rest stays rest, and of what is rounded only the jaw."""
    free = np.ones((len(PHONES), len(FITTED)), bool)
    free[INDEX["_"]] = False
    for symbol, row in INDEX.items():
        # A rounded mouth shows no teeth: only its jaw may explain how far it is open.
        free[row, 1:] = symbol not in ROUNDED
    return free
