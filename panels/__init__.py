# SPDX-License-Identifier: GPL-3.0-or-later
"""What is drawn in the sidebar; nothing here decides or changes anything."""

from . import (
    calibrate,
    capture,
    cast,
    drawing,
    emotion,
    export,
    eyes,
    mapping,
    phones,
    rig,
    speech,
    style,
)

# From top to bottom.
modules = (
    *(speech, cast, emotion, eyes, style, capture, phones),
    *(rig, calibrate, mapping, drawing, export),
)


def register() -> None:
    """Register the tab's panels."""
    for module in modules:
        module.register()


def unregister() -> None:
    """Take them away."""
    for module in reversed(modules):
        module.unregister()
