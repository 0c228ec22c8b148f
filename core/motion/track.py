# SPDX-License-Identifier: GPL-3.0-or-later
"""FaceTrack: named face channels over time, and the names themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats
from ..timing import Hertz, Seconds

# Apple's ARFaceAnchor.BlendShapeLocation, in the order of the Live Link Face app.
ARKIT = (
    "eyeBlinkLeft eyeLookDownLeft eyeLookInLeft eyeLookOutLeft eyeLookUpLeft eyeSquintLeft "
    "eyeWideLeft "
    "eyeBlinkRight eyeLookDownRight eyeLookInRight eyeLookOutRight eyeLookUpRight eyeSquintRight "
    "eyeWideRight jawForward jawRight jawLeft jawOpen mouthClose mouthFunnel mouthPucker "
    "mouthRight "
    "mouthLeft mouthSmileLeft mouthSmileRight mouthFrownLeft mouthFrownRight mouthDimpleLeft "
    "mouthDimpleRight mouthStretchLeft mouthStretchRight mouthRollLower mouthRollUpper "
    "mouthShrugLower mouthShrugUpper mouthPressLeft mouthPressRight mouthLowerDownLeft "
    "mouthLowerDownRight mouthUpperUpLeft mouthUpperUpRight browDownLeft browDownRight browInnerUp "
    "browOuterUpLeft browOuterUpRight cheekPuff cheekSquintLeft cheekSquintRight noseSneerLeft "
    "noseSneerRight tongueOut"
).split()
ARKIT_NAMES: tuple[str, ...] = tuple(ARKIT)

# What ARKit cannot say: tip to the ridge (T D N L), back to the soft palate (K G NG), tip between
# the teeth (TH).
TONGUE_NAMES: tuple[str, ...] = ("tongueTipUp", "tongueBackUp", "tongueDental")

# Head turn in degrees (chin down, to the character's left, ear to the left shoulder are positive).
HEAD_NAMES: tuple[str, ...] = ("headPitch", "headYaw", "headRoll")

# Breath: nostrils wide open and a chest full of air. Few characters have controls for them.
BREATH_NAMES: tuple[str, ...] = ("nostrilFlare", "chestRise")

# How far the lips must meet (M B P) or the lower lip must tuck (F V), whatever is mixed on top.
LIP_CONTACT, LIP_TUCK = "lipContact", "lipTuck"
CONTACT_NAMES: tuple[str, ...] = (LIP_CONTACT, LIP_TUCK)
# How hard the voice itself speaks, -1 a whisper to 1 a shout: speech carries it to the mixing.
HEARD_EFFORT = "heardEffort"

FACE_NAMES: tuple[str, ...] = ARKIT_NAMES + TONGUE_NAMES

# How strongly each emotion is felt, for controls that show a whole face at once; the second of each
# gives way to the words, as a mouth must.
_FEELINGS = "Happy Sad Angry Fearful Disgusted Surprised Contemptuous".split()
FEELING_NAMES: tuple[str, ...] = tuple(
    f"feel{name}{part}" for name in _FEELINGS for part in ("", "Mouth")
)


# What the voice does, for anything that is no face.
SIGNAL_NAMES: tuple[str, ...] = tuple(
    "loudness voiced speaking saysVowel saysLips saysTeeth saysRound".split()
)
# All that a row of a mapping may follow.
FOLLOWED_NAMES: tuple[str, ...] = FACE_NAMES + FEELING_NAMES + SIGNAL_NAMES


def feeling_channels(emotion: str) -> tuple[str, str]:
    """Return the channels of an emotion: how strongly it is felt, and what speech leaves of it."""
    whole = f"feel{emotion.capitalize()}"
    return whole, f"{whole}Mouth"


@dataclass(frozen=True)
class FaceTrack:
    """Face channels over time.

    Parameters
    ----------
    values : ndarray [shape=(frames, channels)], float32
        Weights; 0 is rest, 1 is the whole shape (degrees for `HEAD_NAMES`).
    names : tuple of str
        One for each channel, unique.
    rate_hz : float
        Frames in a second; frame ``i`` is at ``i / rate_hz`` seconds of the sound.
    """

    values: NDArray[np.float32]
    names: tuple[str, ...]
    rate_hz: Hertz

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or self.values.shape[1] != len(self.names):
            raise ValueError(f"values {self.values.shape} do not fit {len(self.names)} names")

    @classmethod
    def rest(cls, frames: int, rate_hz: Hertz, names: Sequence[str] = FACE_NAMES) -> "FaceTrack":
        """Make a face at rest: zeros of shape (frames, len(names))."""
        return cls(np.zeros((frames, len(names)), np.float32), tuple(names), rate_hz)

    @classmethod
    def of(cls, curves: Mapping[str, Floats], rate_hz: Hertz) -> "FaceTrack":
        """Make a track from ``{name: (frames,)}``."""
        return cls(
            np.stack([np.asarray(c, np.float32) for c in curves.values()], 1),
            tuple(curves),
            rate_hz,
        )

    @property
    def times_seconds(self) -> NDArray[np.float64]:
        """Time of every frame, shape (frames,)."""
        return np.arange(len(self.values)) / self.rate_hz

    @property
    def seconds(self) -> Seconds:
        """Time from the first to the last frame."""
        return max(0, len(self.values) - 1) / self.rate_hz

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        """One channel, shape (frames,); KeyError if there is none of that name."""
        try:
            return self.values[:, self.names.index(name)]
        except ValueError:
            raise KeyError(name) from None

    def curves(self) -> dict[str, NDArray[np.float32]]:
        """Every channel by name."""
        return {name: self.values[:, i] for i, name in enumerate(self.names)}

    def with_names(self, names: Sequence[str]) -> "FaceTrack":
        """Return the track with channels of these names, in this order; what it lacks is 0."""
        curves = self.curves()
        rest = np.zeros(len(self.values), np.float32)
        return FaceTrack.of({name: curves.get(name, rest) for name in names}, self.rate_hz)

    def without(self, name: str) -> "FaceTrack":
        """Return the same track with one channel at 0."""
        still = np.array([other != name for other in self.names], np.float32)
        return FaceTrack(self.values * still, self.names, self.rate_hz)

    def at(self, times_seconds: Floats) -> NDArray[np.float32]:
        """Interpolate linearly, ends held.

        Parameters
        ----------
        times_seconds : ndarray [shape=(n,)]

        Returns
        -------
        ndarray [shape=(n, channels)], float32
        """
        place = np.clip(np.asarray(times_seconds) * self.rate_hz, 0, max(0, len(self.values) - 1))
        low = np.floor(place).astype(int)
        high = np.minimum(low + 1, len(self.values) - 1)
        part = (place - low)[:, None].astype(np.float32)
        return self.values[low] * (1 - part) + self.values[high] * part
