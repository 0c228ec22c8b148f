# SPDX-License-Identifier: GPL-3.0-or-later
"""The dials of what the face does besides speaking, and what it looks at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats
from ..dials import check_dials, dial, switch
from ..errors import SettingsError
from ..timing import Seconds

FAR_METRES = 20.0  # from here on both eyes look parallel


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

    def at(self, times_seconds: Floats) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
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
        left, up, front = (
            np.interp(times_seconds, self.times_seconds, points[:, axis]) for axis in range(3)
        )
        metres = np.maximum(np.sqrt(left**2 + up**2 + front**2), 0.05)
        yaw = np.degrees(np.arctan2(left, front))
        pitch = np.degrees(np.arcsin(np.clip(up / metres, -1, 1)))
        return np.stack([yaw, pitch], axis=1), metres


@dataclass(frozen=True)
class Acting:
    """The artist's dials of emotion, eyes, brows, head and breath.

    Parameters
    ----------
    emotion_mouth, emotion_upper : float
        How much of an emotion the mouth and the rest of the face show.
    bearing : float
        How much eyes, head, brows and breath go with a feeling.
    lead_in, hold, fade_out : float
        Seconds that a feeling takes to come before the sound, stays after it, takes to go then.
    stays : float
        How much of what the character feels by itself goes on between its lines.
    heard : float
        How much laughs, sighs and screams show that are heard in the sound and not written.
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
    variants : mapping of str to str
        Which variant of an emotion is shown, where that is not the usual one; or `BY_SEED`.
    whole_faces : frozenset of str
        Emotions that the character shows by a control that is a whole face.
    told_feelings : frozenset of str
        Emotions whose strength something else follows, beside the face that shows them.
    """

    emotion_mouth: float = dial(
        1.0, 0.0, 1.5, "Mouth", "How much of an emotion the mouth shows", section="emotion"
    )
    emotion_upper: float = dial(
        1.0,
        0.0,
        1.5,
        "Upper Face",
        "How much of an emotion brows, eyes, nose and cheeks show",
        section="emotion",
    )
    bearing: float = dial(
        1.0,
        0.0,
        1.5,
        "Body",
        "How much gaze, blinks, head, brows and breath go with the feeling",
        section="emotion",
    )
    lead_in: float = dial(
        0.4,
        0.0,
        3.0,
        "Lead-In",
        "Seconds that a feeling takes to come before the sound, where the scene has room",
        section="emotion",
    )
    hold: float = dial(
        0.4,
        0.0,
        3.0,
        "Hold",
        "Seconds that a feeling stays after the sound, where the scene has room",
        section="emotion",
    )
    fade_out: float = dial(
        0.8,
        0.0,
        3.0,
        "Fade-Out",
        "Seconds that a feeling takes to go after that",
        section="emotion",
    )
    stays: float = dial(
        0.0,
        0.0,
        1.0,
        "Between Lines",
        "How much of the character's own feeling stays when it does not speak: a resting mood",
        section="emotion",
    )
    heard: float = dial(
        1.0,
        0.0,
        1.0,
        "Laughs Heard",
        "How much a laugh, sigh or scream shows that is heard in the sound and not written",
        section="emotion",
        option="laughs-heard",
    )
    blink_rate_per_minute: float = dial(
        17.0,
        0.0,
        60.0,
        "Blinks a Minute",
        "People blink 17 times a minute at rest, 26 times in conversation",
        section="blink",
        option="blink-rate",
    )
    blink_speed: float = dial(
        1.0,
        0.5,
        2.0,
        "Blink Speed",
        "2 closes and opens the lids in half the time",
        section="blink",
    )
    half_blinks: float = dial(
        0.12, 0.0, 1.0, "Half Blinks", "Share of blinks that do not close the eye", section="blink"
    )
    blink_on_emphasis: bool = switch(
        False,
        "Blink on Emphasis",
        "Let the lids close while the lips do on a stressed M, B or P",
        section="blink",
    )
    glances: float = dial(1.0, 0.0, 2.0, "Glances", "How far the eyes jump", section="gaze")
    aversion: float = dial(
        1.0, 0.0, 2.0, "Looking Away", "How much the eyes leave the listener", section="gaze"
    )
    brow: float = dial(
        1.0, 0.0, 2.0, "Brows", "How high the brows go on stressed words", section="brows"
    )
    # The command line takes the three turns of the head as one option.
    head_pitch: float = dial(
        1.0, 0.0, 2.0, "Nod", "How far the head nods", section="head", option=""
    )
    head_yaw: float = dial(
        1.0, 0.0, 2.0, "Turn", "How far the head turns to the sides", section="head", option=""
    )
    head_roll: float = dial(
        1.0, 0.0, 2.0, "Tilt", "How far the head tilts", section="head", option=""
    )
    breath: float = dial(
        1.0,
        0.0,
        2.0,
        "Breath",
        "How much chest and nostrils move, where they can",
        section="breath",
    )
    look_at: LookAt | None = None
    variants: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    whole_faces: frozenset[str] = frozenset()
    told_feelings: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        check_dials(self)


PLAIN = Acting()  # every dial in the middle
