# SPDX-License-Identifier: GPL-3.0-or-later
"""Mappings that are kept for the next character of the same make: keep, use, drop."""

from pathlib import Path

import bpy
from bpy.props import EnumProperty, StringProperty

from ..core.errors import SettingsError
from ..jobs.manners import OfCharacter, Reasoned, linked, speaking
from ..jobs.mapping import load_mapping, mapping_text, take_mapping
from ..scene.character.chosen import meant_character
from ..scene.saved.mappings import (
    drop_mapping,
    keep_mapping,
    kept_mappings,
    path_of,
    text_of_asset,
    write_asset,
)


class LIPWRIGHT_OT_keep_mapping(OfCharacter, bpy.types.Operator):
    """Keep this mapping under a name: the next character with the same controls is offered it"""

    bl_idname = "lipwright.keep_mapping"
    bl_label = "Keep Mapping"

    name: StringProperty(name="Name", description="Such as the make of the character")

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Ask for the name."""
        self.name = self.name or meant_character(context).name
        return context.window_manager.invoke_props_dialog(self)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write the file."""
        with speaking(self):
            path = keep_mapping(self.name, mapping_text(meant_character(context)))
            self.report({"INFO"}, f"Kept “{path.stem}”")
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


class LIPWRIGHT_OT_use_mapping(OfCharacter, bpy.types.Operator):
    """Use a mapping that you kept on this character, with the poses that belong to it"""

    bl_idname = "lipwright.use_mapping"
    bl_label = "Use Mapping"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """Only onto a character of this file."""
        why = super().reason(context)
        root = None if why else meant_character(context).root
        return linked(root) if root is not None and root.library is not None else why

    name: StringProperty(name="Mapping")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Load it; nothing changes if anything in it does not fit."""
        with speaking(self):
            load_mapping(path_of(self.name), meant_character(context))
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


_libraries: list[tuple[str, str, str]] = []  # Blender needs the strings kept alive


def _library_items(_self: object, context: bpy.types.Context | None) -> list[tuple[str, str, str]]:
    paths = () if context is None else context.preferences.filepaths.asset_libraries
    _libraries[:] = [(str(i), one.name, one.path) for i, one in enumerate(paths) if one.path]
    return _libraries


class LIPWRIGHT_OT_mapping_to_assets(OfCharacter, bpy.types.Operator):
    """Put this mapping, with its poses, into an asset library: in the Asset Browser of any file, \
Use Mapping in its context menu lays it on the active character"""

    bl_idname = "lipwright.mapping_to_assets"
    bl_label = "Mapping to Asset Library"

    name: StringProperty(name="Name", description="Such as the make of the character")
    library: EnumProperty(name="Library", items=_library_items)

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """A character, and a library to put it into."""
        why = super().reason(context)
        if why or _library_items(None, context):
            return why
        return "There is no asset library. Add one in Preferences > File Paths"

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Ask for name and library."""
        self.name = self.name or meant_character(context).name
        return context.window_manager.invoke_props_dialog(self)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write a file of its own there."""
        with speaking(self):
            library = context.preferences.filepaths.asset_libraries[int(self.library)]
            text = mapping_text(meant_character(context))
            path = write_asset(Path(library.path), self.name, text)
            self.report({"INFO"}, f"Wrote “{path}”")
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


class LIPWRIGHT_OT_mapping_from_asset(OfCharacter, bpy.types.Operator):
    """Use the mapping of this asset on the active character, with the poses that belong to it"""

    bl_idname = "lipwright.mapping_from_asset"
    bl_label = "Use Mapping"
    bl_options = {"REGISTER", "UNDO"}

    path: StringProperty(name="File", options={"HIDDEN"})
    asset: StringProperty(name="Asset", options={"HIDDEN"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Load it; nothing changes if anything in it does not fit."""
        with speaking(self):
            character = meant_character(context)
            if character.root.library is not None:
                raise SettingsError(linked(character.root))
            take_mapping(text_of_asset(Path(self.path), self.asset), character)
            self.report({"INFO"}, f"“{character.name}” uses “{self.asset}”")
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


def _kept(_operator: bpy.types.Operator, _context: bpy.types.Context, text: str) -> list[str]:
    return [name for name in kept_mappings() if text.lower() in name.lower()]


class LIPWRIGHT_OT_drop_mapping(Reasoned, bpy.types.Operator):
    """Delete a mapping that you kept; characters that use it stay as they are"""

    bl_idname = "lipwright.drop_mapping"
    bl_label = "Drop Mapping"

    name: StringProperty(name="Mapping", search=_kept)

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """Only where there are some."""
        return "" if kept_mappings() else "No mapping was kept yet"

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Ask which."""
        return context.window_manager.invoke_props_dialog(self)

    def execute(self, _context: bpy.types.Context) -> set[str]:
        """Delete the file."""
        with speaking(self):
            drop_mapping(self.name)
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


register, unregister = bpy.utils.register_classes_factory(
    (
        LIPWRIGHT_OT_keep_mapping,
        LIPWRIGHT_OT_use_mapping,
        LIPWRIGHT_OT_mapping_to_assets,
        LIPWRIGHT_OT_mapping_from_asset,
        LIPWRIGHT_OT_drop_mapping,
    )
)
