# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be done: a list of lines from a table, captions or a folder of sounds."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from ..core.audio.files import sounds_in
from ..core.errors import SettingsError
from ..core.transcript.captions import CAPTION_SUFFIXES, cues_of
from ..core.transcript.texts import decoded

# The columns that mean something, each with the other names under which scripts have it.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "sound": ("audio", "file", "wav"),
    "name": ("id",),
    "transcript": ("text",),
    "language": (),
    "character": (),
    "emotion": (),
    "seed": (),
    "style": (),
    "fps": (),
    "capture": (),
    "start": (),
    "end": (),
}
JSON_SUFFIXES = (".json", ".jsonl", ".ndjson")
OWN_NAMES = ("report",)  # of the files that a batch writes beside the lines
_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]')  # in a file name, on one system or another


@dataclass(frozen=True)
class Line:
    """One line of a batch, as its list has it: text that is read when its turn comes.

    Parameters
    ----------
    name : str
        Of what is written, without suffix; "/" stands for folders.
    sound : Path
    cells : mapping of str to str
        The other `COLUMNS` that are not empty.
    """

    name: str
    sound: Path
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Lines:
    """A list of lines, and what of it was not understood.

    Parameters
    ----------
    lines : tuple of Line
    unused : tuple of str
        Columns that mean nothing here.
    """

    lines: tuple[Line, ...]
    unused: tuple[str, ...] = ()


def read_lines(path: Path) -> Lines:
    """Read a list of lines: a CSV or JSON file, captions beside their sound, or a folder.

    Parameters
    ----------
    path : Path
        Sounds in it are looked for from its folder.

    Returns
    -------
    Lines

    Raises
    ------
    SettingsError
        If it cannot be read, names no sounds, or two lines would be written to one place.
    """
    if path.is_dir():
        found = Lines(tuple(Line(sound.stem, sound) for sound in sounds_in(path)))
    elif not path.is_file():
        raise SettingsError(
            f"“{path}” was not found. Give a CSV or JSON list of lines, or a folder of sounds"
        )
    elif path.suffix.lower() in CAPTION_SUFFIXES:
        found = Lines(tuple(_from_captions(path)))
    else:
        text = decoded(_bytes_of(path))
        is_json = path.suffix.lower() in JSON_SUFFIXES
        rows = _json_rows(text, path.name) if is_json else _csv_rows(text, path.name)
        found = _from_rows(rows, path)
    if not found.lines:
        raise SettingsError(f"There is no line in “{path.name}”. Give one sound a row")
    _check_names(found.lines)
    return found


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"“{path}” could not be read. Check its rights") from error


def _csv_rows(text: str, name: str) -> list[dict[str, Any]]:
    """Read a table whose first row names its columns; comma, semicolon or tab between them."""
    head = text.lstrip("\n").partition("\n")[0]
    between = max(",;\t", key=head.count)
    try:
        rows = list(csv.DictReader(io.StringIO(text), delimiter=between, restkey="", strict=True))
    except csv.Error as error:
        raise SettingsError(
            f"“{name}” is no table that can be read ({error}). Save it as CSV again"
        ) from error
    return [dict(row) for row in rows]


def _json_rows(text: str, name: str) -> list[dict[str, Any]]:
    """Read a list of objects, one under "lines", or one object a row."""
    try:
        try:
            content: Any = json.loads(text)
        except json.JSONDecodeError:
            content = [json.loads(row) for row in text.splitlines() if row.strip()]
    except (json.JSONDecodeError, RecursionError) as error:
        raise SettingsError(f"“{name}” is no JSON ({error}). Write it again") from error
    if isinstance(content, dict):
        content = content.get("lines", [content])
    if not isinstance(content, list) or not all(isinstance(row, dict) for row in content):
        raise SettingsError(f"“{name}” should hold a list of lines, each with its “sound”")
    return content


def _text_of(value: Any) -> str:
    """A cell as text; lists and tables of JSON as the command line has them."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ";".join(f"{key}={_text_of(one)}" for key, one in value.items())
    if isinstance(value, list):
        return ";".join(_text_of(one) for one in value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # the seed 3 of a spreadsheet is 3.0
    return str(value).strip()


def _column_of(header: str) -> str | None:
    """The column that a header means, in any case."""
    said = header.strip().lower()
    for column, others in COLUMNS.items():
        if said == column or said in others:
            return column
    return None


def _from_rows(rows: Iterable[Mapping[str, Any]], path: Path) -> Lines:
    rows = list(rows)
    headers = list(dict.fromkeys(header for row in rows for header in row if header))
    meant = {header: column for header in headers if (column := _column_of(header))}
    # A column's own name is stronger than another that may mean it.
    for header in [h for h in meant if h.strip().lower() != meant[h]]:
        if sum(column == meant[header] for column in meant.values()) > 1:
            del meant[header]
    if rows and "sound" not in meant.values():
        there = ", ".join(f"“{header}”" for header in headers) or "none"
        raise SettingsError(
            f"“{path.name}” has no column “sound” (its columns: {there}). "
            "Name one so, with the sound file of each line"
        )
    lines: list[Line] = []
    for number, row in enumerate(rows, 1):
        cells = {column: _text_of(row.get(header)) for header, column in meant.items()}
        cells = {column: text for column, text in cells.items() if text}
        if not cells:
            continue  # an empty row of a spreadsheet
        if "sound" not in cells:
            raise SettingsError(f"Row {number} of “{path.name}” names no sound. Fill it in")
        sound = _found(cells.pop("sound"), path.parent)
        lines.append(Line(cells.pop("name", sound.stem), sound, cells))
    return Lines(tuple(lines), tuple(h for h in headers if h not in meant))


def _found(name: str, folder: Path) -> Path:
    """A file from the list's folder, else from where we are; Windows' paths elsewhere too."""
    for one in (name, name.replace("\\", "/")):
        for path in (folder / one, Path(one)):
            if path.exists():
                return path
    return folder / name


def _from_captions(path: Path) -> Iterable[Line]:
    """One line for each cue, of the sound of the same name beside the captions."""
    beside = [sound for sound in sounds_in(path.parent) if sound.stem == path.stem]
    if not beside:
        raise SettingsError(
            f"There is no sound called “{path.stem}” beside “{path.name}”. Put it there"
        )
    for number, cue in enumerate(cues_of(path), 1):
        cells = {"transcript": cue.text, "start": repr(cue.start_seconds)}
        yield Line(f"{path.stem}_{number:04d}", beside[0], cells | {"end": repr(cue.end_seconds)})


def _check_names(lines: Iterable[Line]) -> None:
    """SettingsError for a name that is no file's, or that two lines have."""
    seen: dict[str, Line] = {}
    for line in lines:
        parts = PurePosixPath(line.name).parts
        bad = not parts or line.name.startswith("/") or line.name.endswith("/")
        if bad or any(part == ".." or part.startswith(".") for part in parts):
            raise SettingsError(f"“{line.name}” cannot be the name of a line. Choose another")
        if _FORBIDDEN.search(line.name):
            raise SettingsError(
                f"The name “{line.name}” has a sign that files cannot have. Choose another"
            )
        # Windows and macOS take names that differ in case alone for one.
        key = line.name.casefold()
        if key in OWN_NAMES:
            raise SettingsError(f"“{line.name}” is the batch's own file. Name that line otherwise")
        if key in seen:
            raise SettingsError(
                f"Two lines are called “{line.name}” ({seen[key].sound.name} and "
                f"{line.sound.name}) and would overwrite each other. Give one another name"
            )
        seen[key] = line
