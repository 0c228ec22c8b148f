# SPDX-License-Identifier: GPL-3.0-or-later
"""Hand keys that keep their change: +0.2 on one take is +0.2 on the next, wherever that is."""

import bpy
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lipwright.tests.blender_fixtures import jaw_curve, value_at

FIRST, LAST = 10.0, 90.0
REACH = 5  # frames: 0.2 seconds at 24 frames a second
WAYS = ("dense", "few", "poses", "twos")
EVERY = np.arange(FIRST, LAST + 0.25, 0.25)


def line_of(frames):
    """A jaw that moves all the time."""
    return (0.4 + 0.2 * np.sin(frames / 4.0) + 0.1 * np.sin(frames / 1.7)).astype(np.float32)


@pytest.fixture
def take(ours):
    """Write a moving jaw, keyed in some way; the report."""

    def write(item, way="dense", shift=0.0, later=0.0, part=None):
        character = ours("scene.character.find").character_of(item, bpy.context.scene)
        motion, control = ours("core.motion.keys"), ours("rigs.schema").Control
        keying = ours("core.motion.keying").Keying(way, 0.02)
        frames = np.arange(FIRST + 1, LAST, 2 if way == "twos" else 1)
        values = line_of(frames + shift)
        dense = {control(item.name, "jawOpen"): motion.Keys(frames + later, values)}
        keys = ours("core.motion.thin").thinned(dense, dict.fromkeys(dense, 0.02), keying)
        writing = ours("scene.takes.write")
        one = writing.Take("line", (FIRST + later, LAST + later), "strip:a", part=part)
        return writing.write_take(character, keys, one)

    return write


@pytest.fixture
def head(face):
    """A face whose hand keys keep their change."""

    def make(name="Head"):
        item = face(name)
        item.lipwright.hand_keys = "CHANGE"
        return item

    return make


def drawn(item, frames=EVERY):
    curve = jaw_curve(item)
    return np.array([curve.evaluate(frame) for frame in frames])


def pull(item, frame, by):
    """Change our key at a frame as the graph editor does, or set one there."""
    curve = jaw_curve(item)
    point = next((p for p in curve.keyframe_points if abs(p.co.x - frame) < 0.01), None)
    if point is None:
        point = curve.keyframe_points.insert(frame, curve.evaluate(frame))
    point.co.y += by
    point.handle_left.y += by
    point.handle_right.y += by
    curve.update()


@pytest.mark.parametrize("way", WAYS)
def test_a_change_stays_a_change_on_every_take(head, face, take, way):
    item, plain = head(), face("Plain")
    take(item, way)
    edits = {31.0: 0.2, 61.0: -0.25}
    for frame, by in edits.items():
        pull(item, frame, by)
    pulled = drawn(item, list(edits))
    for shift in (3.0, 17.0, 0.0):
        report = take(item, way, shift)
        take(plain, way, shift)
        shows, alone = drawn(item), drawn(plain)
        at = np.isin(EVERY, list(edits))
        assert (shows - alone)[at] == pytest.approx(list(edits.values()), abs=1e-5)
        away = np.abs(EVERY[:, None] - np.array(list(edits))).min(axis=1)
        assert shows[away >= REACH + 1] == pytest.approx(alone[away >= REACH + 1], abs=1e-4)
        if way in ("dense", "poses"):
            change = (shows - alone)[away <= REACH]
            assert change.max() <= 0.2 + 0.02, "it fades, and goes nowhere else"
            assert change.min() >= -0.25 - 0.02
            assert np.abs(np.diff(shows - alone)).max() < 0.06
    assert "stays on top of the take" in report.notes[0]
    assert drawn(item, list(edits)) == pytest.approx(pulled, abs=1e-6), "as it was on that take"


def test_by_default_the_value_stays_and_becomes_a_change_when_asked(face, take):
    item, plain = face(), face("Plain")
    take(item)
    pull(item, 40.0, 0.2)
    value = drawn(item, [40.0])
    take(item, shift=3.0)
    assert drawn(item, [40.0]) == pytest.approx(value)
    item.lipwright.hand_keys = "CHANGE"
    take(item, shift=3.0)
    take(plain, shift=3.0)
    change = value - drawn(plain, [40.0])
    assert drawn(item, [40.0]) == pytest.approx(value), "the same take: nothing moves"
    take(item, shift=9.0)
    take(plain, shift=9.0)
    assert drawn(item, [40.0]) - drawn(plain, [40.0]) == pytest.approx(change, abs=1e-5)


