# SPDX-License-Identifier: GPL-3.0-or-later
"""Between Blender's data and ours: sounds in, curves out, and what a file remembers.

Nothing is imported before `register`: where a wheel is missing, `compat` alone must load.
"""


def _modules() -> tuple:
    """What is registered, in this order."""
    from . import session
    from .character import preview
    from .saved import cast, drawing, migrate, phones, preferences, properties, rig

    return (properties, migrate, cast, rig, drawing, phones, preview, preferences, session)


def register() -> None:
    """Register properties, preferences and what watches the scene."""
    for module in _modules():
        module.register()


def unregister() -> None:
    """Undo it in reverse."""
    for module in reversed(_modules()):
        module.unregister()
