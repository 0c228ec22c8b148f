# SPDX-License-Identifier: GPL-3.0-or-later
"""An earlier line in the shot of a new one: found, and taken away with the strip that we added."""

from collections.abc import Sequence
from dataclasses import dataclass

import bpy

from ..scene import compat
from ..scene.character.find import Character
from ..scene.sounds.strip import AudioSpan, strip_named, strip_of_source
from ..scene.takes.write import SAME_SHOT_FRAMES, takes_of


@dataclass(frozen=True)
class Earlier:
    """A take that lies where a new one is to come: its source, its name, where its strip begins."""

    source: str
    name: str
    first_frame: float


def earlier_in_shot(
    character: Character, span: AudioSpan, scene: bpy.types.Scene
) -> tuple[Earlier, ...]:
    """The takes in whose shot a span begins, of strips that we added for a chosen file.

    Strips of the artist's are lines that they laid there, and stay.
    """
    found = []
    for source, take in takes_of(character).items():
        strip = strip_of_source(scene, source)
        first, last = take.said
        near = first - SAME_SHOT_FRAMES <= span.first_frame < last - SAME_SHOT_FRAMES
        if source != span.source and near and strip is not None and strip.lipwright.added:
            found.append(Earlier(source, take.name, compat.left_edge(strip)))
    return tuple(found)


def take_away(earlier: Sequence[Earlier], span: AudioSpan, scene: bpy.types.Scene) -> None:
    """Remove the strips of replaced takes; one that we added for the new one gets the channel."""
    new = strip_named(scene, span.name)
    for one in earlier:
        strip = strip_of_source(scene, one.source)
        if strip is None or strip == new:
            continue
        channel, apart = strip.channel, bool(compat.metas_of(strip, scene))
        compat.remove_strip(scene, strip)
        if new is not None and new.lipwright.added and not apart:
            new.channel = channel
