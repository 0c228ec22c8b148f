# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of a line: typed into the panel, or the file beside the sound."""

from pathlib import Path
from typing import Any

import bpy

from ...core.transcript.words import Transcript, read_transcript
from .. import compat
from .strip import strip_named


def file_beside(context: bpy.types.Context) -> Path | None:
    """The .txt beside the chosen sound and of its name, if there is one; quick, panels ask."""
    choice = context.scene.lipwright
    sound = None
    name = ""
    if choice.source == "FILE":
        name = choice.file
    elif choice.source == "SPEAKER":
        sound = None if choice.speaker is None else choice.speaker.data.sound
    else:
        strip = strip_named(compat.sequencer_scene(context), choice.strip)
        sound = None if strip is None else strip.sound
    if sound is not None:
        name = bpy.path.abspath(sound.filepath, library=sound.library)
    if not name:
        return None
    return _text_of(name)


def _text_of(sound: str) -> Path | None:
    text = Path(bpy.path.abspath(sound)).with_suffix(".txt")
    return text if text.is_file() else None


def transcript_beside(context: bpy.types.Context, strip: Any) -> Transcript | None:
    """What the file beside a strip's sound says, where the panel wants such files."""
    choice, sound = context.scene.lipwright, strip.sound
    if sound is None or not choice.text_beside:
        return None
    beside = _text_of(bpy.path.abspath(sound.filepath, library=sound.library))
    return None if beside is None else Transcript(read_transcript(beside), choice.language)


def chosen_transcript(context: bpy.types.Context) -> Transcript | None:
    """What the panel says is said; None if it says nothing. SettingsError for a broken file."""
    choice = context.scene.lipwright
    if choice.transcript.strip():
        return Transcript(choice.transcript, choice.language)
    beside = file_beside(context) if choice.text_beside else None
    return None if beside is None else Transcript(read_transcript(beside), choice.language)
