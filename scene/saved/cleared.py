# SPDX-License-Identifier: GPL-3.0-or-later
"""Layers that were cleared over a stretch of a line, kept so that no take brings them back."""

import bpy
from bpy.props import EnumProperty, FloatProperty, StringProperty

from ...core.performance.cleared import Cleared
from ...core.performance.layers import LAYERS

LAYER_ITEMS = [
    (one.name, one.label, one.help, "NONE", 1 << number)
    for number, one in enumerate(LAYERS.values())
]


class LIPWRIGHT_PG_cleared(bpy.types.PropertyGroup):
    """One stretch; times are those of the recording, so that it moves with the strip."""

    source: StringProperty(description="What the line is known by")
    line: StringProperty(description="The line's name when it was cleared")
    recording: StringProperty(description="What is in the sound file, for runs without a window")
    layers: EnumProperty(items=LAYER_ITEMS, options={"ENUM_FLAG"})
    start_seconds: FloatProperty()
    end_seconds: FloatProperty()
    blend_seconds: FloatProperty()


def told(layers: set[str] | frozenset[str]) -> str:
    """Layers by the names that an artist sees, in the order of the panel."""
    return ", ".join(one.label for one in LAYERS.values() if one.name in layers)


def cleared_of(
    dials: bpy.types.PropertyGroup, source: str, recording_seconds: float, recording: str = ""
) -> tuple[Cleared, ...]:
    """What was cleared of a line whose sound begins so late in its recording.

    Where a file is said instead of a strip, what was cleared of any line with its `recording`.
    """
    return tuple(
        Cleared(
            frozenset(one.layers),
            one.start_seconds - recording_seconds,
            one.end_seconds - recording_seconds,
            one.blend_seconds,
        )
        for one in dials.cleared
        if one.source == source or (recording and one.recording == recording)
    )
