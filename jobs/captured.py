# SPDX-License-Identifier: GPL-3.0-or-later
"""A captured face as a take of its own."""

from pathlib import Path

import bpy

from ..core.errors import SettingsError
from ..pipeline import silent
from ..scene.character.chosen import settings_of
from ..scene.character.find import Character
from ..scene.clock import clock_of
from ..scene.takes.places import Report
from .dials import captured_by, keying_of
from .take import animate, settings_for


def animate_captured(character: Character, scene: bpy.types.Scene) -> Report:
    """Write what was captured from the current frame on; SettingsError without a capture."""
    clock = clock_of(scene, float(scene.frame_current))
    dials = settings_of(character)
    name = Path(bpy.path.abspath(dials.capture.file)).stem
    captured = captured_by(dials.capture)
    if captured is None:
        raise SettingsError("No captured face is chosen. Choose a CSV or JSON in Face Capture")
    analysis = silent(captured.track.seconds)
    settings = settings_for(character, analysis, clock, name, None)
    keying = keying_of(dials)
    return animate(character, analysis, settings, clock, name, keying, performed=captured)
