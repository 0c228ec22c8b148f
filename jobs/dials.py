# SPDX-License-Identifier: GPL-3.0-or-later
"""A character's saved dials as the pipeline's settings, and back."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import bpy

from ..core.dials import dials_of
from ..core.errors import SettingsError
from ..core.formats import read_track
from ..core.motion.captured import CAPTURED_REGIONS, Captured
from ..core.motion.envelope import Envelope
from ..core.motion.keying import Keying
from ..core.motion.track import FaceTrack
from ..core.performance.acting import Acting, LookAt
from ..core.performance.emotion import AUTO, Strength
from ..core.performance.layers import LAYERS, SEEDED
from ..core.performance.prototypes import FELT, variant_of
from ..core.timing import FrameClock
from ..options import steady
from ..pipeline import Settings, Style
from ..rigs.regions import REGIONS
from ..scene.clock import fps_of
from ..scene.curves.part import Part
from ..scene.saved.acting import (
    FOLLOWS,
    LIPWRIGHT_PG_capture,
    LIPWRIGHT_PG_feelings,
    variant_property,
)
from ..scene.saved.properties import LIPWRIGHT_PG_character
from ..scene.saved.sliders import strengths


@dataclass(frozen=True)
class Wanted:
    """What is to be drawn anew: frames, and regions of the face (`rigs.regions`)."""

    part: Part
    regions: frozenset[str]

    def describe(self) -> str:
        """Name it for the artist."""
        names = [label for name, (label, _) in REGIONS.items() if name in self.regions]
        what = "the face" if len(names) == len(REGIONS) else ", ".join(names)
        if self.part.is_whole:
            return what
        return f"{what} from frame {self.part.first:g} to {self.part.last:g}"


def read_dials(
    dials: LIPWRIGHT_PG_character,
    feelings: LIPWRIGHT_PG_feelings | None = None,
    clock: FrameClock | None = None,
    seconds: float = 0.0,
    look_at: LookAt | None = None,
) -> Settings:
    """What the dials of a character say; `feelings` are its own unless a line has others.

    Keyframed sliders are followed where a clock tells when the line is said.
    """
    sliders = feelings or dials.feelings
    felt = strengths(sliders, clock, seconds)
    acting, seeds = dials.acting, dials.acting.seeds
    return Settings(
        seed=dials.seed,
        auto=felt.pop(AUTO, 0.0),
        emotions=felt,
        layers=layers_on(dials),
        style=Style(
            **{one.name: getattr(dials, one.name) for one in dials_of(Style)},
            sync_offset_seconds=dials.sync_offset_ms / 1000,
        ),
        acting=Acting(
            **{one.name: getattr(acting, one.name) for one in dials_of(Acting)},
            look_at=look_at,
            variants={name: getattr(sliders, variant_property(name)) for name in FELT},
        ),
        seeds={name: getattr(seeds, name) for name in SEEDED if getattr(seeds, name) != FOLLOWS},
        # The character's own mood, also where a line has another; keyframed sliders fall to rest.
        resting=steady(
            {k: v for k, v in strengths(dials.feelings, clock, seconds).items() if k != AUTO},
            acting.stays,
        ),
        captured=captured_by(dials.capture),
    )


def layers_on(dials: LIPWRIGHT_PG_character) -> frozenset[str]:
    """Which layers are switched on."""
    return frozenset(one.name for one in LAYERS.values() if getattr(dials, one.saved_as))


def captured_by(choice: LIPWRIGHT_PG_capture) -> Captured | None:
    """Read the captured face that a character has chosen; SettingsError if it cannot be read."""
    regions = frozenset(one for one in CAPTURED_REGIONS if getattr(choice, one))
    if not choice.file or not regions:
        return None
    path = Path(bpy.path.abspath(choice.file))
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        changed = 0
    return Captured(_read(path, changed), regions, choice.file)


@lru_cache(maxsize=4)  # a dial that moves asks for the same file again and again
def _read(path: Path, _changed: int) -> FaceTrack:
    return read_track(path)


def keying_of(dials: LIPWRIGHT_PG_character) -> Keying:
    """The way in which a character is keyed."""
    return Keying(dials.keying, dials.tolerance)


def write_dials(dials: LIPWRIGHT_PG_character, settings: Settings, keying: Keying) -> None:
    """Leave on the character what a headless take was made with, so that an artist can go on."""
    for name in FELT:
        setattr(dials.feelings, name, _peak(settings.emotions.get(name, 0.0)))
        variant = variant_of(name, settings.acting.variants.get(name, ""))
        setattr(dials.feelings, variant_property(name), variant)
    dials.feelings.auto = _peak(settings.auto)
    for one in dials_of(Acting):
        setattr(dials.acting, one.name, getattr(settings.acting, one.name))
    dials.seed = settings.seed
    for name in SEEDED:
        setattr(dials.acting.seeds, name, settings.seeds.get(name, FOLLOWS))
    for layer in LAYERS.values():
        setattr(dials, layer.saved_as, layer.name in settings.layers)
    for one in dials_of(Style):
        setattr(dials, one.name, getattr(settings.style, one.name))
    dials.sync_offset_ms = settings.style.sync_offset_seconds * 1000
    if settings.captured is not None:
        dials.capture.file = settings.captured.source
        for region in CAPTURED_REGIONS:
            setattr(dials.capture, region, region in settings.captured.regions)
    dials.keying, dials.tolerance = keying.way, keying.tolerance


def _peak(strength: Strength) -> float:
    """What a slider shows of a strength that changes."""
    return max(strength.values) if isinstance(strength, Envelope) else strength


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
