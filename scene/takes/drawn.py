# SPDX-License-Identifier: GPL-3.0-or-later
"""Drawn mouths as keys that are held: which drawing is shown, on whatever shows it."""

from collections.abc import Sequence

import bpy
import numpy as np

from ...core.motion.keys import Keys
from ..any_property import remember_written
from ..character.drawing import cells_of
from .write import Writing


def drawn_writings(
    root: bpy.types.Object, shown: Sequence[tuple[float, str]], rest: str
) -> list[Writing]:
    """The keys of a drawn mouth: `shown` are frames and the mouth from each on."""
    cells = cells_of(root) if shown else []
    remember_written(root, (cell.block for cell in cells))
    frames = np.array([frame for frame, _ in shown])
    found: list[Writing] = []
    for cell in cells:
        values = np.array([cell.values[mouth] for _, mouth in shown], np.float32)
        # A key where it changes, and no other.
        changes = np.concatenate([[True], np.diff(values) != 0])
        keys = Keys(frames[changes], values[changes], held=True, drawn=True)
        channel = cell.path, cell.index
        found.append(Writing(cell.block, {channel: keys}, {channel: cell.values[rest]}))
    return found
