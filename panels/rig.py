# SPDX-License-Identifier: GPL-3.0-or-later
"""Rig: what of the face was recognised."""

import bpy

from ..rigs.describe import describe, tell_missing, tell_read
from ..rigs.schema import RigMap
from ..rigs.systems import is_weak, tell_system
from ..scene.character.chosen import meant_character
from ..scene.character.find import Character, driven_faces, mouth_is_held, rig_of, why_no_rig
from ..scene.character.reading import NOT_YET
from .parts import OfCharacter, progress, say

MOST_MISSING = 8  # names listed before "and n more"


class LIPWRIGHT_PT_rig(OfCharacter, bpy.types.Panel):
    """What of the face was recognised."""

    bl_label = "Rig"
    bl_order = 5
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context: bpy.types.Context) -> None:
        """What matched, what is missing, which meshes."""
        character: Character = meant_character(context)
        why = why_no_rig(character)
        if why:
            say(self.layout, context, why, "ERROR")
            if why == NOT_YET or character.armature is not None:
                self._read(context)
            return
        rig = rig_of(character)
        say(self.layout, context, describe(rig).partition(";")[0], "CHECKMARK")
        self._mouths(character, rig)
        if rig.read:
            say(self.layout, context, tell_read(rig), "VIEWZOOM")
        driven = driven_faces(character, rig)
        if driven:
            names = ", ".join(name for keys in driven.values() for name in keys)
            say(self.layout, context, f"Moved by drivers, so left out: {names}", "DRIVER")
        held = bool(driven) and mouth_is_held(character, rig)
        if held or is_weak(rig) or not all(one.tried for one in rig.systems[:1]):
            self._read(context)
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

    def _read(self, context: bpy.types.Context) -> None:
        """The button that tries everything, or how far it is."""
        if not progress(self.layout, context):
            self.layout.operator("lipwright.read_face", icon="VIEWZOOM")

    def _mouths(self, character: Character, rig: RigMap) -> None:
        """Several mouths at once: what each can do; a click takes another."""
        if len(rig.systems) < 2:
            return
        chosen = character.root.lipwright_rig.system
        column = self.layout.column(align=True)
        by = "your choice" if chosen else "the best is used"
        column.label(text=f"{len(rig.systems)} mouths; {by}", icon="OUTLINER_OB_SURFACE")
        for one in rig.systems:
            used = one.family == rig.family
            line = column.column(align=True)
            line.operator(
                "lipwright.use_mouth",
                text=one.label,
                depress=used,
                icon="PINNED" if one.family == chosen else "NONE",
            ).family = one.family
            line.label(text=tell_system(one))


register, unregister = bpy.utils.register_classes_factory((LIPWRIGHT_PT_rig,))
