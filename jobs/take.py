# SPDX-License-Identifier: GPL-3.0-or-later
"""One line on one character: gather, plan, write; the button, the command and bake.py share it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

import bpy
import numpy as np

from ..core.errors import RigError, SettingsError
from ..core.motion.captured import CAPTURED_REGIONS, Captured
from ..core.motion.ends import CLOSING_SECONDS, Room
from ..core.motion.keying import EVERY_FRAME, Keying
from ..core.performance.acting import LookAt
from ..core.steps import Step, Steps, Work, without_pauses
from ..core.timing import FrameClock, Seconds
from ..pipeline import Analysis, Settings, TakePlan, plan_take, silent
from ..rigs.bones.turns import Body
from ..rigs.drawn import Drawing
from ..rigs.lips.fit import LipFit
from ..rigs.regions import MOUTH, controls_in, region_of_role
from ..rigs.schema import Control, RigMap
from ..scene import compat
from ..scene.character.chosen import settings_of
from ..scene.character.drawing import drawing_of
from ..scene.character.find import (
    Character,
    controls_of,
    driven_faces,
    refuse_if_not_writable,
    rig_of,
)
from ..scene.character.mapping import lost_rows
from ..scene.character.measure import calibrated_lips_steps
from ..scene.character.preview import end_previews
from ..scene.clock import clock_of
from ..scene.saved.cleared import cleared_of
from ..scene.saved.properties import LIPWRIGHT_PG_character
from ..scene.saved.sliders import feelings_for
from ..scene.session import HeardFrom, LastTake, memory
from ..scene.sounds.strip import sound_strips, sources_in, speakers_in
from ..scene.takes.channels import tell_driven
from ..scene.takes.ledger import source_of_name
from ..scene.takes.left_on import left_on, tell_left_on
from ..scene.takes.look_at import sample_look_at
from ..scene.takes.places import Report, animated_blocks
from ..scene.takes.renamed import follow_renames
from ..scene.takes.turns import Target, Turn, drawn_writings, plan_writings, targets_of
from ..scene.takes.write import SAME_SHOT_FRAMES, Take, Writes, takes_of, write_take_steps
from .dials import Wanted, captured_by, keying_of, read_dials

PERFORMED_LAYERS = frozenset({"speech", "head"})
NO_HEAD = "Head motion has no target. Pick a head bone or object for it"


@dataclass(frozen=True)
class Gathered:
    """What a plan must know of a character, read before anything is written."""

    rig: RigMap
    fit: LipFit | None
    targets: dict[str, Target]
    resting: tuple[Control, ...]
    driven: dict[str, list[str]]
    neck_share: float
    apart: bool
    drawing: Drawing | None = None
    lost: tuple[str, ...] = ()

    def planned_for(self) -> tuple[object, ...]:
        """What a plan was made for, to be compared."""
        return self.rig, tuple(self.targets), self.resting, self.apart, self.drawing

    @property
    def body(self) -> Body:
        """What of it turns."""
        return Body(frozenset(self.targets), self.neck_share)


def gather_steps(
    character: Character, layers: frozenset[str], *, measure: bool = True
) -> Steps[Gathered]:
    """Read a character; RigError if it cannot be written to.

    Without `measure` lips that were measured before count.
    """
    refuse_if_not_writable(character)
    end_previews()
    follow_renames(animated_blocks(character))
    rig, dials = rig_of(character), settings_of(character)
    yield Step(0.0)
    lips = yield from calibrated_lips_steps(character, rig, again=measure)
    return Gathered(
        rig,
        lips,
        targets_of(character, dials, rig, layers),
        tuple(left_on(character, rig)),
        driven_faces(character, rig),
        dials.acting.neck_share,
        dials.apart,
        drawing_of(character.root),
        tuple(lost_rows(character.root, controls_of(character))),
    )


gather = without_pauses(gather_steps)


def animate_steps(
    character: Character,
    analysis: Analysis,
    settings: Settings,
    clock: FrameClock,
    name: str,
    keying: Keying = EVERY_FRAME,
    *,
    found: Gathered | None = None,
    heard_from: HeardFrom | None = None,
    instead_of: frozenset[str] = frozenset(),
    wanted: Wanted | None = None,
    performed: Captured | None = None,
    settle: Callable[[], tuple[Character, HeardFrom | None]] | None = None,
) -> Steps[Report]:
    """Write what was heard as one take of a character, beginning at the clock's first frame.

    `found` is the character as it was gathered, where that was done already. Of a take that is
    there already only what is `wanted` is drawn anew. A face that somebody `performed` is all of a
    take without a sound. `instead_of` are the sources of takes that this one replaces. `settle`
    says who it is and where the line lies when it is planned, where the artist had Blender
    meanwhile.
    """
    if performed is not None:
        settings = as_performed(settings, performed)
    source = "" if heard_from is None else heard_from.span.source
    found = found or (yield from gather_steps(character, settings.layers))
    known_by = source or source_of_name(name)
    room = room_beside(character, analysis, clock, {known_by, *instead_of})
    plan = yield _planning(analysis, settings, found, clock, keying, room)
    if settle is not None:
        character, heard_from = settle()
        now = yield from gather_steps(character, settings.layers, measure=False)
        found = _same(found, now, character.name)
        if heard_from is not None:
            name, source = heard_from.span.name, heard_from.span.source
        yield Step(0.0)
    present = _present(compat.sequencer_scene(bpy.context))
    ends = plan.lead_frames, plan.tail_frames
    take = Take(name, plan.span, source, present, *ends, instead_of)
    if wanted is not None and take.known_by in takes_of(character):
        plan, take = only(plan, found.rig, wanted.regions), replace(take, part=wanted.part)
    else:
        wanted = None
    drawing = found.drawing if wanted is None or MOUTH in wanted.regions else None
    report = yield from write_plan(character, plan, found.targets, take, drawing)
    if wanted is not None:
        report.notes.insert(0, f"“Only a Part” is on: {wanted.describe()} was drawn anew")
    report.notes += _remarks(found, settings, of_voice=performed is None)
    report.notes += analysis.notes
    last = LastTake(
        *(name, take.known_by, analysis, clock, settings.acting.look_at),
        *(target_of(settings_of(character)), heard_from, performed, settings, keying),
    )
    memory.keep(character.root.session_uid, last)
    return report


animate = without_pauses(animate_steps)


def _planning(
    analysis: Analysis,
    settings: Settings,
    found: Gathered,
    clock: FrameClock,
    keying: Keying,
    room: Room,
) -> Work:
    """What plans a take from values alone."""

    def plan(_progress: object, _cancelled: object) -> TakePlan:
        return plan_take(
            *(analysis, settings, found.rig, found.fit, clock),
            body=found.body,
            apart=found.apart,
            keying=keying,
            resting=found.resting,
            room=room,
            drawing=found.drawing,
        )

    return plan


def _same(found: Gathered, now: Gathered, name: str) -> Gathered:
    """What is gathered of a character now; RigError where a plan was made for another."""
    if now.planned_for() != found.planned_for():
        raise RigError(f"“{name}” was changed while its line was planned. Generate once more")
    return now


def _remarks(found: Gathered, settings: Settings, *, of_voice: bool) -> list[str]:
    """What is to be said of a character that a take was written on."""
    notes = tell_driven(found.driven)
    if found.lost:
        notes.append(
            f"Gone, so left out of the mapping: {', '.join(found.lost)}. Swap or remove these rows"
        )
    if found.resting:
        notes.append(tell_left_on(found.resting))
    if "head" in settings.layers and "head" not in found.targets:
        notes.append(NO_HEAD)
    if settings.captured is not None and of_voice:
        notes.append(tell_captured(settings.captured))
    return notes


def as_performed(settings: Settings, performed: Captured) -> Settings:
    """Return the settings of a take that is nothing but a captured face.

    What a take adds by itself is for a voice. Another file that is chosen later is for another
    take; which regions are wanted may change.
    """
    chosen = settings.captured
    if chosen is not None:
        performed = replace(performed, regions=chosen.regions)
    return replace(settings, layers=settings.layers & PERFORMED_LAYERS, captured=performed)


def _present(scene: bpy.types.Scene) -> frozenset[str]:
    """What takes of strips and Speakers are known by; of earlier files, by the strip's name."""
    speakers = speakers_in(bpy.context.scene)
    return (
        sources_in(scene) | speakers | {source_of_name(strip.name) for strip in sound_strips(scene)}
    )


