# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blender itself renders of sounds: one strip alone, or a scene."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bpy

from ...core.errors import SoundError
from .. import compat


def mixdown(strip: Any, scene: bpy.types.Scene, left: float, right: float) -> Path:
    """Render what is heard of one strip between two frames, retiming and all, to a WAV file."""
    path = Path(bpy.app.tempdir) / f"lipwright-{strip.name.encode().hex()[:40]}.wav"
    with _alone(strip, scene, int(left), int(right) - 1):
        mixdown_scene(path)
    if not path.is_file():
        raise SoundError(f"The retimed strip “{strip.name}” could not be rendered to a sound file")
    return path


def mixdown_scene(path: Path) -> None:
    """Render what is heard of the context's scene to a WAV file."""
    path.unlink(missing_ok=True)
    bpy.ops.sound.mixdown(
        filepath=str(path), check_existing=False, container="WAV", codec="PCM", format="S16"
    )


@contextmanager
def _alone(
    strip: Any, scene: bpy.types.Scene, first: int, last: int
) -> Generator[None, None, None]:
    """Mute all other strips and let the scene's range be some frames; put both back."""
    others = [one for one in compat.all_strips(scene) if one != strip]
    mutes = [one.mute for one in others]
    span = scene.frame_start, scene.frame_end
    try:
        for one in others:
            one.mute = one.type != "META"
        scene.frame_start, scene.frame_end = first, last
        yield
    finally:
        for one, mute in zip(others, mutes, strict=True):
            one.mute = mute
        scene.frame_start, scene.frame_end = span
