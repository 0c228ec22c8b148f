# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for a window, in which modal operators can be driven."""

from types import SimpleNamespace

import bpy


class Window:
    """The parts of a context that the modal operator uses, without a window."""

    def __init__(self) -> None:
        self.scene, self.window = bpy.context.scene, None
        self.view_layer, self.preferences = bpy.context.view_layer, bpy.context.preferences
        self.timers: list[object] = []
        self.redrawn: list[int] = []
        self.area = SimpleNamespace(type="VIEW_3D", tag_redraw=lambda: self.redrawn.append(1))
        self.window_manager = SimpleNamespace(
            lipwright=bpy.context.window_manager.lipwright,
            windows=[SimpleNamespace(screen=SimpleNamespace(areas=[self.area]))],
            event_timer_add=lambda *_args, **_options: self.timers.append(1) or 1,
            event_timer_remove=self.timers.remove,
            modal_handler_add=lambda _operator: True,
        )
