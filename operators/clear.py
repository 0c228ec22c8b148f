# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose keys rule: Clear takes ours off, Free lets ours show beside a few of the artist's."""

import bpy
from bpy.props import IntProperty, StringProperty

from ..jobs.manners import Reasoned, busy, speaking
from ..scene.character.chosen import NO_CHARACTER, chosen_character, meant_character
from ..scene.character.find import Character, tweaking_reason
from ..scene.session import memory
from ..scene.takes.clear import clear_take, has_take
from ..scene.takes.free import FEW, free, held_curves
from ..scene.takes.write import remove_take, takes_of


def _lines(_operator: bpy.types.Operator, context: bpy.types.Context, text: str) -> list[str]:
    """The lines that the character says."""
    character = chosen_character(context)
    names = [] if character is None else [take.name for take in takes_of(character).values()]
    return [name for name in names if text.lower() in name.lower()]


class LIPWRIGHT_OT_clear(Reasoned, bpy.types.Operator):
    """Remove all keys that Lipwright wrote on this character; your own animation stays"""

    bl_idname = "lipwright.clear"
    bl_label = "Clear Lip-Sync"
    bl_options = {"REGISTER", "UNDO"}

    line: StringProperty(
        name="Line", description="Name of the one line to remove; empty: all", search=_lines
    )

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """Only where there is something of ours."""
        character = chosen_character(context)
        if character is None:
            return busy(context) or NO_CHARACTER
        why = busy(context) or tweaking_reason(character)
        if why or has_take(character):
            return why
        return f"There is no lip-sync on “{character.name}”"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Remove it and say how much it was."""
        with speaking(self):
            character = meant_character(context)
            if self.line:
                self._one_line(character)
                return {"FINISHED"}
            memory.takes.pop(character.root.session_uid, None)
            count = clear_take(character)
            self.report({"INFO"}, f"Removed the lip-sync of “{character.name}” ({count} curves)")
        return {"CANCELLED"} if self.said_error else {"FINISHED"}

    def _one_line(self, character: Character) -> None:
        """Remove the newest take of that name."""
        known = {take.name: source for source, take in takes_of(character).items()}
        source = known.get(self.line, "")
        last = memory.takes.get(character.root.session_uid)
        if last is not None and last.source == source:
            del memory.takes[character.root.session_uid]
        name = remove_take(character, source)
        self.report({"INFO"}, f"Removed “{name}” of “{character.name}”; other lines stay")


class LIPWRIGHT_OT_free_keys(Reasoned, bpy.types.Operator):
    """Let shapes that your Action holds with a few keys follow the line away from these keys; \
the keys themselves stay as they are"""

    bl_idname = "lipwright.free_keys"
    bl_label = "Free It Outside These Keys"
    bl_options = {"REGISTER", "UNDO"}

    most_keys: IntProperty(
        name="At Most",
        description="Shapes with more keys of yours are animated by you, and stay so",
        default=FEW,
        min=1,
    )

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """Only where something is held."""
        character = chosen_character(context)
        if character is None:
            return busy(context) or NO_CHARACTER
        why = busy(context) or tweaking_reason(character)
        # Every redraw asks.
        key = "held", character.root.session_uid
        if why or memory.once(key, lambda: bool(held_curves(character))):
            return why
        return f"No shape of “{character.name}” is held by a few keys of yours"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Free them."""
        with speaking(self):
            character = meant_character(context)
            count = free(character, self.most_keys)
            memory.scene_changed()
            self.report({"INFO"}, f"{count} shapes follow the line outside your keys")
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


register, unregister = bpy.utils.register_classes_factory(
    (LIPWRIGHT_OT_clear, LIPWRIGHT_OT_free_keys)
)
