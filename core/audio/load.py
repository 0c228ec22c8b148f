# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound files to samples: decode, average the channels, cut, bring to 16 kHz."""

import math
import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from ..arrays import Floats
from ..errors import SoundError
from ..timing import Hertz, Seconds
from .ffmpeg import FfmpegSound, ffmpeg, no_ffmpeg
from .files import FFMPEG_SUFFIXES
from .parts import Parts, parts_of

RATE_HZ = 16_000  # what the networks listen to
BLOCK_SECONDS = 10  # decoded and resampled at once
_HASHED_SAMPLES = 1 << 20  # at once
LONGEST_SECONDS = 6 * 3600  # a safety net against files with a broken length
CUT_SECONDS = 0.25  # a file that is shorter than it says by more was cut
# Channels cancel out where their mean has less than this share of the loudest one's level; below
# the second there is nothing to hear anyway.
CANCELLED_SHARE, AUDIBLE = 0.1, 1e-3


@dataclass(frozen=True)
class Sound:
    """Mono sound.

    Parameters
    ----------
    samples : ndarray [shape=(n,)], float32
        In -1..1; louder is clipped when made by `make_sound`.
    rate_hz : float
        Samples in a second.
    notes : tuple of str
        Sentences for the artist, such as that a part of the file is missing.
    fingerprint : int, optional
        What random choices start from, where that is not what these samples are: another volume is
        no other take.
    """

    samples: NDArray[np.float32]
    rate_hz: Hertz = RATE_HZ
    notes: tuple[str, ...] = ()
    fingerprint: int | None = None

    @property
    def seconds(self) -> Seconds:
        """Length in seconds."""
        return len(self.samples) / self.rate_hz


def fingerprint_of(sound: Sound) -> int:
    """Make a number of the sound alone, from which random choices start: CRC-32 as 16-bit PCM.

    Parameters
    ----------
    sound : Sound

    Returns
    -------
    int
        Its own `fingerprint`, where it has one.
    """
    if sound.fingerprint is not None:
        return sound.fingerprint
    crc = 0
    for start in range(0, len(sound.samples), _HASHED_SAMPLES):
        block = sound.samples[start : start + _HASHED_SAMPLES]
        crc = zlib.crc32(np.round(block * 32767).astype("<i2").tobytes(), crc)
    return crc


def make_sound(samples: Floats, rate_hz: Hertz, *, name: str = "The sound") -> Sound:
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
    common = math.gcd(rate_hz, RATE_HZ)
    return RATE_HZ // common, rate_hz // common


