# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for a window, in which modal operators can be driven."""

from types import MethodType, SimpleNamespace

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


def modal_of(kind: type) -> SimpleNamespace:
    """An operator's methods and what it says, without Blender's own part of it."""
    said: list[str] = []
    worker = SimpleNamespace(said=said, report=lambda _kind, text: said.append(text))
    for name in ("_steps", "_end", "execute", "invoke", "modal", "cancel"):
        setattr(worker, name, MethodType(getattr(kind, name), worker))
    return worker
