# SPDX-License-Identifier: GPL-3.0-or-later
"""Face tracks as files: one table of formats, each with what writes it."""

import io
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..arrays import Floats
from ..errors import SettingsError
from ..motion.keys import sampled
from ..motion.track import ARKIT_NAMES, HEAD_NAMES, FaceTrack
from ..performance.gaze import DOWN_DEGREES, SIDE_DEGREES, UP_DEGREES
from ..phones import Phone
from ..timing import Hertz
from .cues import oculus_json, rhubarb_json, rhubarb_tsv
from .phones import phone_rows

# Columns of the Live Link Face app after the 52 blend shapes; angles in radians.
_LIVELINK_TAIL = (
    "HeadYaw HeadPitch HeadRoll LeftEyeYaw LeftEyePitch LeftEyeRoll "
    "RightEyeYaw RightEyePitch RightEyeRoll"
).split()


def resampled(track: FaceTrack, rate_hz: Hertz) -> FaceTrack:
    """Bring a track to another rate, from 0 s to the last frame within its length.

    Lips that meet between two frames meet on the nearest (`core.motion.keys.sampled`).

    Parameters
    ----------
    track : FaceTrack
    rate_hz : float
        1 to 1000.

    Returns
    -------
    FaceTrack

    Raises
    ------
    SettingsError
        If the rate is not usable.
    """
    if not np.isfinite(rate_hz) or not 1 <= rate_hz <= 1000:
        raise SettingsError(
            f"A frame rate of {rate_hz:g} is outside 1 to 1000. Set --fps to 24, 30 or 60"
        )
    if rate_hz == track.rate_hz:
        return track
    times = np.arange(int(np.floor(track.seconds * rate_hz + 1e-9)) + 1) / rate_hz
    return sampled(track, times, rate_hz)


def timecode(frame: int, rate_hz: Hertz) -> str:
    """Write a frame as ``hh:mm:ss:ff.mmm`` from midnight, as Live Link Face does."""
    whole = max(1, round(rate_hz))
    seconds, part = divmod(frame, whole)
    return f"{seconds // 3600 % 24:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}:{part:02d}.000"


def _pick(track: FaceTrack, names: Sequence[str]) -> NDArray[np.float32]:
    zeros = np.zeros(len(track.values), np.float32)
    columns = track.curves()
    return np.stack([columns.get(name, zeros) for name in names], axis=1)


def livelink_csv(track: FaceTrack) -> Iterator[str]:
    """Write what the Live Link Face app records: timecode, count, shapes, head and eye angles.

    Parameters
    ----------
    track : FaceTrack

    Yields
    ------
    str
        A line of the file, the header first.
    """
    shapes = _pick(track, ARKIT_NAMES)
    head = np.radians(_pick(track, HEAD_NAMES))[:, [1, 0, 2]]
    eyes: list[Floats] = []
    for side in ("Left", "Right"):
        look = dict(
            zip(
                ("In", "Out", "Up", "Down"),
                _pick(track, [f"eyeLook{way}{side}" for way in ("In", "Out", "Up", "Down")]).T,
                strict=True,
            )
        )
        left = look["Out"] - look["In"] if side == "Left" else look["In"] - look["Out"]
        down = look["Down"] * DOWN_DEGREES - look["Up"] * UP_DEGREES
        yaw, pitch = np.radians(left * SIDE_DEGREES), np.radians(down)
        eyes.append(np.stack([yaw, pitch, np.zeros_like(yaw)], axis=1))
    count = len(ARKIT_NAMES) + len(_LIVELINK_TAIL)
    names = [*(n[0].upper() + n[1:] for n in ARKIT_NAMES), *_LIVELINK_TAIL]
    yield ",".join(["Timecode", "BlendShapeCount", *names]) + "\n"
    line = f"%s,{count}" + ",%.6f" * count + "\n"
    rows: Floats = np.concatenate([shapes, head, *eyes], axis=1)
    for i, row in enumerate(rows):
        yield line % (timecode(i, track.rate_hz), *row.tolist())


def plain_csv(track: FaceTrack, names: Sequence[str]) -> Iterator[str]:
    """Write ``time`` in seconds from 0 and channels by name; those that are absent are 0.

    Parameters
    ----------
    track : FaceTrack
    names : sequence of str

    Yields
    ------
    str
        A line of the file, the header first.
    """
    yield ",".join(["time", *names]) + "\n"
    line = "%s" + ",%.5f" * len(names) + "\n"
    for time, row in zip(track.times_seconds, _pick(track, names), strict=True):
        yield line % (f"{time:.6f}".rstrip("0").rstrip("."), *row.tolist())


def track_json(track: FaceTrack, phones: Sequence[Phone]) -> str:
    """Write every channel and the phones as JSON."""
    content = {
        "format": "lipwright-face",
        "version": 1,
        "rate_hz": track.rate_hz,
        "names": list(track.names),
        "values": np.round(track.values, 5).tolist(),
        "phones": phone_rows(phones),
    }
    return json.dumps(content, ensure_ascii=False) + "\n"


