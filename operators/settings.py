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
