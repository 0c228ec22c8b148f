# SPDX-License-Identifier: GPL-3.0-or-later
"""The mapping: edit, reset, add, remove, swap, follow, load, save."""

from pathlib import Path

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty
from bpy_extras.io_utils import ExportHelper, ImportHelper

from ..core.errors import RigError, SettingsError
from ..core.motion.track import FACE_NAMES, FOLLOWED_NAMES
from ..core.steps import Steps
from ..jobs.manners import Reasoned, Stepped, busy, linked, speaking
from ..jobs.mapping import load_mapping, mapping_text, read_face, read_face_steps
from ..rigs.schema import Control, Row
from ..scene.any_property import control_at, row_at
from ..scene.character.chosen import (
    NO_CHARACTER,
    chosen_character,
    chosen_item,
    meant_character,
)
from ..scene.character.find import Character, controls_of, matched_rig, rig_of, root_of
from ..scene.character.mapping import fill_row, forget_rig, put_control, store_rig
from ..scene.character.preview import end_previews
from ..scene.saved.rig import LIPWRIGHT_PG_rig, LIPWRIGHT_PG_row

NOBODY = "Pick the object that speaks"


class _OfMapping(Reasoned):
    """Needs a character, and rows that are being edited where `edited` says so."""

    edited = True

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """No character, linked, not edited yet."""
        character = chosen_character(context)
        if character is None:
            return NO_CHARACTER
        if character.root.library is not None:
            return linked(character.root)
        if cls.edited and not character.root.lipwright_rig.edited:
            return "Press Edit Mapping first"
        return ""


def store_matched(character: Character) -> None:
    """Make what matched the character's own; an empty table, to be filled, where nothing did."""
    try:
        store_rig(character.root, matched_rig(character))
    except RigError:
        character.root.lipwright_rig.edited = True


class LIPWRIGHT_OT_edit_mapping(_OfMapping, bpy.types.Operator):
    """Make the matched rows this character's own, to change any of them"""

    bl_idname = "lipwright.edit_mapping"
    bl_label = "Edit Mapping"
    bl_options = {"REGISTER", "UNDO"}
    edited = False

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Copy what matched or was read; nothing, where nothing did."""
        character = meant_character(context)
        read_face(character)
        store_matched(character)
        return {"FINISHED"}


class LIPWRIGHT_OT_read_face(Stepped, _OfMapping, bpy.types.Operator):
    """Look at what this face's keys, sliders and bones move, and make a mapping of it; Esc stops"""

    bl_idname = "lipwright.read_face"
    bl_label = "Read Face"
    bl_options = {"REGISTER", "UNDO"}
    edited = False

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """Nothing else is under way."""
        return busy(context) or super().reason(context)

    def _steps(self, context: bpy.types.Context) -> Steps[Character]:
        """Read the face of the character that is meant."""
        character = meant_character(context)
        yield from read_face_steps(character)
        return character

    def _end(self, _context: bpy.types.Context, result: Character) -> None:
        """Keep what was found."""
        store_matched(result)
        rows = result.root.lipwright_rig.rows
        told = sum(row.sure > 0 for row in rows)
        self.report({"INFO"}, f"{len(rows)} controls, {told} of them told by what they move")


class LIPWRIGHT_OT_reset_mapping(_OfMapping, bpy.types.Operator):
    """Forget the edited rows and go back to what the names match"""

    bl_idname = "lipwright.reset_mapping"
    bl_label = "Reset to Matched"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Forget them."""
        end_previews()
        forget_rig(meant_character(context).root)
        return {"FINISHED"}


_items: list[tuple[str, str, str]] = []  # Blender needs the strings of a dynamic enum kept alive


def _controls(_self: object, context: bpy.types.Context | None) -> list[tuple[str, str, str]]:
    character = None if context is None else chosen_character(context)
    found = () if character is None else controls_of(character)
    _items[:] = [(str(i), _title(control), control.kind) for i, control in enumerate(found)]
    return _items


def _title(control: Control) -> str:
    where = f"{control.mesh} › {control.bone}" if control.bone else control.mesh
    return f"{control.key}  ({where}, {control.kind})"


class LIPWRIGHT_OT_pick_control(_OfMapping, bpy.types.Operator):
    """Search the character's shape keys, properties and poses"""

    bl_idname = "lipwright.pick_control"
    bl_label = "Pick Control"
    bl_options = {"REGISTER", "UNDO"}
    bl_property = "control"

    control: EnumProperty(name="Control", items=_controls)
    swap: BoolProperty(
        name="Swap", description="Give the active row this control, instead of adding a row"
    )

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Search by typing."""
        context.window_manager.invoke_search_popup(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """A new row follows the channel of the same name, else the jaw."""
        with speaking(self):
            character = meant_character(context)
            control = controls_of(character)[int(self.control)]
            stored = character.root.lipwright_rig
            if self.swap:
                end_previews()
                put_control(_active(stored), control)
            else:
                channel = control.key if control.key in FACE_NAMES else "jawOpen"
                fill_row(stored.rows.add(), Row(control, ((channel, 1.0),)))
                stored.active_row = len(stored.rows) - 1
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


def _active(stored: LIPWRIGHT_PG_rig) -> LIPWRIGHT_PG_row:
    if not 0 <= stored.active_row < len(stored.rows):
        raise RigError("No row is chosen. Click one in the list")
    return stored.rows[stored.active_row]


class LIPWRIGHT_OT_remove_row(_OfMapping, bpy.types.Operator):
    """Remove the active row; its control is left alone from now on"""

    bl_idname = "lipwright.remove_row"
    bl_label = "Remove Row"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Remove it."""
        with speaking(self):
            end_previews()
            stored = meant_character(context).root.lipwright_rig
            _active(stored)
            stored.rows.remove(stored.active_row)
            stored.active_row = max(0, min(stored.active_row, len(stored.rows) - 1))
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


