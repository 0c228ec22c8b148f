# SPDX-License-Identifier: GPL-3.0-or-later
"""Which character is meant, and its saved settings."""

import bpy

from ...core.errors import RigError
from ..keys import shape_keys
from ..saved.properties import LIPWRIGHT_PG_character
from ..session import memory
from .find import Character, character_of

NO_CHARACTER = "Pick a character: its face mesh or its armature"


def settings_of(character: Character) -> LIPWRIGHT_PG_character:
    """The saved settings of a character."""
    return character.root.lipwright


def chosen_item(context: bpy.types.Context) -> bpy.types.Object | None:
    """The object whose character is meant: the picked one, else the active one."""
    scene, picked = context.scene, context.scene.lipwright.character
    # To find an object of a scene Blender looks at one after another, and every button asks.
    if picked is not None and memory.once(
        ("in scene", scene.session_uid, picked.session_uid, picked.name),
        lambda: picked.name in scene.objects,
    ):
        return picked
    return context.view_layer.objects.active


def chosen_character(context: bpy.types.Context) -> Character | None:
    """The character that is meant, or None if the object that is meant has no face."""
    item, scene = chosen_item(context), context.scene
    if item is None:
        return None
    # Keys are counted too: a script may add some without telling the scene.
    key = (
        *(scene.session_uid, item.session_uid, len(bpy.data.shape_keys)),
        len(shape_keys(item)),
    )
    return memory.once(key, lambda: character_or_none(item, scene))


def meant_character(context: bpy.types.Context) -> Character:
    """The character that is meant; RigError if there is none."""
    character = chosen_character(context)
    if character is None:
        raise RigError(NO_CHARACTER)
    return character


def character_or_none(item: bpy.types.Object, scene: bpy.types.Scene) -> Character | None:
    """Like `character_of`, but None where there is no face."""
    try:
        return character_of(item, scene)
    except RigError:
        return None
