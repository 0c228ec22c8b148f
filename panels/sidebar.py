# SPDX-License-Identifier: GPL-3.0-or-later
"""The tab “Lipwright” of the 3D view's sidebar."""

import textwrap

import bpy

from ..rigs.match import describe, tell_missing
from ..scene import compat
from ..scene.character import Character, rig_of
from ..scene.clock import fps_of
from ..scene.properties import chosen_character, settings_of
from ..scene.strip import strip_named, strip_of_file

PIXELS_A_LETTER = 7.0  # of Blender's interface font at scale 1, measured roughly
MOST_MISSING = 8  # names listed before "and n more"


def say(layout: bpy.types.UILayout, context: bpy.types.Context, text: str, icon: str) -> None:
    """A sentence over as many lines as the sidebar's width asks for."""
    scale = context.preferences.system.ui_scale
    letters = max(20, int(context.region.width / (PIXELS_A_LETTER * scale)) - 6)
    column = layout.column(align=True)
    column.scale_y = 0.8
    for number, line in enumerate(textwrap.wrap(text, letters)):
        column.label(text=line, icon=icon if number == 0 else "BLANK1")


def reason(operator: str, context: bpy.types.Context) -> str:
    """Why a button is off; "" if it is on."""
    return bpy.types.Operator.bl_rna_get_subclass_py(operator).reason(context)


class _Tab:
    """Where all our panels are."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Lipwright"


class _OfCharacter(_Tab):
    """A panel that needs a character."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Hidden until there is one."""
        return chosen_character(context) is not None

    def dials(self, context: bpy.types.Context) -> bpy.types.PropertyGroup:
        """The settings of the character that is meant."""
        return settings_of(chosen_character(context))

    def rows(self) -> bpy.types.UILayout:
        """The native look: names on the left, values on the right."""
        self.layout.use_property_split = True
        self.layout.use_property_decorate = False
        return self.layout


