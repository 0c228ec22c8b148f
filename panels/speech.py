# SPDX-License-Identifier: GPL-3.0-or-later
"""Speech: the sound, the character, the button."""

import bpy

from ..scene import compat
from ..scene.character.chosen import chosen_character, settings_of
from ..scene.character.find import Character
from ..scene.session import memory
from ..scene.sounds.strip import strip_named, strip_of_file
from ..scene.sounds.transcript import file_beside
from ..scene.takes.clear import has_take, line_here
from ..scene.takes.places import taken_paths
from ..scene.takes.write import takes_of
from .parts import Tab, progress, reason, say, stands_for


class LIPWRIGHT_PT_speech(Tab, bpy.types.Panel):
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
        column.prop(choice, "channel")
        self._transcript(column, context)
        column.prop(choice, "character", icon="OUTLINER_OB_ARMATURE")
        character = chosen_character(context)
        if choice.character is None and character is not None:
            stands_for(column, f"Active: {character.name}")
        state = context.window_manager.lipwright
        if not progress(layout, context):
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
                stands_for(column, f"Active: {strip.name}")
        elif choice.source == "SPEAKER":
            column.prop(choice, "speaker", icon="OUTLINER_OB_SPEAKER")
        else:
            column.prop(choice, "file")
            if choice.file and strip_of_file(scene, choice.file) is None:
                column.operator("lipwright.add_strip", icon="SEQUENCE")

    def _transcript(self, column: bpy.types.UILayout, context: bpy.types.Context) -> None:
        choice = context.scene.lipwright
        column.prop(choice, "transcript", icon="TEXT")
        beside = None if choice.transcript else file_beside(context)
        if beside is not None:
            column.prop(choice, "text_beside", text=f"Use {beside.name}")
        if choice.transcript or (beside is not None and choice.text_beside):
            column.prop(choice, "language")

    def _buttons(self, layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
        row = layout.row()
        row.scale_y = 1.6
        row.operator("lipwright.generate", icon="PLAY")
        why = reason("LIPWRIGHT_OT_generate", context)
        character = chosen_character(context)
        if why:
            say(layout, context, why, "INFO")
        elif character is not None and _is_of_before(character):
            say(layout, context, "Generate once more, then dials act at once again", "INFO")
        if character is None:
            layout.operator("lipwright.add_demo_head", icon="USER", text="Add the Demo Head")
            column = layout.column(align=True)
            column.operator("lipwright.place_landmarks", icon="EMPTY_AXIS")
            column.operator("lipwright.give_shapes", icon="SHAPEKEY_DATA")
            column.operator("lipwright.follow_property", icon="LIGHT")
        if character is not None and not reason("LIPWRIGHT_OT_free_keys", context):
            layout.operator("lipwright.free_keys", icon="KEYFRAME")
        if character is not None and _may_speak_over(character):
            layout.prop(settings_of(character), "over_strips", icon="NLA")
        here = "" if character is None else line_here(character, context.scene.frame_current)
        row = layout.row(align=True)
        row.operator("lipwright.clear", icon="TRASH", text="Clear All" if here else "Clear")
        if here:
            row.operator("lipwright.clear", text=f"Clear “{here}”").line = here
        row.operator("lipwright.clear_layers", text="Layers…")
        if character is not None:
            self._cleared(layout, character)

    def _cleared(self, layout: bpy.types.UILayout, character: Character) -> None:
        """What was cleared of which line, each with a way back."""
        column = layout.column(align=True)
        rows = settings_of(character).cleared
        known = takes_of(character) if rows else {}
        before = None
        for number, one in sorted(enumerate(rows), key=lambda told: told[1].source):
            if one.source != before:
                line = known[one.source].name if one.source in known else one.line
                column.label(text=f"Cleared from “{line}”:")
            before = one.source
            row = column.row(align=True)
            times = f"{one.start_seconds:.1f} to {one.end_seconds:.1f} s"
            row.label(text=f"No {one.name}, {times}", icon="REMOVE")
            row.operator("lipwright.bring_back", text="", icon="LOOP_BACK").row = number


def _may_speak_over(character: Character) -> bool:
    """Say whether strips of the artist's animate shapes of a character; every redraw asks."""
    keys = [mesh.data.shape_keys for mesh in character.meshes]
    return memory.once(
        ("strips", character.root.session_uid), lambda: any(map(taken_paths, filter(None, keys)))
    )


def _is_of_before(character: Character) -> bool:
    """Say whether a take is there that was made before this session."""
    return has_take(character) and character.root.session_uid not in memory.takes


register, unregister = bpy.utils.register_classes_factory((LIPWRIGHT_PT_speech,))