def test_a_change_may_be_changed_and_more_may_come_beside_it(head, face, take):
    item, plain = head(), face("Plain")
    take(item)
    pull(item, 40.0, 0.2)
    take(item, shift=3.0)
    pull(item, 40.0, 0.1)
    take(plain, shift=3.0)
    curve = jaw_curve(item)
    point = next(p for p in curve.keyframe_points if abs(p.co.x - 42.0) < 0.01)
    point.co.y = drawn(plain, [42.0])[0] - 0.15  # down, though the one beside it lifts it
    for shift in (8.0, 0.0):
        take(item, shift=shift)
        take(plain, shift=shift)
        change = drawn(item, [40.0, 42.0]) - drawn(plain, [40.0, 42.0])
        assert change == pytest.approx([0.3, -0.15], abs=1e-5)


def test_a_pose_that_comes_later_comes_later_in_the_next_take(head, face, take):
    item, plain = head(), face("Plain")
    take(item, "poses")
    points = jaw_curve(item).keyframe_points
    at = next(i for i, p in enumerate(points) if p.co.x > 40)
    frame = points[at].co.x
    room = (points[at + 1].co.x - frame) / 2
    for part in ("co", "handle_left", "handle_right"):
        getattr(points[at], part).x += room
    jaw_curve(item).update()
    for shift in (5.0, 2.0):
        take(item, "poses", shift)
        take(plain, "poses", shift)
        assert drawn(item, [frame + room]) == pytest.approx(drawn(plain, [frame]), abs=1e-5)


def test_a_block_of_keys_that_was_moved_is_all_of_it_moved(head, face, take):
    item, plain = head(), face("Plain")
    take(item)
    curve = jaw_curve(item)
    before = drawn(item, np.arange(40.0, 51.0))
    for point in [p for p in curve.keyframe_points if 40 <= round(p.co.x) <= 50]:
        point.co.y = before[max(0, round(point.co.x) - 43)]
    for point in reversed(curve.keyframe_points):
        if 40 <= round(point.co.x) < 43:
            curve.keyframe_points.remove(point)
    take(item, shift=4.0)
    take(plain, shift=4.0)
    assert drawn(item, np.arange(43.0, 51.0)) == pytest.approx(
        drawn(plain, np.arange(40.0, 48.0)), abs=1e-5
    )


def test_keys_and_hand_keys_that_were_moved_together_keep_the_change(head, face, take):
    """The artist moved the strip and all keys with it."""
    item, plain = head(), face("Plain")
    take(item)
    pull(item, 40.0, 0.2)
    take(item, shift=3.0)
    for point in jaw_curve(item).keyframe_points:
        point.co.x += 100
        point.handle_left.x += 100
        point.handle_right.x += 100
    take(item, shift=7.0, later=100.0)
    take(plain, shift=7.0, later=100.0)
    assert drawn(item, [140.0]) - drawn(plain, [140.0]) == pytest.approx([0.2], abs=1e-4)
    assert drawn(item, [40.0]) == pytest.approx([0.0])


def test_a_hand_key_outside_the_take_for_a_while_keeps_its_change(head, face, take):
    item, plain = head(), face("Plain")
    take(item)
    pull(item, 85.0, 0.2)
    take(item)
    value = drawn(item, [85.0])
    take(item, later=-40.0)
    assert drawn(item, [85.0]) == pytest.approx(value), "nothing of ours is there: it stays"
    take(item, shift=6.0)
    take(plain, shift=6.0)
    assert drawn(item, [85.0]) - drawn(plain, [85.0]) == pytest.approx([0.2], abs=1e-5)


def test_only_a_part_moves_the_hand_keys_in_it(head, face, take, ours):
    item, plain = head(), face("Plain")
    part = ours("scene.curves.part").Part(30.0, 60.0, 4.0)
    take(item)
    take(plain)
    pull(item, 20.0, 0.2)
    pull(item, 45.0, 0.2)
    take(item)
    take(item, shift=6.0, part=part)
    take(plain, shift=6.0, part=part)
    change = drawn(item, [20.0, 45.0]) - drawn(plain, [20.0, 45.0])
    assert change == pytest.approx([0.2, 0.2], abs=1e-5)
    take(item)
    take(plain)
    change = drawn(item, [20.0, 45.0]) - drawn(plain, [20.0, 45.0])
    assert change == pytest.approx([0.2, 0.2], abs=1e-5)


