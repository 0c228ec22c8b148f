# SPDX-License-Identifier: GPL-3.0-or-later
"""Emotion sliders as strengths over a line: what is keyframed is followed."""

import bpy
import numpy as np

from ...core.motion.envelope import Envelope
from ...core.performance.emotion import AUTO, Strength, most_of
from ...core.performance.prototypes import FELT
from ...core.timing import FrameClock
from .. import compat
from ..sounds.strip import strip_named


def feelings_for(
    dials: bpy.types.PropertyGroup, scene: bpy.types.Scene, line: str
) -> bpy.types.PropertyGroup:
    """The sliders that count for a line: its strip's own, else the character's."""
    strip = strip_named(scene, line) if line else None
    if strip is not None and strip.lipwright.own:
        return strip.lipwright.feelings
    return dials.feelings


def strengths(
    feelings: bpy.types.PropertyGroup, clock: FrameClock | None, seconds: float
) -> dict[str, Strength]:
    """Every slider that is not 0 all the time, `AUTO` too; envelopes where keyframed."""
    found = {name: strength(feelings, name, clock, seconds) for name in (*FELT, AUTO)}
    return {name: value for name, value in found.items() if value != 0}


def strength(
    feelings: bpy.types.PropertyGroup, name: str, clock: FrameClock | None, seconds: float
) -> Strength:
    """One slider over a line that begins at the clock's first frame."""
    curve = _curve(feelings, name) if clock is not None else None
    if curve is None or clock is None:
        return getattr(feelings, name)
    first, last = clock.frames(np.array([0.0, seconds]))
    frames = np.arange(np.floor(first), np.ceil(last) + 1)
    values = [min(max(curve.evaluate(frame), 0.0), most_of(name)) for frame in frames]
    return Envelope.of(clock.seconds(frames), values)


def _curve(feelings: bpy.types.PropertyGroup, name: str) -> bpy.types.FCurve | None:
    """The F-curve on a slider; sliders of strips cannot be keyframed."""
    owner = feelings.id_data
    if not isinstance(owner, bpy.types.Object):
        return None
    # Blender finds the path of a group by walking all that an object saves, its phones too: seconds
    # for a line of ten minutes.
    return compat.curve_of(owner, f"lipwright.feelings.{name}")
