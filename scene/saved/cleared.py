# SPDX-License-Identifier: GPL-3.0-or-later
"""Layers that were cleared over a stretch of a line, kept so that no take brings them back."""

from typing import Annotated

import bpy
from bpy.props import EnumProperty, FloatProperty, StringProperty

from ...core.motion.cleared import Cleared
from ...core.performance.layers import LAYERS
from .declared import Rows, saved

LAYER_ITEMS = [(one.name, one.label, one.help, "NONE", 1 << one.number) for one in LAYERS.values()]


@saved()
class LIPWRIGHT_PG_cleared(bpy.types.PropertyGroup):
    """One stretch; times are those of the recording, so that it moves with the strip."""

    source: Annotated[str, StringProperty(description="What the line is known by")]
    line: Annotated[str, StringProperty(description="The line's name when it was cleared")]
    recording: Annotated[
        str, StringProperty(description="What is in the sound file, for runs without a window")
    ]
    layers: Annotated[set[str], EnumProperty(items=LAYER_ITEMS, options={"ENUM_FLAG"})]
    start_seconds: Annotated[float, FloatProperty()]
    end_seconds: Annotated[float, FloatProperty()]
    blend_seconds: Annotated[float, FloatProperty()]


def name_layers(layers: set[str] | frozenset[str]) -> str:
    """Layers by the names that an artist sees, in the order of the panel."""
    return ", ".join(one.label for one in LAYERS.values() if one.name in layers)


def cleared_of(
    kept: Rows[LIPWRIGHT_PG_cleared], source: str, recording_seconds: float, recording: str = ""
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
        for one in kept
        if one.source == source or (recording and one.recording == recording)
    )
