# SPDX-License-Identifier: GPL-3.0-or-later
"""What is drawn in the sidebar; nothing here decides or changes anything."""

from . import calibrate, emotion, export, eyes, mapping, rig, speech, style

modules = (speech, emotion, eyes, style, rig, calibrate, mapping, export)  # from top to bottom


def register() -> None:
    """Register the tab's panels."""
    for module in modules:
        module.register()


def unregister() -> None:
    """Take them away."""
    for module in reversed(modules):
        module.unregister()