def tell_captured(captured: Captured) -> str:
    """Whose face it is: a capture that was chosen for one line counts for the next too."""
    regions = [one for one in CAPTURED_REGIONS if one in captured.regions]
    said = " and ".join(filter(None, (", ".join(regions[:-1]), regions[-1])))
    file = Path(captured.source).name
    return f"From the capture “{file}”: {said}. Empty Style > Face Capture for a face of the voice"


def room_beside(
    character: Character, analysis: Analysis, clock: FrameClock, gone: Collection[str]
) -> Room:
    """Time between a line and what this character says before and after it, or the scene's ends.

    A mouth closes also beyond the scene's end. Takes of the sources in `gone` count for nothing.
    """
    scene, one = bpy.context.scene, 1 / clock.fps
    first, end = (float(frame) for frame in clock.frames(np.array([0.0, analysis.seconds])))
    others = [take for known, take in takes_of(character).items() if known not in gone]
    # One that begins in the same shot gives way to this line, unless it comes after it.
    after = min(first + SAME_SHOT_FRAMES, end - 1)
    later = [take.low for take in others if take.said[0] > after]
    earlier = [take.said[1] for take in others if take.said[1] <= first]
    last = max(float(scene.frame_end), end + CLOSING_SECONDS * clock.fps + 1)
    start = max([float(scene.frame_start), *earlier])
    return Room(
        max(0.0, (first - start) * one - one),
        max(0.0, (min([last, *later]) - end) * one - one),
        followed=any(low <= last for low in later),
    )


