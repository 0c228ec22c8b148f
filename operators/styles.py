# SPDX-License-Identifier: GPL-3.0-or-later
"""Another take: styles, two takes to choose from, part of a line alone."""

from pathlib import Path

import bpy
from bpy.props import StringProperty
from bpy_extras.io_utils import ExportHelper, ImportHelper

from ..core.errors import LipwrightError
from ..jobs.again import mix_again, newest_take
from ..jobs.manners import NOT_HEARD, OfCharacter, Reasoned, say, speaking
from ..scene.character.chosen import meant_character, settings_of
from ..scene.saved.presets import remove_preset, write_json
from ..scene.saved.styles import (
    KIND,
    folder,
    keep_take,
    load_style,
    own_styles,
    save_style,
    style_of,
    swap_takes,
    use_style,
)


class LIPWRIGHT_OT_use_style(OfCharacter, bpy.types.Operator):
    """Set the dials of speaking and acting to a style; emotions stay"""

    bl_idname = "lipwright.use_style"
    bl_label = "Use Style"
    bl_options = {"REGISTER", "UNDO"}

    style: StringProperty(name="Style")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Set them."""
        with speaking(self):
            use_style(self.style, settings_of(meant_character(context)))
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


class LIPWRIGHT_OT_save_style(OfCharacter, bpy.types.Operator):
    """Save this character's dials of speaking and acting under a name, for every scene"""

    bl_idname = "lipwright.save_style"
    bl_label = "Save Style"

    style: StringProperty(name="Name")

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Ask for the name; the character's own to begin with."""
        self.style = self.style or meant_character(context).name
        return context.window_manager.invoke_props_dialog(self)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write the file."""
        with speaking(self):
            path = save_style(self.style, settings_of(meant_character(context)))
            self.report({"INFO"}, f"Saved “{path.stem}”")
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


def _own(_operator: bpy.types.Operator, _context: bpy.types.Context, text: str) -> list[str]:
    return [name for name in own_styles() if text.lower() in name.lower()]


class LIPWRIGHT_OT_remove_style(Reasoned, bpy.types.Operator):
    """Delete a style that you saved"""

    bl_idname = "lipwright.remove_style"
    bl_label = "Remove Style"

    style: StringProperty(name="Style", search=_own)

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """Only where there are some."""
        return "" if own_styles() else "There is no style of your own yet"

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Ask which."""
        return context.window_manager.invoke_props_dialog(self)

    def execute(self, _context: bpy.types.Context) -> set[str]:
        """Delete the file."""
        with speaking(self):
            remove_preset(KIND, folder(), self.style)
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


class LIPWRIGHT_OT_export_style(OfCharacter, ExportHelper, bpy.types.Operator):
    """Write this character's dials of speaking and acting to a JSON file"""

    bl_idname = "lipwright.export_style"
    bl_label = "Save Style to a File"
    filename_ext = ".json"
    filter_glob: StringProperty(default="*.json", options={"HIDDEN"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write it."""
        with speaking(self):
            write_json(Path(self.filepath), style_of(settings_of(meant_character(context))))
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


class LIPWRIGHT_OT_import_style(OfCharacter, ImportHelper, bpy.types.Operator):
    """Set this character's dials of speaking and acting to those of a JSON file"""

    bl_idname = "lipwright.import_style"
    bl_label = "Load Style from a File"
    bl_options = {"REGISTER", "UNDO"}
    filename_ext = ".json"
    filter_glob: StringProperty(default="*.json", options={"HIDDEN"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Read it."""
        with speaking(self):
            load_style(Path(self.filepath), settings_of(meant_character(context)))
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


class LIPWRIGHT_OT_keep_take(OfCharacter, bpy.types.Operator):
    """Keep this take, with seed and all dials, to compare others with it: Swap shows it again"""

    bl_idname = "lipwright.keep_take"
    bl_label = "Keep This Take"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Keep it."""
        keep_take(settings_of(meant_character(context)))
        return {"FINISHED"}


class LIPWRIGHT_OT_swap_takes(OfCharacter, bpy.types.Operator):
    """Show the take that was kept, and keep this one: A and B; keys that you set by hand stay"""

    bl_idname = "lipwright.swap_takes"
    bl_label = "Swap Takes"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """Only after one was kept."""
        why = super().reason(context)
        if why or settings_of(meant_character(context)).other:
            return why
        return "Keep a take first, then change dials or seed"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Swap dials and write the take again, without listening."""
        with speaking(self):
            character = meant_character(context)
            swap_takes(settings_of(character))
            try:
                report = mix_again(character)
            except LipwrightError:
                swap_takes(settings_of(character))
                raise
            if report is None:
                self.report({"INFO"}, "The dials are swapped. Generate once more to see them")
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


class LIPWRIGHT_OT_redo_part(OfCharacter, bpy.types.Operator):
    """Draw the chosen part of the newest line anew with the dials as they are, without listening; \
the rest of it stays"""

    bl_idname = "lipwright.redo_part"
    bl_label = "Redo This Part"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """Only a line that is remembered."""
        why = super().reason(context)
        if why or newest_take(meant_character(context)) is not None:
            return why
        return NOT_HEARD

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write it."""
        with speaking(self):
            report = mix_again(meant_character(context))
            if report is not None:
                say(self, report)
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


class LIPWRIGHT_OT_follow_seed(OfCharacter, bpy.types.Operator):
    """Let this layer follow the seed of all layers again"""

    bl_idname = "lipwright.follow_seed"
    bl_label = "Follow the Seed"
    bl_options = {"REGISTER", "UNDO"}

    layer: StringProperty(name="Layer")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Back to automatic."""
        settings_of(meant_character(context)).acting.seeds.property_unset(self.layer)
        return {"FINISHED"}


register, unregister = bpy.utils.register_classes_factory(
    (
        LIPWRIGHT_OT_use_style,
        LIPWRIGHT_OT_save_style,
        LIPWRIGHT_OT_remove_style,
        LIPWRIGHT_OT_export_style,
        LIPWRIGHT_OT_import_style,
        LIPWRIGHT_OT_keep_take,
        LIPWRIGHT_OT_swap_takes,
        LIPWRIGHT_OT_redo_part,
        LIPWRIGHT_OT_follow_seed,
    )
)
