# SPDX-License-Identifier: GPL-3.0-or-later
"""Markers of the timeline that show the sounds of a line; the list remembers which are ours."""

from collections import Counter

import bpy

from ..core.phones import SILENCE
from .saved.phones import LIPWRIGHT_PG_phones, line_clock


def mark(scene: bpy.types.Scene, stored: LIPWRIGHT_PG_phones) -> int:
    """Mark where each sound begins, in place of the character's markers so far; how many."""
    unmark(scene, stored)
    clock = line_clock(stored)
    ours = [
        scene.timeline_markers.new(row.symbol, frame=round(float(clock.frames(row.start_seconds))))
        for row in stored.rows
        if row.symbol != SILENCE
    ]
    # By place and name, as Blender 5.0 dropped custom properties of markers.
    stored.marks = "\n".join(map(_line_of, ours))
    return len(ours)


def unmark(scene: bpy.types.Scene, stored: LIPWRIGHT_PG_phones) -> int:
    """Remove the markers of one character's sounds; how many. One that was moved stays."""
    ours = Counter(stored.marks.split("\n"))
    count = 0
    for marker in reversed(list(scene.timeline_markers)):
        told = _line_of(marker)
        if ours[told] > 0:
            ours[told] -= 1
            scene.timeline_markers.remove(marker)
            count += 1
    stored.marks = ""
    return count


def _line_of(marker: bpy.types.TimelineMarker) -> str:
    return f"{marker.frame} {marker.name}"
