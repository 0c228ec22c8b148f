# SPDX-License-Identifier: GPL-3.0-or-later
"""The rule for animation that is already there, seen in what the scene shows."""

from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from lipwright.tests.blender_fixtures import ARKIT_SOME, jaw_curve, value_at

FIRST, LAST = 10.0, 40.0


@pytest.fixture
def take(ours):
    """Write a take whose keys all have one height: `take(character, 0.6, "a", 10, 40)`."""
    keys_of, control = ours("core.motion.keys").Keys, ours("rigs.schema").Control

    def write(character, height=0.6, name="line", first=FIRST, last=LAST, names=None):
        frames = np.arange(first + 1, last)
        keys = {
            control(mesh.name, key): keys_of(frames, np.full(len(frames), height, np.float32))
            for mesh in character.meshes
            for key in character.key_names[mesh.name]
            if names is None or key in names
        }
        writing = ours("scene.takes.write")
        return writing.write_take(character, keys, writing.Take(name, (first, last)))

    return write


@pytest.fixture
def character_of(ours):
    return lambda item: ours("scene.character.find").character_of(item, bpy.context.scene)


@pytest.fixture
def clear(ours):
    return lambda character: ours("scene.takes.clear").clear_take(character)


def hand_key(item: bpy.types.Object, key: str, frame: float, value: float) -> None:
    block = item.data.shape_keys.key_blocks[key]
    block.value = value
    block.keyframe_insert("value", frame=frame)


def test_a_bare_face_gets_an_active_action(face, take, character_of):
    item = face()
    report = take(character_of(item))
    assert item.data.shape_keys.animation_data.action["lipwright"] == 2
    assert value_at(item, 20) == pytest.approx(0.6)
    assert value_at(item, FIRST) == 0
    assert value_at(item, LAST + 30) == 0
    assert report.curves == len(ARKIT_SOME)
    assert report.notes == []


def test_again_replaces_and_leaves_no_rest_of_the_longer_take(face, take, character_of):
    item = face()
    take(character_of(item), 0.6, last=80)
    take(character_of(item), 0.3, last=30)
    assert value_at(item, 20) == pytest.approx(0.3)
    assert value_at(item, 60) == 0
    assert len(bpy.data.actions) == 1
    assert max(p.co[0] for p in jaw_curve(item).keyframe_points) == 30


def test_lines_elsewhere_stay_with_the_artists_edits(face, take, character_of):
    item = face()
    take(character_of(item), 0.6, "one", 10, 40)
    edited = next(p for p in jaw_curve(item).keyframe_points if p.co[0] == 20)
    edited.co[1], edited.interpolation = 0.9, "BEZIER"
    take(character_of(item), 0.3, "two", 60, 90)
    take(character_of(item), 0.4, "two", 60, 90)
    assert value_at(item, 20) == pytest.approx(0.9)
    point = next(p for p in jaw_curve(item).keyframe_points if p.co[0] == 20)
    assert point.interpolation == "BEZIER"
    assert value_at(item, 70) == pytest.approx(0.4)
    assert value_at(item, 50) == 0


def test_a_moved_line_takes_its_keys_along(face, take, character_of):
    item = face()
    take(character_of(item), 0.6, "one", 10, 40)
    take(character_of(item), 0.6, "one", 100, 130)
    assert value_at(item, 20) == 0
    assert value_at(item, 110) == pytest.approx(0.6)


def test_hand_keys_stay_on_top(face, take, character_of, clear):
    item = face()
    hand_key(item, "jawOpen", 20, 0.2)
    theirs = item.data.shape_keys.animation_data.action
    report = take(character_of(item))
    data = item.data.shape_keys.animation_data
    assert data.action == theirs
    assert value_at(item, 20) == pytest.approx(0.2)
    assert value_at(item, 20, "mouthClose") == pytest.approx(0.6)
    assert value_at(item, 100, "mouthClose") == 0
    assert any("1 of its keys" in note for note in report.notes)
    take(character_of(item), 0.5, last=60)
    assert len(data.nla_tracks) == 1
    assert value_at(item, 55, "mouthClose") == pytest.approx(0.5)
    assert clear(character_of(item)) > 0
    assert data.action == theirs
    assert not data.nla_tracks
    assert list(bpy.data.actions) == [theirs]


def test_below_hand_keys_a_take_keeps_its_time(face, character_of, ours):
    item = face()
    hand_key(item, "jawOpen", 20, 0.2)
    keys_of, control = ours("core.motion.keys").Keys, ours("rigs.schema").Control
    writing = ours("scene.takes.write")
    for first in (30, 100, 5):
        frames = np.arange(first + 1.0, first + 20)
        ramp = {control(item.name, "mouthClose"): keys_of(frames, (frames - first) / 20)}
        line = writing.Take("line", (first, first + 20.0))
        writing.write_take(character_of(item), ramp, line)
        for frame in (first + 1, first + 7, first + 15):
            assert value_at(item, frame, "mouthClose") == pytest.approx((frame - first) / 20)


