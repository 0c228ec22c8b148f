# SPDX-License-Identifier: GPL-3.0-or-later
"""Face captures that others write: Live Link Face's CSV, Audio2Face's JSON and CSV, and our own."""

import csv
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import SettingsError
from ..motion.track import FACE_NAMES, HEAD_NAMES, FaceTrack
from ..timing import Hertz
from .tracks import shown_name

CAPTURE_SUFFIXES = (".csv", ".json")
FEWEST_CHANNELS = 3
# Live Link Face records at 60 frames a second unless told otherwise (its manual, Epic Games).
LIVELINK_HZ = 60.0
_RATES = (24.0, 25.0, 30.0, 48.0, 50.0, 60.0)
_TIMECODE = re.compile(r"(\d+):(\d+):(\d+)[:;](\d+(?:\.\d+)?)$")
_KNOWN = {name.lower(): name for name in FACE_NAMES + HEAD_NAMES}


def read_track(path: Path) -> FaceTrack:
    """Read a captured face.

    Parameters
    ----------
    path : Path
        A CSV with a time code (Live Link Face) or seconds (Audio2Face, ours) in its first column
        and a shape in each other one, or the JSON of Audio2Face or ours. Shapes are those of
        ARKit, in any case; others are left out.

    Returns
    -------
    FaceTrack
        From 0 s on; weights 0..1, the head's angles in degrees.

    Raises
    ------
    SettingsError
        If the file is missing, damaged, or no capture of a face.
    """
    name = shown_name(path)
    try:
        text = path.read_bytes().decode("utf-8-sig", "replace")
    except OSError as error:
        raise SettingsError(f"The capture “{name}” was not found. Check the path") from error
    try:
        names, times, values = (_json if text.lstrip()[:1] == "{" else _csv)(text)
    except (ValueError, KeyError, TypeError, IndexError, RecursionError, csv.Error) as error:
        raise SettingsError(
            f"“{name}” is no face capture that can be read. Choose a CSV of Live Link Face, or the "
            "JSON of Audio2Face"
        ) from error
    return _track(name, names, times, values)


def _track(
    name: str, names: Sequence[str], times: NDArray[np.float64], values: NDArray[np.float64]
) -> FaceTrack:
    """Bring the shapes that we know to a steady rate."""
    known = {_plain(text): place for place, text in reversed(list(enumerate(names)))}
    found = {ours: known[plain] for plain, ours in _KNOWN.items() if plain in known}
    if len(found) < FEWEST_CHANNELS:
        raise SettingsError(
            f"“{name}” has no shapes of a face such as jawOpen. Export it with ARKit’s names"
        )
    if len(times) < 2 or np.any(np.diff(times) < 0) or not np.isfinite(values).all():
        raise SettingsError(
            f"“{name}” holds no motion, or times that go back. Export the capture again"
        )
    step = float(np.median(np.diff(times)))
    if not 1e-3 <= step <= 1.0:
        raise SettingsError(f"“{name}” is not 1 to 1000 frames a second. Export it again")
    seconds = times[-1] - times[0]
    count = round(seconds / step) + 1
    at = np.asarray(range(count), np.float64) * (seconds / (count - 1))
    curves = {
        ours: np.interp(at, times - times[0], values[:, place]) for ours, place in found.items()
    }
    for shape in curves:
        if shape not in HEAD_NAMES:
            curves[shape] = np.clip(curves[shape], 0.0, 1.0)
    return FaceTrack.of(curves, (count - 1) / seconds)


def _plain(text: str) -> str:
    """Return a name without what stands before a point, in small letters."""
    return text.strip().rpartition(".")[2].lower()


def _csv(text: str) -> tuple[list[str], NDArray[np.float64], NDArray[np.float64]]:
    rows = [row for row in csv.reader(text.splitlines()) if any(cell.strip() for cell in row)]
    head, body = rows[0], [row for row in rows[1:] if len(row) >= len(rows[0])]
    if len(body) < max(1, len(rows) - 2):  # the last one may be cut off
        raise ValueError("rows that are too short")
    values = np.array(
        [[float(cell or 0) for cell in row[1 : len(head)]] for row in body], np.float64
    )
    stamps = [row[0] for row in body]
    if not _TIMECODE.match(stamps[0]):
        return head[1:], np.array([float(stamp) for stamp in stamps]), values
    for place, name in enumerate(head[1:]):
        if _plain(name).startswith("head"):
            values[:, place] = np.degrees(values[:, place])
    return head[1:], _seconds(stamps), values


def _seconds(stamps: Sequence[str]) -> NDArray[np.float64]:
    """Return the times of Live Link's time codes, whose rate shows where a second is full."""
    parts: list[list[float]] = []
    for stamp in stamps:
        found = _TIMECODE.match(stamp)
        if found is None:
            raise ValueError("a row without a time code")
        parts.append([float(one) for one in found.groups()])
    told: NDArray[np.float64] = np.array(parts, np.float64)
    whole: NDArray[np.float64] = told[:, 0] * 3600 + told[:, 1] * 60 + told[:, 2]
    return whole + told[:, 3] / _rate(whole, told[:, 3])


def _rate(whole: NDArray[np.float64], frames: NDArray[np.float64]) -> Hertz:
    if whole[0] == whole[-1]:
        return LIVELINK_HZ
    most = float(np.floor(frames.max())) + 1
    return next((rate for rate in _RATES if rate >= most), most)


def _json(text: str) -> tuple[list[str], NDArray[np.float64], NDArray[np.float64]]:
    told: dict[str, Any] = json.loads(text)
    if "weightMat" in told:  # Audio2Face
        names, weights, rate = told["facsNames"], told["weightMat"], told["exportFps"]
    else:
        names, weights, rate = told["names"], told["values"], told["rate_hz"]
    values = np.array(weights, np.float64)
    if values.ndim != 2 or values.shape[1] != len(names) or not float(rate) > 0:
        raise ValueError("values that do not fit the names")
    times: NDArray[np.float64] = np.arange(float(len(values))) / float(rate)
    return [str(name) for name in names], times, values
