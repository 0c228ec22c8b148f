# SPDX-License-Identifier: GPL-3.0-or-later
"""What a scene shows of a character from frame to frame.

A face with nothing but a take on it, which is most of them, is read from its curves; where drivers,
other strips or influences have a say, the scene is played through.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from .. import compat
from ..clock import frame_kept
from ..curves.fcurves import Channel, channel_of, value_of
from ..keys import shape_keys
from ..takes.places import is_in_place, owners, playing

Shown = dict[str, dict[str, NDArray[np.float32]]]  # by mesh object and shape key, one a frame
Moved = dict[bpy.types.Object, dict[Channel, NDArray[np.float32]]]


def played(
    meshes: Iterable[bpy.types.Object],
    items: Iterable[bpy.types.Object],
    scene: bpy.types.Scene,
    first: int,
    last: int,
) -> tuple[Shown, Moved]:
    """Return what shape keys show, and what actions and NLA make of objects and bones."""
    meshes = list(meshes)
    channels = {item: found for item in items if (found := _animated(item))}
    frames = range(first, last + 1)
    alone = [_alone(block) for block in [*(m.data.shape_keys for m in meshes), *channels]]
    if not all(alone):
        return _by_playing(meshes, channels, scene, frames)
    shown: Shown = {}
    for mesh in meshes:
        curves = _curves(mesh.data.shape_keys)
        shown[mesh.name] = {
            block.name: _column(
                curves.get((block.path_from_id("value"), 0)),
                frames,
                block.value,
                (block.slider_min, block.slider_max),
            )
            for block in shape_keys(mesh)
        }
    moved: Moved = {}
    for item, found in channels.items():
        curves = _curves(item)
        moved[item] = {
            channel: _column(curves.get(channel), frames, value_of(item, channel))
            for channel in found
        }
    return shown, moved


def _by_playing(
    meshes: Sequence[bpy.types.Object],
    channels: dict[bpy.types.Object, list[Channel]],
    scene: bpy.types.Scene,
    frames: Sequence[int],
) -> tuple[Shown, Moved]:
    """Go through the frames and look."""
    keys = {mesh.name: shape_keys(mesh) for mesh in meshes}
    shown = {name: np.empty((len(frames), len(keys[name])), np.float32) for name in keys}
    moved = {item: np.empty((len(frames), len(channels[item])), np.float32) for item in channels}
    with frame_kept(scene):
        for row, frame in enumerate(frames):
            scene.frame_set(frame)
            for name, blocks in keys.items():
                shown[name][row] = [block.value for block in blocks]
            for item, found in channels.items():
                moved[item][row] = [value_of(item, channel) for channel in found]
    return (
        {
            name: dict(zip((b.name for b in keys[name]), shown[name].T, strict=True))
            for name in keys
        },
        {item: dict(zip(channels[item], moved[item].T, strict=True)) for item in channels},
    )


def _alone(block: bpy.types.ID) -> bool:
    """Say whether one Action decides what a datablock shows, and nothing else does."""
    data = block.animation_data
    if data is None:
        return True
    if any(not driver.mute for driver in data.drivers):
        return False
    at_work = [owner for owner in playing(block) if owner.action is not None]
    if not at_work:
        return True
    if len(at_work) > 1 or any(track.is_solo for track in data.nla_tracks):
        return False
    (owner,) = at_work
    if owner == data:
        return data.action_blend_type == "REPLACE" and data.action_influence == 1.0
    return (
        data.use_nla
        and is_in_place(owner)
        and owner.influence == 1.0
        and not (owner.use_animated_influence or owner.use_animated_time or owner.use_reverse)
        and owner.extrapolation == "HOLD"
        # On top of nothing a turn stands on what its property is by default.
        and (owner.blend_type == "REPLACE" or _on_rest(owner))
    )


def _on_rest(strip: bpy.types.NlaStrip) -> bool:
    """Say whether what a strip adds to is nothing: turns, moves and scales of objects and bones."""
    return strip.blend_type == "COMBINE" and all(
        not curve.data_path.endswith('"]') for curve in compat.curves_of(strip)
    )


def _curves(block: bpy.types.ID) -> dict[Channel, Any]:
    """The curves that play on a datablock, of which `_alone` has said that there is one Action."""
    return {
        channel_of(curve): curve
        for owner in playing(block)
        for curve in compat.curves_of(owner)
        if not curve.mute and not (curve.group is not None and curve.group.mute)
    }


def _column(
    curve: Any | None,
    frames: Sequence[int],
    stands: float,
    limits: tuple[float, float] | None = None,
) -> NDArray[np.float32]:
    """Return the values of a curve, or what its property stands at."""
    if curve is None:
        return np.full(len(frames), stands, np.float32)
    values = np.array([curve.evaluate(frame) for frame in frames], np.float32)
    return values if limits is None else np.clip(values, *limits)


def _animated(item: bpy.types.Object) -> list[Channel]:
    """The channels of an object that have curves and still exist."""
    channels = [channel_of(curve) for owner in owners(item) for curve in compat.curves_of(owner)]
    return [channel for channel in dict.fromkeys(channels) if _is_number(item, channel)]


def _is_number(item: bpy.types.Object, channel: Channel) -> bool:
    try:
        return isinstance(value_of(item, channel), float)
    except (ValueError, TypeError, IndexError):  # a bone or property that is gone
        return False