def test_it_survives_a_rename_saving_and_opening(head, face, take, tmp_path):
    item, plain = head(), face("Plain")
    take(item)
    pull(item, 40.0, 0.2)
    take(item, shift=3.0)
    item.name, item.data.shape_keys.name = "Anna", "Anna"
    path = str(tmp_path / "saved.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path, load_ui=False)
    item, plain = bpy.data.objects["Anna"], bpy.data.objects["Plain"]
    take(item, shift=9.0)
    take(plain, shift=9.0)
    assert drawn(item, [40.0]) - drawn(plain, [40.0]) == pytest.approx([0.2], abs=1e-5)


def test_clear_leaves_the_hand_key_and_nothing_else(head, take):
    item = head()
    take(item)
    pull(item, 40.0, 0.2)
    take(item, shift=3.0)
    value = drawn(item, [40.0])
    bpy.context.view_layer.objects.active = item
    bpy.ops.lipwright.clear()
    action = item.data.shape_keys.animation_data.action
    assert [tuple(p.co) for p in jaw_curve(item).keyframe_points] == [
        (40.0, pytest.approx(value[0]))
    ]
    assert not [name for name in action.keys() if name.startswith("lipwright")]


def test_a_key_of_theirs_alone_on_a_resting_shape_fades_too(head, take, ours):
    """The next take does not move the shape at all: the change is there, and only there."""
    item = head()
    take(item)
    pull(item, 40.0, 0.2)
    character = ours("scene.character.find").character_of(item, bpy.context.scene)
    motion, control = ours("core.motion.keys"), ours("rigs.schema").Control
    frames = np.arange(FIRST + 1, LAST)
    still = {control("Head", "jawOpen"): motion.Keys(frames, np.zeros(len(frames), np.float32))}
    writing = ours("scene.takes.write")
    writing.write_take(character, still, writing.Take("line", (FIRST, LAST), "strip:a"))
    assert drawn(item, [20.0, 33.0, 40.0, 47.0, 80.0]) == pytest.approx([0, 0, 0.2, 0, 0], abs=1e-5)


def test_from_the_panel_through_dials_swap_and_undo(face, fake, voice, ours):
    choice = bpy.context.scene.lipwright
    item = face()
    choice.source, choice.file, choice.character = "FILE", str(voice), item
    bpy.context.scene.frame_set(1)
    bpy.ops.lipwright.generate()
    item.lipwright.hand_keys = "CHANGE"
    bpy.ops.lipwright.keep_take()
    first = value_at(item, 24)
    pull(item, 24.0, 0.1)
    item.lipwright.jaw = 0.5
    bpy.ops.lipwright.redo_part()
    assert value_at(item, 24) == pytest.approx(first / 2 + 0.1, abs=1e-4)
    bpy.ops.lipwright.swap_takes()
    assert item.lipwright.jaw == 1.0
    assert value_at(item, 24) == pytest.approx(first + 0.1, abs=1e-4)
    assert item.lipwright.hand_keys == "CHANGE"
    bpy.ops.ed.undo_push(message="swapped")
    bpy.ops.lipwright.swap_takes()
    bpy.ops.ed.undo_push(message="swapped back")
    bpy.ops.ed.undo()
    item = bpy.data.objects["Head"]
    assert value_at(item, 24) == pytest.approx(first + 0.1, abs=1e-4)
    item.lipwright.jaw = 0.25
    bpy.ops.lipwright.redo_part()
    assert value_at(item, 24) == pytest.approx(first / 4 + 0.1, abs=1e-4)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    edits=st.dictionaries(
        st.integers(12, 88),
        st.floats(-0.3, 0.3).filter(lambda by: abs(by) > 0.01),
        min_size=1,
        max_size=8,
    ),
    shifts=st.lists(st.integers(0, 30), min_size=1, max_size=4),
    way=st.sampled_from(("dense", "few", "poses")),
)
def test_whatever_was_changed_is_so_far_from_any_take(face, take, edits, shifts, way):
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True, load_ui=False)
    item, plain = face(), face("Plain")
    item.lipwright.hand_keys = "CHANGE"
    take(item, way)
    frames = [float(frame) for frame in edits]
    for frame, by in edits.items():
        pull(item, float(frame), by)
    take(plain, way)
    wanted = list(edits.values()) if way == "dense" else drawn(item, frames) - drawn(plain, frames)
    for shift in shifts:
        take(item, way, float(shift))
        take(plain, way, float(shift))
        assert drawn(item, frames) - drawn(plain, frames) == pytest.approx(wanted, abs=2e-4)
