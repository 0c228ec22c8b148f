# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender's own command line: `blender -c lipwright bake …` and `blender -c lipwright batch …`."""

from collections.abc import Sequence

import bpy

from . import bake, many

NAME = "lipwright"
COMMANDS = {"bake": bake.main, "batch": many.main}
_handle: object | None = None


def _run(arguments: Sequence[str]) -> int:
    prog = f"blender -c {NAME}"
    if not arguments or arguments[0] not in COMMANDS:
        usage = (
            f"{prog} bake [FILE] --audio SOUND …, or {prog} batch FILE LINES -o OUT …; "
            "--help after either lists the options"
        )
        return bake.complain(prog, usage, bake.WRONG_USAGE)
    return COMMANDS[arguments[0]](arguments[1:], f"{prog} {arguments[0]}")


def register() -> None:
    """Offer the commands."""
    global _handle
    _handle = bpy.utils.register_cli_command(NAME, _run)


def unregister() -> None:
    """Take them back."""
    bpy.utils.unregister_cli_command(_handle)
