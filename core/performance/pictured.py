# SPDX-License-Identifier: GPL-3.0-or-later
"""A small picture of what a voice may feel over a line, for a panel that cannot draw curves."""

import numpy as np
from numpy.typing import NDArray

from ..timing import Seconds
from .feeling import STRONGEST, Suggestion

PIXELS = 256  # a side: icons are square
AROUSAL_SHARE = 0.3  # of the height, at the top
Colour = tuple[float, float, float]
# Those in which people draw these feelings (Jonauskaite et al. 2020, 30 nations).
COLOURS: dict[str, Colour] = {
    "happy": (0.95, 0.77, 0.22),
    "angry": (0.85, 0.24, 0.2),
    "sad": (0.35, 0.55, 0.85),
}
GROUND: Colour = (0.13, 0.13, 0.13)
LINE: Colour = (0.85, 0.85, 0.85)
MIDDLE: Colour = (0.28, 0.28, 0.28)


def picture_of_guess(guess: Suggestion, seconds: Seconds) -> NDArray[np.float32]:
    """Draw arousal as a line above, and the strength of each feeling as a hill below it.

    Parameters
    ----------
    guess : Suggestion
    seconds : float
        Length of the line, from left to right.

    Returns
    -------
    ndarray [shape=(PIXELS, PIXELS, 4)], float32
        Red, green, blue, alpha 0..1, the lowest row first, as Blender has its pictures.
    """
    picture = np.ones((PIXELS, PIXELS, 4), np.float32)
    picture[..., :3] = GROUND
    times = np.linspace(0.0, seconds, PIXELS)
    rows = np.arange(PIXELS)[:, None]
    floor = round((1 - AROUSAL_SHARE) * PIXELS)
    hills = {
        name: guess.emotions[name].at(times) / STRONGEST * (floor - 1)
        for name in COLOURS
        if name in guess.emotions
    }
    # The higher behind, so that none hides another.
    for name in sorted(hills, key=lambda one: -float(hills[one].max())):
        picture[(rows < hills[name]) & (rows < floor), :3] = COLOURS[name]
    high = PIXELS - floor
    picture[floor + high // 2, :, :3] = MIDDLE
    level = floor + guess.arousal.at(times) * (high - 1)
    picture[(np.abs(rows - level) <= _reach(level)) & (rows >= floor), :3] = LINE
    return picture


def _reach(level: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far from a line its pixels are, so that a steep one has no gaps."""
    return 1.5 + np.abs(np.gradient(level)) / 2
