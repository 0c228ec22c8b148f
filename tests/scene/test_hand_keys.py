# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand keys win where they are, fade into ours beside them, and can be freed outside of them."""

import importlib

import bpy
import numpy as np
import pytest

from lipwright.tests.blender_fixtures import EXTENSION, jaw_curve, value_at

FIRST, LAST = 10.0, 90.0
REACH = 5  # frames: 0.2 seconds at 24 frames a second
WAYS = ("dense", "few", "poses", "twos")


def line_of(frames):
    """A jaw that moves all the time."""
    return (0.4 + 0.3 * np.sin(frames / 4.0) + 0.1 * np.sin(frames / 1.7)).astype(np.float32)


@pytest.fixture
def take(ours):
    """Write a moving jaw, keyed in some way; the report."""

    def write(item, way="dense", shift=0.0):
        character = ours("scene.character.find").character_of(item, bpy.context.scene)
        motion, control = ours("core.motion.keys"), ours("rigs.schema").Control
        keying = ours("core.motion.keying").Keying(way, 0.02)
        frames = np.arange(FIRST + 1, LAST, 2 if way == "twos" else 1)
        dense = {control(item.name, "jawOpen"): motion.Keys(frames, line_of(frames + shift))}
        keys = ours("core.motion.thin").thinned(dense, dict.fromkeys(dense, 0.02), keying)
        writing = ours("scene.takes.write")
        return writing.write_take(character, keys, writing.Take("line", (FIRST, LAST), "strip:a"))

    return write


def drawn(curve, frames):
    return np.array([curve.evaluate(frame) for frame in frames])


def by_hand(curve, frame, value, interpolation="BEZIER"):
    point = curve.keyframe_points.insert(frame, value)
    point.interpolation = interpolation
    point.handle_left_type = point.handle_right_type = "FREE"
    point.handle_left, point.handle_right = (frame - 1.5, value), (frame + 1.5, value)
    curve.update()


def keys_at(curve, frames):
    return [
        (*p.co, *p.handle_left, *p.handle_right, p.interpolation, p.type)
        for p in curve.keyframe_points
        if round(p.co.x, 3) in frames
    ]


@pytest.mark.parametrize("way", WAYS)
def test_outside_the_distance_the_take_is_as_without_hand_keys(face, take, way):
    item = face()
    take(item, way)
    every = np.arange(FIRST, LAST + 0.25, 0.25)
    alone = drawn(jaw_curve(item), every)
    hands = {30.0: 0.9, 33.0: 0.05, 61.5: 0.95, 88.0: 0.8}
    for frame, value in hands.items():
        by_hand(jaw_curve(item), frame, value)
    before = keys_at(jaw_curve(item), hands)
    for _ in range(2):
        take(item, way)
    curve = jaw_curve(item)
    assert keys_at(curve, hands) == before
    assert drawn(curve, hands) == pytest.approx(list(hands.values()), abs=1e-6)
    away = np.abs(every[:, None] - np.array(list(hands))[None]).min(axis=1)
    far = away >= REACH + 1  # edges lie on whole frames
    if way == "twos":
        far = away >= REACH + 2.5  # a hand key's curve goes on to the next step
    assert drawn(curve, every)[far] == pytest.approx(alone[far], abs=1e-4)
    assert np.abs(np.diff(drawn(curve, every))).max() < (0.9 if way == "twos" else 0.3)
    ends = drawn(curve, (FIRST - 30, FIRST, LAST, LAST + 30))
    assert ends == pytest.approx([0, 0, 0, 0], abs=1e-6)


@pytest.mark.parametrize("way", ["dense", "poses"])
def test_the_way_to_a_hand_key_does_not_swing(face, take, way):
    """Where the take falls steeply at the edge, the curve would dip below both."""
    item = face()
    take(item, way)
    for frame in (30.0, 47.0, 62.0, 71.0):
        by_hand(jaw_curve(item), frame, 0.02)
    for point in jaw_curve(item).keyframe_points:
        if point.co.x in (30.0, 47.0, 62.0, 71.0):
            point.handle_left_type = point.handle_right_type = "AUTO_CLAMPED"
    take(item, way)
    curve = jaw_curve(item)
    for frame in (30.0, 47.0, 62.0, 71.0):
        near = drawn(curve, np.linspace(frame - REACH, frame + REACH, 101))
        assert near.min() >= 0.02 - 1e-4
        left, right = near[:51], near[50:]
        assert np.diff(left).max() < 1e-4, "down to the hand key"
        assert np.diff(right).min() > -1e-4, "and up from it"


