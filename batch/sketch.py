# SPDX-License-Identifier: GPL-3.0-or-later
"""A line in a few numbers: how sure, how quiet, how loud, and a drawing of it."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ..core.arrays import Floats
from ..core.motion.track import FaceTrack
from ..core.phones import SILENCE, Phone
from ..core.timing import Hertz, Seconds

WAVE_BINS, MOUTHS, MOST = 160, 24, 99
FULL_SCALE = 0.999
# What a drawn mouth needs: how far open, how wide, how round, whether the lips meet.
MOUTH_CHANNELS: Mapping[str, tuple[str, ...]] = {
    "open": ("jawOpen",),
    "wide": ("mouthSmileLeft", "mouthStretchLeft"),
    "round": ("mouthPucker", "mouthFunnel"),
    "shut": ("lipContact",),
}


def confidence_of(phones: Sequence[Phone]) -> float:
    """Mean confidence of what was heard, weighted by length, 0..1; 0 without speech."""
    spoken = [p for p in phones if p.symbol != SILENCE]
    lengths = [p.end_seconds - p.start_seconds for p in spoken]
    if not sum(lengths):
        return 0.0
    return round(float(np.average([p.confidence for p in spoken], weights=lengths)), 3)


def longest_silence(phones: Sequence[Phone], seconds: Seconds) -> Seconds:
    """Longest time without speech; all of it where there is none."""
    edges = [0.0]
    for phone in phones:
        if phone.symbol != SILENCE:
            edges += [phone.start_seconds, phone.end_seconds]
    gaps = np.diff([*edges, seconds])[::2]
    return round(float(gaps.max(initial=0.0)), 2)


def peak_db(samples: NDArray[np.float32]) -> float:
    """Loudest sample in dB of full scale; -120 for silence."""
    return round(20 * float(np.log10(max(1e-6, np.abs(samples).max(initial=0.0)))), 1)


def clipped_seconds(samples: NDArray[np.float32], rate_hz: Hertz) -> Seconds:
    """How long a sound stays at its limit, two samples or more at a time."""
    full = np.abs(samples) >= FULL_SCALE
    held = full & (np.append(full[1:], False) | np.append(False, full[:-1]))
    return round(float(held.sum()) / rate_hz, 4)


def _bins(values: Floats, count: int) -> Floats:
    """Largest value of each of so many equal stretches."""
    if not len(values):
        return np.zeros(count)
    edges = np.linspace(0, len(values), count, endpoint=False).astype(int)
    return np.maximum.reduceat(values, np.minimum(edges, len(values) - 1))


def _whole(values: Floats) -> list[int]:
    """0..1 as whole numbers to `MOST`."""
    return (np.clip(values, 0, 1) * MOST).round().astype(int).tolist()


def mouths_of(mouth: FaceTrack) -> dict[str, list[int]]:
    """Draw the mouth at some moments of a line in numbers from 0 to 99.

    Parameters
    ----------
    mouth : FaceTrack

    Returns
    -------
    dict of str to list of int
        The names of `MOUTH_CHANNELS`.
    """
    curves = mouth.curves()
    at = np.linspace(0, max(0, len(mouth.values) - 1), MOUTHS).round().astype(int)
    out: dict[str, list[int]] = {}
    for name, channels in MOUTH_CHANNELS.items():
        values = [curves[one][at] for one in channels if one in curves and len(mouth.values)]
        out[name] = _whole(np.max(values, axis=0) if values else np.zeros(MOUTHS))
    return out


def sketch_of(samples: NDArray[np.float32], mouth: FaceTrack) -> dict[str, list[int]]:
    """Draw a line in numbers from 0 to 99: its waveform as "wave", and `mouths_of`.

    Parameters
    ----------
    samples : ndarray [shape=(n,)]
    mouth : FaceTrack

    Returns
    -------
    dict of str to list of int
    """
    return {"wave": _whole(_bins(np.abs(samples), WAVE_BINS)), **mouths_of(mouth)}
