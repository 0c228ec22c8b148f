# SPDX-License-Identifier: GPL-3.0-or-later
"""Phones: the sounds that were heard, to be corrected."""

import bpy

from ..core.phone_list import EXAMPLES, UNSURE
from ..scene.character.chosen import meant_character
from ..scene.saved.phones import LIPWRIGHT_PG_phone, LIPWRIGHT_PG_phones, shown_time
from .parts import OfCharacter, reason, say


class LIPWRIGHT_UL_phones(bpy.types.UIList):
    """Sounds in order of time; a click goes to where one begins."""

    def draw_item(
        self,
        _context: bpy.types.Context,
        layout: bpy.types.UILayout,
        data: LIPWRIGHT_PG_phones,
        item: LIPWRIGHT_PG_phone,
        _icon: int,
        _active: object,
        _property: str,
        _index: int,
    ) -> None:
        """Symbol, start, end, a mark where the listener was unsure."""
        row = layout.row()
        row.prop(item, "symbol", text="")
        digits = 2 if data.in_seconds else 1
        for seconds in (item.start_seconds, item.end_seconds):
            row.label(text=f"{shown_time(data, seconds):.{digits}f}")
        row.label(text="", icon="QUESTION" if item.confidence < UNSURE else "BLANK1")

    def filter_items(
        self, _context: bpy.types.Context, data: LIPWRIGHT_PG_phones, listed: str
    ) -> tuple[list[int], list[int]]:
        """Blender's search field below looks for the symbol."""
        if not self.filter_name:
            return [], []
        rows = getattr(data, listed)
        return [self.bitflag_filter_item * (row.symbol == self.filter_name) for row in rows], []


class LIPWRIGHT_PT_phones(OfCharacter, bpy.types.Panel):
    """The sounds of the newest take."""

    bl_label = "Phones"
    bl_order = 4
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """The list, the active sound, what to do with it, files, markers."""
        stored = meant_character(context).root.lipwright_phones
        if not stored.rows:
            say(self.layout, context, reason("LIPWRIGHT_OT_add_phone", context), "INFO")
            return
        self._list(stored)
        if stored.active_row < len(stored.rows):
            self._active(stored)
        again = self.layout.row(align=True)
        again.operator("lipwright.redraw", icon="FILE_REFRESH")
        again.operator("lipwright.reset_phones", icon="LOOP_BACK")
        why = reason("LIPWRIGHT_OT_redraw", context)
        if stored.edited and why:
            say(self.layout, context, why, "INFO")
        files = self.layout.row(align=True)
        files.operator("lipwright.load_phones", text="Load", icon="FILE_FOLDER")
        files.operator("lipwright.save_phones", text="Save", icon="FILE_TICK")
        markers = self.layout.row(align=True)
        markers.operator("lipwright.mark_phones", icon="MARKER_HLT")
        markers.operator("lipwright.unmark_phones", text="", icon="X")

    def _list(self, stored: LIPWRIGHT_PG_phones) -> None:
        row = self.layout.row()
        row.template_list("LIPWRIGHT_UL_phones", "", stored, "rows", stored, "clicked", rows=8)
        column = row.column(align=True)
        column.operator("lipwright.add_phone", text="", icon="ADD")
        column.operator("lipwright.remove_phone", text="", icon="REMOVE")
        column.separator()
        column.prop(stored, "in_seconds", text="", icon="TIME")

    def _active(self, stored: LIPWRIGHT_PG_phones) -> None:
        """The edges of the active sound, and a word in which it is heard."""
        row = stored.rows[stored.active_row]
        column = self.layout.column(align=True)
        column.label(text=f"{row.symbol} as in: {EXAMPLES[row.symbol]}")
        edges = column.row(align=True)
        edges.prop(stored, "start")
        edges.prop(stored, "end")


register, unregister = bpy.utils.register_classes_factory(
    (LIPWRIGHT_UL_phones, LIPWRIGHT_PT_phones)
)
