# SPDX-License-Identifier: GPL-3.0-or-later
"""Mappings that the artist kept: JSON files by which the next character of a make is known."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import bpy

from ...core.errors import SettingsError
from ...rigs.mapping import Make, make_of
from ...rigs.schema import Control
from .. import compat

SUFFIX = ".json"
FITS = 0.9  # of a mapping's rows that a character must have


@dataclass(frozen=True)
class Fit:
    """A kept mapping that fits a character: its name, and how many of its rows are there."""

    name: str
    found: int
    rows: int


def folder() -> Path:
    """Where they lie."""
    return Path(compat.user_folder("mappings"))


def path_of(name: str) -> Path:
    """The file of a mapping; SettingsError if it is none that was kept."""
    path = folder() / f"{name}{SUFFIX}"
    if not path.is_file():
        raise SettingsError(f"There is no mapping “{name}” any more. Keep it again")
    return path


def keep_mapping(name: str, text: str) -> Path:
    """Write a mapping under a name; one of the same name is replaced."""
    stem = bpy.path.clean_name(name.strip())
    if not stem:
        raise SettingsError("Give the mapping a name, such as that of the character's make")
    path = folder() / f"{stem}{SUFFIX}"
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise SettingsError(f"“{path}” could not be written: {error.strerror}") from error
    return path


def drop_mapping(name: str) -> None:
    """Delete a mapping that was kept."""
    path_of(name).unlink()


def kept_mappings() -> list[str]:
    """Their names, sorted."""
    return sorted(path.stem for path in folder().glob(f"*{SUFFIX}"))


def best_fit(controls: Collection[Control], bones: Collection[str]) -> Fit | None:
    """The kept mapping that most of a character's controls are in; None where none fits."""
    best: Fit | None = None
    for path in sorted(folder().glob(f"*{SUFFIX}")):
        make = _make(path, path.stat().st_mtime_ns)
        found, rows = make.found(controls, bones), len(make.rows)
        fits = rows > 0 and found >= FITS * rows
        if fits and (best is None or found > best.found):
            best = Fit(path.stem, found, rows)
    return best


@lru_cache(maxsize=256)  # panels ask on every redraw
def _make(path: Path, _changed: int) -> Make:
    try:
        return make_of(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, SettingsError):
        return Make()  # a file that is no mapping fits nobody
