# SPDX-License-Identifier: GPL-3.0-or-later
"""What the artist made stays: keys in our Action, on our curves, in stashes; and renamed things."""

import importlib
import json

import bpy
import numpy as np
import pytest

from lipwright.tests.blender_fixtures import EXTENSION, jaw_curve, value_at
from lipwright.tests.synthetic import bone_head

FIRST, LAST = 10.0, 60.0


@pytest.fixture
def writing(ours):
    return ours("scene.takes.write")


@pytest.fixture
def character_of(ours):
    return lambda item: ours("scene.character.find").character_of(item, bpy.context.scene)


@pytest.fixture
def take(ours, writing, character_of):
    """Write a take whose keys have one height: `take(item, 0.6, name="a")`."""
    keys_of, control = ours("core.motion.keys").Keys, ours("rigs.schema").Control

    def write(item, height=0.6, *, name="line", span=(FIRST, LAST), source="", names=None, **more):
        character = character_of(item)
        frames = np.arange(span[0] + 1, span[1])
        keys = {
            control(mesh.name, key): keys_of(frames, np.full(len(frames), height, np.float32))
            for mesh in character.meshes
            for key in character.key_names[mesh.name]
            if names is None or key in names
        }
        return writing.write_take(character, keys, writing.Take(name, span, source, **more))

    return write


@pytest.fixture
def clear(ours, character_of):
    return lambda item: ours("scene.takes.clear").clear_take(character_of(item))


@pytest.fixture
def talk(ours, character_of, fake):
    """Let any character say two seconds, as the button does."""

    def say(item, name="line", **settings):
        analysis = fake.analyse(ours("core.audio.load").Sound(np.zeros(32_000, np.float32)))
        clock = ours("scene.clock").clock_of(bpy.context.scene, 10.0)
        wanted = ours("pipeline").Settings(**settings)
        return ours("jobs.take").animate(character_of(item), analysis, wanted, clock, name)

    return say


def every_key(action):
    """All keyframes of an Action with everything that they are."""
    compat = importlib.import_module(".scene.compat", EXTENSION)
    return {
        (curve.data_path, curve.array_index): [
            (*point.co, *point.handle_left, *point.handle_right, point.interpolation, point.type)
            for point in curve.keyframe_points
        ]
        for curve in compat.every_curve(action)
    }


def key(item, name, frame, value):
    block = item.data.shape_keys.key_blocks[name]
    block.value = value
    block.keyframe_insert("value", frame=frame)


# --- keys of the artist's in our Action -----------------------------------------------------------


def test_a_shape_key_of_their_own_keyed_after_a_take_stays(face, take, clear):
    item = face()
    take(item, names=("jawOpen", "mouthFunnel"))
    for frame, value in ((20, 0.3), (40, 0.9)):
        key(item, "mouthPucker", frame, value)
    for height in (0.2, 0.5):
        take(item, height, names=("jawOpen", "mouthFunnel"))
        assert value_at(item, 40, "mouthPucker") == pytest.approx(0.9)
    clear(item)
    assert value_at(item, 40, "mouthPucker") == pytest.approx(0.9)
    assert value_at(item, 20, "mouthPucker") == pytest.approx(0.3)
    assert jaw_curve(item) is None
    assert "lipwright" not in item.data.shape_keys.animation_data.action


def test_a_key_between_ours_wins_there_and_ours_give_way(face, take, clear):
    item = face()
    take(item, 0.6)
    key(item, "jawOpen", 30, 0.1)
    report = take(item, 0.8)
    assert any("set by hand" in note for note in report.notes)
    assert value_at(item, 30) == pytest.approx(0.1)
    assert value_at(item, 20) == pytest.approx(0.8)
    assert value_at(item, 40) == pytest.approx(0.8)
    frames = [point.co[0] for point in jaw_curve(item).keyframe_points]
    assert not [frame for frame in frames if 0 < abs(frame - 30) <= 3]
    clear(item)
    assert [point.co[0] for point in jaw_curve(item).keyframe_points] == [30]


@pytest.mark.parametrize("change", ["value", "time"])
def test_a_key_of_ours_that_was_changed_is_theirs(face, take, clear, change):
    item = face()
    take(item, 0.6)
    point = next(p for p in jaw_curve(item).keyframe_points if p.co[0] == 30)
    if change == "value":
        point.co[1] = 0.05
    else:
        point.co[0] = 30.4
    jaw_curve(item).update()
    take(item, 0.8)
    frame, value = (30, 0.05) if change == "value" else (30.4, 0.6)
    assert value_at(item, frame) == pytest.approx(value)
    clear(item)
    assert len(jaw_curve(item).keyframe_points) == 1


