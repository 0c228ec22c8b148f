# SPDX-License-Identifier: GPL-3.0-or-later
"""Envelope: one number that changes over a line, as an artist's animated slider does."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats
from ..errors import SettingsError
from ..timing import Seconds


@dataclass(frozen=True)
class Envelope:
    """Values at times, linear between, held at both ends.

    Parameters
    ----------
    times_seconds : tuple of float
        From the start of the sound, ascending, at least one.
    values : tuple of float
        One for each time.
    """

    times_seconds: tuple[Seconds, ...]
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.times_seconds or len(self.times_seconds) != len(self.values):
            raise SettingsError("An envelope needs a value for each of its times")
        if any(b <= a for a, b in zip(self.times_seconds, self.times_seconds[1:], strict=False)):
            raise SettingsError("The times of an envelope must ascend. Sort them")

    @classmethod
    def of(cls, times_seconds: Iterable[float], values: Iterable[float]) -> "Envelope":
        """Make one from any two sequences, arrays too."""
        return cls(tuple(map(float, times_seconds)), tuple(map(float, values)))

    def at(self, times_seconds: Floats) -> NDArray[np.float64]:
        """Interpolate: shape (n,) in, shape (n,) out."""
        return np.interp(times_seconds, self.times_seconds, self.values)


def at_times(value: "float | Envelope", times_seconds: Floats) -> NDArray[np.float64]:
    """Spread a number, constant or animated, over times; shape (n,) in and out."""
    if isinstance(value, Envelope):
        return value.at(times_seconds)
    return np.full(len(times_seconds), float(value))
