# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose keys rule: Clear takes ours off, all or some, Free shows ours beside the artist's few."""

import bpy
from bpy.props import EnumProperty, FloatProperty, IntProperty, StringProperty

from ..core.errors import SettingsError
from ..jobs.again import bring_back, clear_layers, newest_take, remembered_takes
from ..jobs.manners import NOT_HEARD, Reasoned, busy, speaking
from ..scene import compat
from ..scene.character.chosen import NO_CHARACTER, chosen_character, meant_character
from ..scene.character.find import Character, tweaking_reason
from ..scene.saved.cleared import LAYER_ITEMS, name_layers
from ..scene.session import memory
from ..scene.takes.clear import clear_take, has_take, line_here
from ..scene.takes.free import FEW, free, held_curves
from ..scene.takes.write import remove_take, takes_of


def _lines(_operator: bpy.types.Operator, context: bpy.types.Context, text: str) -> list[str]:
    """The lines that the character says."""
    character = chosen_character(context)
    names = [] if character is None else [take.name for take in takes_of(character).values()]
    return [name for name in names if text.lower() in name.lower()]


def _remembered(_operator: bpy.types.Operator, context: bpy.types.Context, text: str) -> list[str]:
    """The lines that the character says and that can be drawn again."""
    character = chosen_character(context)
    known = {} if character is None else remembered_takes(character)
    return [one.name for one in known.values() if text.lower() in one.name.lower()]


class _OfKeys(Reasoned):
    """Changes keys of a character, of which it needs something."""

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """No character, at work, in tweak mode, or what it lacks."""
        character = chosen_character(context)
        if character is None:
            return busy(context) or NO_CHARACTER
        return busy(context) or tweaking_reason(character) or cls.lacks(character)

    @classmethod
    def lacks(cls, character: Character) -> str:
        """Say what the character lacks for it; "" if nothing."""
        raise NotImplementedError


class LIPWRIGHT_OT_clear(_OfKeys, bpy.types.Operator):
    """Remove all keys that Lipwright wrote on this character; your own animation stays"""

    bl_idname = "lipwright.clear"
    bl_label = "Clear Lip-Sync"
    bl_options = {"REGISTER", "UNDO"}

    line: StringProperty(
        name="Line", description="Name of the one line to remove; empty: all", search=_lines
    )

    @classmethod
    def lacks(cls, character: Character) -> str:
        """Only where there is something of ours."""
        return "" if has_take(character) else f"There is no lip-sync on “{character.name}”"

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


LINE, PREVIEW, STRIP, FRAMES = "LINE", "PREVIEW", "STRIP", "FRAMES"
FRAMES_ITEMS = (
    (LINE, "Line", "All of the line; where it is the newest the layers are switched off"),
    (PREVIEW, "Preview", "The preview range (P in the timeline)"),
    (STRIP, "Strip", "As long as the active strip of the sequencer"),
    (FRAMES, "Frames", "From a first frame to a last"),
)


