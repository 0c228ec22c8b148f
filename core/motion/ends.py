# SPDX-License-Identifier: GPL-3.0-or-later
"""How a face comes from rest and goes back: feelings beyond the words, mouths soon after them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..timing import Seconds
from .ease import smoothstep
from .track import FaceTrack

# A mouth that is further open than this where its sound ends takes so long to close, as at the end
# of a phrase.
OPEN, CLOSING_SECONDS = 0.06, 0.25
FELT = 0.02  # what is less of a feeling is not seen to come and go


@dataclass(frozen=True)
class Room:
    """How much time there is beside a sound.

    Parameters
    ----------
    before_seconds, after_seconds : float >= 0
        Before its start and after its end.
    followed : bool
        Another line begins where the room after it ends.
    """

    before_seconds: Seconds = 0.0
    after_seconds: Seconds = CLOSING_SECONDS
    followed: bool = False


@dataclass(frozen=True)
class Ends:
    """What is added to a sound's face at both of its ends.

    Parameters
    ----------
    lead_seconds : float
        How long a feeling takes to come, before the sound.
    hold_seconds, fade_seconds : float
        How long it stays after the sound, and then takes to go.
    closing_seconds : float
        How long a mouth takes to close after the sound.
    """

    lead_seconds: Seconds = 0.0
    hold_seconds: Seconds = 0.0
    fade_seconds: Seconds = 0.0
    closing_seconds: Seconds = 0.0

    @property
    def tail_seconds(self) -> Seconds:
        """How much longer the face is than its sound, at the end."""
        return max(self.hold_seconds + self.fade_seconds, self.closing_seconds)

    def fitted(self, room: Room) -> "Ends":
        """Return them in less time: what a feeling is held for goes first, then its fading."""
        if room.followed:  # it goes over into the next line's
            hold, fade = 0.0, min(self.hold_seconds + self.fade_seconds, room.after_seconds)
        else:
            fade = min(self.fade_seconds, room.after_seconds)
            hold = min(self.hold_seconds, room.after_seconds - fade)
        return Ends(
            min(self.lead_seconds, room.before_seconds),
            hold,
            fade,
            min(self.closing_seconds, room.after_seconds),
        )


def ends_of(tracks: dict[str, FaceTrack], wanted: Ends, room: Room) -> Ends:
    """Say what the layers of a take need at their ends, and have room for.

    Parameters
    ----------
    tracks : dict of str to FaceTrack
        By layer name.
    wanted : Ends
        With all the time of the world.
    room : Room

    Returns
    -------
    Ends
        Nothing where the face is at rest at its end.
    """
    felt = tracks.get("emotion")
    starts, stays = (
        felt is not None and len(felt.values) > 0 and float(felt.values[row].max()) > FELT
        for row in (0, -1)
    )
    moves = any(
        len(track.values) and np.abs(track.values[-1]).max() >= OPEN for track in tracks.values()
    )
    return Ends(
        wanted.lead_seconds * starts,
        wanted.hold_seconds * stays,
        wanted.fade_seconds * stays,
        wanted.closing_seconds * moves,
    ).fitted(room)


def lengthened(
    track: FaceTrack,
    ends: Ends,
    *,
    feels: bool,
    stays: FaceTrack | None = None,
) -> FaceTrack:
    """Add its ends to a layer.

    Parameters
    ----------
    track : FaceTrack
    ends : Ends
    feels : bool
        Whether it is a feeling, which stays; else it comes to rest as a mouth does.
    stays : FaceTrack, optional
        What it comes from and goes back to instead of rest; its first frame.

    Returns
    -------
    FaceTrack
        Longer by `lead_seconds` before and `tail_seconds` after, in whole frames.
    """
    before, after = (round(s * track.rate_hz) for s in (ends.lead_seconds, ends.tail_seconds))
    if not (before or after) or not len(track.values):
        return track
    comes, goes = (
        (ends.lead_seconds, ends.fade_seconds)
        if feels
        else (min(ends.lead_seconds, CLOSING_SECONDS), ends.closing_seconds)
    )
    hold = ends.hold_seconds if feels else 0.0
    rising = _share(np.arange(before, 0, -1) / track.rate_hz, 0.0, comes)
    falling = _share(np.arange(1, after + 1) / track.rate_hz, hold, goes)
    still = {} if stays is None else {name: curve[0] for name, curve in stays.curves().items()}
    rest = np.array([still.get(name, 0.0) for name in track.names], np.float32)
    parts = [
        rest + rising[:, None] * (track.values[0] - rest),
        track.values,
        rest + falling[:, None] * (track.values[-1] - rest),
    ]
    return FaceTrack(np.concatenate(parts).astype(np.float32), track.names, track.rate_hz)


def _share(away_seconds: NDArray[np.float64], hold: Seconds, fade: Seconds) -> NDArray[np.float64]:
    """Say what is left so long away from the sound: all during `hold`, then less and less."""
    gone = np.clip((away_seconds - hold - 1e-9) / max(fade, 1e-6), 0, 1)
    return 1 - np.asarray(smoothstep(gone), np.float64)