class LIPWRIGHT_OT_follow_channel(_OfMapping, bpy.types.Operator):
    """Let the active row follow one more face channel"""

    bl_idname = "lipwright.follow_channel"
    bl_label = "Follow Channel"
    bl_options = {"REGISTER", "UNDO"}
    bl_property = "channel"

    channel: EnumProperty(name="Channel", items=[(name, name, "") for name in FOLLOWED_NAMES])

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Search by typing."""
        context.window_manager.invoke_search_popup(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Add it with weight 1, once."""
        with speaking(self):
            row = _active(meant_character(context).root.lipwright_rig)
            if self.channel not in row.terms:
                row.terms.add().name = self.channel
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


class LIPWRIGHT_OT_unfollow_channel(_OfMapping, bpy.types.Operator):
    """Let the active row follow this face channel no longer"""

    bl_idname = "lipwright.unfollow_channel"
    bl_label = "Unfollow"
    bl_options = {"REGISTER", "UNDO"}

    channel: StringProperty()

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Remove it."""
        with speaking(self):
            terms = _active(meant_character(context).root.lipwright_rig).terms
            if self.channel in terms:
                terms.remove(terms.find(self.channel))
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


class LIPWRIGHT_OT_follow_property(Reasoned, bpy.types.Operator):
    """Let any number of the file follow a channel: a light's energy, a node's value, a modifier"""

    bl_idname = "lipwright.follow_property"
    bl_label = "Follow by a Property"
    bl_options = {"REGISTER", "UNDO"}

    path: StringProperty(
        name="Full Data Path",
        description="Point at the property, press Ctrl Shift Alt C, and paste it here",
    )
    channel: EnumProperty(
        name="Channel",
        description="What the property follows",
        items=[(name, name, "") for name in FOLLOWED_NAMES],
        default="loudness",
    )

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """No object, or a linked one."""
        item = chosen_item(context)
        if item is None:
            return NOBODY
        return linked(root_of(item)) if root_of(item).library is not None else ""

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Take what was copied."""
        copied = context.window_manager.clipboard
        self.path = copied if copied.startswith("bpy.data.") else self.path
        return context.window_manager.invoke_props_dialog(self, width=480)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Add a row; what matched so far stays beside it."""
        with speaking(self):
            row = row_at(control_at(self.path), ((self.channel, 1.0),))
            character = chosen_character(context)
            item = chosen_item(context)
            if item is None:
                raise RigError(NOBODY)
            root = character.root if character is not None else root_of(item)
            stored = root.lipwright_rig
            if character is not None and not stored.edited:
                store_matched(character)
            stored.edited = True
            fill_row(stored.rows.add(), row)
            stored.active_row = len(stored.rows) - 1
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


class LIPWRIGHT_OT_use_mouth(_OfMapping, bpy.types.Operator):
    """Let this one of the character's mouths speak; once more, and the best is chosen again"""

    bl_idname = "lipwright.use_mouth"
    bl_label = "Use This Mouth"
    bl_options = {"REGISTER", "UNDO"}
    edited = False

    family: StringProperty()

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Choose it, or leave the choice to what the mouths do."""
        stored = meant_character(context).root.lipwright_rig
        end_previews()
        stored.system = "" if stored.system == self.family else self.family
        with speaking(self):
            rig_of(meant_character(context))  # what is to be tried is tried now
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


class LIPWRIGHT_OT_save_mapping(_OfMapping, ExportHelper, bpy.types.Operator):
    """Save this character's mapping as JSON, for another character or for bake.py --mapping"""

    bl_idname = "lipwright.save_mapping"
    bl_label = "Save Mapping"
    filename_ext = ".json"
    filter_glob: StringProperty(default="*.json", options={"HIDDEN"})
    edited = False

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write what counts now, edited or matched."""
        with speaking(self):
            character = meant_character(context)
            rig, text = rig_of(character), mapping_text(character)
            try:
                Path(self.filepath).write_text(text, "utf-8")
            except OSError as error:
                raise SettingsError(
                    f"“{self.filepath}” cannot be written. Choose another folder"
                ) from error
            self.report({"INFO"}, f"Saved {len(rig.rows)} rows")
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


class LIPWRIGHT_OT_load_mapping(_OfMapping, ImportHelper, bpy.types.Operator):
    """Load a mapping from JSON; nothing changes if anything in it is wrong"""

    bl_idname = "lipwright.load_mapping"
    bl_label = "Load Mapping"
    bl_options = {"REGISTER", "UNDO"}
    filename_ext = ".json"
    filter_glob: StringProperty(default="*.json", options={"HIDDEN"})
    edited = False

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Read, check, then take over."""
        with speaking(self):
            character = meant_character(context)
            load_mapping(Path(self.filepath), character)
            count = len(character.root.lipwright_rig.rows)
            self.report({"INFO"}, f"Loaded {count} rows")
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


register, unregister = bpy.utils.register_classes_factory(
    (
        LIPWRIGHT_OT_edit_mapping,
        LIPWRIGHT_OT_read_face,
        LIPWRIGHT_OT_reset_mapping,
        LIPWRIGHT_OT_pick_control,
        LIPWRIGHT_OT_remove_row,
        LIPWRIGHT_OT_follow_channel,
        LIPWRIGHT_OT_unfollow_channel,
        LIPWRIGHT_OT_use_mouth,
        LIPWRIGHT_OT_follow_property,
        LIPWRIGHT_OT_save_mapping,
        LIPWRIGHT_OT_load_mapping,
    )
)