def test_a_curve_that_was_moved_whole_is_still_ours(face, take, clear):
    item = face()
    take(item, 0.6)
    points = jaw_curve(item).keyframe_points
    for point in points:
        point.co[0] += 7
        point.handle_left[0] += 7
        point.handle_right[0] += 7
    clear(item)
    assert item.data.shape_keys.animation_data.action is None


def test_what_they_keyed_on_the_object_stays(face, take, clear):
    """From Blender 4.4 such keys land in the Action of the shape keys, beside ours."""
    item = face()
    take(item)
    item.location = (1.0, 2.0, 3.0)
    item.keyframe_insert("location", frame=25)
    take(item, 0.3)
    action = item.animation_data.action
    before = {k: v for k, v in every_key(action).items() if k[0] == "location"}
    assert len(before) == 3
    clear(item)
    assert item.animation_data.action == action
    assert every_key(action) == before


def test_what_they_key_on_a_body_does_not_land_in_ours(talk, clear):
    _, rig = bone_head({"jaw": "jaw"})
    talk(rig)
    data = rig.animation_data
    assert data.action is None
    assert [track.name for track in data.nla_tracks] == ["Lipwright"]
    bone = next(iter(rig.pose.bones))
    bone.keyframe_insert("location", frame=20)
    rig.lipwright.feelings.happy = 0.7
    rig.keyframe_insert("lipwright.feelings.happy", frame=20)
    theirs = data.action
    before = every_key(theirs)
    for seed in (1, 2):
        talk(rig, seed=seed)
        assert every_key(theirs) == before
    clear(rig)
    assert data.action == theirs
    assert every_key(theirs) == before
    assert not data.nla_tracks


# --- what cannot be written -----------------------------------------------------------------------


@pytest.mark.parametrize("state", ["lock_shape", "mute"])
def test_a_key_that_was_locked_or_muted_keeps_its_curve(face, take, state):
    item = face()
    take(item, 0.6)
    setattr(item.data.shape_keys.key_blocks["jawOpen"], state, True)
    before = every_key(item.data.shape_keys.animation_data.action)
    report = take(item, 0.3)
    assert any("Left out" in note and "jawOpen" in note for note in report.notes)
    after = every_key(item.data.shape_keys.animation_data.action)
    path = (jaw_curve(item).data_path, 0)
    assert after[path] == before[path]
    assert value_at(item, 30, "mouthFunnel") == pytest.approx(0.3)


def stash(item):
    """What Blender's own Stash does."""
    data = item.data.shape_keys.animation_data
    compat = importlib.import_module(".scene.compat", EXTENSION)
    slot, action = compat.slot_of(data), data.action
    track = data.nla_tracks.new()
    track.name, track.mute = "[Action Stash]", True
    strip = track.strips.new("stash", 10, action)
    if slot is not None:
        strip.action_slot = slot
    action.use_fake_user = True
    data.action = None
    return action


def test_a_stashed_take_is_left_alone(face, take, clear):
    item = face()
    take(item, 0.6)
    stashed = stash(item)
    before = every_key(stashed)
    assert not importlib.import_module(".scene.takes.clear", EXTENSION).has_take(
        importlib.import_module(".scene.character.find", EXTENSION).character_of(
            item, bpy.context.scene
        )
    )
    take(item, 0.3)
    assert value_at(item, 30) == pytest.approx(0.3)
    assert every_key(stashed) == before
    take(item, 0.4)
    assert every_key(stashed) == before
    clear(item)
    assert every_key(stashed) == before
    assert [track.name for track in item.data.shape_keys.animation_data.nla_tracks] == [
        "[Action Stash]"
    ]


def test_our_action_from_a_library_gets_a_copy(face, take, clear, tmp_path):
    item = face()
    take(item, 0.6)
    action = item.data.shape_keys.animation_data.action
    action.name = "Lipwright Shared"
    path = tmp_path / "library.blend"
    bpy.data.libraries.write(str(path), {action}, fake_user=True)
    with bpy.data.libraries.load(str(path), link=True) as (_, to):
        to.actions = ["Lipwright Shared"]
    linked = to.actions[0]
    assert linked.library is not None
    data = item.data.shape_keys.animation_data
    slots = getattr(linked, "slots", None)
    data.action = linked
    if slots:
        data.action_slot = slots[0]
    before = every_key(linked)
    take(item, 0.3)
    assert every_key(linked) == before
    assert data.action.library is None
    for frame in (20, 35, 50):
        assert value_at(item, frame) == pytest.approx(0.3)
    clear(item)
    assert data.action is None


def test_a_refusal_comes_before_anything_is_written(talk):
    _, rig = bone_head({"jaw": "jaw"})
    rig.pose.bones["head"].rotation_mode = "AXIS_ANGLE"
    rig.lipwright.head = True
    report = talk(rig, layers=frozenset({"speech", "head"}))
    assert any("axis and an angle" in note and "head" in note for note in report.notes)
    assert not any("rotation_axis_angle" in path for path, _ in every_key_of(rig))


