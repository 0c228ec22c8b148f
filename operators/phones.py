# SPDX-License-Identifier: GPL-3.0-or-later
"""The sounds of a line: correct, redraw, reset, load, save, show as markers."""

from pathlib import Path

import bpy
from bpy.props import EnumProperty, StringProperty
from bpy_extras.io_utils import ExportHelper, ImportHelper

from ..core.errors import SettingsError
from ..core.formats import phones_json, phones_labels, read_phones
from ..core.phone_list import end_to_end, refuse_other_line, split_phone, without_phone
from ..jobs.again import newest_take
from ..jobs.listening import Listening, character_reason
from ..jobs.manners import Reasoned, busy, linked, speaking
from ..scene.character.chosen import NO_CHARACTER, chosen_character, meant_character
from ..scene.markers import mark, unmark
from ..scene.saved.phones import (
    LIPWRIGHT_PG_phones,
    corrected_phones,
    forget_corrections,
    phones_in,
    store_phones,
)
from ..scene.session import HeardFrom, LastTake

GENERATE_FIRST = "Press Generate Lip-Sync: it uses the corrected sounds"
FORM_ITEMS = (
    (".json", "JSON", "For Lipwright, with how sure each sound is"),
    (".txt", "Label Track", "For Audacity: start, end and sound in each line"),
)


def _list_of(context: bpy.types.Context) -> LIPWRIGHT_PG_phones:
    return meant_character(context).root.lipwright_phones


def list_reason(context: bpy.types.Context) -> str:
    """Why there is no list to work on."""
    character = chosen_character(context)
    if character is None:
        return NO_CHARACTER
    if not character.root.is_editable:
        return linked(character.root)
    if not character.root.lipwright_phones.rows:
        return "Press Generate Lip-Sync first: it lists the sounds that it hears"
    return ""


class _OfList(Reasoned):
    """Needs a character with a list."""

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """No character, linked, no line yet."""
        return list_reason(context)


class LIPWRIGHT_OT_add_phone(_OfList, bpy.types.Operator):
    """Split the active sound: its second half becomes a sound of its own"""

    bl_idname = "lipwright.add_phone"
    bl_label = "Add Sound After"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Split, and make the new one active."""
        with speaking(self):
            stored = _list_of(context)
            place = _active(stored)
            store_phones(stored, split_phone(phones_in(stored), place))
            stored.active_row = place + 1
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


class LIPWRIGHT_OT_remove_phone(_OfList, bpy.types.Operator):
    """Remove the active sound; the sounds beside it close the gap"""

    bl_idname = "lipwright.remove_phone"
    bl_label = "Remove Sound"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Remove it."""
        with speaking(self):
            stored = _list_of(context)
            store_phones(stored, without_phone(phones_in(stored), _active(stored)))
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


def _active(stored: LIPWRIGHT_PG_phones) -> int:
    if not 0 <= stored.active_row < len(stored.rows):
        raise SettingsError("No sound is chosen. Click one in the list")
    return stored.active_row


class _OfLastTake(Listening):
    """Works on the newest take again, where it lies."""

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """Running, nothing changed, a take of an earlier session."""
        why = busy(context) or list_reason(context) or character_reason(context)
        if why:
            return why
        if not _list_of(context).edited:
            return "No sound was changed"
        last = _last_take(context)
        if last is None or last.heard_from is None:
            return GENERATE_FIRST
        return ""


def _last_take(context: bpy.types.Context) -> LastTake | None:
    return newest_take(meant_character(context))


def _heard_from(context: bpy.types.Context) -> HeardFrom:
    """What the newest take was heard from; SettingsError if that is not known any more."""
    last = _last_take(context)
    if last is None or last.heard_from is None:
        raise SettingsError(GENERATE_FIRST)
    return last.heard_from


