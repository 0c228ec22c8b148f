# SPDX-License-Identifier: GPL-3.0-or-later
"""Feelings, eyes, head and layers in a scene: sliders followed, bones turned on top, sums whole."""

import bpy
import numpy as np
import pytest
from mathutils import Quaternion, Vector

FPS = 24


@pytest.fixture
def person(face, ours):
    """A face on an armature with head, neck and eyes."""
    arkit = ours("core.motion.track").ARKIT_NAMES
    item = face("Face", arkit)
    data = bpy.data.armatures.new("Rig")
    armature = bpy.data.objects.new("Rig", data)
    bpy.context.scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    before = None
    for name, low, high in (("neck", 1.0, 1.2), ("head", 1.2, 1.6)):
        bone = data.edit_bones.new(name)
        bone.head, bone.tail, bone.parent = (0, 0, low), (0, 0, high), before
        before = bone
    for name, x in (("eye.L", 0.03), ("eye.R", -0.03)):
        bone = data.edit_bones.new(name)
        bone.head, bone.tail, bone.parent = (x, -0.1, 1.4), (x, -0.2, 1.4), before
    bpy.ops.object.mode_set(mode="OBJECT")
    item.parent = armature
    item.location.z = 1.4
    bpy.context.view_layer.update()
    return ours("scene.character.find").character_of(item, bpy.context.scene)


def shown(item, frame):
    """What the scene shows on every key at a frame."""
    bpy.context.scene.frame_set(frame)
    return np.array([block.value for block in item.data.shape_keys.key_blocks[1:]])


def turned(armature, bone, frame):
    """Which way a bone looks from where it rests, at a frame: -Y and Z turned."""
    bpy.context.scene.frame_set(frame)
    pose = armature.pose.bones[bone]
    return (pose.matrix @ pose.bone.matrix_local.inverted()).to_3x3()


def degrees_left(matrix):
    front = matrix @ Vector((0, -1, 0))
    return np.degrees(np.arctan2(front.x, -front.y))


# --- sliders --------------------------------------------------------------------------------------


def test_a_keyframed_slider_is_followed(person, act):
    feelings = person.root.lipwright.feelings
    for value, frame in ((0.0, 10), (0.0, 80), (1.0, 100)):
        feelings.angry = value
        feelings.keyframe_insert("angry", frame=frame)
    brow = person.meshes[0].data.shape_keys.key_blocks.find("browDownLeft") - 1
    act(person)
    assert shown(person.meshes[0], 70)[brow] < 0.02
    assert shown(person.meshes[0], 110)[brow] > 0.5
    assert person.root.animation_data.action.name != "Lipwright Rig"  # the artist's own


def test_a_strip_has_its_own_feelings(person, act, ours, voice, monkeypatch):
    if not ours("scene.compat").HAS_SOUND:
        pytest.skip("this Blender has no sound strips")
    strip = ours("scene.sounds.strip").add_to_sequencer(bpy.context.scene, voice, 10)
    person.root.lipwright.feelings.happy = 1.0
    strip.lipwright.own = True
    strip.lipwright.feelings.sad = 1.0
    names = [block.name for block in person.meshes[0].data.shape_keys.key_blocks[1:]]
    smile, frown = names.index("mouthSmileLeft"), names.index("mouthFrownLeft")

    def most(name):
        act(person, name=name)
        table = np.array([shown(person.meshes[0], frame) for frame in range(60, 120, 4)])
        return table[:, smile].max(), table[:, frown].max()

    own, other = most(strip.name), most("another line")
    assert own[1] > 0.3 > own[0]
    assert other[0] > 0.3 > other[1]


# --- turns ----------------------------------------------------------------------------------------


def test_neck_and_head_share_the_turn(person, act):
    dials = person.root.lipwright
    dials.head = True
    act(person)
    neck = [degrees_left(turned(person.root, "neck", frame)) for frame in range(20, 150, 10)]
    both = [degrees_left(turned(person.root, "head", frame)) for frame in range(20, 150, 10)]
    assert max(map(abs, both)) > 1
    assert np.allclose(np.array(neck), 0.35 * np.array(both), atol=0.25)
    dials.acting.neck_share = 0.0
    act(person)
    assert abs(degrees_left(turned(person.root, "neck", 60))) < 1e-4
    alone = [degrees_left(turned(person.root, "head", frame)) for frame in range(20, 150, 10)]
    assert np.allclose(alone, both, atol=0.3)


