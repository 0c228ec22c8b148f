# SPDX-License-Identifier: GPL-3.0-or-later
"""Export: the character with its take to FBX, glTF or USD."""

from pathlib import Path

import bpy
from bpy_extras.io_utils import ExportHelper

from ..jobs.manners import Reasoned, speaking
from ..scene import compat
from ..scene.character.chosen import NO_CHARACTER, chosen_character, meant_character
from ..scene.character.find import tweaking_reason
from ..scene.clock import fps_of
from ..scene.exports.drawn import drawn_note
from ..scene.exports.files import ENGINES, export_fbx, export_glb, export_usd
from ..scene.takes.clear import has_take


def export_reason(context: bpy.types.Context) -> str:
    """Only a character with a take of ours can be exported."""
    character = chosen_character(context)
    if character is None:
        return NO_CHARACTER
    why = tweaking_reason(character)
    if why or has_take(character):
        return why
    return f"There is no lip-sync on “{character.name}” yet. Generate it first"


class _Export(Reasoned, ExportHelper):
    """What the formats share."""

    write = staticmethod(export_fbx)

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """See `export_reason`."""
        return export_reason(context)

    def options(self) -> dict[str, str]:
        """What a format takes besides."""
        return {}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write the file and state take and frame rate."""
        with speaking(self):
            who, options = meant_character(context), self.options()
            name = type(self).write(self.filepath, who, context.scene, **options)
            rate = fps_of(context.scene)
            file = Path(self.filepath).name
            note = drawn_note(self.filepath, who)
            if note:
                self.report({"WARNING"}, note)
            self.report({"INFO"}, f"Wrote “{file}”: take “{name}” at {rate:.6g} frames a second")
        return {"CANCELLED"} if self.said_error else {"FINISHED"}


class LIPWRIGHT_OT_export_fbx(_Export, bpy.types.Operator):
    """Write this character and its take for Unreal or Unity: skeleton, shape keys, from time 0"""

    bl_idname = "lipwright.export_fbx"
    bl_label = "Export FBX"
    filename_ext = ".fbx"
    filter_glob: bpy.props.StringProperty(default="*.fbx", options={"HIDDEN"})
    engine: bpy.props.EnumProperty(
        name="For",
        description="Which engine will read it",
        items=[(engine, label, help) for engine, (label, help, _) in ENGINES.items()],
    )

    def options(self) -> dict[str, str]:
        """The engine."""
        return {"engine": self.engine}


class LIPWRIGHT_OT_export_glb(_Export, bpy.types.Operator):
    """Write this character and its take as binary glTF, from time 0"""

    bl_idname = "lipwright.export_glb"
    bl_label = "Export glTF"
    filename_ext = ".glb"
    filter_glob: bpy.props.StringProperty(default="*.glb", options={"HIDDEN"})
    write = staticmethod(export_glb)


class LIPWRIGHT_OT_export_usd(_Export, bpy.types.Operator):
    """Write this character and its take as USD, from time 0"""

    bl_idname = "lipwright.export_usd"
    bl_label = "Export USD"
    filename_ext = ".usdc"
    filter_glob: bpy.props.StringProperty(default="*.usd;*.usda;*.usdc", options={"HIDDEN"})
    write = staticmethod(export_usd)

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """As for the others, and Blender must know USD."""
        if not compat.HAS_USD:
            return "This Blender was built without USD. Export FBX or glTF instead"
        return export_reason(context)


register, unregister = bpy.utils.register_classes_factory(
    (LIPWRIGHT_OT_export_fbx, LIPWRIGHT_OT_export_glb, LIPWRIGHT_OT_export_usd)
)