def only(plan: TakePlan, rig: RigMap, regions: frozenset[str]) -> TakePlan:
    """What of a plan moves some regions of the face."""
    controls = controls_in(rig, regions)
    return replace(
        plan,
        layers={
            layer: {control: keys for control, keys in curves.items() if control in controls}
            for layer, curves in plan.layers.items()
        },
        turns=tuple(turn for turn in plan.turns if region_of_role(turn.role) in regions),
    )


def write_plan(
    character: Character,
    plan: TakePlan,
    targets: dict[str, Target],
    take: Take,
    drawing: Drawing | None = None,
) -> Writes[Report]:
    """Write a plan as a take, in steps."""
    (_, lowest), *added = plan.layers.items()
    turns = [Turn(turn.layer, *targets[turn.role], turn.degrees) for turn in plan.turns]
    writings, notes = plan_writings(turns, plan.frames, keying=plan.keying, apart=bool(added))
    if drawing is not None:
        writings += drawn_writings(character.root, plan.drawn, drawing.rest)
    return write_take_steps(
        *(character, lowest, take),
        rests=plan.rests,
        keying=plan.keying,
        added=dict(added),
        turns=writings,
        notes=notes,
    )


def settings_for(
    character: Character,
    analysis: Analysis,
    clock: FrameClock,
    line: str,
    look_at: LookAt | None,
    source: str = "",
    recording_seconds: Seconds = 0.0,
) -> Settings:
    """What a character's dials say about a line: keyframed sliders followed, its strip's own.

    What was cleared of the line with this source is left out; `recording_seconds` is where in its
    recording the sound begins.
    """
    dials = settings_of(character)
    feelings = feelings_for(dials, compat.sequencer_scene(bpy.context), line)
    settings = read_dials(dials, feelings, clock, analysis.seconds, look_at)
    return replace(settings, cleared=cleared_of(dials.cleared, source, recording_seconds))


def looked_at(character: Character, analysis: Analysis, clock: FrameClock) -> LookAt | None:
    """Where the character's look-at object is over a line; the scene is played through for it."""
    told = settings_of(character), rig_of(character), bpy.context.scene
    return sample_look_at(character, *told, clock, analysis.seconds)


def target_of(dials: LIPWRIGHT_PG_character) -> str:
    """Name of the object that the eyes hold; "" for none."""
    return getattr(dials.acting.look_at, "name", "")


def span_end(report: Report, scene: bpy.types.Scene) -> None:
    """Lengthen the scene if it ends before the take does."""
    scene.frame_end = max(scene.frame_end, int(report.last_frame))


def animate_captured(character: Character, scene: bpy.types.Scene) -> Report:
    """Write what was captured from the current frame on; SettingsError without a capture."""
    clock = clock_of(scene, float(scene.frame_current))
    dials = settings_of(character)
    name = Path(bpy.path.abspath(dials.capture.file)).stem
    captured = captured_by(dials.capture)
    if captured is None:
        raise SettingsError("No captured face is chosen. Choose a CSV or JSON in Face Capture")
    analysis = silent(captured.track.seconds)
    settings = settings_for(character, analysis, clock, name, None, source_of_name(name))
    told = settings, clock, name, keying_of(dials)
    return animate(character, analysis, *told, performed=captured)
