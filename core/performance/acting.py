# SPDX-License-Identifier: GPL-3.0-or-later
"""The dials of what the face does besides speaking, and what it looks at."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import SettingsError
from ..timing import Seconds

FAR_METRES = 20.0  # from here on both eyes look parallel
# What each dial may be. The command line, the panels and the checks below read this one table.
RANGES: dict[str, tuple[float, float]] = {
    "emotion_mouth": (0.0, 1.5),
    "emotion_upper": (0.0, 1.5),
    "blink_rate_per_minute": (0.0, 60.0),
    "blink_speed": (0.5, 2.0),
    "half_blinks": (0.0, 1.0),
    "glances": (0.0, 2.0),
    "aversion": (0.0, 2.0),
    "brow": (0.0, 2.0),
    "head_pitch": (0.0, 2.0),
    "head_yaw": (0.0, 2.0),
    "head_roll": (0.0, 2.0),
    "breath": (0.0, 2.0),
}


@dataclass(frozen=True)
class LookAt:
    """A point that the eyes hold, which may move.

    Parameters
    ----------
    times_seconds : tuple of float
        From the start of the sound, ascending, at least one.
    points_metres : tuple of (float, float, float)
        From between the eyes, in the head's own axes: to the character's left, up, forward.
    """

    times_seconds: tuple[Seconds, ...]
    points_metres: tuple[tuple[float, float, float], ...]

    def __post_init__(self) -> None:
        if not self.times_seconds or len(self.times_seconds) != len(self.points_metres):
            raise SettingsError("A look-at target needs a point for each of its times")
        if not np.isfinite(self.points_metres).all():
            raise SettingsError("The look-at target lies nowhere. Pick another")

    @classmethod
    def towards(
        cls, yaw_degrees: float, pitch_degrees: float, metres: float = FAR_METRES
    ) -> "LookAt":
        """Look one way all the time: degrees to the character's left and up, metres away.

        Raises
        ------
        SettingsError
            If the angles are outside -90..90 or the distance is not above 0.
        """
        if not (abs(yaw_degrees) <= 90 and abs(pitch_degrees) <= 90):
            raise SettingsError("The eyes can look at most 90 degrees to a side, up or down")
        if not metres > 0:
            raise SettingsError("The look-at distance must be more than 0 metres")
        yaw, pitch = np.radians([yaw_degrees, pitch_degrees])
        flat = np.cos(pitch)
        point = np.array([np.sin(yaw) * flat, np.sin(pitch), np.cos(yaw) * flat]) * metres
        return cls((0.0,), ((float(point[0]), float(point[1]), float(point[2])),))

    def at(
        self, times_seconds: NDArray[np.floating]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Say where the point is.

        Parameters
        ----------
        times_seconds : ndarray [shape=(n,)]

        Returns
        -------
        ndarray [shape=(n, 2)], float64
            Degrees to the character's left and up.
        ndarray [shape=(n,)], float64
            Metres from between the eyes, at least 0.05.
        """
        points = np.array(self.points_metres, float)
        left, up, front = (np.interp(times_seconds, self.times_seconds, axis) for axis in points.T)
        metres = np.maximum(np.sqrt(left**2 + up**2 + front**2), 0.05)
        yaw = np.degrees(np.arctan2(left, front))
        pitch = np.degrees(np.arcsin(np.clip(up / metres, -1, 1)))
        return np.stack([yaw, pitch], axis=1), metres


@dataclass(frozen=True)
class Acting:
    """The artist's dials of emotion, eyes, brows, head and breath; `RANGES` says how far each goes.

    Parameters
    ----------
    emotion_mouth, emotion_upper : float
        How much of an emotion the mouth and the rest of the face show.
    blink_rate_per_minute : float
        Mean; people blink 17 times a minute at rest and 26 in conversation (Bentivoglio 1997).
    blink_speed : float
        2 closes and opens the lids in half the time.
    half_blinks : float
        Share of blinks that do not close the eye.
    blink_on_emphasis : bool
        Whether the lids may close while the lips do on a stressed M B P.
    glances, aversion : float
        How far the eyes jump, and how much they leave the listener.
    brow, breath : float
        Amount of raises on stress; of the chest's and the nostrils' motion.
    head_pitch, head_yaw, head_roll : float
        Amount of the head's turns about each axis.
    look_at : LookAt, optional
        What the eyes hold; None is the listener straight ahead.
    """

    emotion_mouth: float = 1.0
    emotion_upper: float = 1.0
    blink_rate_per_minute: float = 17.0
    blink_speed: float = 1.0
    half_blinks: float = 0.12
    blink_on_emphasis: bool = False
    glances: float = 1.0
    aversion: float = 1.0
    brow: float = 1.0
    head_pitch: float = 1.0
    head_yaw: float = 1.0
    head_roll: float = 1.0
    breath: float = 1.0
    look_at: LookAt | None = None

    def __post_init__(self) -> None:
        for name, (low, high) in RANGES.items():
            value = getattr(self, name)
            if not low <= value <= high:
                said = name.replace("_", " ")
                raise SettingsError(
                    f"The dial “{said}” is {value:g}. Set it from {low:g} to {high:g}"
                )


PLAIN = Acting()  # every dial in the middle
