# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done: listen, plan, write, mix again; button, command and bake.py do the same."""

from . import command, live

modules = (command, live)


def register() -> None:
    """Offer Blender's commands and listen to the dials."""
    for module in modules:
        module.register()


def unregister() -> None:
    """Undo it in reverse."""
    for module in reversed(modules):
        module.unregister()
