# SPDX-License-Identifier: GPL-3.0-or-later
"""Sliders all at once: neutral, a saved mood, the guess; and another seed."""

import random
from pathlib import Path

import bpy
import numpy as np
from bpy.props import StringProperty

from ..core.performance.emotion import AUTO
from ..core.performance.prototypes import FELT
from ..core.steps import Steps
from ..jobs.faces import draw_moods_steps, draw_shapes_steps
from ..jobs.manners import OfCharacter, Reasoned, Stepped, busy, speaking
from ..scene import compat
from ..scene.character.chosen import meant_character, settings_of
from ..scene.character.find import refuse_if_not_writable
from ..scene.saved.acting import LIPWRIGHT_PG_feelings
from ..scene.saved.moods import own_moods, remove_mood, save_mood, use_mood
from ..scene.saved.sliders import feelings_for, key_strengths
from ..scene.session import memory
from ..scene.sounds.strip import strip_named

MOST_SEED = 9999


def chosen_feelings(context: bpy.types.Context) -> LIPWRIGHT_PG_feelings:
    """The sliders that the panel shows."""
    scene, choice = compat.sequencer_scene(context), context.scene.lipwright
    strip = strip_named(scene, choice.strip) if choice.source == "STRIP" else None
    dials = settings_of(meant_character(context))
    return feelings_for(dials, scene, strip.name if strip is not None else "")


class LIPWRIGHT_OT_neutral(OfCharacter, bpy.types.Operator):
    """Set every emotion slider to 0"""

    bl_idname = "lipwright.neutral"
    bl_label = "Neutral"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """All to 0, Auto too."""
        feelings = chosen_feelings(context)
        for name in (*FELT, AUTO):
            setattr(feelings, name, 0.0)
        return {"FINISHED"}


class OfGuess(OfCharacter):
    """Needs a line that was heard."""

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """Only after a line was heard."""
        why = super().reason(context)
        if why or meant_character(context).root.session_uid in memory.takes:
            return why
        return "Generate a line first: the guess comes from its voice"


class LIPWRIGHT_OT_take_guess(OfGuess, bpy.types.Operator):
    """Copy what the voice seems to feel into the sliders, as a start to edit"""

    bl_idname = "lipwright.take_guess"
    bl_label = "Copy to Sliders"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """The mean of each over the line; Auto back to 0."""
        guess = memory.takes[meant_character(context).root.session_uid].guess
        feelings = chosen_feelings(context)
        for name, strength in guess.emotions.items():
            setattr(feelings, name, float(np.mean(strength.values)))
        feelings.auto = 0.0
        return {"FINISHED"}


class LIPWRIGHT_OT_key_guess(OfGuess, bpy.types.Operator):
    """Keyframe the sliders as the voice seems to feel over the line, as curves to edit"""

    bl_idname = "lipwright.key_guess"
    bl_label = "Guess to Keyframes"
    bl_options = {"REGISTER", "UNDO"}

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """Not where the line has sliders of its own: these cannot be keyframed."""
        why = super().reason(context)
        if why:
            return why
        dials = settings_of(meant_character(context))
        if chosen_feelings(context) != dials.feelings:
            return "A line's own emotions cannot be keyframed. Untick Own, then key the character's"
        return ""

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Keys from the first frame of the line to its last; Auto back to 0."""
        with speaking(self):
            who = meant_character(context)
            refuse_if_not_writable(who)
            last, feelings = memory.takes[who.root.session_uid], settings_of(who).feelings
            heard, clock = last.analysis, last.clock
            keyed = key_strengths(feelings, last.guess.emotions, clock, heard.seconds)
            feelings.auto = 0.0
            ends = clock.frames(np.array([0.0, heard.seconds])).round().astype(int).tolist()
            self.report({"INFO"}, _said_keyed(keyed, *ends))
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


def _said_keyed(keyed: list[str], first: int, last: int) -> str:
    if not keyed:
        return "The voice seems to feel nothing in particular, so nothing was keyframed"
    return f"Keyframed {', '.join(keyed)} from frame {first} to {last}. Edit them, then Generate"


class LIPWRIGHT_OT_roll(OfCharacter, bpy.types.Operator):
    """Another seed: another take of the same words"""

    bl_idname = "lipwright.roll"
    bl_label = "Another Take"
    bl_options = {"REGISTER", "UNDO"}

    layer: StringProperty(name="Layer", description="Layer to change alone; empty: all")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Roll the dice."""
        dials = settings_of(meant_character(context))
        number = random.randint(0, MOST_SEED)
        if self.layer:
            setattr(dials.acting.seeds, self.layer, number)
        else:
            dials.seed = number
        return {"FINISHED"}


