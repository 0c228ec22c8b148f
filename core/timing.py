# SPDX-License-Identifier: GPL-3.0-or-later
"""Seconds and frames: the only arithmetic between the two."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats
from .errors import SettingsError

Seconds = float
Hertz = float


@dataclass(frozen=True)
class FrameClock:
    """Where scene frames lie in time.

    Parameters
    ----------
    fps : float
        Frames in one second, already divided by Blender's ``fps_base``
        (29.97 is ``FrameClock.from_render(30, 1.001)``).
    first_frame : float
        The frame, possibly fractional, at which time 0 s of the sound is heard.
    """

    fps: float
    first_frame: float = 0.0

    def __post_init__(self) -> None:
        if not np.isfinite(self.fps) or self.fps <= 0:
            raise SettingsError(f"The frame rate {self.fps} is not usable. Set one above 0")

    @classmethod
    def from_render(cls, fps: float, fps_base: float, first_frame: float = 0.0) -> "FrameClock":
        """Make a clock from Blender's two render settings (rate = fps / fps_base)."""
        return cls(fps / fps_base, first_frame)

    def frames(self, seconds: Floats | float) -> NDArray[np.float64]:
        """Convert seconds of the sound to scene frames (fractional)."""
        return np.asarray(seconds, np.float64) * self.fps + self.first_frame

    def seconds(self, frames: Floats | float) -> NDArray[np.float64]:
        """Convert scene frames to seconds of the sound."""
        return (np.asarray(frames, np.float64) - self.first_frame) / self.fps
