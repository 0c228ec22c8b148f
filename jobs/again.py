# SPDX-License-Identifier: GPL-3.0-or-later
"""A character's newest take once more: with other dials, or without layers that were cleared."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import bpy
import numpy as np

from ..core.errors import Cancelled, LipwrightError, RigError, SettingsError
from ..core.performance.layers import LAYERS
from ..core.steps import Steps, at_once
from ..core.timing import Seconds
from ..rigs.regions import REGIONS
from ..scene import compat
from ..scene.character.chosen import settings_of
from ..scene.character.find import Character
from ..scene.clock import clock_of, fps_of
from ..scene.curves.fcurves import Range
from ..scene.curves.part import Part
from ..scene.saved.cleared import cleared_of, name_layers
from ..scene.session import HeardFrom, LastTake, memory
from ..scene.takes.ledger import read_ledger
from ..scene.takes.places import Report, animated_blocks, our_owners
from ..scene.takes.write import takes_of
from .dials import Wanted, keying_of, wanted_part
from .manners import NOT_HEARD
from .take import animate, animate_steps, gather, gather_steps, looked_at, settings_for, target_of

SAME_FRAMES = 2.0  # a take that lies further from where it was written is another state of the file
ANY_CHANGE = 1e-4  # of a curve


def newest_take(character: Character) -> LastTake | None:
    """A character's newest take, where it still lies as it was written: undo may have come."""
    return _standing(character, memory.takes.get(character.root.session_uid))


def remembered_takes(character: Character) -> dict[str, LastTake]:
    """All takes of a character that can be drawn again without listening, by their sources."""
    uid = character.root.session_uid
    lines = (memory.lines.get((uid, source)) for source in takes_of(character))
    standing = (_standing(character, last) for last in lines)
    return {last.source: last for last in standing if last is not None}


def _standing(character: Character, last: LastTake | None) -> LastTake | None:
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
    return at_once(mixing_again(character, over))


def mixing_again(
    character: Character,
    over: Part | None = None,
    find: Callable[[], Character] | None = None,
) -> Steps[Report | None]:
    """Do what `mix_again` does in steps.

    Where the artist has Blender meanwhile, `find` says who it is when all is planned.
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
    wanted = wanted_part(bpy.context.scene) if over is None else _all_of(over)
    found = yield from gather_steps(character, settings.layers, measure=False)

    def settle() -> tuple[Character, HeardFrom | None]:
        again = character if find is None else find()
        if newest_take(again) is not last:  # undone meanwhile, or said anew
            raise Cancelled
        return again, last.heard_from

    return (
        yield from animate_steps(
            *(character, last.analysis, settings, clock, last.name, keying_of(dials)),
            found=found,
            heard_from=last.heard_from,
            performed=last.performed,
            wanted=wanted,
            settle=None if find is None else settle,
        )
    )


def _draw_again(character: Character, last: LastTake, over: Part) -> None:
    """Draw a line without what was cleared of it.

    The newest one with the dials as they are; another one with what it was drawn with, and it does
    not become the newest.
    """
    newest = newest_take(character)
    if newest is None or newest.source == last.source:
        mix_again(character, over)
        return
    cleared = cleared_of(settings_of(character).cleared, last.source, last.recording_seconds)
    settings = replace(last.settings, cleared=cleared)
    animate(
        *(character, last.analysis, settings, last.clock, last.name, last.keying),
        found=gather(character, settings.layers, measure=False),
        heard_from=last.heard_from,
        performed=last.performed,
        wanted=_all_of(over),
    )
    memory.takes[character.root.session_uid] = newest


def _all_of(frames: Part) -> Wanted | None:
    return None if frames.is_whole else Wanted(frames, frozenset(REGIONS))


def _over(character: Character, last: LastTake, frames: Range, blend_seconds: Seconds) -> Part:
    """What is drawn anew where a layer comes or goes on some frames.

    All of the newest line; but where the artist works on a part alone the rest of it may be of
    other dials, and stays, as another line's does.
    """
    scene, newest = bpy.context.scene, newest_take(character)
    if newest is last and not scene.lipwright.part_use:
        return Part()
    return Part(*frames, blend_seconds * fps_of(scene))


def _meant(character: Character, name: str) -> LastTake:
    """The line of a name, the newest without one; RigError where it cannot be drawn again."""
    if not name:
        last = newest_take(character)
    else:
        known = remembered_takes(character).values()
        last = next((one for one in reversed(list(known)) if one.name == name), None)
    if last is not None:
        return last
    if any(take.name == name for take in takes_of(character).values()):
        raise RigError(f"Generate “{name}” once more first: what was heard of it is needed")
    raise RigError(f"There is no line “{name}”. Choose another" if name else NOT_HEARD)


def clear_layers(
    character: Character,
    layers: frozenset[str],
    frames: Range | None,
    blend_seconds: Seconds,
    line: str = "",
) -> tuple[int, str]:
    """Take layers off a line, or off some of its frames, for this take and all later.

    It is the newest one where none is named. Off all of the newest they are switched off. Returns
    how many curves of ours changed, and the line's name. RigError or SettingsError, before anything
    is changed, where that means nothing.
    """
    last = _meant(character, line)
    if not layers:
        raise SettingsError("No layer is chosen to be cleared. Choose one or more")
    clock, dials = clock_of(bpy.context.scene, last.clock.first_frame), settings_of(character)
    low, high = clock.frames(np.array([0.0, last.analysis.seconds]))
    if frames is None and last is not newest_take(character):
        frames, blend_seconds = takes_of(character)[last.source].span, 0.0
    if frames is not None and not (frames[0] < high and low < frames[1]):
        raise SettingsError(
            f"“{last.name}” is said from frame {low:.0f} to {high:.0f}. Choose frames in it"
        )
    before = dict(_shown(character))
    if frames is None:
        _switch_off(character, layers)
    else:
        row = dials.cleared.add()
        row.name, row.source, row.layers = name_layers(layers), last.source, set(layers)
        row.line = last.name
        row.recording = "" if last.heard_from is None else last.heard_from.span.recording
        edges = clock.seconds(np.array(frames)) + last.recording_seconds
        row.start_seconds, row.end_seconds = map(float, edges)
        row.blend_seconds = blend_seconds
        try:
            _draw_again(character, last, _over(character, last, frames, blend_seconds))
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

    Returns the name of the line that shows them with its next take only, as it is not remembered.
    LipwrightError, before anything is changed, where that cannot be.
    """
    cleared = settings_of(character).cleared
    if row >= len(cleared):
        raise SettingsError("Nothing is cleared there any more")
    one, known = cleared[row], takes_of(character)
    source = one.source
    last = remembered_takes(character).get(source)
    if last is None:
        cleared.remove(row)
        return known[source].name if source in known else ""
    clock = clock_of(bpy.context.scene, last.clock.first_frame)
    edges = np.array([one.start_seconds, one.end_seconds]) - last.recording_seconds
    first, end = map(float, clock.frames(edges))
    one.source = ""  # of no line
    lead = one.blend_seconds * clock.fps  # outside of it, for all that the stretch has to come back
    over = _over(character, last, (first - lead, end + lead), one.blend_seconds)
    try:
        _draw_again(character, last, over)
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
