# SPDX-License-Identifier: GPL-3.0-or-later
"""Emotion sliders as strengths over a line: what is keyframed is followed, and may be keyframed."""

from collections.abc import Iterable, Mapping

import bpy
import numpy as np

from ...core.errors import SettingsError
from ...core.motion.envelope import Envelope, at_times
from ...core.motion.keys import Keys, few_keys
from ...core.performance.emotion import AUTO, Strength, most_of
from ...core.performance.prototypes import FELT
from ...core.timing import FrameClock
from .. import compat
from ..sounds.strip import strip_named
from .acting import LIPWRIGHT_PG_feelings
from .properties import LIPWRIGHT_PG_character

LEAST_KEYED = 0.03  # a slider that is never higher needs no keys
KEYED_TOLERANCE = 0.02


def feelings_for(
    dials: LIPWRIGHT_PG_character, scene: bpy.types.Scene, line: str
) -> LIPWRIGHT_PG_feelings:
    """The sliders that count for a line: its strip's own, else the character's."""
    strip = strip_named(scene, line) if line else None
    if strip is not None and strip.lipwright.own:
        return strip.lipwright.feelings
    return dials.feelings


def strengths(
    feelings: LIPWRIGHT_PG_feelings, clock: FrameClock | None, seconds: float
) -> dict[str, Strength]:
    """Every slider that is not 0 all the time, `AUTO` too; envelopes where keyframed."""
    found = {name: strength(feelings, name, clock, seconds) for name in (*FELT, AUTO)}
    return {name: value for name, value in found.items() if value != 0}


def strength(
    feelings: LIPWRIGHT_PG_feelings, name: str, clock: FrameClock | None, seconds: float
) -> Strength:
    """One slider over a line that begins at the clock's first frame."""
    curve = _curve(feelings, name) if clock is not None else None
    if curve is None or clock is None:
        return getattr(feelings, name)
    first, last = clock.frames(np.array([0.0, seconds]))
    frames = np.arange(np.floor(first), np.ceil(last) + 1)
    values = [min(max(curve.evaluate(frame), 0.0), most_of(name)) for frame in frames]
    return Envelope.of(clock.seconds(frames), values)


def key_strengths(
    feelings: LIPWRIGHT_PG_feelings,
    over: Mapping[str, Envelope],
    clock: FrameClock,
    seconds: float,
) -> list[str]:
    """Keyframe sliders over a line, as few keys as tell it; the names of those that got some.

    Beside the line they stay as they were: keys there, or what the slider stood at. Sliders that
    would say nothing before and after get none. SettingsError, and nothing keyed, where one is
    muted or locked.
    """
    _refuse_if_shut(feelings, over)
    first, last = np.floor(clock.frames(0.0)), np.ceil(clock.frames(seconds))
    frames = np.arange(first, last + 1)
    keyed = []
    for name, envelope in over.items():
        values = envelope.at(clock.seconds(frames))
        before = np.max(
            at_times(strength(feelings, name, clock, seconds), np.arange(0, seconds, 0.1))
        )
        if max(values.max(), before) < LEAST_KEYED:
            continue
        few = few_keys(Keys(frames, values.astype(np.float32)), tolerance=KEYED_TOLERANCE)
        _key(feelings, name, few)
        keyed.append(name)
    return keyed


def _refuse_if_shut(feelings: LIPWRIGHT_PG_feelings, names: Iterable[str]) -> None:
    data = feelings.id_data.animation_data
    paths = {feelings.path_from_id(name) for name in names}
    for curve in () if data is None else compat.curves_of(data):
        if curve.data_path in paths and (curve.mute or curve.lock):
            name = curve.data_path.rpartition(".")[2]
            raise SettingsError(
                f"The channel of “{name}” on “{feelings.id_data.name}” is muted or locked. "
                "Free it in the Graph Editor"
            )


def _key(feelings: LIPWRIGHT_PG_feelings, name: str, keys: Keys) -> None:
    """Put keys on a slider in place of those between the first and the last."""
    ends = float(keys.frames[0]) - 1, float(keys.frames[-1]) + 1
    curve, stood = _curve(feelings, name), getattr(feelings, name)
    beside = [stood if curve is None else curve.evaluate(frame) for frame in ends]
    if curve is not None:
        for point in reversed(curve.keyframe_points):
            if ends[0] <= point.co[0] <= ends[1]:
                curve.keyframe_points.remove(point, fast=True)
    frames = [ends[0], *keys.frames.tolist(), ends[1]]
    for frame, value in zip(frames, [beside[0], *keys.values.tolist(), beside[1]], strict=True):
        setattr(feelings, name, value)
        feelings.keyframe_insert(name, frame=frame)
    curve = _curve(feelings, name)
    assert curve is not None  # it plays, as one that does not was refused
    for point in curve.keyframe_points:
        if ends[0] <= point.co[0] < ends[1]:
            point.interpolation = "LINEAR"
    curve.update()


def _curve(feelings: LIPWRIGHT_PG_feelings, name: str) -> bpy.types.FCurve | None:
    """The F-curve on a slider; sliders of strips cannot be keyframed."""
    owner = feelings.id_data
    if not isinstance(owner, bpy.types.Object):
        return None
    # Blender finds the path of a group by walking all that an object saves, its phones too: seconds
    # for a line of ten minutes.
    return compat.curve_of(owner, f"lipwright.feelings.{name}")
