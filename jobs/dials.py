# SPDX-License-Identifier: GPL-3.0-or-later
"""A character's saved dials as the pipeline's settings, and back."""

import bpy

from ..core.motion.envelope import Envelope
from ..core.performance.acting import RANGES, Acting, LookAt
from ..core.performance.emotion import Strength
from ..core.timing import FrameClock
from ..pipeline import Settings, Style
from ..scene.saved.acting import FOLLOWS
from ..scene.saved.sliders import AUTO, NAMES, strengths

# Property of the character, name of the layer.
LAYERS = (
    ("speech", "speech"),
    ("emote", "emotion"),
    ("blink", "blink"),
    ("gaze", "gaze"),
    ("brows", "brows"),
    ("breath", "breath"),
    ("head", "head"),
)
OWN_SEEDS = tuple(layer for _, layer in LAYERS if layer != "speech")
# Dials of `Acting` that are properties of the same names.
DIALS = (*RANGES, "blink_on_emphasis")


def read_dials(
    dials: bpy.types.PropertyGroup,
    feelings: bpy.types.PropertyGroup | None = None,
    clock: FrameClock | None = None,
    seconds: float = 0.0,
    look_at: LookAt | None = None,
) -> Settings:
    """What the dials of a character say; `feelings` are its own unless a line has others.

    Keyframed sliders are followed where a clock tells when the line is said.
    """
    felt = strengths(feelings or dials.feelings, clock, seconds)
    acting, seeds = dials.acting, dials.acting.seeds
    return Settings(
        seed=dials.seed,
        auto=felt.pop(AUTO, 0.0),
        emotions=felt,
        layers=frozenset(layer for name, layer in LAYERS if getattr(dials, name)),
        style=Style(
            jaw=dials.jaw,
            lips=dials.lips,
            upper_face=dials.upper_face,
            sync_offset_seconds=dials.sync_offset_ms / 1000,
            effort=dials.effort,
        ),
        acting=Acting(**{name: getattr(acting, name) for name in DIALS}, look_at=look_at),
        seeds={name: getattr(seeds, name) for name in OWN_SEEDS if getattr(seeds, name) != FOLLOWS},
    )


def tolerance_of(dials: bpy.types.PropertyGroup) -> float | None:
    """The tolerance for few keys; None for a key on every frame."""
    return dials.tolerance if dials.few else None


def write_dials(
    dials: bpy.types.PropertyGroup, settings: Settings, tolerance: float | None
) -> None:
    """Leave on the character what a headless take was made with, so that an artist can go on."""
    for name in NAMES:
        setattr(dials.feelings, name, _peak(settings.emotions.get(name, 0.0)))
    dials.feelings.auto = _peak(settings.auto)
    for name in DIALS:
        setattr(dials.acting, name, getattr(settings.acting, name))
    dials.seed = settings.seed
    for name in OWN_SEEDS:
        setattr(dials.acting.seeds, name, settings.seeds.get(name, FOLLOWS))
    for name, layer in LAYERS:
        setattr(dials, name, layer in settings.layers)
    for name in ("jaw", "lips", "upper_face"):
        setattr(dials, name, getattr(settings.style, name))
    dials.effort = settings.style.effort
    dials.sync_offset_ms = settings.style.sync_offset_seconds * 1000
    dials.few = tolerance is not None
    if tolerance is not None:
        dials.tolerance = tolerance


def _peak(strength: Strength) -> float:
    """What a slider shows of a strength that changes."""
    return max(strength.values) if isinstance(strength, Envelope) else strength
