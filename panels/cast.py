# SPDX-License-Identifier: GPL-3.0-or-later
"""Cast: who says which strips, and all of it in one press."""

import bpy

from ..scene import compat
from ..scene.saved.cast import CHANNEL, LIPWRIGHT_PG_cast, LIPWRIGHT_PG_cast_row, lines_of
from ..scene.saved.scene import LIPWRIGHT_PG_progress
from .parts import Tab, reason, say

ICONS = {
    "WAITS": "BLANK1",
    "RUNS": "PLAY",
    "DONE": "CHECKMARK",
    "FAILED": "ERROR",
    "STOPPED": "CANCEL",
}
MOST_LINES = 20  # shown


class LIPWRIGHT_UL_cast(bpy.types.UIList):
    """Strips on the left, who says them on the right."""

    def draw_item(
        self,
        _context: bpy.types.Context,
        layout: bpy.types.UILayout,
        _data: LIPWRIGHT_PG_cast,
        item: LIPWRIGHT_PG_cast_row,
        _icon: int,
        _active: object,
        _property: str,
        _index: int,
    ) -> None:
        """One row; its fields are below the list, where there is room for names."""
        row = layout.row(align=True)
        row.prop(item, "use", text="")
        parts = row.split(factor=0.5)
        parts.active = item.use
        said = f"Channel {item.channel}" if item.by == CHANNEL else item.pattern or "Which strips?"
        parts.label(text=said)
        if item.character is None:
            parts.label(text="Who?", icon="QUESTION")
        else:
            parts.label(text=item.character.name)


class LIPWRIGHT_PT_cast(Tab, bpy.types.Panel):
    """Several strips and characters at once."""

    bl_label = "Cast"
    bl_parent_id = "LIPWRIGHT_PT_speech"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """The table, the button, the lines of the newest press."""
        layout, cast = self.layout, context.scene.lipwright_cast
        if cast.parts:
            row = layout.row()
            row.template_list("LIPWRIGHT_UL_cast", "", cast, "parts", cast, "active", rows=3)
            column = row.column(align=True)
            column.operator("lipwright.add_part", text="", icon="ADD")
            column.operator("lipwright.remove_part", text="", icon="REMOVE")
            if cast.active < len(cast.parts):
                self._row(cast.parts[cast.active])
        else:
            layout.operator("lipwright.add_part", icon="ADD")
        layout.operator("lipwright.fill_cast", icon="IMPORT")
        why = reason("LIPWRIGHT_OT_generate_cast", context)
        text = "Generate the Cast"
        if not why:
            count = len(lines_of(cast, context.scene, compat.sequencer_scene(context)))
            text = f"Generate {count} Line{'s' * (count != 1)}"
        layout.operator("lipwright.generate_cast", text=text, icon="COMMUNITY")
        state = context.window_manager.lipwright
        if why and not state.running:
            say(layout, context, why, "INFO")
        self._lines(context, state)

    def _row(self, row: LIPWRIGHT_PG_cast_row) -> None:
        """The fields of the active row."""
        column = self.layout.column()
        column.use_property_split, column.use_property_decorate = True, False
        column.row().prop(row, "by", expand=True)
        column.prop(row, "channel" if row.by == CHANNEL else "pattern")
        column.prop(row, "character", icon="OUTLINER_OB_ARMATURE")

    def _lines(self, context: bpy.types.Context, state: LIPWRIGHT_PG_progress) -> None:
        lines = list(state.lines)
        if not lines:
            return
        # While it runs, those around the one that is worked on.
        now = next((i for i, one in enumerate(lines) if one.status == "RUNS"), 0)
        first = max(0, min(now - MOST_LINES // 2, len(lines) - MOST_LINES))
        column = self.layout.column(align=True)
        for one in lines[first : first + MOST_LINES]:
            text = f"{one.character}: {one.name}"
            if one.status == "RUNS":
                column.progress(factor=one.factor, type="BAR", text=text)
            else:
                column.label(text=text, icon=ICONS[one.status])
            if one.note:
                say(column, context, one.note, "BLANK1")
        if len(lines) > MOST_LINES:
            column.label(text=f"… {len(lines)} lines in all", icon="BLANK1")


register, unregister = bpy.utils.register_classes_factory((LIPWRIGHT_UL_cast, LIPWRIGHT_PT_cast))
