# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo head's flat sister: a drawn face with one drawing for each of Rhubarb's nine mouths.

Everything is an outline filled with one colour, in a plane that looks along -Y. Sizes are in
metres, as large as the demo head; later outlines lie in front of earlier ones.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Colour = tuple[float, float, float, float]
Outline = NDArray[np.float64]  # [shape=(points, 2)]: x and z

SKIN: Colour = (0.86, 0.64, 0.49, 1.0)
LINE: Colour = (0.13, 0.07, 0.06, 1.0)
INSIDE: Colour = (0.30, 0.05, 0.06, 1.0)
LIPS: Colour = (0.68, 0.25, 0.23, 1.0)
TEETH: Colour = (0.95, 0.94, 0.90, 1.0)
TONGUE: Colour = (0.80, 0.38, 0.37, 1.0)
WHITE: Colour = (0.97, 0.97, 0.97, 1.0)
HAIR: Colour = (0.22, 0.12, 0.08, 1.0)
POINTS = 40
BEFORE = 0.0008  # metres that an outline lies in front of the one before it
MOUTH_AT = (0.0, 0.07)
CARTOON = 0.0145  # metres for a centimetre of a mouth: drawn mouths are large


@dataclass(frozen=True)
class Fill:
    """One outline in one colour; the name is that of its material."""

    name: str
    colour: Colour
    outline: Outline


@dataclass(frozen=True)
class Mouth:
    """How a mouth is drawn, in centimetres.

    Parameters
    ----------
    wide, up, down : float
        Half of its width; how far the upper edge rises and the lower one falls.
    teeth, lower_teeth : float
        How far upper and lower teeth are seen.
    tongue : float
        How high the tongue is seen above the lower edge.
    tucked : bool
        The upper teeth lie on the lower lip.
    """

    wide: float
    up: float
    down: float
    teeth: float = 0.0
    lower_teeth: float = 0.0
    tongue: float = 0.0
    tucked: bool = False


# Rhubarb's descriptions of its nine mouths, drawn by us.
MOUTHS: dict[str, Mouth] = {
    "A": Mouth(2.3, 0.0, 0.0),
    "B": Mouth(2.4, 0.35, 0.45, teeth=0.4, lower_teeth=0.35),
    "C": Mouth(2.4, 0.6, 1.1, teeth=0.4, tongue=0.5),
    "D": Mouth(2.3, 0.9, 2.1, teeth=0.5, tongue=0.9),
    "E": Mouth(1.6, 0.75, 1.0, teeth=0.25, tongue=0.3),
    "F": Mouth(0.85, 0.5, 0.6),
    "G": Mouth(2.1, 0.4, 0.3, teeth=0.5, tucked=True),
    "H": Mouth(2.2, 0.7, 1.1, teeth=0.35, tongue=1.2),
    "X": Mouth(2.0, 0.06, 0.06),
}


def face() -> list[Fill]:
    """Draw everything but the mouth.

    Returns
    -------
    list of Fill
        From back to front.
    """
    fills = [
        Fill("Hair", HAIR, _ellipse((0.0, 0.163), 0.104, 0.124)),
        Fill("Line", LINE, _ellipse((0.0, 0.135), 0.092, 0.117)),
        Fill("Skin", SKIN, _ellipse((0.0, 0.135), 0.089, 0.114)),
        Fill("Hair", HAIR, _ellipse((0.0, 0.235), 0.075, 0.024)),
        Fill("Line", LINE, _ellipse((0.0, 0.108), 0.011, 0.004)),
    ]
    for side in (-1, 1):
        x = 0.034 * side
        fills += [
            Fill("Line", LINE, _ellipse((x, 0.153), 0.0175, 0.0135)),
            Fill("White", WHITE, _ellipse((x, 0.152), 0.016, 0.012)),
            Fill("Line", LINE, _ellipse((x, 0.152), 0.0065, 0.0075)),
            Fill("Hair", HAIR, _ellipse((x, 0.181), 0.020, 0.004)),
        ]
    return fills


def mouth(name: str) -> list[Fill]:
    """Draw one mouth.

    Parameters
    ----------
    name : str
        One of `MOUTHS`.

    Returns
    -------
    list of Fill
        From back to front.
    """
    one = MOUTHS[name]
    wide, up, down = CARTOON * one.wide, CARTOON * one.up, CARTOON * one.down
    lip = 0.0035
    fills = [Fill("Lips", LIPS, _lens(wide + lip, up + lip, down + lip))]
    if up + down < 0.002:
        return [*fills, Fill("Line", LINE, _lens(wide, 0.0008, 0.0008))]
    inside = _lens(wide, up, down)
    fills.append(Fill("Inside", INSIDE, inside))
    if one.tongue:
        tongue = _ellipse((0, -down), wide * 0.62, CARTOON * one.tongue)
        fills.append(Fill("Tongue", TONGUE, _clipped(tongue, wide, up, down)))
    if one.teeth:
        fills.append(
            Fill("Teeth", TEETH, _band(wide * 0.93, up, down, up - CARTOON * one.teeth, up))
        )
    if one.lower_teeth:
        low = -down + CARTOON * one.lower_teeth
        fills.append(Fill("Teeth", TEETH, _band(wide * 0.9, up, down, -down, low)))
    if one.tucked:
        fills.append(Fill("Lips", LIPS, _lens(wide * 0.9, 0.0, lip + down) - [0.0, 0.001]))
    return fills


def _ellipse(middle: tuple[float, float], wide: float, high: float) -> Outline:
    angle = np.linspace(0, 2 * np.pi, POINTS, endpoint=False)
    return np.stack([middle[0] + wide * np.cos(angle), middle[1] + high * np.sin(angle)], 1)


def _edges(wide: float, up: float, down: float, x: Outline) -> tuple[Outline, Outline]:
    """Upper and lower edge of a mouth at places across it."""
    round_off = np.sqrt(np.clip(1 - (x / wide) ** 2, 0, 1))
    return up * round_off, -down * round_off


def _lens(wide: float, up: float, down: float) -> Outline:
    x = wide * np.cos(np.linspace(0, np.pi, POINTS // 2))
    high, low = _edges(wide, up, down, x)
    upper, lower = np.stack([x, high], 1), np.stack([x, low], 1)
    return np.concatenate([upper, lower[::-1][1:-1]])


def _band(wide: float, up: float, down: float, low: float, high: float) -> Outline:
    """Cut out what of a mouth lies between two heights."""
    x = wide * np.cos(np.linspace(0, np.pi, POINTS // 2))
    top, bottom = _edges(wide * 1.02, up, down, x)
    upper = np.stack([x, np.clip(top, low, high)], 1)
    lower = np.stack([x, np.clip(bottom, low, high)], 1)
    return np.concatenate([upper, lower[::-1]])


def _clipped(outline: Outline, wide: float, up: float, down: float) -> Outline:
    """Keep an outline within a mouth."""
    top, bottom = _edges(wide, up, down, outline[:, 0])
    return np.stack([outline[:, 0], np.clip(outline[:, 1], bottom, top)], 1)
