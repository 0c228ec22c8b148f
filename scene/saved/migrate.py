# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of before: what they saved under another name is read when they open."""

import bpy

from ...core.motion.keying import FEW
from .. import compat

OLD_TOLERANCE = 0.01  # of few keys, where nobody had set it


def few_to_keying(item: bpy.types.Object) -> None:
    """Few Keys was a switch; now it is one of the ways of keying."""
    dials = item.lipwright
    if not dials.few:
        return
    if not dials.is_property_set("tolerance"):
        dials.tolerance = OLD_TOLERANCE
    dials.keying, dials.few = FEW, False


@bpy.app.handlers.persistent
def _opened(*_: object) -> None:
    for item in bpy.data.objects:
        few_to_keying(item)


def register() -> None:
    """Watch what is opened and appended."""
    for handlers in compat.open_handlers():
        handlers.append(_opened)


def unregister() -> None:
    """Stop watching."""
    for handlers in compat.open_handlers():
        handlers.remove(_opened)
