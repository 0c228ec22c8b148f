# SPDX-License-Identifier: GPL-3.0-or-later
"""One line on one character: gather, plan, write; the button, the command and bake.py share it."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import bpy
import numpy as np

from ..core.errors import SettingsError
from ..core.motion.captured import PARTS, Captured
from ..core.motion.ends import CLOSING_SECONDS, Room
from ..core.motion.keying import EVERY_FRAME, Keying
from ..core.performance.acting import LookAt
from ..core.timing import FrameClock
from ..pipeline import Analysis, Settings, TakePlan, plan_take
from ..rigs.bones.turns import Body
from ..rigs.drawn import Drawing
from ..rigs.lips.fit import LipFit
from ..rigs.regions import MOUTH, REGIONS, controls_in, region_of_role
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
from ..scene.character.measure import calibrated_lips
from ..scene.character.preview import end_previews
from ..scene.clock import clock_of, fps_of
from ..scene.saved.sliders import feelings_for
from ..scene.session import HeardFrom, LastTake, memory
from ..scene.sounds.strip import sound_strips, sources_in
from ..scene.takes.channels import tell_driven
from ..scene.takes.ledger import source_of_name
from ..scene.takes.left_on import left_on, tell_left_on
from ..scene.takes.look_at import sample_look_at
from ..scene.takes.part import Part
from ..scene.takes.places import Report, animated_blocks
from ..scene.takes.renamed import follow_renames
from ..scene.takes.turns import Target, Turn, drawn_writings, plan_writings, targets_of
from ..scene.takes.write import SAME_SHOT_FRAMES, Take, takes_of, write_take
from .dials import keying_of, read_dials

PERFORMED_LAYERS = frozenset({"speech", "head"})
SAME_FRAMES = 2.0  # a take that lies further from where it was written is another state of the file
NO_HEAD = "Head motion has no target. Pick a head bone or object for it"


@dataclass(frozen=True)
class Wanted:
    """What is to be drawn anew: frames, and regions of the face (`rigs.regions`)."""

    part: Part
    regions: frozenset[str]

    def told(self) -> str:
        """Name it for the artist."""
        names = [label for name, (label, _) in REGIONS.items() if name in self.regions]
        what = "the face" if len(names) == len(REGIONS) else ", ".join(names)
        if not np.isfinite(self.part.first):
            return what
        return f"{what} from frame {self.part.first:g} to {self.part.last:g}"


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

    @property
    def body(self) -> Body:
        """What of it turns."""
        return Body(frozenset(self.targets), self.neck_share)


def gather(character: Character, layers: frozenset[str], *, measure: bool = True) -> Gathered:
    """Read a character; RigError if it cannot be written to.

    Without `measure` lips that were measured before count.
    """
    refuse_if_not_writable(character)
    end_previews()
    follow_renames(animated_blocks(character))
    rig, dials = rig_of(character), settings_of(character)
    return Gathered(
        rig,
        calibrated_lips(character, rig, again=measure),
        targets_of(character, dials, rig, layers),
        tuple(left_on(character, rig)),
        driven_faces(character, rig),
        dials.acting.neck_share,
        dials.apart,
        drawing_of(character.root),
        tuple(lost_rows(character.root, controls_of(character))),
    )


def animate(
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
) -> Report:
    """Write what was heard as one take of a character, beginning at the clock's first frame.

    `found` is the character as it was gathered, where that was done already; `instead_of` are the
    sources of takes that this one replaces. Of a take that is there already only what is `wanted`
    is drawn anew. A face that somebody `performed` is all of a take without a sound.
    """
    if performed is not None:
        settings = as_performed(settings, performed)
    source = "" if heard_from is None else heard_from.span.source
    found = found or gather(character, settings.layers)
    plan = plan_take(
        analysis,
        settings,
        found.rig,
        found.fit,
        clock,
        body=found.body,
        apart=found.apart,
        keying=keying,
        resting=found.resting,
        room=room_beside(character, analysis, clock, {source or source_of_name(name), *instead_of}),
        drawing=found.drawing,
    )
    present = _present(compat.sequencer_scene(bpy.context))
    ends = plan.lead_frames, plan.tail_frames
    take = Take(name, plan.span, source, present, *ends, instead_of)
    if wanted is not None and take.known_by in takes_of(character):
        plan, take = only(plan, found.rig, wanted.regions), replace(take, part=wanted.part)
    else:
        wanted = None
    drawing = found.drawing if wanted is None or MOUTH in wanted.regions else None
    report = write_plan(character, plan, found.targets, take, drawing)
    if wanted is not None:
        report.notes.insert(0, f"“Only a Part” is on: {wanted.told()} was drawn anew")
    report.notes += _remarks(found, settings, of_voice=performed is None)
    report.notes += analysis.notes
    memory.takes[character.root.session_uid] = LastTake(
        *(name, take.known_by, analysis, clock, settings.acting.look_at),
        *(target_of(settings_of(character)), heard_from, performed),
    )
    return report


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
    take; which parts are wanted may change.
    """
    chosen = settings.captured
    if chosen is not None:
        performed = replace(performed, parts=chosen.parts)
    return replace(settings, layers=settings.layers & PERFORMED_LAYERS, captured=performed)


