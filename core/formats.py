# SPDX-License-Identifier: GPL-3.0-or-later
"""Face tracks and phone lists as files: Live Link Face CSV, plain CSV, JSON, NPZ."""

import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from .errors import SettingsError
from .motion.track import ARKIT_NAMES, HEAD_NAMES, FaceTrack
from .performance.gaze import DOWN_DEGREES, SIDE_DEGREES, UP_DEGREES
from .phones import INDEX, PHONES, SILENCE, Phone, from_arpabet, from_ipa, split_evenly
from .timing import Hertz

METAHUMAN_CSV = "metahuman-csv"
FORMATS = {
    "livelink-csv": ".csv",
    "arkit-csv": ".csv",
    METAHUMAN_CSV: ".csv",
    "json": ".json",
    "npz": ".npz",
}
DEFAULT_RATE_HZ = {
    "livelink-csv": 60.0,
    "arkit-csv": 100.0,
    METAHUMAN_CSV: 60.0,
    "json": 100.0,
    "npz": 100.0,
}
# Columns of the Live Link Face app after the 52 blend shapes; angles in radians.
_LIVELINK_TAIL = (
    "HeadYaw HeadPitch HeadRoll LeftEyeYaw LeftEyePitch LeftEyeRoll "
    "RightEyeYaw RightEyePitch RightEyeRoll"
).split()
PHONES_VERSION = 1


def resampled(track: FaceTrack, rate_hz: Hertz) -> FaceTrack:
    """Bring a track to another rate, from 0 s to the last frame within its length.

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
    return FaceTrack(track.at(times), track.names, rate_hz)


def timecode(frame: int, rate_hz: Hertz) -> str:
    """Write a frame as ``hh:mm:ss:ff.mmm`` from midnight, as Live Link Face does."""
    whole = max(1, round(rate_hz))
    seconds, part = divmod(frame, whole)
    return f"{seconds // 3600 % 24:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}:{part:02d}.000"


def _pick(track: FaceTrack, names: Sequence[str]) -> np.ndarray:
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
    eyes = []
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
    for i, row in enumerate(np.concatenate([shapes, head, *eyes], axis=1)):
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
        "phones": _phone_rows(phones),
    }
    return json.dumps(content, ensure_ascii=False) + "\n"


def write_track(path: Path, form: str, track: FaceTrack, phones: Sequence[Phone]) -> None:
    """Write a take in one of `FORMATS`, whole or not at all.

    Parameters
    ----------
    path : Path
    form : str
        A key of `FORMATS`.
    track : FaceTrack
        At the rate to write; for metahuman-csv that of `rigs.families.metahuman.control_track`.
    phones : sequence of Phone

    Raises
    ------
    SettingsError
        If the place cannot be written to.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        with partial.open("wb") as file:
            if form == "npz":
                names, rate = np.array(track.names), np.array(track.rate_hz)
                np.savez_compressed(file, names=names, values=track.values, rate_hz=rate)
            else:
                # Line by line: the text of an hour is larger than its curves.
                file.writelines(line.encode("utf8") for line in _text(form, track, phones))
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise SettingsError(f"“{path.name}” could not be written. Choose another folder") from error


def _text(form: str, track: FaceTrack, phones: Sequence[Phone]) -> Iterable[str]:
    if form == "json":
        return (track_json(track, phones),)
    if form == "livelink-csv":
        return livelink_csv(track)
    return plain_csv(track, track.names if form == METAHUMAN_CSV else ARKIT_NAMES)


def _phone_rows(phones: Sequence[Phone]) -> list[list[object]]:
    return [
        [p.symbol, round(p.start_seconds, 4), round(p.end_seconds, 4), p.confidence] for p in phones
    ]


def phones_json(phones: Sequence[Phone]) -> str:
    """Write a phone list that `read_phones` reads: ``[symbol, start, end, confidence]``."""
    rows = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in _phone_rows(phones))
    return (
        f'{{"format": "lipwright-phones", "version": {PHONES_VERSION}, "phones": [\n  {rows}\n]}}\n'
    )


def phones_labels(phones: Sequence[Phone]) -> str:
    """Write a phone list as Audacity's label track; `read_phones` reads it, without confidence."""
    return "".join(f"{p.start_seconds:.6f}\t{p.end_seconds:.6f}\t{p.symbol}\n" for p in phones)


def read_phones(path: Path) -> tuple[Phone, ...]:
    """Read a phone list: our JSON (a face JSON too), or lines of ``start end label``.

    Labels are ours, IPA or ARPAbet (a file is ARPAbet where all its labels are); times are
    seconds.

    Parameters
    ----------
    path : Path

    Returns
    -------
    tuple of Phone

    Raises
    ------
    SettingsError
        If the file is missing or a line of it cannot be understood; the message names the line.
    """
    try:
        text = path.read_text("utf-8-sig")  # some editors begin a file with a byte-order mark
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"The phone file “{path.name}” could not be read as text. "
            "Check the path, and save it as UTF-8"
        ) from error
    if text.lstrip().startswith("{"):
        rows = _json_rows(text, path)
    else:
        rows = [line.split() for line in text.splitlines() if line.strip() and line[0] != "#"]
        rows = [[row[2], row[0], row[1]] if len(row) == 3 else row for row in rows]
    labels = {str(row[0]) for row in rows if row} - {SILENCE}
    # One letter means much the same in both; two letters tell which it is.
    arpabet = all(map(from_arpabet, labels)) and any(len(label) > 1 for label in labels)
    phones: list[Phone] = []
    for number, row in enumerate(rows, 1):
        phones += _phones_of_row(row, number, path, arpabet)
    if any(b.start_seconds < a.start_seconds for a, b in itertools.pairwise(phones)):
        raise SettingsError(f"The phones in “{path.name}” are not in order of time. Sort them")
    return tuple(phones)


def _json_rows(text: str, path: Path) -> list[list[object]]:
    try:
        rows = json.loads(text)["phones"]
    except (ValueError, KeyError, TypeError) as error:
        raise SettingsError(
            f"“{path.name}” is not a phone list. Save one with Lipwright first"
        ) from error
    if not isinstance(rows, list):
        raise SettingsError(f"“{path.name}” holds no list of phones. Save one with Lipwright first")
    return [row if isinstance(row, list) else [row] for row in rows]


def _phones_of_row(row: Sequence[object], number: int, path: Path, arpabet: bool) -> list[Phone]:
    problem = SettingsError(
        f"Phone {number} in “{path.name}” cannot be understood. "
        "Write: start seconds, end seconds, phone"
    )
    if len(row) not in (3, 4):
        raise problem
    try:
        label, start, end = str(row[0]), float(str(row[1])), float(str(row[2]))
        confidence = float(str(row[3])) if len(row) == 4 else 1.0
    except ValueError as error:
        raise problem from error
    if not 0 <= start <= end or not np.isfinite(end):
        raise problem
    if label in INDEX and not arpabet:
        return [Phone(label, start, end, confidence)]
    symbols = from_arpabet(label) if arpabet or label.isupper() else None
    symbols = symbols or from_ipa(label) or from_arpabet(label)
    if symbols is None:
        raise SettingsError(
            f"Phone {number} in “{path.name}” is “{label}”, which is not a known sound. "
            f"Use one of: {' '.join(PHONES)}"
        )
    return split_evenly(symbols, start, end)
