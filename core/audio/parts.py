# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound files that hold more than their beginning tells: joined ones, and MP3 without a length.

A decoder believes the length at the head of an MP3, or guesses it from the first frames; and it
reads the first of several Ogg streams that were joined. Here the file itself is looked through:
MPEG frames by their headers (ISO 11172-3 and 13818-3, layer III), Ogg pages by theirs (RFC 3533).
"""

import io
import itertools
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..timing import Seconds

# kbit/s of layer III by the index in the header, for MPEG 1 and for MPEG 2 and 2.5; 0 is none.
_BITRATES = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES_HZ = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_LAYER_3 = 1
_MONO = 3
_TAGS = (b"Xing", b"Info")
_COUNTED = 1  # flag of a Xing header that has the number of frames
_ROOM = 64  # bytes that a header frame of ours needs
# So many frames more or less than told are an encoder's delay and padding.
SAME_FRAMES = 3
_PAGE, _PAGE_HEADER = b"OggS", 27  # how it begins; bytes to the sizes of what it holds
_FIRST_PAGE = 2  # flag of the page that begins an Ogg stream


@dataclass(frozen=True)
class _Frame:
    """One MPEG frame: where it lies, and what its header says."""

    start: int
    length: int
    rate_hz: int
    is_mono: bool
    samples: int
    tag: int  # where a Xing header would be, from the frame's start

    @property
    def end(self) -> int:
        """Where the next one begins."""
        return self.start + self.length

    @property
    def seconds(self) -> Seconds:
        """How long it sounds."""
        return self.samples / self.rate_hz


@dataclass(frozen=True)
class Parts:
    """What a file holds, where a decoder would not read all of it.

    Parameters
    ----------
    files : tuple of BytesIO
        Files that the decoder reads whole, one after another.
    lacks_seconds : float
        How much longer the headers in it say that it is: a piece was cut off.
    """

    files: tuple[io.BytesIO, ...]
    lacks_seconds: Seconds = 0.0


def parts_of(path: Path, told_samples: int) -> Parts | None:
    """Take a file apart where a decoder would not read all of it.

    Parameters
    ----------
    path : Path
    told_samples : int
        How many samples the decoder takes it to hold.

    Returns
    -------
    Parts or None
        None where the decoder reads this file whole.
    """
    with path.open("rb") as file:
        magic = file.read(4)
    if magic == _PAGE:
        streams = _ogg_streams(path.read_bytes())
        return Parts(tuple(map(io.BytesIO, streams))) if len(streams) > 1 else None
    if magic[:3] != b"ID3" and not (magic[:1] == b"\xff" and len(magic) > 1 and magic[1] >= 0xE0):
        return None
    data = path.read_bytes()
    frames = list(_mpeg_frames(data))
    runs = _runs(data, frames)
    samples = sum(frame.samples for run in runs for frame in run)
    near = frames and abs(samples - told_samples) <= SAME_FRAMES * frames[0].samples
    if not frames or (near and len(runs) == 1):
        return None
    files = tuple(io.BytesIO(_with_length(data, run)) for run in runs)
    return Parts(files, _lacking_seconds(data, frames))


def _ogg_streams(data: bytes) -> list[bytes]:
    """Cut joined Ogg files apart: a stream begins where others went on before."""
    starts, place, going_on = [0], 0, False
    while 0 <= place <= len(data) - _PAGE_HEADER:
        first = bool(data[place + 5] & _FIRST_PAGE)
        if first and going_on:
            starts.append(place)
        going_on = not first
        body = place + _PAGE_HEADER + data[place + _PAGE_HEADER - 1]
        end = body + sum(data[place + _PAGE_HEADER : body])
        # Where a page was cut off, the next one stands before its end.
        whole = end >= len(data) or data[end : end + 4] == _PAGE
        place = end if whole and end < len(data) else data.find(_PAGE, place + 4)
    return [data[a:b] for a, b in zip(starts, [*starts[1:], len(data)], strict=True)]


def _mpeg_frames(data: bytes) -> Iterator[_Frame]:
    """Walk over all layer III frames, tags and rubbish in between skipped."""
    place = 0
    while place + 4 <= len(data):
        if data[place : place + 3] == b"ID3" and place + 10 <= len(data):
            size = 0
            for byte in data[place + 6 : place + 10]:  # seven bits each
                size = size << 7 | byte & 0x7F
            place += 10 + size
            continue
        frame = _frame_at(data, place)
        if frame is None or (
            frame.end + 4 <= len(data)
            and data[frame.end : frame.end + 3] not in (b"ID3", b"TAG")
            and _frame_at(data, frame.end) is None
        ):
            place = data.find(b"\xff", place + 1)
            if place < 0:
                return
            continue
        yield frame
        place = frame.end


def _frame_at(data: bytes, place: int) -> _Frame | None:
    (head,) = struct.unpack_from(">I", data, place)
    version, layer = head >> 19 & 3, head >> 17 & 3
    bitrate, rate = head >> 12 & 15, head >> 10 & 3
    if head >> 21 != 0x7FF or version == 1 or layer != _LAYER_3 or rate == 3:
        return None
    if bitrate in (0, 15):  # 0 is a free format, of which the length is not told
        return None
    kbits = _BITRATES[3 if version == 3 else 2][bitrate]
    rate_hz, samples = _RATES_HZ[version][rate], 1152 if version == 3 else 576
    length = samples // 8 * 1000 * kbits // rate_hz + (head >> 9 & 1)
    mono = head >> 6 & 3 == _MONO
    tag = 4 + ((17 if mono else 32) if version == 3 else (9 if mono else 17))
    return _Frame(place, length, rate_hz, mono, samples, tag)


def _runs(data: bytes, frames: list[_Frame]) -> list[list[_Frame]]:
    """Sort the frames that carry sound into runs of one rate and number of channels."""
    sounding = (frame for frame in frames if not _tag_of(data, frame))
    runs = itertools.groupby(sounding, key=lambda frame: (frame.rate_hz, frame.is_mono))
    return [list(run) for _, run in runs]


def _tag_of(data: bytes, frame: _Frame) -> bool:
    """Say whether a frame is a Xing header instead of sound."""
    return data[frame.start + frame.tag : frame.start + frame.tag + 4] in _TAGS


def _lacking_seconds(data: bytes, frames: list[_Frame]) -> Seconds:
    """Add up how much more sound the headers with a number of frames promise than follows them."""
    lacking = promised = 0.0
    for frame in frames:
        if _tag_of(data, frame):
            lacking += max(0.0, promised)
            promised = _told_frames(data, frame) * frame.seconds
        else:
            promised -= frame.seconds
    return lacking + max(0.0, promised)


def _told_frames(data: bytes, header: _Frame) -> int:
    """Read how many frames a Xing header tells; 0 where it does not."""
    place = header.start + header.tag + len(_TAGS[0])
    if place + 8 > len(data):
        return 0
    flags, count = struct.unpack_from(">II", data, place)
    return count if flags & _COUNTED else 0


def _with_length(data: bytes, run: list[_Frame]) -> bytes:
    """Join frames behind a header that has their number."""
    first = run[0]
    (head,) = struct.unpack_from(">I", data, first.start)
    length = first.length
    if length < _ROOM:  # a frame of the smallest bitrates has no room: one of a larger has
        head = head & ~(15 << 12) | 8 << 12
        frame = _frame_at(struct.pack(">I", head), 0)
        length = first.length if frame is None else frame.length
    tag = b"Xing" + struct.pack(">II", _COUNTED, len(run))
    header = struct.pack(">I", head | 1 << 16).ljust(first.tag, b"\0") + tag  # without a checksum
    sound = b"".join(data[frame.start : frame.end] for frame in run)
    return header.ljust(length, b"\0") + sound
