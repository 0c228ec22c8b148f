# SPDX-License-Identifier: GPL-3.0-or-later
"""Clear: remove what Lipwright wrote on the character, and nothing else."""

import bpy

from ..jobs.manners import Reasoned, busy, speaking
from ..scene.character.chosen import NO_CHARACTER, chosen_character, meant_character
from ..scene.character.find import tweaking_reason
from ..scene.session import memory
from ..scene.takes.clear import clear_take, has_take


class LIPWRIGHT_OT_clear(Reasoned, bpy.types.Operator):
    """Remove all keys that Lipwright wrote on this character; your own animation stays"""

    bl_idname = "lipwright.clear"
    bl_label = "Clear Lip-Sync"
    bl_options = {"REGISTER", "UNDO"}

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
            memory.takes.pop(character.root.session_uid, None)
            count = clear_take(character)
            self.report({"INFO"}, f"Removed the lip-sync of “{character.name}” ({count} curves)")
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


register, unregister = bpy.utils.register_classes_factory((LIPWRIGHT_OT_clear,))