def every_key_of(item):
    return {
        place
        for track in item.animation_data.nla_tracks
        for strip in track.strips
        for place in every_key(strip.action)
    }


# --- identity -------------------------------------------------------------------------------------


def test_a_renamed_datablock_gets_its_pose_back(face, take, clear):
    item = face()
    item.data.shape_keys.key_blocks["mouthFunnel"].value = 0.25
    take(item, 0.6)
    item.data.shape_keys.name = "Other"
    item.name = "Renamed"
    take(item, 0.3)
    assert value_at(item, 30) == pytest.approx(0.3)
    bpy.context.scene.frame_set(30)
    clear(item)
    assert value_at(item, 30, "mouthFunnel") == pytest.approx(0.25)
    assert value_at(item, 30, "jawOpen") == 0


@pytest.mark.parametrize("change", ["rename", "duplicate"])
def test_a_pose_is_not_added_twice(talk, clear, change):
    mesh, rig = bone_head({"jaw": "jaw"})
    jaw = rig.pose.bones["jaw"]
    rest = jaw.matrix_basis.copy()
    talk(rig)
    bpy.context.scene.frame_set(25)
    wanted = jaw.matrix_basis.copy()
    if change == "rename":
        rig.name = rig.data.name = "Renamed"
    else:
        copy = rig.copy()
        copy.data = rig.data.copy()
        bpy.context.scene.collection.objects.link(copy)
        child = mesh.copy()
        child.data = mesh.data.copy()
        child.parent = copy
        for modifier in child.modifiers:
            modifier.object = copy
        bpy.context.scene.collection.objects.link(child)
        bpy.context.view_layer.update()
        rig, jaw = copy, copy.pose.bones["jaw"]
    bpy.context.scene.frame_set(25)
    talk(rig)
    bpy.context.scene.frame_set(25)
    assert np.allclose(jaw.matrix_basis, wanted, atol=1e-4)
    clear(rig)
    bpy.context.scene.frame_set(25)
    assert np.allclose(jaw.matrix_basis, rest, atol=1e-4)


def test_another_recording_of_the_shot_leaves_no_tail(face, take):
    item = face()
    take(item, 0.6, name="long", span=(10.0, 90.0), source="strip:a")
    report = take(item, 0.3, name="short", span=(10.0, 40.0), source="strip:b")
    assert value_at(item, 30) == pytest.approx(0.3)
    assert value_at(item, 70) == 0
    assert any("“long”" in note and "replaced" in note for note in report.notes)


def test_a_line_that_only_overlaps_stays(face, take):
    item = face()
    both = ("strip:a", "strip:b")
    take(item, 0.6, name="one", span=(10.0, 60.0), source="strip:a", present=both)
    take(item, 0.3, name="two", span=(50.0, 90.0), source="strip:b", present=both)
    assert value_at(item, 30) == pytest.approx(0.6)
    assert value_at(item, 70) == pytest.approx(0.3)
    take(item, 0.2, name="three", span=(40.0, 80.0), source="strip:c", present=("strip:c",))
    assert value_at(item, 30) == 0, "the strips of both lines are gone"
    assert value_at(item, 85) == 0


def test_a_strip_that_was_renamed_and_moved_leaves_no_ghost(face, take):
    item = face()
    take(item, 0.6, name="one", span=(10.0, 40.0), source="strip:a")
    take(item, 0.6, name="other", span=(100.0, 130.0), source="strip:a")
    assert value_at(item, 25) == 0
    assert value_at(item, 110) == pytest.approx(0.6)


def test_an_older_layout_opens_with_its_takes(face, take, clear, writing, character_of):
    """As files of the version before had it: JSON by the names of datablocks."""
    item = face()
    take(item, 0.6)
    action = item.data.shape_keys.animation_data.action
    for name in list(action.keys()):
        if name != "lipwright":
            del action[name]
    path = item.data.shape_keys.key_blocks["jawOpen"].path_from_id("value")
    action["lipwright_takes"] = f'{{"line": [{FIRST}, {LAST}]}}'
    block = item.data.shape_keys.name
    action["lipwright_before"] = json.dumps({f"{block}\n{path}\n0": 0.125})
    assert writing.take_ranges(character_of(item)) == {"line": (FIRST, LAST)}
    take(item, 0.3, span=(FIRST, 40.0), source="strip:a")
    assert value_at(item, 30) == pytest.approx(0.3)
    assert value_at(item, 50) == 0
    clear(item)
    assert value_at(item, 30) == pytest.approx(0.125)
    assert not bpy.data.actions
