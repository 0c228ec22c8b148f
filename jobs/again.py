# SPDX-License-Identifier: GPL-3.0-or-later
"""A character's newest take once more: with other dials, or without layers that were cleared."""

from collections.abc import Iterator

import bpy
import numpy as np

from ..core.errors import RigError, SettingsError
from ..core.performance.layers import LAYERS
from ..scene import compat
from ..scene.character.chosen import settings_of
from ..scene.character.find import Character
from ..scene.clock import clock_of
from ..scene.saved.cleared import told
from ..scene.session import LastTake, memory
from ..scene.takes.ledger import read_ledger
from ..scene.takes.places import Report, animated_blocks, our_owners
from ..scene.takes.write import takes_of
from .dials import keying_of, wanted_part
from .manners import NOT_HEARD
from .take import animate, gather, looked_at, settings_for, target_of

SAME_FRAMES = 2.0  # a take that lies further from where it was written is another state of the file
ANY_CHANGE = 1e-4  # of a curve


def newest_take(character: Character) -> LastTake | None:
    """A character's newest take, where it still lies as it was written: undo may have come."""
    last = memory.takes.get(character.root.session_uid)
    stands = None if last is None else takes_of(character).get(last.source)
    if last is None or stands is None:
        return None
    first = float(np.floor(last.clock.first_frame)) - 1
    return last if abs(stands.said[0] - first) <= SAME_FRAMES else None


def mix_again(character: Character, *, whole: bool = False) -> Report | None:
    """Rewrite a character's newest take with other dials, without listening; None without one.

    All of it where the `whole` is wanted, also while only a part is to be drawn anew.
    """
    last = newest_take(character)
    if last is None:
        return None
    # The scene may have another rate by now.
    clock = clock_of(bpy.context.scene, last.clock.first_frame)
    dials = settings_of(character)
    look_at = last.look_at
    if last.target != target_of(dials) or clock != last.clock:
        look_at = looked_at(character, last.analysis, clock)
    settings = settings_for(
        *(character, last.analysis, clock, last.name, look_at, last.source, last.recording_seconds)
    )
    return animate(
        character,
        last.analysis,
        settings,
        clock,
        last.name,
        keying_of(dials),
        found=gather(character, settings.layers, measure=False),
        heard_from=last.heard_from,
        performed=last.performed,
        wanted=None if whole else wanted_part(bpy.context.scene),
    )


def clear_layers(
    character: Character,
    layers: frozenset[str],
    frames: tuple[float, float] | None,
    blend_seconds: float,
) -> tuple[int, str]:
    """Take layers off the newest line, or off some of its frames, for this take and all later.

    Off the whole line they are switched off. Returns how many curves of ours changed, and the
    line's name. RigError or SettingsError, before anything is changed, where that means nothing.
    """
    last = newest_take(character)
    if last is None:
        raise RigError(NOT_HEARD)
    if not layers:
        raise SettingsError("No layer is chosen to be cleared. Choose one or more")
    clock, dials = clock_of(bpy.context.scene, last.clock.first_frame), settings_of(character)
    low, high = clock.frames(np.array([0.0, last.analysis.seconds]))
    if frames is not None and not (frames[0] < high and low < frames[1]):
        raise SettingsError(
            f"“{last.name}” is said from frame {low:.0f} to {high:.0f}. Choose frames in it"
        )
    before = dict(_shown(character))
    if frames is None:
        for layer in layers:
            setattr(dials, LAYERS[layer].saved_as, False)
    else:
        row = dials.cleared.add()
        row.name, row.source, row.layers = told(layers), last.source, set(layers)
        edges = clock.seconds(np.array(frames)) + last.recording_seconds
        row.start_seconds, row.end_seconds = map(float, edges)
        row.blend_seconds = blend_seconds
    mix_again(character, whole=True)
    after = dict(_shown(character))
    changed = [
        place
        for place in before.keys() | after.keys()
        if place not in before
        or place not in after
        or before[place].shape != after[place].shape
        or np.abs(before[place] - after[place]).max() > ANY_CHANGE
    ]
    return len(changed), last.name


def _shown(character: Character) -> Iterator[tuple[tuple[str, str, int], np.ndarray]]:
    """What every curve of ours shows on the frames of the character's lines."""
    spans = [take.span for take in takes_of(character).values()]
    frames = np.arange(min(a for a, _ in spans), max(b for _, b in spans) + 1)
    for block in animated_blocks(character):
        for owner in our_owners(block):
            known = read_ledger(owner.action).channels(compat.slot_of(owner))
            for curve in compat.curves_of(owner):
                path, index = curve.data_path, curve.array_index
                if (path, index) in known:
                    place = f"{owner.action.name}\n{block.name}", path, index
                    yield place, np.array([curve.evaluate(frame) for frame in frames])