def test_nla_strips_of_theirs_keep_their_keys(face, take, character_of, clear):
    item = face()
    hand_key(item, "jawOpen", 1, 0.2)
    hand_key(item, "jawOpen", 50, 0.2)
    data = item.data.shape_keys.animation_data
    track = data.nla_tracks.new()
    track.strips.new("theirs", 1, data.action)
    data.action = None
    report = take(character_of(item))
    assert data.action is None
    assert value_at(item, 20) == pytest.approx(0.2)
    assert value_at(item, 20, "mouthClose") == pytest.approx(0.6)
    assert any("NLA strips of yours" in note for note in report.notes)
    clear(character_of(item))
    assert [one.name for one in data.nla_tracks] == [track.name]
    assert value_at(item, 20) == pytest.approx(0.2)


def test_clear_puts_back_what_was_there(face, take, character_of, clear):
    item = face()
    item.data.shape_keys.key_blocks["mouthFunnel"].value = 0.25
    take(character_of(item))
    clear(character_of(item))
    assert not bpy.data.actions
    assert value_at(item, 20, "mouthFunnel") == pytest.approx(0.25)
    assert value_at(item, 20, "jawOpen") == 0


def test_rest_alone_makes_no_curves(face, take, character_of):
    item = face()
    assert take(character_of(item), 0.0).curves == 0
    assert not bpy.data.actions
    take(character_of(item), 0.5)
    take(character_of(item), 0.0)
    assert not bpy.data.actions
    assert value_at(item, 20) == 0


def test_a_shape_left_at_one_rests_while_the_line_plays(face, take, character_of, clear):
    """Blender 5 makes new keys with the value 1; a face saved so must not stay distorted."""
    item = face()
    item.data.shape_keys.key_blocks["mouthFunnel"].value = 1.0
    take(character_of(item), 0.0)
    assert value_at(item, 20, "mouthFunnel") == 0
    clear(character_of(item))
    assert value_at(item, 20, "mouthFunnel") == 1


def test_several_meshes_one_character(face, take, character_of, clear):
    head, teeth = face("Head"), face("Teeth", ("jawOpen",))
    far = face("Bystander", at=(50, 0, 0))
    armature = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    bpy.context.scene.collection.objects.link(armature)
    head.parent = armature
    teeth.modifiers.new("Armature", "ARMATURE").object = armature
    character = character_of(armature)
    assert [mesh.name for mesh in character.meshes] == ["Head", "Teeth"]
    assert character_of(teeth).root == armature
    take(character)
    assert value_at(teeth, 20) == value_at(head, 20) == pytest.approx(0.6)
    assert value_at(far, 20) == 0
    clear(character)
    assert not bpy.data.actions


def test_loose_parts_in_one_collection_are_one_character(face, character_of):
    group = bpy.data.collections.new("Anna")
    bpy.context.scene.collection.children.link(group)
    parts = [face("Face"), face("Tongue", ("tongueOut",)), face("Other", at=(50, 0, 0))]
    for part in parts:
        bpy.context.scene.collection.objects.unlink(part)
        group.objects.link(part)
    assert [mesh.name for mesh in character_of(parts[0]).meshes] == ["Face", "Tongue"]


def test_a_copied_character_gets_curves_of_its_own(face, take, character_of):
    first = face()
    take(character_of(first), 0.6)
    second = first.copy()
    second.data = first.data.copy()
    second.location.x = 50
    bpy.context.scene.collection.objects.link(second)
    take(character_of(second), 0.3)
    assert value_at(first, 20) == pytest.approx(0.6)
    assert value_at(second, 20) == pytest.approx(0.3)


@pytest.mark.parametrize("name", ['jaw"Open', "顎を開く", "a\\b", "é ü"])
def test_any_key_name(face, take, character_of, name):
    item = face("Head", (name,))
    take(character_of(item))
    assert value_at(item, 20, name) == pytest.approx(0.6)


def test_driven_locked_and_muted_keys_are_named(face, take, character_of):
    item = face()
    blocks = item.data.shape_keys.key_blocks
    blocks["jawOpen"].driver_add("value").driver.expression = "0.1"
    blocks["mouthClose"].lock_shape = True
    blocks["mouthPucker"].mute = True
    report = take(character_of(item))
    notes = "\n".join(report.notes)
    assert "driven: jawOpen" in notes
    assert "locked: mouthClose" in notes
    assert "muted: mouthPucker" in notes
    assert report.curves == len(ARKIT_SOME) - 3
    assert value_at(item, 20, "mouthFunnel") == pytest.approx(0.6)


