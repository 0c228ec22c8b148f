# SPDX-License-Identifier: GPL-3.0-or-later
"""Between Blender's data and ours: sounds in, curves out, and what a file remembers."""

from . import session
from .character import preview
from .saved import phones as phone_properties
from .saved import preferences, properties
from .saved import rig as rig_properties

modules = (properties, rig_properties, phone_properties, preview, preferences, session)


def register() -> None:
    """Register properties and preferences."""
    for module in modules:
        module.register()


def unregister() -> None:
    """Undo it in reverse."""
    for module in reversed(modules):
        module.unregister()
