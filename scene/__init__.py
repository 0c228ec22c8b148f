# SPDX-License-Identifier: GPL-3.0-or-later
"""Between Blender's data and ours: sounds in, curves out, and what a file remembers."""

from . import phone_properties, preferences, preview, properties, rig_properties

modules = (properties, rig_properties, phone_properties, preview, preferences)


def register() -> None:
    """Register properties and preferences."""
    for module in modules:
        module.register()


def unregister() -> None:
    """Undo it in reverse."""
    for module in reversed(modules):
        module.unregister()