def test_the_artist_sets_how_far_they_fade(face, take):
    item = face()
    take(item)
    by_hand(jaw_curve(item), 50.0, 0.9)
    for seconds, reach in ((0.5, 12), (0.0, 1)):
        item.lipwright.hand_fade_seconds = seconds
        take(item)
        frames = [point.co.x for point in jaw_curve(item).keyframe_points]
        assert max(f for f in frames if f < 50) == 50 - reach
        assert min(f for f in frames if f > 50) == 50 + reach


# --- an Action of theirs on top of ours -----------------------------------------------------------


def action_of_theirs(item, *keys):
    """Key the jaw before us, in an Action of the artist's."""
    block = item.data.shape_keys.key_blocks["jawOpen"]
    for frame, value in keys:
        block.value = value
        block.keyframe_insert("value", frame=frame)
    return item.data.shape_keys.animation_data.action


@pytest.mark.parametrize("way", WAYS)
def test_a_pose_is_freed_outside_its_keys(face, take, way):
    item = face()
    theirs = action_of_theirs(item, (40, 0.75))
    report = take(item, way)
    assert any("Free It Outside These Keys" in note for note in report.notes)
    assert value_at(item, 70) == pytest.approx(0.75)
    bpy.context.view_layer.objects.active = item
    assert bpy.ops.lipwright.free_keys() == {"FINISHED"}
    assert not bpy.ops.lipwright.free_keys.poll()
    assert item.data.shape_keys.animation_data.action == theirs
    assert value_at(item, 40) == pytest.approx(0.75)
    for shift in (0.0, 3.0):  # and in the next take
        take(item, way, shift)
        below = importlib.import_module(".scene.takes.free", EXTENSION)
        ours = below.our_owners(item.data.shape_keys)[0]
        curve = below._find(below.compat.curves_of(ours), channel_of(item))
        for frame in (0, 5, *range(12, 33), *range(48, 95)):
            assert value_at(item, frame) == pytest.approx(curve.evaluate(frame), abs=2e-4)
        assert value_at(item, 40) == pytest.approx(0.75)


def channel_of(item):
    return item.data.shape_keys.key_blocks["jawOpen"].path_from_id("value"), 0


def test_clear_leaves_a_freed_pose_as_it_was(face, take):
    item = face()
    theirs = action_of_theirs(item, (40, 0.75), (44, 0.6))
    before = keys_at(jaw_curve(item), (40.0, 44.0))
    take(item)
    bpy.context.view_layer.objects.active = item
    bpy.ops.lipwright.free_keys()
    assert len(jaw_curve(item).keyframe_points) > 20
    item.data.shape_keys.key_blocks["jawOpen"].name = "Renamed"
    item.data.shape_keys.key_blocks["Renamed"].name = "jawOpen"
    bpy.ops.lipwright.clear()
    assert keys_at(jaw_curve(item), (40.0, 44.0)) == before
    assert len(jaw_curve(item).keyframe_points) == 2
    assert item.data.shape_keys.animation_data.action == theirs
    assert not [name for name in theirs.keys() if name.startswith("lipwright")]
    assert value_at(item, 80) == pytest.approx(0.6)


def test_animation_and_shared_actions_are_not_freed(face, take):
    item = face()
    action_of_theirs(item, *((frame, 0.5) for frame in range(20, 60, 5)))
    take(item)
    bpy.context.view_layer.objects.active = item
    assert not bpy.ops.lipwright.free_keys.poll()
    other = face("Other")
    theirs = action_of_theirs(other, (40, 0.75))
    take(other)
    twin = face("Twin")
    data = twin.data.shape_keys.animation_data_create()
    data.action = theirs
    if hasattr(theirs, "slots"):
        data.action_slot = theirs.slots[0]
    bpy.context.view_layer.objects.active = other
    with pytest.raises(RuntimeError, match="single user"):
        bpy.ops.lipwright.free_keys()
    assert len(jaw_curve(other).keyframe_points) == 1