class LIPWRIGHT_PT_speech(_Tab, bpy.types.Panel):
    """Sound, character and the button."""

    bl_label = "Speech"
    bl_order = 0

    def draw(self, context: bpy.types.Context) -> None:
        """From top to bottom in the order in which an artist works."""
        layout = self.layout
        layout.row().prop(context.scene.lipwright, "source", expand=True)
        column = layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        self._sound(column, context)
        choice = context.scene.lipwright
        column.prop(choice, "character", icon="OUTLINER_OB_ARMATURE")
        character = chosen_character(context)
        if choice.character is None and character is not None:
            say(column, context, f"Active: {character.name}", "BLANK1")
        state = context.window_manager.lipwright
        if state.running:
            self._progress(layout, state)
        else:
            self._buttons(layout, context)
        if state.notes:
            box = layout.box()
            for note in state.notes.split("\n"):
                say(box, context, note, "INFO")

    def _sound(self, column: bpy.types.UILayout, context: bpy.types.Context) -> None:
        choice = context.scene.lipwright
        scene = compat.sequencer_scene(context)
        if choice.source == "STRIP":
            if scene.sequence_editor is None:
                return
            listed = compat.strips_property(scene)
            column.prop_search(choice, "strip", scene.sequence_editor, listed, icon="SOUND")
            strip = strip_named(scene, "")
            if not choice.strip and strip is not None:
                say(column, context, f"Active: {strip.name}", "BLANK1")
        elif choice.source == "SPEAKER":
            column.prop(choice, "speaker", icon="OUTLINER_OB_SPEAKER")
        else:
            column.prop(choice, "file")
            if choice.file and strip_of_file(scene, choice.file) is None:
                column.operator("lipwright.add_strip", icon="SEQUENCE")

    def _progress(self, layout: bpy.types.UILayout, state: bpy.types.PropertyGroup) -> None:
        row = layout.row(align=True)
        row.scale_y = 1.6
        row.progress(factor=state.factor, type="BAR", text=f"{state.text} {state.factor:.0%}")
        row.operator("lipwright.cancel", text="", icon="X")

    def _buttons(self, layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
        row = layout.row()
        row.scale_y = 1.6
        row.operator("lipwright.generate", icon="PLAY")
        why = reason("LIPWRIGHT_OT_generate", context)
        if why:
            say(layout, context, why, "INFO")
        if chosen_character(context) is None:
            layout.operator("lipwright.add_demo_head", icon="USER", text="Add the Demo Head")
        layout.operator("lipwright.clear", icon="TRASH", text="Clear")


class LIPWRIGHT_PT_emotion(_OfCharacter, bpy.types.Panel):
    """One emotion with a strength."""

    bl_label = "Emotion"
    bl_order = 1

    def draw_header(self, context: bpy.types.Context) -> None:
        """The whole layer on or off."""
        self.layout.prop(self.dials(context), "emote", text="")

    def draw(self, context: bpy.types.Context) -> None:
        """Which and how much."""
        dials = self.dials(context)
        layout = self.rows()
        layout.active = dials.emote
        layout.prop(dials, "emotion")
        row = layout.row()
        row.active = dials.emotion != "neutral"
        row.prop(dials, "strength", slider=True)


class LIPWRIGHT_PT_eyes(_OfCharacter, bpy.types.Panel):
    """Blinks, gaze, brows, head."""

    bl_label = "Eyes and Head"
    bl_order = 2

    def draw(self, context: bpy.types.Context) -> None:
        """Layers on and off, the head's target, the seed."""
        dials = self.dials(context)
        layout = self.rows()
        column = layout.column(heading="Layers", align=True)
        for name in ("blink", "gaze", "brows", "head"):
            column.prop(dials, name)
        if dials.head:
            column = layout.column()
            column.prop(dials, "head_object", text="Turns")
            item = dials.head_object
            if item is not None and item.type == "ARMATURE":
                column.prop_search(dials, "head_bone", item.data, "bones", icon="BONE_DATA")
            if item is None:
                say(layout, context, "Pick the head bone or object", "INFO")
        layout.prop(dials, "seed")


class LIPWRIGHT_PT_style(_OfCharacter, bpy.types.Panel):
    """How much of what."""

    bl_label = "Style"
    bl_order = 3

    def draw(self, context: bpy.types.Context) -> None:
        """Dials, then what the keys are like."""
        dials = self.dials(context)
        layout = self.rows()
        layout.prop(dials, "speech", text="Speech")
        column = layout.column(align=True)
        for name in ("jaw", "lips", "upper_face"):
            column.prop(dials, name, slider=True)
        layout.prop(dials, "sync_offset_ms", text="Sync (ms)")
        layout.prop(dials, "few")
        if dials.few:
            layout.prop(dials, "tolerance")


class LIPWRIGHT_PT_rig(_OfCharacter, bpy.types.Panel):
    """What of the face was recognised."""

    bl_label = "Rig"
    bl_order = 4
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """What matched, what is missing, which meshes."""
        character: Character = chosen_character(context)
        rig = rig_of(character)
        if isinstance(rig, str):
            say(self.layout, context, rig, "ERROR")
            return
        say(self.layout, context, describe(rig).partition(";")[0], "CHECKMARK")
        if rig.missing:
            more = len(rig.missing) - MOST_MISSING
            names = ", ".join(tell_missing(rig)[:MOST_MISSING])
            tail = f" and {more} more" if more > 0 else ""
            say(self.layout, context, f"Missing: {names}{tail}", "INFO")
        column = self.layout.column(align=True)
        counts: dict[str, int] = {}
        for row in rig.rows:
            counts[row.control.mesh] = counts.get(row.control.mesh, 0) + 1
        for mesh in character.meshes:
            text = f"{mesh.name}: {counts.get(mesh.name, 0)} shapes"
            column.label(text=text, icon="OUTLINER_OB_MESH")


class LIPWRIGHT_PT_export(_OfCharacter, bpy.types.Panel):
    """Out to engines."""

    bl_label = "Export"
    bl_order = 5
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """One button a format, and the rate that the file will have."""
        column = self.layout.column(align=True)
        column.operator("lipwright.export_fbx", icon="EXPORT")
        column.operator("lipwright.export_glb", icon="EXPORT")
        why = reason("LIPWRIGHT_OT_export_fbx", context)
        rate = f"{fps_of(context.scene):.6g} frames a second, from time 0"
        say(self.layout, context, why or rate, "INFO")


register, unregister = bpy.utils.register_classes_factory(
    (
        LIPWRIGHT_PT_speech,
        LIPWRIGHT_PT_emotion,
        LIPWRIGHT_PT_eyes,
        LIPWRIGHT_PT_style,
        LIPWRIGHT_PT_rig,
        LIPWRIGHT_PT_export,
    )
)
