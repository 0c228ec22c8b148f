# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender's render settings as our clock."""

from collections.abc import Generator
from contextlib import contextmanager

import bpy

from ..core.timing import FrameClock


def clock_of(scene: bpy.types.Scene, first_frame: float = 0.0) -> FrameClock:
    """The scene's frame rate; `first_frame` is the frame at which the sound's time 0 is heard."""
    return FrameClock.from_render(scene.render.fps, scene.render.fps_base, first_frame)


def fps_of(scene: bpy.types.Scene) -> float:
    """Frames in one second of the scene."""
    return clock_of(scene).fps


def set_fps(scene: bpy.types.Scene, fps: float) -> None:
    """Set the scene's rate; 23.976, 29.97 and 59.94 become whole rates over a base of 1.001."""
    whole = round(fps)
    if abs(fps - whole) < 1e-6:
        scene.render.fps, scene.render.fps_base = whole, 1.0
    elif abs(fps * 1.001 - round(fps * 1.001)) < 2e-3:
        scene.render.fps, scene.render.fps_base = round(fps * 1.001), 1.001
    else:
        scene.render.fps = max(1, whole)
        scene.render.fps_base = scene.render.fps / fps


@contextmanager
def frame_kept(scene: bpy.types.Scene) -> Generator[None, None, None]:
    """Go to any frames inside; afterwards the scene shows the one that it showed before."""
    now = scene.frame_current, scene.frame_subframe
    try:
        yield
    finally:
        scene.frame_set(now[0], subframe=now[1])
