# SPDX-License-Identifier: GPL-3.0-or-later
"""One line on one character: the way that the button, the command and bake.py share.

`hear` runs anywhere, also in a worker thread, and touches no Blender data; `act` writes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import bpy
import numpy as np

from ..core.errors import RigError
from ..core.motion.keys import Keys, dense_keys, few_keys, held_contacts
from ..core.motion.track import HEAD_NAMES, FaceTrack
from ..core.phones import Phone
from ..core.timing import FrameClock
from ..core.transcript.words import Transcript
from ..pipeline import Analysis, Settings, analyse, perform
from ..rigs.fit import LipFit
from ..rigs.match import drive
from ..rigs.schema import Control, RigMap
from ..scene.cache import LastTake, analyses, digest, last_takes
from ..scene.character import Character, refuse_if_not_writable, rig_or_refuse
from ..scene.decode import read_span
from ..scene.head import head_target, write_head
from ..scene.left_on import left_on, tell_left_on
from ..scene.measure import calibrated_lips
from ..scene.preview import end_previews
from ..scene.properties import settings_of
from ..scene.strip import AudioSpan
from ..scene.takes import Report, take_ranges, write_take

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
    transcript: Transcript | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Analysis:
    """Listen to a span, or remember it. Raises SoundError, ModelError or Cancelled."""
    sound = read_span(span)
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


def act(
    character: Character,
    analysis: Analysis,
    settings: Settings,
    clock: FrameClock,
    name: str,
    tolerance: float | None = None,
) -> Report:
    """Write what was heard as one take of a character, beginning at the clock's first frame."""
    refuse_if_not_writable(character)
    end_previews()
    rig = rig_or_refuse(character)
    dials = settings_of(character)
    target = head_target(dials) if "head" in settings.layers else None
    track = perform(analysis, settings)
    held = held_contacts(track, clock.fps)
    keys = keys_of(held, rig, clock, tolerance, calibrated_lips(character, rig))
    frames = next(iter(keys.values())).frames
    span = float(frames[0]) - 1, float(frames[-1]) + 1
    resting = left_on(character, rig)
    keys |= {control: Keys(frames[[0, -1]], np.zeros(2, np.float32)) for control in resting}
    rests = {row.control: row.rest for row in rig.rows}
    report = write_take(character, keys, name, span, rests=rests, tolerance=tolerance)
    if resting:
        report.notes.append(tell_left_on(resting))
    if target is not None:
        angles = {part: dense_keys(track.times_seconds, track[part], clock) for part in HEAD_NAMES}
        few = tolerance is not None
        write_head(character, target, dials.head_bone, angles, report, few=few)
    elif "head" in settings.layers:
        report.notes.append("Head motion has no target. Pick a head bone or object for it")
    report.notes += analysis.notes
    last_takes[character.root.name] = LastTake(name, analysis, clock)
    return report


def keys_of(
    track: FaceTrack,
    rig: RigMap,
    clock: FrameClock,
    tolerance: float | None,
    fit: LipFit | None = None,
) -> dict[Control, Keys]:
    """Keys for every control of a rig, one a frame or few within the tolerance.

    Poses keep one a frame: they are added up before their bones' keys are thinned.
    """
    keys = {
        control: dense_keys(track.times_seconds, values, clock)
        for control, values in drive(track, rig, fit).items()
    }
    if not keys:
        raise RigError("Every row of the mapping is muted. Switch some on in the panel Rig")
    if tolerance is None:
        return keys
    own = {row.control: tolerance * (abs(row.scale) or 1.0) for row in rig.rows}
    return {
        control: dense if control.kind == "pose" else few_keys(dense, tolerance=own[control])
        for control, dense in keys.items()
    }


def mix_again(character: Character, settings: Settings, tolerance: float | None) -> Report | None:
    """Rewrite a character's newest take with other dials, without listening; None without one."""
    last = last_takes.get(character.root.name)
    if last is None or last.name not in take_ranges(character):  # undone or cleared since
        return None
    return act(character, last.analysis, settings, last.clock, last.name, tolerance)


def without_head_if_no_target(character: Character, settings: Settings) -> Settings:
    """Headless runs ask for all layers at once; the head moves only where it was picked."""
    if settings_of(character).head_object is not None:
        return settings
    return replace(settings, layers=settings.layers - {"head"})


def span_end(report: Report, scene: bpy.types.Scene) -> None:
    """Lengthen the scene if it ends before the take does."""
    scene.frame_end = max(scene.frame_end, int(report.last_frame))
