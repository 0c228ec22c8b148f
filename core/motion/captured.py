# SPDX-License-Identifier: GPL-3.0-or-later
"""A captured face on top of ours, or instead of it: some regions of a performance of somebody's."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import SettingsError
from ..timing import Seconds
from .ease import smoothstep
from .track import HEAD_NAMES, FaceTrack

FADE_SECONDS = 0.15  # at both ends, between ours and what was captured
# The regions of a face by how the names of their channels begin.
CAPTURED_REGIONS: dict[str, tuple[str, ...]] = {
    "mouth": ("jaw", "mouth", "tongue", "cheekPuff"),
    "eyes": ("eye",),
    "brows": ("brow", "nose", "cheekSquint"),
    "head": HEAD_NAMES,
}


@dataclass(frozen=True)
class Captured:
    """A face that somebody performed, and which regions of it are wanted.

    Parameters
    ----------
    track : FaceTrack
        Frame 0 is the beginning of the sound. Channels that it lacks stay ours.
    regions : frozenset of str
        Of `CAPTURED_REGIONS`.
    source : str
        The file that it was read from.

    Raises
    ------
    SettingsError
        For a region that there is not.
    """

    track: FaceTrack
    regions: frozenset[str] = frozenset(CAPTURED_REGIONS)
    source: str = ""

    def __post_init__(self) -> None:
        unknown = sorted(self.regions - set(CAPTURED_REGIONS))
        if unknown:
            raise SettingsError(
                f"There is no region “{unknown[0]}” of a face. "
                f"Choose from {', '.join(CAPTURED_REGIONS)}"
            )

    def takes(self, channel: str) -> bool:
        """Say whether a channel of the face is the captured one."""
        return channel in self.track.names and any(
            channel.startswith(CAPTURED_REGIONS[one]) for one in self.regions
        )


def with_captured(
    face: FaceTrack, captured: Captured | None, lead_seconds: Seconds = 0.0
) -> FaceTrack:
    """Put what was captured in the place of ours, while it lasts.

    Parameters
    ----------
    face : FaceTrack
    captured : Captured, optional
        None leaves the face as it is.
    lead_seconds : float
        How much of `face` lies before the sound.

    Returns
    -------
    FaceTrack
        The channels of `face`; where lips meet by what was heard they still do.
    """
    if captured is None:
        return face
    times = face.times_seconds - lead_seconds
    shown = captured.track.at(times)
    share = _share(times, captured.track.seconds)
    values = face.values.copy()
    for place, name in enumerate(face.names):
        if captured.takes(name):
            theirs = shown[:, captured.track.names.index(name)]
            values[:, place] += share * (theirs - values[:, place])
    return FaceTrack(values, face.names, face.rate_hz)


def _share(times: NDArray[np.float64], seconds: Seconds) -> NDArray[np.float32]:
    """How much is captured at each time: all of it inside, nothing outside."""
    fade = min(FADE_SECONDS, seconds / 2) or 1.0
    inside = np.minimum(times, seconds - times) / fade
    return smoothstep(np.clip(inside, 0, 1)).astype(np.float32)
