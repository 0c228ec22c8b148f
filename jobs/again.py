# SPDX-License-Identifier: GPL-3.0-or-later
"""A character's newest take once more: with other dials, or without layers that were cleared."""

from collections.abc import Iterator

import bpy
import numpy as np

from ..core.errors import LipwrightError, RigError, SettingsError
from ..core.performance.layers import LAYERS
from ..rigs.regions import REGIONS
from ..scene import compat
from ..scene.character.chosen import settings_of
from ..scene.character.find import Character
from ..scene.clock import clock_of, fps_of
from ..scene.curves.part import Part
from ..scene.saved.cleared import told
from ..scene.session import LastTake, memory
from ..scene.takes.ledger import read_ledger
from ..scene.takes.places import Report, animated_blocks, our_owners
from ..scene.takes.write import takes_of
from .dials import Wanted, keying_of, wanted_part
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


def mix_again(character: Character, over: Part | None = None) -> Report | None:
    """Rewrite a character's newest take with other dials, without listening; None without one.

    What of it is drawn anew is the part that the scene asks for, if any, or all regions `over` some
    frames.
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
        wanted=wanted_part(bpy.context.scene) if over is None else _all_of(over),
    )


def _all_of(frames: Part) -> Wanted | None:
    return None if frames.is_whole else Wanted(frames, frozenset(REGIONS))


def _over(frames: tuple[float, float], blend_seconds: float) -> Part:
    """What is drawn anew where a layer comes or goes on some frames.

    All of the line; but where the artist works on a part alone the rest of it may be of other
    dials, and stays.
    """
    scene = bpy.context.scene
    blend = blend_seconds * fps_of(scene)
    return Part(*frames, blend) if scene.lipwright.part_use else Part()


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
        _switch_off(character, layers)
    else:
        row = dials.cleared.add()
        row.name, row.source, row.layers = told(layers), last.source, set(layers)
        row.recording = "" if last.heard_from is None else last.heard_from.span.recording
        edges = clock.seconds(np.array(frames)) + last.recording_seconds
        row.start_seconds, row.end_seconds = map(float, edges)
        row.blend_seconds = blend_seconds
        try:
            mix_again(character, _over(frames, blend_seconds))
        except LipwrightError:
            dials.cleared.remove(len(dials.cleared) - 1)
            raise
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


def _switch_off(character: Character, layers: frozenset[str]) -> None:
    dials = settings_of(character)
    names = [LAYERS[layer].saved_as for layer in layers]
    before = {name: getattr(dials, name) for name in names}
    try:
        for name in names:
            setattr(dials, name, False)
        mix_again(character, Part())
    except LipwrightError:
        for name, stood in before.items():
            setattr(dials, name, stood)
        raise


def bring_back(character: Character, row: int) -> str:
    """Let layers that were cleared from some frames show there again.

    Returns the name of the line that shows them with its next take only, as it is not the newest.
    LipwrightError, before anything is changed, where that cannot be.
    """
    cleared = settings_of(character).cleared
    if row >= len(cleared):
        raise SettingsError("Nothing is cleared there any more")
    one, last = cleared[row], newest_take(character)
    if last is None:
        raise RigError(NOT_HEARD)
    source = one.source
    if source != last.source:
        cleared.remove(row)
        known = takes_of(character).get(source)
        return "" if known is None else known.name
    clock = clock_of(bpy.context.scene, last.clock.first_frame)
    edges = np.array([one.start_seconds, one.end_seconds]) - last.recording_seconds
    first, end = map(float, clock.frames(edges))
    one.source = ""  # of no line
    try:
        mix_again(character, _over((first, end), one.blend_seconds))
    except LipwrightError:
        one.source = source
        raise
    cleared.remove(row)
    return ""


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