class LIPWRIGHT_OT_redraw(_OfLastTake, bpy.types.Operator):
    """Draw the mouth again from the corrected sounds"""

    bl_idname = "lipwright.redraw"
    bl_label = "Redraw"
    bl_options = {"REGISTER", "UNDO"}

    def _prepare(self, context: bpy.types.Context) -> None:
        """The newest take, with the list as it is now."""
        self.heard_from = _heard_from(context)
        self.corrected = corrected_phones(self._character(context).root)


class LIPWRIGHT_OT_reset_phones(_OfLastTake, bpy.types.Operator):
    """Forget the corrections: the list and the mouth are what was heard"""

    bl_idname = "lipwright.reset_phones"
    bl_label = "Reset"
    bl_options = {"REGISTER", "UNDO"}

    def _prepare(self, context: bpy.types.Context) -> None:
        """The newest take, as it was heard."""
        root = self._character(context).root
        self.heard_from, self.corrected = _heard_from(context), ()
        forget_corrections(root, root.lipwright_phones.sound)


class LIPWRIGHT_OT_load_phones(_OfList, ImportHelper, bpy.types.Operator):
    """Load the sounds of this line; nothing changes if anything in the file is wrong"""

    bl_idname = "lipwright.load_phones"
    bl_label = "Load Sounds"
    bl_options = {"REGISTER", "UNDO"}
    filename_ext = ".json"
    filter_glob: StringProperty(default="*.json;*.txt;*.tsv;*.csv;*.TextGrid", options={"HIDDEN"})

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Read, check, then take over."""
        with speaking(self):
            stored = _list_of(context)
            phones, length = read_phones(Path(self.filepath)), stored.rows[-1].end_seconds
            refuse_other_line(phones, length)
            store_phones(stored, end_to_end(phones, length))
            self.report({"INFO"}, f"Loaded {len(stored.rows)} sounds. Redraw moves the mouth")
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


class LIPWRIGHT_OT_save_phones(_OfList, ExportHelper, bpy.types.Operator):
    """Save the sounds of this line, for --phones or for an audio editor"""

    bl_idname = "lipwright.save_phones"
    bl_label = "Save Sounds"
    filter_glob: StringProperty(default="*.json;*.txt", options={"HIDDEN"})
    form: EnumProperty(name="Format", items=FORM_ITEMS)

    @property
    def filename_ext(self) -> str:
        """The suffix of the chosen format."""
        return self.form

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write the list as it is now."""
        write = phones_json if self.form == ".json" else phones_labels
        with speaking(self):
            phones = phones_in(_list_of(context))
            try:
                Path(self.filepath).write_text(write(phones), "utf-8")
            except OSError as error:
                raise SettingsError(
                    f"“{self.filepath}” cannot be written. Choose another folder"
                ) from error
            self.report({"INFO"}, f"Saved {len(phones)} sounds")
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


class LIPWRIGHT_OT_mark_phones(_OfList, bpy.types.Operator):
    """Put a marker on the timeline where each sound begins, in place of those from before"""

    bl_idname = "lipwright.mark_phones"
    bl_label = "Phones to Markers"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Mark them."""
        count = mark(context.scene, _list_of(context))
        self.report({"INFO"}, f"{count} markers")
        return {"FINISHED"}


class LIPWRIGHT_OT_unmark_phones(_OfList, bpy.types.Operator):
    """Remove the markers of this character's sounds, and no others"""

    bl_idname = "lipwright.unmark_phones"
    bl_label = "Remove Markers"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Remove them."""
        count = unmark(context.scene, _list_of(context))
        self.report({"INFO"}, f"{count} markers removed")
        return {"FINISHED"}


register, unregister = bpy.utils.register_classes_factory(
    (
        LIPWRIGHT_OT_add_phone,
        LIPWRIGHT_OT_remove_phone,
        LIPWRIGHT_OT_redraw,
        LIPWRIGHT_OT_reset_phones,
        LIPWRIGHT_OT_load_phones,
        LIPWRIGHT_OT_save_phones,
        LIPWRIGHT_OT_mark_phones,
        LIPWRIGHT_OT_unmark_phones,
    )
)
