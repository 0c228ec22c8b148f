# SPDX-License-Identifier: GPL-3.0-or-later
"""What the artist prefers in every file: where the networks run."""

import bpy
from bpy.props import EnumProperty, IntProperty

ROOT_PACKAGE = str(__package__).rsplit(".", 2)[0]

DEVICE_ITEMS = (
    ("auto", "Auto", "CUDA where it is there, else the processor"),
    ("cpu", "Processor", "Runs everywhere"),
    ("cuda", "CUDA", "NVIDIA graphics card, with the CUDA build of Lipwright"),
    ("directml", "DirectML", "Any graphics card on Windows, where ONNX Runtime was built with it"),
    ("coreml", "Core ML", "Apple's graphics and neural processor, on macOS"),
)


class LIPWRIGHT_AP_preferences(bpy.types.AddonPreferences):
    """Device and threads."""

    # Blender looks preferences up by the name of the extension, not of this module.
    bl_idname = ROOT_PACKAGE

    device: EnumProperty(name="Device", description="What the networks run on", items=DEVICE_ITEMS)
    threads: IntProperty(
        name="Threads",
        description="Processor threads for the networks; 1 leaves the machine free for you",
        default=1,
        min=1,
        max=64,
    )

    def draw(self, _context: bpy.types.Context) -> None:
        """Two rows."""
        layout = self.layout
        layout.use_property_split = True
        layout.prop(self, "device")
        layout.prop(self, "threads")


def device_and_threads(context: bpy.types.Context) -> tuple[str, int]:
    """The artist's choice; the defaults where Lipwright was loaded as a plain package."""
    addon = context.preferences.addons.get(ROOT_PACKAGE)
    if addon is None or addon.preferences is None:
        return "auto", 1
    return addon.preferences.device, addon.preferences.threads


register, unregister = bpy.utils.register_classes_factory((LIPWRIGHT_AP_preferences,))