def _present(scene: bpy.types.Scene) -> frozenset[str]:
    """What takes of the strips of a scene are known by; of earlier files, by the strip's name."""
    return sources_in(scene) | {source_of_name(strip.name) for strip in sound_strips(scene)}


def tell_captured(captured: Captured) -> str:
    """Whose face it is: a capture that was chosen for one line counts for the next too."""
    parts = [part for part in PARTS if part in captured.parts]
    said = " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
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


def wanted_part(scene: bpy.types.Scene) -> Wanted | None:
    """The part that is to be drawn anew alone; None for all of a line."""
    choice = scene.lipwright
    if not choice.part_use:
        return None
    regions = frozenset(choice.part_regions)
    if not regions:
        raise SettingsError("No region is chosen for the part. Choose mouth, eyes, brows or head")
    if choice.part_frames == "LINE":
        return Wanted(Part(), regions)
    first, last = choice.part_first, choice.part_last
    if choice.part_frames == "PREVIEW":
        if not scene.use_preview_range:
            raise SettingsError("There is no preview range. Set one (P in the timeline)")
        first, last = scene.frame_preview_start, scene.frame_preview_end
    if first >= last:
        raise SettingsError("The part ends before it begins. Set its first and last frame")
    return Wanted(Part(first, last, choice.part_blend_seconds * fps_of(scene)), regions)


def write_plan(
    character: Character,
    plan: TakePlan,
    targets: dict[str, Target],
    take: Take,
    drawing: Drawing | None = None,
) -> Report:
    """Write a plan as a take."""
    (_, lowest), *added = plan.layers.items()
    turns = [Turn(turn.layer, *targets[turn.role], turn.degrees) for turn in plan.turns]
    writings, notes = plan_writings(turns, plan.frames, keying=plan.keying, apart=bool(added))
    if drawing is not None:
        writings += drawn_writings(character.root, plan.drawn, drawing.rest)
    return write_take(
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
) -> Settings:
    """What a character's dials say about a line: keyframed sliders followed, its strip's own."""
    scene = compat.sequencer_scene(bpy.context)
    dials = settings_of(character)
    feelings = feelings_for(dials, scene, line)
    return read_dials(dials, feelings, clock, analysis.seconds, look_at)


def looked_at(character: Character, analysis: Analysis, clock: FrameClock) -> LookAt | None:
    """Where the character's look-at object is over a line; the scene is played through for it."""
    rig, dials = rig_of(character), settings_of(character)
    scene = bpy.context.scene
    return sample_look_at(character, dials, rig, scene, clock, analysis.seconds)


def target_of(dials: bpy.types.PropertyGroup) -> str:
    """Name of the object that the eyes hold; "" for none."""
    return "" if dials.acting.look_at is None else dials.acting.look_at.name


def newest_take(character: Character) -> LastTake | None:
    """A character's newest take, where it still lies as it was written: undo may have come."""
    last = memory.takes.get(character.root.session_uid)
    stands = None if last is None else takes_of(character).get(last.source)
    if last is None or stands is None:
        return None
    first = float(np.floor(last.clock.first_frame)) - 1
    return last if abs(stands.said[0] - first) <= SAME_FRAMES else None


def mix_again(character: Character) -> Report | None:
    """Rewrite a character's newest take with other dials, without listening; None without one."""
    last = newest_take(character)
    if last is None:
        return None
    # The scene may have another rate by now.
    clock = clock_of(bpy.context.scene, last.clock.first_frame)
    dials = settings_of(character)
    look_at = last.look_at
    if last.target != target_of(dials) or clock != last.clock:
        look_at = looked_at(character, last.analysis, clock)
    settings = settings_for(character, last.analysis, clock, last.name, look_at)
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
        wanted=wanted_part(bpy.context.scene),
    )


def span_end(report: Report, scene: bpy.types.Scene) -> None:
    """Lengthen the scene if it ends before the take does."""
    scene.frame_end = max(scene.frame_end, int(report.last_frame))
