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
# An asset is an Action, which every Blender shows in its Asset Browser, that carries the text.
ASSET_TAG, TEXT, LIBRARY_FOLDER = "Lipwright mapping", "lipwright_mapping", "Lipwright"
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


def write_asset(library: Path, name: str, text: str) -> Path:
    """Write a mapping into an asset library, in a file of its own; this file stays as it is."""
    stem = bpy.path.clean_name(name.strip())
    if not stem:
        raise SettingsError("Give the mapping a name, such as that of the character's make")
    path = library / LIBRARY_FOLDER / f"{stem}.blend"
    try:
        with bpy.data.temp_data() as apart:  # where no Action of the artist's has that name
            action = apart.actions.new(stem)
            action[TEXT] = text
            action.asset_mark()
            action.asset_data.description = "How Lipwright moves the face of this make of character"
            action.asset_data.tags.new(ASSET_TAG)
            path.parent.mkdir(parents=True, exist_ok=True)
            apart.libraries.write(str(path), {action}, fake_user=True)
    except (OSError, RuntimeError) as error:
        raise SettingsError(f"“{path}” could not be written. Choose another library") from error
    return path


def text_of_asset(path: Path, name: str) -> str:
    """The mapping that an asset of a library carries; SettingsError if it is none of ours."""
    before = set(bpy.data.libraries)
    try:
        with bpy.data.libraries.load(str(path), assets_only=True) as (there, wanted):
            wanted.actions = [one for one in there.actions if one == name]
    except OSError as error:
        raise SettingsError(f"“{path}” cannot be read. Refresh the Asset Browser") from error
    text = ""
    for action in wanted.actions:
        text = str(action.get(TEXT, ""))
        bpy.data.actions.remove(action)
    for library in set(bpy.data.libraries) - before:
        bpy.data.libraries.remove(library)
    if not text:
        raise SettingsError(f"The asset “{name}” is no mapping of Lipwright. Choose another")
    return text


@lru_cache(maxsize=256)  # panels ask on every redraw
def _make(path: Path, _changed: int) -> Make:
    try:
        return make_of(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, SettingsError):
        return Make()  # a file that is no mapping fits nobody
