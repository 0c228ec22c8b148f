# SPDX-License-Identifier: GPL-3.0-or-later
"""What is drawn in the sidebar; nothing here decides or changes anything."""

from . import sidebar


def register() -> None:
    """Register the tab."""
    sidebar.register()


def unregister() -> None:
    """Take it away."""
    sidebar.unregister()
