# SPDX-License-Identifier: GPL-3.0-or-later
"""What the panels share: where they are, sentences, reasons."""

import textwrap
from pathlib import Path

import bpy

from ..core.dials import dials_of
from ..core.performance.acting import Acting
from ..scene.character.chosen import chosen_character, meant_character, settings_of
from ..scene.saved.acting import LIPWRIGHT_PG_acting
from ..scene.saved.properties import LIPWRIGHT_PG_character
from ..scene.session import memory

PIXELS_A_LETTER = 7.0  # of Blender's interface font at scale 1, measured roughly
MOST_ON_A_SLIDER = 2.0  # dials that go further are numbers
NAMES_SHARE = 0.4  # of the width, left of the fields, where Blender splits names from values


def say(layout: bpy.types.UILayout, context: bpy.types.Context, text: str, icon: str) -> None:
    """A sentence over as many lines as the sidebar's width asks for."""
    scale = context.preferences.system.ui_scale
    letters = max(20, int(context.region.width / (PIXELS_A_LETTER * scale)) - 6)
    column = layout.column(align=True)
    column.scale_y = 0.8
    for number, line in enumerate(textwrap.wrap(text, letters)):
        column.label(text=line, icon=icon if number == 0 else "BLANK1")


def stands_for(layout: bpy.types.UILayout, text: str) -> None:
    """What an empty field stands for, under the field itself."""
    split = layout.split(factor=NAMES_SHARE)
    split.label(text="")
    split.label(text=text)


def turn(layout: bpy.types.UILayout, acting: LIPWRIGHT_PG_acting, section: str) -> None:
    """The dials of a layer, in the order of their table."""
    for one in dials_of(Acting, section):
        layout.prop(acting, one.name, slider=one.high <= MOST_ON_A_SLIDER and not one.is_switch)


def reason(operator: str, context: bpy.types.Context) -> str:
    """Why a button is off; "" if it is on."""
    return bpy.types.Operator.bl_rna_get_subclass_py(operator).reason(context)


def progress(layout: bpy.types.UILayout, context: bpy.types.Context) -> bool:
    """The bar of what is under way, with a cross that stops it; False where nothing is."""
    state = context.window_manager.lipwright
    if not state.running:
        return False
    row = layout.row(align=True)
    row.scale_y = 1.6
    row.progress(factor=state.factor, type="BAR", text=f"{state.text} {state.factor:.0%}")
    row.operator("lipwright.cancel", text="", icon="X")
    return True


def icon_of(path: Path) -> int:
    """The picture of a file as an icon; 0 where there is none."""
    pictures = memory.pictures
    try:
        key = f"{path}{path.stat().st_mtime_ns}"
    except OSError:
        return 0
    if key not in pictures:
        pictures.load(key, str(path), "IMAGE")
    return pictures[key].icon_id


class Tab:
    """Where all our panels are."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Lipwright"
    layout: bpy.types.UILayout


class OfCharacter(Tab):
    """A panel that needs a character."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Hidden until there is one."""
        return chosen_character(context) is not None

    def dials(self, context: bpy.types.Context) -> LIPWRIGHT_PG_character:
        """The settings of the character that is meant."""
        return settings_of(meant_character(context))

    def rows(self) -> bpy.types.UILayout:
        """The native look: names on the left, values on the right."""
        self.layout.use_property_split = True
        self.layout.use_property_decorate = False
        return self.layout