@pytest.mark.parametrize("place", ["action", "strip", "pose"])
def test_the_head_turns_on_top_of_the_artists_own(person, act, ours, place):
    """What the artist animated still plays, with ours added; Clear leaves it as it was."""
    armature = person.root
    pose = armature.pose.bones["head"]
    theirs = Quaternion((0, 1, 0), np.radians(40))  # about the bone: to one side
    pose.rotation_quaternion = theirs
    data = armature.animation_data_create()
    if place != "pose":
        for frame in (1, 200):
            pose.keyframe_insert("rotation_quaternion", frame=frame)
    if place == "strip":
        action = data.action
        data.action = None
        strip = data.nla_tracks.new().strips.new("Walk", 1, action)
        ours("scene.compat").assign(strip, action, ours("scene.compat").slot_of(strip) or None)
    frames = range(20, 150, 10)
    before = [degrees_left(turned(armature, "head", frame)) for frame in frames]
    assert np.allclose(np.abs(before), 40, atol=0.01)
    person.root.lipwright.head = True
    person.root.lipwright.acting.neck_share = 0.0
    act(person)
    with_ours = np.array([degrees_left(turned(armature, "head", frame)) for frame in frames])
    assert 0.5 < np.abs(with_ours - before).max() < 12
    assert degrees_left(turned(armature, "head", 5)) == pytest.approx(before[0], abs=0.05)
    ours("scene.takes.clear").clear_take(person)
    after = [degrees_left(turned(armature, "head", frame)) for frame in frames]
    assert np.allclose(after, before, atol=0.01)
    assert data.action_blend_type == "REPLACE"


@pytest.mark.parametrize("by", ["AUTO", "SHAPES", "BONES", "BOTH"])
def test_eyes_turn_by_shapes_or_bones(person, act, by):
    person.root.lipwright.acting.eyes_by = by
    act(person)
    moved = max(abs(degrees_left(turned(person.root, "eye.L", f))) for f in range(20, 150, 5))
    assert (moved > 1) == (by in ("BONES", "BOTH"))


def test_the_eyes_hold_an_object_that_moves(person, act):
    target = bpy.data.objects.new("Target", None)
    bpy.context.scene.collection.objects.link(target)
    for x, frame in ((-0.5, 1), (-0.5, 60), (0.5, 120), (0.5, 200)):
        target.location = (x, -1.0, 1.4)
        target.keyframe_insert("location", frame=frame)
    acting = person.root.lipwright.acting
    acting.look_at, acting.eyes_by, acting.glances, acting.aversion = target, "BONES", 0.0, 0.0
    act(person)

    def both(frame):
        sides = (degrees_left(turned(person.root, f"eye.{side}", frame)) for side in "LR")
        return np.array(list(sides))

    # The face cube's lids lie at its corners, so the eyes are about where the mesh is.
    early, late = both(50), both(140)
    assert early.mean() < -10
    assert late.mean() > 10
    assert early[1] > early[0]  # the eyes meet: the right one turns more to the left


def test_another_target_is_looked_at_when_the_dial_moves(person, act, ours):
    for name, x in (("One", -1.0), ("Two", 1.0)):
        target = bpy.data.objects.new(name, None)
        target.location = (x, -1.0, 1.4)
        bpy.context.scene.collection.objects.link(target)
    acting = person.root.lipwright.acting
    acting.eyes_by, acting.glances, acting.aversion = "BONES", 0.0, 0.0
    acting.look_at = bpy.data.objects["One"]
    act(person)
    first = degrees_left(turned(person.root, "eye.L", 60))
    acting.look_at = bpy.data.objects["Two"]
    ours("jobs.again").mix_again(person)
    assert first < -10 < 10 < degrees_left(turned(person.root, "eye.L", 60))


