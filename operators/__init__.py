# SPDX-License-Identifier: GPL-3.0-or-later
"""One user action a file: pick from context, call, report."""

from . import (
    add_demo_head,
    add_strip,
    cast,
    clear,
    drawing,
    export,
    generate,
    give_shapes,
    kept_mapping,
    mapping,
    moods,
    phones,
    playblast,
    poses,
    styles,
    take_capture,
)

modules = (
    add_demo_head,
    give_shapes,
    add_strip,
    generate,
    cast,
    clear,
    take_capture,
    phones,
    export,
    playblast,
    mapping,
    kept_mapping,
    drawing,
    poses,
    moods,
    styles,
)


def register() -> None:
    """Register all operators."""
    for module in modules:
        module.register()


def unregister() -> None:
    """Undo it in reverse."""
    for module in reversed(modules):
        module.unregister()