def _block_size(rate_hz: int) -> int:
    """Return some ten seconds of samples that become a whole number of samples at 16 kHz."""
    _, down = _ratio(rate_hz)
    return down * -(-BLOCK_SECONDS * rate_hz // down)


def _joined(
    blocks: Iterable[Floats], expected: int, rate_hz: int, name: str
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


def _mono(block: Floats, name: str) -> Floats:
    mono = block if block.ndim == 1 else block.mean(axis=1)
    if not np.isfinite(mono).all():
        raise SoundError(f"{name} holds broken samples (not a number). Export it again as WAV")
    return mono


def _with_next(
    blocks: Iterable[Floats],
) -> Iterator[tuple[Floats, Floats]]:
    """Yield each block with the one that follows it; an empty one follows the last."""
    last: Floats | None = None
    for block in blocks:
        if last is not None:
            yield last, block
        last = block
    if last is not None:
        yield last, last[:0]


def load_sound(
    path: str | Path,
    *,
    start_seconds: Seconds = 0.0,
    duration_seconds: Seconds | None = None,
    channel: int | None = None,
) -> Sound:
    """Read a sound file, or a stretch of it, as 16 kHz mono.

    All of a file that was joined from several is read, and an MP3 for as long as it has frames,
    whatever its header says.

    Parameters
    ----------
    path : path-like
        wav, flac, ogg, opus or mp3 (whatever libsndfile reads); with PyAV also what phones and
        videos hold.
    start_seconds, duration_seconds : float
        The stretch to read; the whole file by default. A stretch that reaches
        beyond the end is cut there.
    channel : int, optional
        The channel to take, from 0; by default their mean, or the loudest of them where they
        cancel each other out.

    Returns
    -------
    Sound
        float32 mono at 16 kHz.

    Raises
    ------
    SoundError
        If the file is missing, unreadable, empty, lacks the channel, or the stretch holds no sound.
    """
    import soundfile

    path = Path(path)
    name = f"The sound file “{path.name}”"
    if not path.is_file():
        raise SoundError(f"{name} was not found. Check the path, or pick the file again")
    try:
        if path.suffix.lower() in FFMPEG_SUFFIXES:
            sound = _read_with_ffmpeg(path, name, start_seconds, duration_seconds, channel)
        else:
            sound = _read(path, name, start_seconds, duration_seconds, channel)
    # TypeError: to soundfile, a name ending in .raw asks for a rate. ValueError: from FFmpeg.
    except (soundfile.SoundFileError, RuntimeError, OSError, TypeError, ValueError) as error:
        raise SoundError(
            f"{name} could not be read as sound. Convert it to WAV, FLAC, OGG or MP3"
        ) from error
    if not len(sound.samples):
        raise SoundError(f"{name} is empty. Choose a recording with speech in it")
    return sound


def _read(
    path: Path,
    name: str,
    start_seconds: Seconds,
    duration_seconds: Seconds | None,
    channel: int | None,
) -> Sound:
    """Decode what `load_sound` was asked for; raises what soundfile raises."""
    import soundfile

    notes: list[str] = []
    with soundfile.SoundFile(_name_of(path)) as file:
        rate_hz = file.samplerate
        _check_rate(rate_hz, name)
        parts = parts_of(path, file.frames)
        start, count = _stretch(start_seconds, duration_seconds, rate_hz)
        there = min(count, max(0, file.frames - start))
        if parts is None:
            blocks = _blocks(file, start, count)
        else:
            blocks = _blocks_of_parts(parts, rate_hz, file.channels, start, count)
        chosen = _Channels(channel, name, notes)
        samples = _joined(map(chosen.mono, blocks), there, rate_hz, name)
    if duration_seconds is None:
        heard = len(samples) / RATE_HZ
        told = there / rate_hz if parts is None else heard + parts.lacks_seconds
        notes += _told_cut(name, told, heard)
    return Sound(samples, notes=tuple(notes))


def _stretch(start: Seconds, duration: Seconds | None, rate_hz: int) -> tuple[int, int]:
    """First sample and number of samples of a stretch."""
    longest = LONGEST_SECONDS if duration is None else min(duration, LONGEST_SECONDS)
    return max(0, round(start * rate_hz)), max(0, round(longest * rate_hz))


def _read_with_ffmpeg(
    path: Path,
    name: str,
    start_seconds: Seconds,
    duration_seconds: Seconds | None,
    channel: int | None,
) -> Sound:
    """Decode the sound of a phone or a video; raises what PyAV raises."""
    if ffmpeg() is None:
        raise no_ffmpeg(name, path.suffix.lower())
    notes: list[str] = []
    file = FfmpegSound(path, name)
    _check_rate(file.rate_hz, name)
    start, count = _stretch(start_seconds, duration_seconds, file.rate_hz)
    blocks = file.blocks(start, count, _block_size(file.rate_hz))
    chosen = _Channels(channel, name, notes)
    there = min(count, max(0, file.frames - start))
    samples = _joined(map(chosen.mono, blocks), there, file.rate_hz, name)
    return Sound(samples, notes=tuple(notes))


def _name_of(path: Path) -> str | bytes:
    """Return a file's name as the decoder takes it: as bytes where they are no UTF-8."""
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(path)
    return str(path)


def _told_cut(name: str, told_seconds: Seconds, heard_seconds: Seconds) -> list[str]:
    """Say that a file holds less than its header tells, if it does."""
    if told_seconds - heard_seconds <= CUT_SECONDS:
        return []
    return [
        f"{name} ends after {heard_seconds:.1f} s although it says {told_seconds:.1f} s: the rest "
        "is missing. Export it again if it should be longer"
    ]


def _blocks(file: Any, start: int, count: int) -> Iterator[NDArray[np.float32]]:
    """Read a stretch block by block for as long as there is something, shape (n, channels)."""
    if start:
        file.seek(min(start, max(file.frames, 0)))
    size = _block_size(file.samplerate)
    while count > 0:
        block = file.read(min(size, count), dtype="float32", always_2d=True)
        if not len(block):
            return
        yield block
        count -= len(block)


def _blocks_of_parts(
    parts: Parts, rate_hz: int, channels: int, start: int, count: int
) -> Iterator[NDArray[np.float32]]:
    """Read a stretch of several files one after another, all as the first: its rate, its channels.

    A mono part sounds from all of the channels; more channels than the first has become their mean.
    """
    import soundfile

    for part in parts.files:
        with soundfile.SoundFile(part) as file:
            for block in _blocks(file, 0, LONGEST_SECONDS * file.samplerate):
                if file.samplerate != rate_hz:
                    common = math.gcd(file.samplerate, rate_hz)
                    block = resample_poly(block, rate_hz // common, file.samplerate // common)
                if file.channels != channels:
                    block = np.repeat(block.mean(axis=1, keepdims=True), channels, axis=1)
                skipped = min(start, len(block))
                start -= skipped
                block = block[skipped : skipped + count]
                count -= len(block)
                if len(block):
                    yield block.astype(np.float32)
                if count <= 0:
                    return


def no_such_channel(name: str, channel: int, count: int) -> SoundError:
    """Make the error for a channel, from 0, that a file of so many channels does not have."""
    if count == 1:
        return SoundError(f"{name} has one channel alone. Set Channel back to the mix")
    return SoundError(
        f"{name} has {count} channels and no channel {channel + 1}. "
        "Choose one of them, or their mix"
    )


class _Channels:
    """From the channels of a file to one: a chosen one, or the mean where that says something."""

    def __init__(self, channel: int | None, name: str, notes: list[str]) -> None:
        self._channel, self._name, self._notes = channel, name, notes
        self._cancelling: int | None = None

    def mono(self, block: Floats) -> Floats:
        """Bring a block of shape (n, channels) to shape (n,)."""
        count = block.shape[1]
        if self._channel is not None:
            if not 0 <= self._channel < count:
                raise no_such_channel(self._name, self._channel, count)
            return block[:, self._channel]
        mean: Floats = block.mean(axis=1)
        if self._cancelling is None and count > 1 and np.isfinite(block).all():
            power: Floats = np.mean(np.square(block, dtype=np.float64), axis=0)
            loudness = np.sqrt(power)
            loudest = int(loudness.argmax())
            mixed = math.sqrt(np.mean(np.square(mean, dtype=np.float64)))
            if loudness[loudest] > AUDIBLE and mixed < CANCELLED_SHARE * loudness[loudest]:
                self._cancelling = loudest
                self._notes.append(
                    f"The channels of {self._name[0].lower()}{self._name[1:]} cancel each other "
                    f"out, so channel {loudest + 1} alone is heard"
                )
        return mean if self._cancelling is None else block[:, self._cancelling]