@pytest.fixture
def linked(face, tmp_path):
    """A face that lives in another file."""
    face("Head")
    path = tmp_path / "library.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True, load_ui=False)
    with bpy.data.libraries.load(str(path), link=True) as (_, to):
        to.objects = ["Head"]
    bpy.context.scene.collection.objects.link(to.objects[0])
    return to.objects[0]


def test_a_linked_face_is_refused_with_the_fix(linked, take, character_of, ours):
    with pytest.raises(ours("core.errors").RigError, match="override the mesh data too"):
        take(character_of(linked))
    assert not bpy.data.actions


def test_the_fix_works_and_is_saved(linked, take, character_of, tmp_path):
    item = linked.override_create(remap_local_usages=True)
    item.data.override_create(remap_local_usages=True)
    take(character_of(item))
    path = str(tmp_path / "shot.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path, load_ui=False)
    item = next(item for item in bpy.context.scene.objects if item.library is None)
    assert value_at(item, 20) == pytest.approx(0.6)


def test_saving_and_loading_keeps_everything(face, take, character_of, clear, tmp_path):
    item = face()
    item.lipwright.jaw = 1.5
    item.lipwright.feelings.happy = 0.4
    take(character_of(item))
    path = str(tmp_path / "saved.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path, load_ui=False)
    item = bpy.data.objects["Head"]
    assert value_at(item, 20) == pytest.approx(0.6)
    assert item.lipwright.jaw == 1.5
    assert item.lipwright.feelings.happy == pytest.approx(0.4)
    assert item.lipwright.version == 1
    take(character_of(item), 0.3)
    assert value_at(item, 20) == pytest.approx(0.3)
    assert len(bpy.data.actions) == 1
    clear(character_of(item))
    assert not bpy.data.actions


# --- who belongs together -------------------------------------------------------------------------


def test_a_head_that_gets_a_parent_keeps_its_dials(face, character_of):
    item = face()
    item.lipwright.jaw = 0.5
    empty = bpy.data.objects.new("Cart", None)
    bpy.context.scene.collection.objects.link(empty)
    item.parent = empty
    assert character_of(item).root == character_of(empty).root == item
    other = face("Other", at=(50, 0, 0))
    other.parent = empty
    fresh = bpy.data.objects.new("Stand", None)
    bpy.context.scene.collection.objects.link(fresh)
    other.parent = fresh
    assert character_of(other).root == fresh, "without dials of its own the parent carries them"


def test_dials_on_the_parent_count_before_those_of_its_meshes(face, character_of):
    item = face()
    empty = bpy.data.objects.new("Cart", None)
    bpy.context.scene.collection.objects.link(empty)
    item.parent = empty
    empty.lipwright.feelings.happy = 0.3
    item.lipwright.jaw = 0.5
    assert character_of(item).root == empty


@pytest.mark.parametrize("kind", ["EMPTY", "ARMATURE"])
def test_two_heads_under_one_parent_are_two_characters(face, take, character_of, ours, kind):
    data = bpy.data.armatures.new("Rig") if kind == "ARMATURE" else None
    top = bpy.data.objects.new("Top", data)
    bpy.context.scene.collection.objects.link(top)
    left, right = face("Left"), face("Right", at=(50, 0, 0))
    teeth = face("RightTeeth", ("jawOpen",), at=(50, 0, 0.5))
    for item in (left, right, teeth):
        item.parent = top
    bpy.context.view_layer.update()
    assert [mesh.name for mesh in character_of(left).meshes] == ["Left"]
    assert [mesh.name for mesh in character_of(right).meshes] == ["Right", "RightTeeth"]
    assert character_of(teeth).root == right
    assert len(ours("scene.character.find").characters(bpy.context.scene)) == 2
    take(character_of(right), 0.6)
    assert value_at(right, 20) == value_at(teeth, 20) == pytest.approx(0.6)
    assert value_at(left, 20) == 0


def test_driven_keys_are_told_although_other_keys_do(face, fake, ours):
    item = face()
    item.data.shape_keys.key_blocks["mouthFunnel"].driver_add("value").driver.expression = "0.1"
    find, scene = ours("scene.character.find"), bpy.context.scene
    character = find.character_of(item, scene)
    rig = find.rig_of(character)
    assert "mouthFunnel" in rig.missing
    assert find.driven_faces(character, rig) == {"Head": ["mouthFunnel"]}
    heard = SimpleNamespace(seconds=2.0, notes=())
    settings = ours("pipeline").Settings()
    clock = ours("scene.clock").clock_of(scene, 1.0)
    report = ours("jobs.take").animate(character, heard, settings, clock, "line")
    assert any("driven: mouthFunnel. Remove their drivers" in note for note in report.notes)
