# SPDX-License-Identifier: GPL-3.0-or-later
"""Does it matter where a sound is cut? The curves of windows, and of a trimmed sound, compared."""

from pathlib import Path

import numpy as np

from lipwright.core.audio.load import Sound, load_sound
from lipwright.models.articulator import articulate
from lipwright.models.listener import Heard, listen
from lipwright.models.session import bundled

from ..config import HOP

WINDOW_SECONDS = 3.0
TRIM_FRAMES = 318  # even: the network's own steps are 20 ms


def _voice(line: Path, seconds: float) -> Sound:
    sound = load_sound(line)
    return Sound(np.resize(sound.samples, round(seconds * sound.rate_hz)))


def _part(heard: Heard, first: int, last: int) -> np.ndarray:
    return np.concatenate([heard.posteriors[first:last], heard.prosody[first:last, :2]], 1)


def measure(line: Path) -> dict[str, float]:
    """Largest difference of posteriors and of curves, away from the cut edges, in their own units.

    The curves of the trimmed sound are compared where the articulator sees no edge either; it
    looks far, to know how loud a voice is.
    """
    sound = _voice(line, 24.0)
    whole, cut = listen(sound), listen(sound, window_seconds=WINDOW_SECONDS)
    trimmed = listen(Sound(sound.samples[TRIM_FRAMES * HOP :]))
    frames, edge = len(whole.posteriors), bundled("listener").reach_frames
    far = edge + bundled("articulator").reach_frames
    face, face_cut, face_trimmed = (articulate(heard).values for heard in (whole, cut, trimmed))

    def difference(one: np.ndarray, other: np.ndarray) -> float:
        return float(np.abs(one - other).max())

    return {
        "windows of 3 s, posteriors": difference(_part(whole, 0, frames), _part(cut, 0, frames)),
        "windows of 3 s, curves": difference(face, face_cut),
        "3.18 s trimmed off, posteriors": difference(
            _part(whole, TRIM_FRAMES + edge, frames), _part(trimmed, edge, frames - TRIM_FRAMES)
        ),
        "3.18 s trimmed off, curves": difference(face[TRIM_FRAMES + far :], face_trimmed[far:]),
    }
