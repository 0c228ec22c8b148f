# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound files to samples: decode, average the channels, cut, bring to 16 kHz."""

from collections.abc import Iterable, Iterator
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
BLOCK_SECONDS = 10  # decoded and resampled at once
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
    _check_rate(rate_hz, name)
    data = np.asarray(samples)
    if data.ndim not in (1, 2) or data.size == 0:
        raise SoundError(f"{name} is empty. Choose a recording with speech in it")
    whole = round(rate_hz)
    size = _block_size(whole)
    blocks = (data[start : start + size] for start in range(0, len(data), size))
    return Sound(_joined(blocks, len(data), whole, name))


def _check_rate(rate_hz: Hertz, name: str) -> None:
    if not 4_000 <= rate_hz <= 768_000:
        raise SoundError(f"{name} has a rate of {rate_hz:g} Hz. Convert it to 16 or 48 kHz")


def _ratio(rate_hz: int) -> tuple[int, int]:
    """Return the smallest whole numbers up and down with RATE_HZ = rate_hz * up / down."""
    common = gcd(rate_hz, RATE_HZ)
    return RATE_HZ // common, rate_hz // common


def _block_size(rate_hz: int) -> int:
    """Return some ten seconds of samples that become a whole number of samples at 16 kHz."""
    _, down = _ratio(rate_hz)
    return down * -(-BLOCK_SECONDS * rate_hz // down)


def _joined(
    blocks: Iterable[NDArray[np.floating]], expected: int, rate_hz: int, name: str
) -> NDArray[np.float32]:
    """Bring blocks of samples to 16 kHz mono one after another: an hour costs no more than it is.

    `expected` is how many samples there should be; more and fewer are fine.
    """
    up, down = _ratio(rate_hz)
    # resample_poly's filter reaches 10 samples of the lower rate to each side.
    margin = down * -(-12 * max(up, down) // (up * down)) if up != down else 0
    out = np.empty(-(-expected * up // down), np.float32)
    filled, before = 0, np.zeros(0, np.float32)
    for mono, after in _with_next(_mono(block, name) for block in blocks):
        seen = np.concatenate([before, mono, after[:margin]]) if margin else mono
        if margin:
            seen = resample_poly(seen.astype(np.float64), up, down)
            start = len(before) * up // down
            seen = seen[start : start + -(-len(mono) * up // down)]
        if filled + len(seen) > len(out):  # the file's header told less than it holds
            out = np.concatenate([out[:filled], np.empty(len(seen) + len(out) // 2, np.float32)])
        np.clip(seen, -1.0, 1.0, out=out[filled : filled + len(seen)], casting="same_kind")
        filled += len(seen)
        before = mono[max(0, len(mono) - margin) :]
    return out[:filled]


def _mono(block: NDArray[np.floating], name: str) -> NDArray[np.floating]:
    mono = block if block.ndim == 1 else block.mean(axis=1)
    if not np.isfinite(mono).all():
        raise SoundError(f"{name} holds broken samples (not a number). Export it again as WAV")
    return mono


def _with_next(
    blocks: Iterable[NDArray[np.floating]],
) -> Iterator[tuple[NDArray[np.floating], NDArray[np.floating]]]:
    """Yield each block with the one that follows it; an empty one follows the last."""
    last: NDArray[np.floating] | None = None
    for block in blocks:
        if last is not None:
            yield last, block
        last = block
    if last is not None:
        yield last, last[:0]


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
            _check_rate(file.samplerate, name)
            wanted = max(0, min(count, longest))
            size = _block_size(file.samplerate)
            blocks = file.blocks(size, frames=wanted, dtype="float32", always_2d=True)
            there = min(wanted, max(0, file.frames - start))
            samples = _joined(blocks, there, file.samplerate, name)
    # TypeError: to soundfile, a name ending in .raw asks for a rate.
    except (soundfile.SoundFileError, RuntimeError, OSError, TypeError) as error:
        raise SoundError(
            f"{name} could not be read as sound. Convert it to WAV, FLAC, OGG or MP3"
        ) from error
    if not len(samples):
        raise SoundError(f"{name} is empty. Choose a recording with speech in it")
    return Sound(samples)