def curves_json(track: FaceTrack, phones: Sequence[Phone]) -> Iterator[str]:
    """Write curves as objects with flat lists, which Unity's JsonUtility reads as they are.

    Parameters
    ----------
    track : FaceTrack
    phones : sequence of Phone

    Yields
    ------
    str
        A piece of the file.
    """
    told = {"frameRate": track.rate_hz, "length": round(track.seconds, 4)}
    yield json.dumps(told)[:-1] + ', "curves": [\n'
    curves = track.curves().items()
    for i, (name, values) in enumerate(curves):
        row = {"name": name, "values": np.round(values, 5).tolist()}
        yield json.dumps(row) + (",\n" if i + 1 < len(curves) else "\n")
    sounds = [
        {"symbol": symbol, "start": start, "end": end}
        for symbol, start, end, _ in phone_rows(phones)
    ]
    yield '], "phones": ' + json.dumps(sounds, ensure_ascii=False) + "}\n"


def _npz(track: FaceTrack, _phones: Sequence[Phone]) -> Iterator[bytes]:
    """Write names, values and rate_hz as numpy's archive."""
    file = io.BytesIO()
    names, rate = np.array(track.names), np.array(track.rate_hz)
    np.savez_compressed(file, names=names, values=track.values, rate_hz=rate)
    yield file.getvalue()


@dataclass(frozen=True)
class Format:
    """One kind of file for a face track.

    Parameters
    ----------
    name : str
        As on the command line.
    suffix : str
        Of its files.
    rate_hz : float
        Frames in a second unless the artist says otherwise.
    write : callable
        Makes the text (or the bytes) of the file piece by piece from a track and its phones.
    of_controls : bool
        It is for the curves of a MetaHuman (`rigs.families.metahuman.control_track`) instead of
        the face's.
    is_default : bool
        The one that its suffix means where no format is named.
    """

    name: str
    suffix: str
    rate_hz: Hertz
    write: Callable[[FaceTrack, Sequence[Phone]], Iterable[str | bytes]]
    of_controls: bool = False
    is_default: bool = True


FORMATS: dict[str, Format] = {
    one.name: one
    for one in (
        Format("livelink-csv", ".csv", 60.0, lambda track, _: livelink_csv(track)),
        Format(
            "arkit-csv",
            ".csv",
            100.0,
            lambda track, _: plain_csv(track, ARKIT_NAMES),
            is_default=False,
        ),
        Format(
            "metahuman-csv",
            ".csv",
            60.0,
            lambda track, _: plain_csv(track, track.names),
            of_controls=True,
            is_default=False,
        ),
        Format("json", ".json", 100.0, lambda track, phones: (track_json(track, phones),)),
        Format("npz", ".npz", 100.0, _npz),
        Format("unity-json", ".json", 60.0, curves_json, is_default=False),
        Format("metahuman-json", ".json", 60.0, curves_json, of_controls=True, is_default=False),
        Format("rhubarb-tsv", ".tsv", 100.0, lambda _, phones: rhubarb_tsv(phones)),
        Format(
            "rhubarb-json", ".json", 100.0, lambda _, phones: rhubarb_json(phones), is_default=False
        ),
        Format(
            "oculus-json", ".json", 100.0, lambda _, phones: oculus_json(phones), is_default=False
        ),
    )
}
BY_SUFFIX = {one.suffix: one for one in FORMATS.values() if one.is_default}


def write_track(
    path: Path,
    form: str,
    track: FaceTrack,
    phones: Sequence[Phone],
    partial_folder: Path | None = None,
) -> None:
    """Write a take in one of `FORMATS`, whole or not at all.

    Parameters
    ----------
    path : Path
    form : str
        A key of `FORMATS`.
    track : FaceTrack
        At the rate to write; of controls, where the format is of controls.
    phones : sequence of Phone
    partial_folder : Path, optional
        Where it lies until it is whole, on the same disk; by default beside `path`.

    Raises
    ------
    SettingsError
        If the place cannot be written to.
    """
    # Line by line: the text of an hour is larger than its curves.
    write_whole(path, FORMATS[form].write(track, phones), partial_folder)


def write_whole(
    path: Path, pieces: Iterable[str | bytes], partial_folder: Path | None = None
) -> None:
    """Write a file whole or not at all, whatever happens meanwhile.

    Parameters
    ----------
    path : Path
    pieces : iterable of str or bytes
    partial_folder : Path, optional
        Where it lies until it is whole, on the same disk; by default beside `path`.

    Raises
    ------
    SettingsError
        If the place cannot be written to.
    """
    shown = shown_name(path)
    partial: Path | None = None
    try:
        # A short name of its own: the file's may be as long as the disk allows.
        handle, made = tempfile.mkstemp(dir=partial_folder or path.parent, prefix=".lipwright-")
        partial = Path(made)
        with os.fdopen(handle, "wb") as file:
            file.writelines(
                piece.encode("utf8") if isinstance(piece, str) else piece for piece in pieces
            )
        partial.chmod(0o666 & ~_umask())
        partial.replace(path)
    except (OSError, ValueError) as error:
        if partial is not None:
            partial.unlink(missing_ok=True)
        raise SettingsError(
            f"“{shown}” could not be written. Choose another folder, or a shorter name"
        ) from error


def _umask() -> int:
    """Return the mask of new files; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def shown_name(path: Path) -> str:
    """Return a file's name as it can be printed, also where its bytes are no UTF-8."""
    return os.fsencode(path.name).decode("utf8", "replace")