class LIPWRIGHT_OT_use_mood(OfCharacter, bpy.types.Operator):
    """Set sliders and dials to a saved mood"""

    bl_idname = "lipwright.use_mood"
    bl_label = "Use Mood"
    bl_options = {"REGISTER", "UNDO"}

    mood: StringProperty(name="Mood")

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Set them."""
        with speaking(self):
            use_mood(self.mood, settings_of(meant_character(context)), chosen_feelings(context))
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


class _Draws(Stepped, OfCharacter):
    """Draws pictures of the character that is meant."""

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """A character, and nothing else under way."""
        return busy(context) or super().reason(context)

    def _end(self, _context: bpy.types.Context, result: list[Path]) -> None:
        self.report({"INFO"}, f"Drew {len(result)} faces")


class LIPWRIGHT_OT_draw_faces(_Draws, bpy.types.Operator):
    """Draw this character's face in each mood, to choose from by looking; Esc stops"""

    bl_idname = "lipwright.draw_faces"
    bl_label = "Draw Faces"

    def _steps(self, context: bpy.types.Context) -> Steps[list[Path]]:
        """One a mood."""
        return draw_moods_steps(meant_character(context), context.scene)


class LIPWRIGHT_OT_draw_shapes(_Draws, bpy.types.Operator):
    """Draw what each control of the mapping does to this face, to check it by looking; Esc stops"""

    bl_idname = "lipwright.draw_shapes"
    bl_label = "Draw Shapes"

    def _steps(self, context: bpy.types.Context) -> Steps[list[Path]]:
        """One a row."""
        return draw_shapes_steps(meant_character(context), context.scene)


class LIPWRIGHT_OT_save_mood(OfCharacter, bpy.types.Operator):
    """Save sliders and dials of emotion, eyes and head under a name, for every scene"""

    bl_idname = "lipwright.save_mood"
    bl_label = "Save Mood"

    mood: StringProperty(name="Name", default="My Mood")

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Ask for the name."""
        return context.window_manager.invoke_props_dialog(self)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write the file."""
        with speaking(self):
            dials = settings_of(meant_character(context))
            path = save_mood(self.mood, dials, chosen_feelings(context))
            self.report({"INFO"}, f"Saved “{path.stem}”")
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


def _own(_operator: bpy.types.Operator, _context: bpy.types.Context, text: str) -> list[str]:
    return [name for name in own_moods() if text.lower() in name.lower()]


class LIPWRIGHT_OT_remove_mood(Reasoned, bpy.types.Operator):
    """Delete a mood that you saved"""

    bl_idname = "lipwright.remove_mood"
    bl_label = "Remove Mood"

    mood: StringProperty(name="Mood", search=_own)

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """Only where there are some."""
        return "" if own_moods() else "There is no mood of your own yet"

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Ask which."""
        return context.window_manager.invoke_props_dialog(self)

    def execute(self, _context: bpy.types.Context) -> set[str]:
        """Delete the file."""
        with speaking(self):
            remove_mood(self.mood)
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


register, unregister = bpy.utils.register_classes_factory(
    (
        LIPWRIGHT_OT_neutral,
        LIPWRIGHT_OT_take_guess,
        LIPWRIGHT_OT_key_guess,
        LIPWRIGHT_OT_roll,
        LIPWRIGHT_OT_use_mood,
        LIPWRIGHT_OT_draw_faces,
        LIPWRIGHT_OT_draw_shapes,
        LIPWRIGHT_OT_save_mood,
        LIPWRIGHT_OT_remove_mood,
    )
)
