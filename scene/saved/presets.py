# SPDX-License-Identifier: GPL-3.0-or-later
"""Presets of the artist's: JSON files, one a name, in a folder; never code."""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import bpy

from ...core.errors import SettingsError

SUFFIX = ".json"


def names_in(folder: Path) -> list[str]:
    """Names of the presets of a folder, sorted."""
    return sorted(path.stem for path in folder.glob(f"*{SUFFIX}"))


def write_preset(
    kind: str, folder: Path, name: str, told: Mapping[str, Any], ours: Collection[str]
) -> Path:
    """Write a preset under a name that is none of `ours`; returns its file."""
    stem = bpy.path.clean_name(name.strip())
    if not stem:
        raise SettingsError(f"Give the {kind} a name")
    if name in ours:
        raise SettingsError(f"“{name}” is one of Lipwright's own {kind}s. Choose another name")
    return write_json(folder / f"{stem}{SUFFIX}", told)


def write_json(path: Path, told: Mapping[str, Any]) -> Path:
    """Write a preset's file."""
    try:
        path.write_text(json.dumps(told, indent=1) + "\n", "utf8")
    except OSError as error:
        raise SettingsError(f"“{path}” could not be written: {error.strerror}") from error
    return path


def remove_preset(kind: str, folder: Path, name: str) -> None:
    """Delete one of the artist's presets."""
    if name not in names_in(folder):
        raise SettingsError(f"There is no {kind} “{name}” of your own")
    (folder / f"{name}{SUFFIX}").unlink()
