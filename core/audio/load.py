# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound files to samples: decode, average the channels, cut, bring to 16 kHz."""

from dataclasses import dataclass
from math import gcd
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from ..errors import SoundError
from ..timing import Hertz, Seconds

RATE_HZ = 16_000  # what the networks listen to
SOUND_SUFFIXES = (".wav", ".flac", ".ogg", ".opus", ".mp3")
LONGEST_SECONDS = 6 * 3600.0  # a safety net against files with a broken length


@dataclass(frozen=True)
class Sound:
    """Mono sound.

    Parameters
    ----------
    samples : ndarray [shape=(n,)], float32
        In -1..1; louder is clipped when made by `make_sound`.
    rate_hz : float
        Samples in a second.
    """

    samples: NDArray[np.float32]
    rate_hz: Hertz = RATE_HZ

    @property
    def seconds(self) -> Seconds:
        """Length in seconds."""
        return len(self.samples) / self.rate_hz


def make_sound(samples: NDArray[np.floating], rate_hz: Hertz, *, name: str = "The sound") -> Sound:
    """Bring samples of any rate and channel count to 16 kHz mono.

    Parameters
    ----------
    samples : ndarray [shape=(n,) or (n, channels)], real-valued
        Full scale is -1..1.
    rate_hz : float
        Their rate, 4 kHz to 768 kHz.
    name : str
        What an error message calls the sound.

    Returns
    -------
    Sound
        float32, mono (the mean of the channels), 16 kHz.

    Raises
    ------
    SoundError
        If there are no samples, some are not finite, or the rate is unusable.
    """
    data = np.asarray(samples)
    if not 4_000 <= rate_hz <= 768_000:
        raise SoundError(f"{name} has a rate of {rate_hz:g} Hz. Convert it to 16 or 48 kHz")
    if data.ndim not in (1, 2) or data.size == 0:
        raise SoundError(f"{name} is empty. Choose a recording with speech in it")
    mono = data if data.ndim == 1 else data.mean(axis=1)
    if not np.isfinite(mono).all():
        raise SoundError(f"{name} holds broken samples (not a number). Export it again as WAV")
    whole = round(rate_hz)
    if whole != RATE_HZ:
        common = gcd(whole, RATE_HZ)
        mono = resample_poly(mono.astype(np.float64), RATE_HZ // common, whole // common)
    return Sound(np.clip(mono, -1.0, 1.0).astype(np.float32))


def load_sound(
    path: str | Path, *, start_seconds: Seconds = 0.0, duration_seconds: Seconds | None = None
) -> Sound:
    """Read a sound file, or a stretch of it, as 16 kHz mono.

    Parameters
    ----------
    path : path-like
        wav, flac, ogg, opus or mp3 (whatever libsndfile reads).
    start_seconds, duration_seconds : float
        The stretch to read; the whole file by default. A stretch that reaches
        beyond the end is cut there.

    Returns
    -------
    Sound
        float32 mono at 16 kHz.

    Raises
    ------
    SoundError
        If the file is missing, unreadable, empty, or the stretch holds no sound.
    """
    import soundfile

    path = Path(path)
    name = f"The sound file “{path.name}”"
    if not path.is_file():
        raise SoundError(f"{name} was not found. Check the path, or pick the file again")
    try:
        with soundfile.SoundFile(str(path)) as file:
            start = max(0, round(start_seconds * file.samplerate))
            longest = round(LONGEST_SECONDS * file.samplerate)
            count = (
                longest if duration_seconds is None else round(duration_seconds * file.samplerate)
            )
            if start:
                file.seek(min(start, max(file.frames, 0)))
            data = file.read(max(0, min(count, longest)), dtype="float32", always_2d=True)
            rate_hz = file.samplerate
    # TypeError: to soundfile, a name ending in .raw asks for a rate.
    except (soundfile.SoundFileError, RuntimeError, OSError, TypeError) as error:
        raise SoundError(
            f"{name} could not be read as sound. Convert it to WAV, FLAC, OGG or MP3"
        ) from error
    return make_sound(data, rate_hz, name=name)
