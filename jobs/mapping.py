# SPDX-License-Identifier: GPL-3.0-or-later
"""A mapping onto a character, from a file or read from its face: for the button and bake.py."""

from pathlib import Path

from ..core.errors import RigError, SettingsError
from ..rigs.mapping import from_text
from ..scene.character.find import Character, controls_of, matched_rig, mouth_is_held
from ..scene.character.jaw import read_bones
from ..scene.character.mapping import store_rig
from ..scene.character.preview import end_previews


def load_mapping(path: Path, character: Character) -> None:
    """Read a mapping file onto a character; nothing changes if anything in it is wrong."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"The mapping “{path.name}” cannot be read. Choose a file that Lipwright saved"
        ) from error
    rig = from_text(text, controls_of(character))
    end_previews()
    store_rig(character.root, rig)


def read_face(character: Character) -> list[str]:
    """Try the bones of a face that cannot speak yet; returns the poses that were stored of them."""
    try:
        rig = matched_rig(character)
    except RigError:
        return read_bones(character.root)
    return read_bones(character.root) if mouth_is_held(character, rig) else []