# --- layers ---------------------------------------------------------------------------------------


def tracks_of(block):
    return {track.name: track for track in block.animation_data.nla_tracks}


def test_layers_on_tracks_of_their_own_sum_to_the_whole(person, act):
    dials = person.root.lipwright
    dials.feelings.sad, dials.head = 0.8, True
    mesh, keys = person.meshes[0], person.meshes[0].data.shape_keys
    frames = range(10, 170, 7)
    act(person)
    whole = np.array([shown(mesh, frame) for frame in frames])
    heads = [degrees_left(turned(person.root, "head", frame)) for frame in frames]
    dials.apart = True
    act(person)
    assert {"Lipwright", "Lipwright Emotion", "Lipwright Blink", "Lipwright Gaze"} <= set(
        tracks_of(keys)
    )
    assert "Lipwright Head" in tracks_of(person.root)
    apart = np.array([shown(mesh, frame) for frame in frames])
    assert np.abs(apart - whole).max() < 2e-3
    assert np.allclose(
        heads, [degrees_left(turned(person.root, "head", frame)) for frame in frames], atol=0.05
    )
    # Muting a track takes that layer away and nothing else.
    tracks_of(keys)["Lipwright Emotion"].mute = True
    muted = np.array([shown(mesh, frame) for frame in frames])
    tracks_of(keys)["Lipwright Emotion"].mute = False
    dials.emote = False
    dials.apart = False
    act(person)
    without = np.array([shown(mesh, frame) for frame in frames])
    names = [block.name for block in keys.key_blocks[1:]]
    jaw, smile = names.index("jawOpen"), names.index("mouthFrownLeft")
    # The last frame lies after the sound, where a take with a feeling is still coming to rest.
    assert np.abs(muted[:-1, smile] - without[:-1, smile]).max() < 2e-3
    assert np.abs(muted[:-1, jaw] - without[:-1, jaw]).max() < 2e-3
    assert [name for name in tracks_of(keys) if name != "Lipwright"] == []


def test_clear_removes_every_layer(person, act, ours):
    person.root.lipwright.apart = True
    before = shown(person.meshes[0], 60)
    act(person)
    assert np.abs(shown(person.meshes[0], 60) - before).max() > 0.01
    ours("scene.takes.clear").clear_take(person)
    assert np.array_equal(shown(person.meshes[0], 60), before)
    assert not bpy.data.actions
    assert not person.meshes[0].data.shape_keys.animation_data.nla_tracks


def test_other_lines_stay_when_one_is_taken_apart(person, act):
    mesh = person.meshes[0]
    act(person, 10.0, "one")
    one = np.array([shown(mesh, frame) for frame in range(12, 150, 9)])
    person.root.lipwright.apart = True
    act(person, 400.0, "two")
    again = np.array([shown(mesh, frame) for frame in range(12, 150, 9)])
    assert np.allclose(one, again, atol=1e-5)
    assert np.abs(shown(mesh, 450)).max() > 0.02


def test_eye_bones_of_many_rigs_are_found():
    from lipwright.rigs.bones.body_names import find_body

    for names, wanted in (
        (["neck", "head", "DEF-eye.L", "master_eye.L", "master_eye.R", "eye.L"], "master_eye.L"),
        (["mixamorig:Head", "mixamorig:LeftEye", "mixamorig:HeadTop_End"], "mixamorig:LeftEye"),
        (["CC_Base_Head", "CC_Base_NeckTwist01", "CC_Base_L_Eye"], "CC_Base_L_Eye"),
        (["head", "neckLower", "lEye", "rEye"], "lEye"),
        (["J_Bip_C_Head", "J_Bip_C_Neck", "J_Adj_L_FaceEye"], "J_Adj_L_FaceEye"),
        (["頭", "首", "左目", "右目"], "左目"),
        (["head.x", "neck.x", "c_eye.l"], "c_eye.l"),
    ):
        assert find_body(names)["eyeLeft"] == wanted
        assert "head" in find_body(names) or "Head" in find_body(names)
    assert find_body(["forearm.L", "eyelid.L", "forehead"]) == {}
