# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound of phones and videos, by FFmpeg's libraries: PyAV, an optional part of the package."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import SoundError


def ffmpeg() -> Any:
    """Return the module PyAV (https://pyav.basswood-io.com), or None where it is not installed."""
    try:
        import av
    except ImportError:
        return None
    return av


def no_ffmpeg(name: str, suffix: str) -> SoundError:
    """Make the error for a sound that only FFmpeg reads, where there is none."""
    return SoundError(
        f"{name} is {suffix}, which takes PyAV to read. Install it with "
        "“pip install lipwright[ffmpeg]”, or convert the sound to WAV, FLAC, OGG or MP3"
    )


class FfmpegSound:
    """The first sound track of a file.

    Parameters
    ----------
    path : Path

    Raises
    ------
    SoundError
        If the file has no sound track.
    OSError or ValueError
        As PyAV raises them, if it is no file that FFmpeg reads.
    """

    def __init__(self, path: Path, name: str) -> None:
        self._file = ffmpeg().open(str(path))
        if not self._file.streams.audio:
            self._file.close()
            raise SoundError(f"{name} holds no sound. Choose a recording with speech in it")
        self._stream = self._file.streams.audio[0]
        self.rate_hz = int(self._stream.rate)
        told = self._stream.duration
        seconds = float(told * self._stream.time_base) if told else 0.0
        self.frames = max(0, round(seconds * self.rate_hz))

    def blocks(self, start: int, count: int, size: int) -> Iterator[NDArray[np.float32]]:
        """Yield the samples from `start` on, `count` at most, in blocks of `size`, (n, channels).

        Parameters
        ----------
        start, count, size : int
            In samples of the file's own rate.
        """
        with closing(self._file):
            kept: list[NDArray[np.float32]] = []
            held = 0
            for piece in self._pieces():
                skipped = min(start, len(piece))
                start -= skipped
                piece = piece[skipped : skipped + count]
                count -= len(piece)
                kept.append(piece)
                held += len(piece)
                # Blocks of one size: their edges decide nothing, but the resampler counts on it.
                while held >= size:
                    whole = np.concatenate(kept)
                    yield whole[:size]
                    kept, held = [whole[size:]], held - size
                if count <= 0:
                    break
            if held:
                yield np.concatenate(kept)

    def _pieces(self) -> Iterator[NDArray[np.float32]]:
        """Decode frame by frame as float samples of shape (n, channels)."""
        av = ffmpeg()
        layout = self._stream.layout.name
        resampler = av.AudioResampler(format="fltp", layout=layout, rate=self.rate_hz)
        try:
            for frame in self._file.decode(self._stream):
                for one in resampler.resample(frame):
                    yield one.to_ndarray().T.astype(np.float32)
        except av.FFmpegError as error:
            # What was heard before a broken end is worth having; the start must be there.
            if not isinstance(error, EOFError):
                raise OSError(str(error)) from error
        for one in resampler.resample(None):
            yield one.to_ndarray().T.astype(np.float32)
