# SPDX-License-Identifier: GPL-3.0-or-later
"""Captions (SubRip's SRT, WebVTT) as texts with times."""

import re
from dataclasses import dataclass
from pathlib import Path

from ..errors import SettingsError
from ..timing import Seconds
from .texts import decoded

CAPTION_SUFFIXES = (".srt", ".vtt")
_TIME = r"(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_TIMES = re.compile(rf"^\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?$")


@dataclass(frozen=True)
class Cue:
    """One caption.

    Parameters
    ----------
    text : str
        In one line, with what stands in brackets.
    start_seconds, end_seconds : float
    """

    text: str
    start_seconds: Seconds
    end_seconds: Seconds


def _seconds(hours: str | None, minutes: str, seconds: str, parts: str) -> Seconds:
    return (
        int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(parts.ljust(3, "0")) / 1e3
    )


def cues_in(text: str) -> tuple[Cue, ...]:
    """Find the captions in a text of SubRip (.srt) or WebVTT (https://www.w3.org/TR/webvtt1/).

    Parameters
    ----------
    text : str

    Returns
    -------
    tuple of Cue
        Those with words, in the order of the file.
    """
    cues: list[Cue] = []
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        rows = block.split("\n")
        at = next((i for i, row in enumerate(rows) if _TIMES.match(row)), None)
        if at is None:
            continue  # a header, a note, a style
        found = _TIMES.match(rows[at])
        assert found is not None
        said = " ".join(row.strip() for row in rows[at + 1 :] if row.strip())
        start, end = _seconds(*found.groups()[:4]), _seconds(*found.groups()[4:])
        if said and end > start:
            cues.append(Cue(said, start, end))
    return tuple(cues)


def cues_of(path: Path) -> tuple[Cue, ...]:
    """Read a caption file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    tuple of Cue

    Raises
    ------
    SettingsError
        If it cannot be read or holds no captions.
    """
    try:
        cues = cues_in(decoded(path.read_bytes()))
    except OSError as error:
        raise SettingsError(f"The captions “{path}” could not be read. Check the path") from error
    if not cues:
        raise SettingsError(f"“{path.name}” holds no captions. Export them as SRT or VTT")
    return cues
