# SPDX-License-Identifier: GPL-3.0-or-later
"""A saved mapping onto a character: the button, the command and bake.py read the same files."""

from pathlib import Path

from ..core.errors import SettingsError
from ..rigs.mapping import from_text
from ..scene.character.find import Character, controls_of
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
