# SPDX-License-Identifier: GPL-3.0-or-later
"""One line on one character: the way that the button, the command and bake.py share.

`hear` runs anywhere, also in a worker thread, and touches no Blender data; `act` writes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import bpy
import numpy as np
from numpy.typing import NDArray

from ..core.errors import RigError
from ..core.motion.keys import Keys, dense_keys, few_keys, held_contacts, sampled
from ..core.performance.acting import LookAt
from ..core.phones import Phone
from ..core.timing import FrameClock
from ..core.transcript.words import Transcript
from ..pipeline import Analysis, Settings, analyse, fingerprint_of, perform, steps
from ..rigs.apart import Curves, split
from ..rigs.match import drive
from ..rigs.schema import Control, RigMap
from ..scene import compat
from ..scene.cache import HeardFrom, LastTake, analyses, digest, last_takes
from ..scene.character.find import Character, refuse_if_not_writable, rig_or_refuse
from ..scene.character.left_on import left_on, tell_left_on
from ..scene.character.measure import calibrated_lips
from ..scene.character.preview import end_previews
from ..scene.saved.properties import settings_of
from ..scene.saved.sliders import feelings_for
from ..scene.sounds.decode import read_span
from ..scene.sounds.strip import AudioSpan
from ..scene.takes.look_at import sample_look_at
from ..scene.takes.places import Report
from ..scene.takes.turns import head_object, turns_of, write_turns
from ..scene.takes.write import finish_take, take_ranges, write_layer, write_take
from .dials import read_dials, tolerance_of

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Machine:
    """Where the networks run."""

    device: str = "auto"
    threads: int = 1


def hear(
    span: AudioSpan,
    machine: Machine,
    *,
    phones: Sequence[Phone] | None = None,
    of_sound: str | None = None,
    transcript: Transcript | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Analysis:
    """Listen to a span, or remember it. Raises SoundError, ModelError or Cancelled.

    Where `of_sound` names a sound (`sound_name`), the phones count for that one only.
    """
    sound = read_span(span)
    if of_sound is not None and of_sound != str(fingerprint_of(sound)):
        phones = None
    key = (digest(sound), None if phones is None else tuple(phones), transcript)
    known = analyses.get(key)
    if known is not None:
        return known
    analysis = analyse(
        sound,
        device=machine.device,
        threads=machine.threads,
        phones=phones,
        transcript=transcript,
        progress=progress,
        cancelled=cancelled,
    )
    analyses.put(key, analysis)
    return analysis


def sound_name(analysis: Analysis) -> str:
    """The fingerprint of the sound that was heard, as a character remembers it."""
    return str(analysis.voice.fingerprint)


def act(
    character: Character,
    analysis: Analysis,
    settings: Settings,
    clock: FrameClock,
    name: str,
    tolerance: float | None = None,
    *,
    measure: bool = True,
    heard_from: HeardFrom | None = None,
) -> Report:
    """Write what was heard as one take of a character, beginning at the clock's first frame.

    Without `measure` lips that were measured before count.
    """
    refuse_if_not_writable(character)
    end_previews()
    rig, dials = rig_or_refuse(character), settings_of(character)
    turned = "head" in settings.layers and head_object(character, dials) is not None
    wanted = settings if turned else replace(settings, layers=settings.layers - {"head"})
    faces = (dials.apart and steps(analysis, wanted)) or {"": perform(analysis, wanted)}
    faces = {layer: held_contacts(face, clock.fps) for layer, face in faces.items()}
    whole = list(faces.values())[-1]
    fit = calibrated_lips(character, rig, again=measure)
    times = sampled(whole, clock)[1]
    curves = {layer: drive(sampled(face, clock)[0], rig, fit) for layer, face in faces.items()}
    base, added = split(curves)
    if not base:
        raise RigError("Every row of the mapping is muted. Switch some on in the panel Rig")
    keys = keys_of(base, times, rig, clock, tolerance)
    frames = next(iter(keys.values())).frames
    span = float(frames[0]) - 1, float(frames[-1]) + 1
    resting = left_on(character, rig)
    keys |= {control: Keys(frames[[0, -1]], np.zeros(2, np.float32)) for control in resting}
    rests = {row.control: row.rest for row in rig.rows}
    report = write_take(
        character, keys, name, span, rests=rests, tolerance=tolerance, apart=bool(added)
    )
    for layer, curves in added.items():
        write_layer(character, keys_of(curves, times, rig, clock, tolerance), layer, report)
    turns = turns_of(character, dials, rig, whole, clock, frames, wanted.layers)
    write_turns(character, turns, frames, report, few=tolerance is not None)
    finish_take(character, report)
    if resting:
        report.notes.append(tell_left_on(resting))
    if "head" in settings.layers and not turned:
        report.notes.append("Head motion has no target. Pick a head bone or object for it")
    report.notes += analysis.notes
    look_at = settings.acting.look_at
    last_takes[character.root.name] = LastTake(
        name, analysis, clock, look_at, target_of(dials), heard_from
    )
    return report


def keys_of(
    curves: Curves,
    times_seconds: NDArray[np.floating],
    rig: RigMap,
    clock: FrameClock,
    tolerance: float | None,
) -> dict[Control, Keys]:
    """Keys for every control, one a frame or few within the tolerance.

    Poses keep one a frame: they are added up before their bones' keys are thinned.
    """
    keys = {control: dense_keys(times_seconds, values, clock) for control, values in curves.items()}
    if tolerance is None:
        return keys
    own = {row.control: tolerance * (abs(row.scale) or 1.0) for row in rig.rows}
    return {
        control: dense if control.kind == "pose" else few_keys(dense, tolerance=own[control])
        for control, dense in keys.items()
    }


def settings_for(
    character: Character,
    analysis: Analysis,
    clock: FrameClock,
    line: str,
    look_at: LookAt | None,
) -> Settings:
    """What a character's dials say about a line: keyframed sliders followed, its strip's own."""
    scene = compat.sequencer_scene(bpy.context)
    dials = settings_of(character)
    feelings = feelings_for(dials, scene, line)
    return read_dials(dials, feelings, clock, analysis.seconds, look_at)


def looked_at(character: Character, analysis: Analysis, clock: FrameClock) -> LookAt | None:
    """Where the character's look-at object is over a line; the scene is played through for it."""
    rig, dials = rig_or_refuse(character), settings_of(character)
    scene = bpy.context.scene
    return sample_look_at(character, dials, rig, scene, clock, analysis.seconds)


def target_of(dials: bpy.types.PropertyGroup) -> str:
    """Name of the object that the eyes hold; "" for none."""
    return "" if dials.acting.look_at is None else dials.acting.look_at.name


def mix_again(character: Character) -> Report | None:
    """Rewrite a character's newest take with other dials, without listening; None without one."""
    last = last_takes.get(character.root.name)
    if last is None or last.name not in take_ranges(character):  # undone or cleared since
        return None
    dials = settings_of(character)
    look_at = last.look_at
    if last.target != target_of(dials):
        look_at = looked_at(character, last.analysis, last.clock)
    settings = settings_for(character, last.analysis, last.clock, last.name, look_at)
    return act(
        character,
        last.analysis,
        settings,
        last.clock,
        last.name,
        tolerance_of(dials),
        measure=False,
        heard_from=last.heard_from,
    )


def span_end(report: Report, scene: bpy.types.Scene) -> None:
    """Lengthen the scene if it ends before the take does."""
    scene.frame_end = max(scene.frame_end, int(report.last_frame))
