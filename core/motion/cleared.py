# SPDX-License-Identifier: GPL-3.0-or-later
"""Stretches of a line from which layers were cleared: there these are at rest in every take."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..phones import SILENCE, Phone
from ..timing import Seconds
from .ease import smoothstep
from .track import FaceTrack

SPEECH = "speech"


@dataclass(frozen=True)
class Cleared:
    """Layers that are at rest over a stretch of the sound.

    Parameters
    ----------
    layers : frozenset of str
        Some of `LAYERS`.
    start_seconds, end_seconds : float
        Of the sound; a stretch that begins before it has no edge there, nor one that ends later.
    blend_seconds : float >= 0
        Time at both edges, inside of the stretch, over which the layers go to rest and come back.
    """

    layers: frozenset[str]
    start_seconds: Seconds
    end_seconds: Seconds
    blend_seconds: Seconds = 0.0

    def holds(self, at_seconds: Seconds) -> bool:
        """Say whether a moment lies in it."""
        return self.start_seconds <= at_seconds <= self.end_seconds

    def left(
        self, times_seconds: NDArray[np.float64], length_seconds: Seconds
    ) -> NDArray[np.float64]:
        """Say how much of these layers is left: 1 outside, 0 inside."""
        start = -np.inf if self.start_seconds <= 0 else self.start_seconds
        end = np.inf if self.end_seconds >= length_seconds else self.end_seconds
        inside = np.minimum(times_seconds - start, end - times_seconds)
        gone = np.where(inside < 0, 0.0, 1.0)
        if self.blend_seconds > 0:
            gone = np.asarray(smoothstep(np.clip(inside / self.blend_seconds, 0, 1)))
        return 1.0 - gone


def without_cleared(
    tracks: Mapping[str, FaceTrack], cleared: Iterable[Cleared]
) -> dict[str, FaceTrack]:
    """Bring layers to rest where they were cleared.

    Parameters
    ----------
    tracks : mapping of str to FaceTrack
        By layer, as long as the sound.
    cleared : iterable of Cleared

    Returns
    -------
    dict of str to FaceTrack
        In the same order.
    """
    found = dict(tracks)
    for one in cleared:
        for layer in one.layers & found.keys():
            track = found[layer]
            share = one.left(track.times_seconds, track.seconds)[:, None]
            values = (track.values * share).astype(np.float32)
            found[layer] = FaceTrack(values, track.names, track.rate_hz)
    return found


def silenced(phones: Iterable[Phone], cleared: Iterable[Cleared]) -> tuple[Phone, ...]:
    """Say phones of which the speech was cleared as silence, for mouths that are drawn.

    Parameters
    ----------
    phones : iterable of Phone
    cleared : iterable of Cleared

    Returns
    -------
    tuple of Phone
        As many; silent are those whose middle lies in a stretch.
    """
    stretches = [one for one in cleared if SPEECH in one.layers]
    return tuple(
        replace(phone, symbol=SILENCE)
        if any(one.holds((phone.start_seconds + phone.end_seconds) / 2) for one in stretches)
        else phone
        for phone in phones
    )