class LIPWRIGHT_OT_clear_layers(_OfKeys, bpy.types.Operator):
    """Remove layers from a line, or from some of its frames, and keep them out of it \
whatever dial is moved; your own keys stay"""

    bl_idname = "lipwright.clear_layers"
    bl_label = "Clear Layers"
    bl_options = {"REGISTER", "UNDO"}

    line: StringProperty(
        name="Line",
        description="Of which line; empty: the newest",
        search=_remembered,
        options={"SKIP_SAVE"},
    )
    layers: EnumProperty(
        name="Layers",
        description="What of the face is cleared",
        items=LAYER_ITEMS,
        options={"ENUM_FLAG"},
        default={"emotion"},
    )
    frames: EnumProperty(name="Frames", description="Where they are cleared", items=FRAMES_ITEMS)
    first: IntProperty(name="First", description="First frame", default=1)
    last: IntProperty(name="Last", description="Last frame", default=50)
    blend_seconds: FloatProperty(
        name="Blend",
        description="Seconds at both ends over which the layers go to rest and come back",
        default=0.2,
        min=0.0,
        max=5.0,
        soft_max=1.0,
        precision=2,
        step=5,
    )

    @classmethod
    def lacks(cls, character: Character) -> str:
        """Only of a line that is remembered."""
        return "" if remembered_takes(character) else NOT_HEARD

    def draw(self, context: bpy.types.Context) -> None:
        """Layers, frames, and what these need."""
        layout = self.layout
        layout.use_property_split = True
        layout.column(align=True).prop(self, "layers", expand=True)
        layout.prop(self, "frames")
        if self.frames == FRAMES:
            column = layout.column(align=True)
            column.prop(self, "first")
            column.prop(self, "last")
        if self.frames != LINE:
            layout.prop(self, "blend_seconds")
        # Not at the top, where the mouse is when the dialog opens: Enter would go into the field.
        if len(_remembered(self, context, "")) > 1:
            layout.prop(self, "line")

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Ask of which line, which and where: of the one at the playhead, else of the newest."""
        character = meant_character(context)
        known, newest = remembered_takes(character), newest_take(character)
        here = line_here(character, context.scene.frame_current)
        if not self.line and here in {one.name for one in known.values()}:
            self.line = here
        elif not self.line and newest is not None:
            self.line = newest.name
        return context.window_manager.invoke_props_dialog(self)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Clear them, draw the line again without them, and say what became of it."""
        with speaking(self):
            character = meant_character(context)
            layers = frozenset(self.layers)
            frames = None if self.frames == LINE else self._frames(context)
            told_of = character, layers, frames, self.blend_seconds, self.line
            changed, name = clear_layers(*told_of)
            where = "" if frames is None else f" from frame {frames[0]:g} to {frames[1]:g}"
            if not changed:
                self.report({"WARNING"}, f"{name_layers(layers)} moved nothing of “{name}”{where}")
                return {"FINISHED"}
            self.report(
                {"INFO"},
                f"{name_layers(layers)} of “{name}” cleared{where}: "
                f"{changed} curves of ours changed",
            )
        return {"CANCELLED"} if self.said_error else {"FINISHED"}

    def _frames(self, context: bpy.types.Context) -> tuple[float, float]:
        """From which frame to which; SettingsError where that means nothing."""
        scene = context.scene
        if self.frames == PREVIEW:
            if not scene.use_preview_range:
                raise SettingsError("There is no preview range. Set one (P in the timeline)")
            return scene.frame_preview_start, scene.frame_preview_end
        if self.frames == STRIP:
            strip = compat.active_strip(compat.sequencer_scene(context))
            if strip is None:
                raise SettingsError("No strip is active. Click one in the sequencer")
            return compat.left_edge(strip), compat.right_edge(strip)
        if self.first >= self.last:
            raise SettingsError("The stretch ends before it begins. Set its first and last frame")
        return self.first, self.last


class LIPWRIGHT_OT_bring_back(Reasoned, bpy.types.Operator):
    """Let layers that were cleared from a line or some of its frames show there again"""

    bl_idname = "lipwright.bring_back"
    bl_label = "Bring Back"
    bl_options = {"REGISTER", "UNDO"}

    row: IntProperty(name="Row", description="Which of the cleared stretches", min=0)

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """As for clearing."""
        return LIPWRIGHT_OT_clear_layers.reason(context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Draw the line again with them."""
        with speaking(self):
            later = bring_back(meant_character(context), self.row)
            if later:
                self.report({"WARNING"}, f"“{later}” shows it again when it is generated once more")
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


class LIPWRIGHT_OT_free_keys(_OfKeys, bpy.types.Operator):
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
    def lacks(cls, character: Character) -> str:
        """Only where something is held."""
        # Every redraw asks.
        key = "held", character.root.session_uid
        if memory.once(key, lambda: bool(held_curves(character))):
            return ""
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
    (
        LIPWRIGHT_OT_clear,
        LIPWRIGHT_OT_clear_layers,
        LIPWRIGHT_OT_bring_back,
        LIPWRIGHT_OT_free_keys,
    )
)
