# SPDX-License-Identifier: GPL-3.0-or-later
"""What is drawn instead of everything else when a part of the package is not there."""

import importlib.util
import sys
from pathlib import Path

import bpy

from ..scene import compat

# numpy comes with Blender, the others with the package.
PARTS = ("numpy", "scipy", "onnxruntime", "soundfile")


def missing_parts() -> list[str]:
    """The libraries that this Python does not find; nothing is imported."""
    return [part for part in PARTS if importlib.util.find_spec(part) is None]


def built_for() -> str:
    """The Python versions whose parts lie in the package, from the names of its wheels."""
    wheels = (Path(__file__).parents[1] / "wheels").glob("*-cp3*-*.whl")
    tags = {part for wheel in wheels for part in wheel.name.split("-") if part.startswith("cp3")}
    return ", ".join(sorted(f"3.{tag[3:]}" for tag in tags if tag[3:].isdigit()))


class LIPWRIGHT_PT_trouble(bpy.types.Panel):
    """Expected and found, and what to do."""

    bl_label = "Lipwright Cannot Start"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Lipwright"

    def draw(self, _context: bpy.types.Context) -> None:
        """A few lines of text and the download."""
        column = self.layout.column(align=True)
        column.alert = True
        column.label(text="Missing: " + ", ".join(missing_parts()), icon="ERROR")
        column.alert = False
        expected = built_for()
        if expected:
            column.label(text=f"Package made for Python {expected}")
        column.label(text=f"This Blender has Python {sys.version_info[0]}.{sys.version_info[1]}")
        column.separator()
        column.label(text="Remove Lipwright, then install the")
        column.label(text="package made for your system and")
        column.label(text=f"Blender {compat.VERSION_NAME}")


def is_registered() -> bool:
    """Say whether this panel stands in for Lipwright."""
    return LIPWRIGHT_PT_trouble.is_registered


register, unregister = bpy.utils.register_classes_factory((LIPWRIGHT_PT_trouble,))
