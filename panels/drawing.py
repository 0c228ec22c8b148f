# SPDX-License-Identifier: GPL-3.0-or-later
"""Drawn Mouth: what shows it, its mouths, how they are held."""

import bpy

from ..core.errors import LipwrightError
from ..scene.character.chosen import chosen_item
from ..scene.character.drawing import drawing_of, is_drawn
from ..scene.character.find import root_of
from ..scene.saved.drawing import (
    KEYS,
    LAYERS,
    OBJECTS,
    OFF,
    PENCIL,
    SEQUENCE,
    SHEET,
    LIPWRIGHT_PG_drawing,
    LIPWRIGHT_PG_drawn_mouth,
)
from .parts import Tab, say

NODES = (SEQUENCE, SHEET)


class LIPWRIGHT_UL_drawn_mouths(bpy.types.UIList):
    """Mouths with what shows each."""

    def draw_item(
        self,
        _context: bpy.types.Context,
        layout: bpy.types.UILayout,
        data: LIPWRIGHT_PG_drawing,
        item: LIPWRIGHT_PG_drawn_mouth,
        _icon: int,
        _active: object,
        _property: str,
        _index: int,
    ) -> None:
        """Name, and what shows it."""
        row = layout.row(align=True)
        row.prop(item, "name", text="", emboss=False)
        if data.kind == OBJECTS:
            row.prop(item, "item", text="")
        elif data.kind == LAYERS and data.pencil is not None:
            row.prop_search(item, "key", data.pencil.data, "layers", text="", icon="GREASEPENCIL")
        elif data.kind in (KEYS, LAYERS):
            row.prop(item, "key", text="")
        else:
            row.prop(item, "number", text="")


class LIPWRIGHT_PT_drawing(Tab, bpy.types.Panel):
    """A mouth that is drawn, not modelled."""

    bl_label = "Drawn Mouth"
    bl_order = 6
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Wherever there is an object that may be a character."""
        return chosen_item(context) is not None

    def draw(self, context: bpy.types.Context) -> None:
        """What it is, then its mouths, then how they are held."""
        item = chosen_item(context)
        assert item is not None
        root = item if is_drawn(item) else root_of(item)
        stored = root.lipwright_drawing
        column = self.layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        column.prop(stored, "kind")
        if stored.kind == OFF:
            self.layout.operator("lipwright.find_mouths", icon="VIEWZOOM")
            return
        self._shown_by(column, stored)
        column.prop(stored, "chosen_set")
        row = self.layout.row()
        row.template_list(
            "LIPWRIGHT_UL_drawn_mouths", "", stored, "mouths", stored, "active_mouth", rows=5
        )
        side = row.column(align=True)
        side.operator("lipwright.add_mouth", text="", icon="ADD")
        side.operator("lipwright.remove_mouth", text="", icon="REMOVE")
        if 0 <= stored.active_mouth < len(stored.mouths):
            self.layout.prop(stored.mouths[stored.active_mouth], "sounds")
        self.layout.operator("lipwright.find_mouths", icon="VIEWZOOM")
        held = self.layout.column(align=True)
        held.use_property_split, held.use_property_decorate = True, False
        for name in ("step", "hold", "ahead"):
            held.prop(stored, name)
        try:
            drawing_of(root)
        except LipwrightError as error:
            say(self.layout, context, str(error), "ERROR")

    def _shown_by(self, column: bpy.types.UILayout, stored: LIPWRIGHT_PG_drawing) -> None:
        if stored.kind in NODES:
            column.prop(stored, "material")
            tree = None if stored.material is None else stored.material.node_tree
            if tree is not None:
                column.prop_search(stored, "node", tree, "nodes", icon="NODE")
        if stored.kind == SHEET:
            column.prop(stored, "columns")
            column.prop(stored, "rows")
        if stored.kind in (PENCIL, LAYERS):
            column.prop(stored, "pencil")


register, unregister = bpy.utils.register_classes_factory(
    (LIPWRIGHT_UL_drawn_mouths, LIPWRIGHT_PT_drawing)
)
