# SPDX-License-Identifier: GPL-3.0-or-later
"""Sounds without words, and how each of them looks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...motion.ease import ramp
from ...timing import Seconds

Curve = NDArray[np.float64]
# Notes of a laugh come about every 0.21 s (Provine 2001, "Laughter"); sobs, as breath allows, about
# half as often: set by eye.
LAUGHS_HZ, SOBS_HZ = 4.8, 2.3


@dataclass(frozen=True)
class Aside:
    """A sound without words, and between which times it lies, or may lie.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    after_seconds, before_seconds : float
        The words beside it begin here; of one that was heard, where it begins and ends.
    alone : bool
        The text has no words: all of the sound is this.
    heard : bool
        It was found in the sound, not written by somebody.
    """

    kind: str
    after_seconds: Seconds
    before_seconds: Seconds
    alone: bool = False
    heard: bool = False


@dataclass(frozen=True)
class Kind:
    """How a sound without words looks.

    Parameters
    ----------
    names : tuple of str
        As a text may name it.
    longest_seconds : float
        It takes no more than this, at the end of its pause.
    held, beaten : mapping of str to float
        Shapes that are there all through it, and those that follow its rhythm, 0..1. A name
        without a side means both.
    beat : callable
        The rhythm where the sound has none: seconds from the start and the length to 0..1.
    """

    names: tuple[str, ...]
    longest_seconds: Seconds
    held: Mapping[str, float]
    beaten: Mapping[str, float]
    beat: Callable[[Curve, Seconds], Curve]


def _notes(rate_hz: float) -> Callable[[Curve, Seconds], Curve]:
    """Make beats that grow weaker, as breath runs out."""

    def beat(at: Curve, length: Seconds) -> Curve:
        weaker = 1 - 0.4 * at / max(length, 1e-3)
        swings: Curve = 0.5 - 0.5 * np.cos(2 * np.pi * rate_hz * at)
        return swings * weaker

    return beat


def _out(at: Curve, length: Seconds) -> Curve:
    """Breathe in over a third, then out."""
    falls: Curve = 1.0 - ramp(at, 0.6 * length, length)
    return falls * ramp(at, 0.3 * length, 0.5 * length)


def _at_once(at: Curve, length: Seconds) -> Curve:
    """There in a tenth of a second, and slowly gone."""
    falls: Curve = 1.0 - 0.7 * ramp(at, 0.4 * length, length)
    return falls * ramp(at, 0.0, 0.1)


KINDS: dict[str, Kind] = {
    "laugh": Kind(
        ("laugh", "laughs", "laughing", "laughter", "chuckle", "chuckles", "giggle", "giggles"),
        4.0,
        {"mouthSmile": 0.8, "cheekSquint": 0.7, "eyeSquint": 0.55, "jawOpen": 0.12},
        {"jawOpen": 0.25, "mouthUpperUp": 0.2, "chestRise": 0.6, "browOuterUp": 0.15},
        _notes(LAUGHS_HZ),
    ),
    "sob": Kind(
        ("sob", "sobs", "sobbing", "cry", "cries", "crying", "weeps", "whimpers"),
        4.0,
        {
            **{"browInnerUp": 0.85, "mouthFrown": 0.7, "mouthShrugLower": 0.4, "eyeSquint": 0.7},
            **{"browDown": 0.25, "mouthStretch": 0.25, "eyeBlink": 0.35},
        },
        {"jawOpen": 0.22, "mouthStretch": 0.3, "chestRise": 0.7, "noseSneer": 0.25},
        _notes(SOBS_HZ),
    ),
    "sigh": Kind(
        ("sigh", "sighs", "sighing", "exhales", "yawn", "yawns"),
        1.8,
        {"browInnerUp": 0.25, "eyeBlink": 0.3},
        {"jawOpen": 0.2, "mouthFunnel": 0.22, "mouthLowerDown": 0.1},
        _out,
    ),
    "gasp": Kind(
        ("gasp", "gasps", "inhales"),
        0.7,
        {},
        {
            **{"jawOpen": 0.5, "eyeWide": 0.65, "browInnerUp": 0.55, "browOuterUp": 0.45},
            **{"chestRise": 1.0, "nostrilFlare": 0.6, "mouthStretch": 0.15},
        },
        _at_once,
    ),
    "scream": Kind(
        ("scream", "screams", "shriek", "shrieks", "yell", "yells"),
        3.0,
        {"eyeWide": 0.6, "browInnerUp": 0.7, "browOuterUp": 0.4},
        {
            **{"jawOpen": 0.95, "mouthStretch": 0.45, "mouthUpperUp": 0.4, "mouthLowerDown": 0.6},
            **{"chestRise": 0.8, "nostrilFlare": 0.7},
        },
        _at_once,
    ),
}
