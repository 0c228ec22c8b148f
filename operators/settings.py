# SPDX-License-Identifier: GPL-3.0-or-later
"""A character's saved dials as the pipeline's settings, and back."""

import bpy

from ..pipeline import Settings, Style

# Property of the character, name of the layer.
LAYERS = (
    ("speech", "speech"),
    ("emote", "emotion"),
    ("blink", "blink"),
    ("gaze", "gaze"),
    ("brows", "brows"),
    ("head", "head"),
)


def read_dials(dials: bpy.types.PropertyGroup) -> Settings:
    """What the dials of a character say."""
    feeling = dials.emotion != "neutral" and dials.strength > 0
    return Settings(
        seed=dials.seed,
        emotions={dials.emotion: dials.strength} if feeling else {},
        layers=frozenset(layer for name, layer in LAYERS if getattr(dials, name)),
        style=Style(
            jaw=dials.jaw,
            lips=dials.lips,
            upper_face=dials.upper_face,
            sync_offset_seconds=dials.sync_offset_ms / 1000,
        ),
    )


def tolerance_of(dials: bpy.types.PropertyGroup) -> float | None:
    """The tolerance for few keys; None for a key on every frame."""
    return dials.tolerance if dials.few else None


def write_dials(
    dials: bpy.types.PropertyGroup, settings: Settings, tolerance: float | None
) -> None:
    """Leave on the character what a headless take was made with, so that an artist can go on."""
    strongest = max(settings.emotions.items(), key=lambda pair: pair[1], default=("neutral", 0.0))
    dials.emotion = strongest[0]
    if strongest[1] > 0:
        dials.strength = strongest[1]
    dials.seed = settings.seed
    for name, layer in LAYERS:
        setattr(dials, name, layer in settings.layers)
    for name in ("jaw", "lips", "upper_face"):
        setattr(dials, name, getattr(settings.style, name))
    dials.sync_offset_ms = settings.style.sync_offset_seconds * 1000
    dials.few = tolerance is not None
    if tolerance is not None:
        dials.tolerance = tolerance
