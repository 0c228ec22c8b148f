# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces of bones: found, posed, added to how they stand, and seen on the evaluated mesh."""

import addon_utils
import bpy
import numpy as np
import pytest

from lipwright.tests.synthetic import bone_head, evaluated, lip_gap

LIPS = {
    "jaw": "c_jawbone.x",
    "upper lip": "c_lips_top.x",
    "lower lip": "c_lips_bot.x",
    "corner l": "c_lips_smile.l",
    "corner r": "c_lips_smile.r",
}
# Frame of the take below: the face.
FACES = {
    11: {},
    12: {"jawOpen": 0.5, "mouthLowerDownLeft": 0.3, "mouthLowerDownRight": 0.3},
    13: {"jawOpen": 0.3, "mouthClose": 0.285},
    14: {"mouthPucker": 0.8, "mouthFunnel": 0.2, "jawOpen": 0.1},
    15: {"mouthSmileLeft": 0.8, "mouthSmileRight": 0.8},
    16: {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0},
}


@pytest.fixture
def speak(ours):
    """Write `FACES` as a take: `speak(object)`; returns the report."""

    def write(item, faces=FACES, way="dense"):
        keying = ours("core.motion.keying").Keying(way, 0.02)
        names = ours("core.motion.track").FACE_NAMES
        values = np.array([[face.get(name, 0.0) for name in names] for face in faces.values()])
        track = ours("core.motion.track").FaceTrack(values.astype(np.float32), names, 24.0)
        character = ours("scene.character.find").character_of(item, bpy.context.scene)
        rig = ours("scene.character.find").rig_of(character)
        keys = {
            control: ours("core.motion.keys").Keys(np.array([*faces], float), curve)
            for control, curve in ours("rigs.drive").drive(track, rig).items()
        }
        rests = {row.control: row.rest for row in rig.rows}
        span = (min(faces) - 1.0, max(faces) + 1.0)
        writing = ours("scene.takes.write")
        return writing.write_take(
            character, keys, writing.Take("line", span), rests=rests, keying=keying
        )

    return write


def gaps(item):
    found = {}
    for frame in FACES:
        bpy.context.scene.frame_set(frame)
        found[frame] = lip_gap(item)
    return found


@pytest.mark.parametrize("mode", ["QUATERNION", "XYZ", "ZYX"])
@pytest.mark.parametrize("name", ["jaw_master", "CC_Base_JawRoot", "mixamorig:Jaw", "あご"])
def test_a_jaw_bone_alone_talks(name, mode, speak, ours):
    item, _rig = bone_head({"jaw": name}, mode, roll=0.7)
    assert [c.name for c in ours("scene.character.find").talking_characters(bpy.context.scene)] == [
        "Rig"
    ]
    rest = lip_gap(item)
    report = speak(item)
    assert report.notes == []
    gap = gaps(item)
    assert gap[12] - rest > 0.1
    assert abs(gap[13] - rest) < 0.1 * (gap[12] - rest)
    assert gap[16] == pytest.approx(rest, abs=1e-4)


def test_lips_and_jaw(speak):
    item, _ = bone_head(LIPS)
    rest, rest_points = lip_gap(item), evaluated(item)
    speak(item)
    gap = gaps(item)
    assert gap[12] - rest > 0.15
    assert abs(gap[13] - rest) < 0.1 * (gap[12] - rest)
    spread = {}
    for frame in (11, 14, 15):
        bpy.context.scene.frame_set(frame)
        spread[frame] = _corner_distance(item)
    assert spread[14] < 0.9 * spread[11] < spread[11] < 0.95 * spread[15]
    bpy.context.scene.frame_set(16)
    assert np.abs(evaluated(item) - rest_points).max() < 1e-5


def _corner_distance(item):
    from lipwright.tests.synthetic import contact_rows

    upper, _ = contact_rows()
    points = evaluated(item)
    return float(np.linalg.norm(points[upper[0]] - points[upper[-1]]))


def test_a_bone_named_jaw_that_moves_the_whole_head_is_none(ours):
    item, _rig = bone_head({"jaw": "jaw"})
    item.vertex_groups.remove(item.vertex_groups["jaw"])
    item.vertex_groups["head"].name = "jaw"
    character = ours("scene.character.find").character_of(item, bpy.context.scene)
    assert "no face bones" in ours("scene.character.find").why_no_rig(character)


@pytest.mark.parametrize("mode", ["QUATERNION", "XZY"])
def test_moves_are_added_to_the_artists_pose_which_comes_back(mode, speak, ours):
    item, rig = bone_head({"jaw": "jaw"}, mode)
    bone = rig.pose.bones["jaw"]
    bone.location = (0.001, 0.002, 0.003)
    bone.rotation_quaternion = (0.98, 0.1, 0.1, 0.1)
    bone.rotation_euler = (0.1, 0.2, 0.3)
    bone.rotation_quaternion.normalize()
    bpy.context.view_layer.update()
    stood = bone.matrix_basis.copy()
    for height in (1.0, 0.5):
        speak(item, {11: {}, 12: {"jawOpen": height}, 13: {}})
        bpy.context.scene.frame_set(11)
        assert np.allclose(bone.matrix_basis, stood, atol=1e-6)
        bpy.context.scene.frame_set(12)
        turn = (stood.inverted() @ bone.matrix_basis).to_quaternion().angle
        full = ours("scene.character.poses").poses_of(rig)["jawOpen"]["jaw"].turn
        assert turn == pytest.approx(height * np.linalg.norm(full), abs=1e-5)
    character = ours("scene.character.find").character_of(item, bpy.context.scene)
    ours("scene.takes.clear").clear_take(character)
    bpy.context.view_layer.update()
    assert np.allclose(bone.matrix_basis, stood, atol=1e-6)
    assert not bpy.data.actions


def test_body_animation_stays(speak, ours):
    item, rig = bone_head({"jaw": "jaw"})
    head = rig.pose.bones["head"]
    for frame, angle in ((1, 0.0), (30, 0.5)):
        head.rotation_quaternion = (np.cos(angle / 2), np.sin(angle / 2), 0, 0)
        head.keyframe_insert("rotation_quaternion", frame=frame)
    theirs = rig.animation_data.action
    bpy.context.scene.frame_set(20)
    before = head.matrix_basis.copy()
    speak(item)
    assert rig.animation_data.action == theirs
    bpy.context.scene.frame_set(20)
    assert np.allclose(head.matrix_basis, before, atol=1e-6)
    bpy.context.scene.frame_set(12)
    assert rig.pose.bones["jaw"].rotation_quaternion.angle > 0.1
    character = ours("scene.character.find").character_of(item, bpy.context.scene)
    ours("scene.takes.clear").clear_take(character)
    assert list(bpy.data.actions) == [theirs]
    assert not rig.animation_data.nla_tracks


def test_locks_drivers_and_constraints_are_said(speak):
    item, rig = bone_head(LIPS, "XYZ")
    bones = rig.pose.bones
    bones["c_lips_top.x"].lock_location = (True, True, True)
    bones["c_lips_smile.l"].driver_add("location", 0)
    report = speak(item)
    told = "\n".join(report.notes)
    assert "locked: c_lips_top.x" in told
    assert "driven: c_lips_smile.l" in told
    bones["c_lips_bot.x"].constraints.new("COPY_TRANSFORMS").target = rig
    report = speak(item)
    assert "held: c_lips_bot.x" in "\n".join(report.notes)


def test_few_keys_of_bones(speak):
    item, _rig = bone_head({"jaw": "jaw"})
    faces = {frame: {"jawOpen": (frame - 11) / 40} for frame in range(11, 41)}
    dense = speak(item, faces)
    for way in ("few", "poses"):
        assert speak(item, faces, way=way).keys < dense.keys / 3


def test_a_stored_pose_is_used_and_saved(speak, ours, tmp_path):
    item, rig = bone_head({"jaw": "bone.007"})
    bone = rig.pose.bones["bone.007"]
    store = ours("scene.character.poses").store_pose
    for name, angle in (("AI", 0.4), ("O", 0.3), ("E", 0.2), ("FV", 0.05), ("U", 0.1), ("L", 0.15)):
        bone.rotation_quaternion = (np.cos(angle / 2), np.sin(angle / 2), 0, 0)
        assert store(rig, name) == 1
    with pytest.raises(ours("core.errors").RigError, match="no face shape"):
        store(rig, "banana")
    bone.rotation_quaternion = (1, 0, 0, 0)
    with pytest.raises(ours("core.errors").RigError, match="at rest"):
        store(rig, "AI")
    path = tmp_path / "stored.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    bpy.ops.wm.open_mainfile(filepath=str(path))
    item = bpy.data.objects["Head"]
    character = ours("scene.character.find").character_of(item, bpy.context.scene)
    assert ours("scene.character.find").rig_of(character).family == "preston_blair"
    speak(item, {11: {}, 12: {"jawOpen": 0.5, "mouthLowerDownLeft": 0.3}, 13: {}})
    bpy.context.scene.frame_set(12)
    assert bpy.data.objects["Rig"].pose.bones["bone.007"].rotation_quaternion.angle > 0.1


@pytest.mark.parametrize("asset", [True, False])
def test_a_pose_library_is_read_by_name(asset, speak, ours):
    item, rig = bone_head({"jaw": "bone.007"})
    bone = rig.pose.bones["bone.007"]
    for name, angle in {"Rest": 0.1, "viseme_aa": 0.5, "viseme_E": 0.3, "viseme_O": 0.35}.items():
        _pose_action(rig, bone, name, angle, asset)
    for name in ("viseme_U", "viseme_SS", "viseme_CH", "viseme_PP"):
        _pose_action(rig, bone, name, 0.11 if name != "viseme_PP" else 0.1, asset)
    bone.rotation_quaternion = (1, 0, 0, 0)
    poses = ours("scene.character.poses").poses_of(rig)
    assert poses["viseme_aa"]["bone.007"].turn[0] == pytest.approx(0.4, abs=1e-4)
    assert "viseme_PP" not in poses  # the bones rest
    character = ours("scene.character.find").character_of(item, bpy.context.scene)
    assert ours("scene.character.find").rig_of(character).family == "oculus_visemes"
    speak(item)
    bpy.context.scene.frame_set(12)
    assert bone.rotation_quaternion.angle > 0.2
    bpy.context.scene.frame_set(13)
    assert bone.rotation_quaternion.angle < 0.02


def _pose_action(rig, bone, name, angle, asset):
    rig.animation_data_create()
    rig.animation_data.action = None
    bone.rotation_quaternion = (np.cos(angle / 2), np.sin(angle / 2), 0, 0)
    bone.keyframe_insert("rotation_quaternion", frame=1)
    action = rig.animation_data.action
    action.name = name
    if asset:
        action.asset_mark()
    rig.animation_data.action = None


def test_rigify_is_recognised(speak, ours):
    if addon_utils.enable("rigify", default_set=True) is None:
        pytest.skip("this Blender comes without Rigify")
    bpy.ops.object.armature_human_metarig_add()
    bpy.ops.pose.rigify_generate()
    rig = bpy.data.objects["rig"]
    width = (rig.data.bones["lips.L"].head_local - rig.data.bones["lips.R"].head_local).length
    bones = rig.pose.bones

    def gap(upper, lower):
        return (bones[upper].head - bones[lower].head).length / width

    lips, lids = ("DEF-lip.T.L", "DEF-lip.B.L"), ("DEF-lid.T.L.002", "DEF-lid.B.L.002")
    rest = gap(*lips), gap(*lids)
    report = speak(rig)
    assert report.notes == []
    found = {}
    for frame in FACES:
        bpy.context.scene.frame_set(frame)
        found[frame] = gap(*lips), gap(*lids)
    assert found[12][0] > rest[0] + 0.15
    assert found[13][0] == pytest.approx(rest[0], abs=0.03)
    assert found[16][1] < 0.1 * rest[1]


def test_an_overridden_rig_of_bones_keeps_all_after_reload(speak, ours, tmp_path):
    library, shot = tmp_path / "library.blend", tmp_path / "shot.blend"
    item, rig = bone_head({"jaw": "jaw"})
    group = bpy.data.collections.new("Anna")
    bpy.context.scene.collection.children.link(group)
    for thing in (item, rig):
        group.objects.link(thing)
    bpy.ops.wm.save_as_mainfile(filepath=str(library))
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True, load_ui=False)
    with bpy.data.libraries.load(str(library), link=True) as (_, into):
        into.collections = ["Anna"]
    scene = bpy.context.scene
    scene.collection.children.link(into.collections[0])
    with pytest.raises(ours("core.errors").RigError, match="linked"):
        speak(bpy.data.objects["Rig"])
    into.collections[0].override_hierarchy_create(scene, bpy.context.view_layer)
    rig = next(one for one in scene.objects if one.type == "ARMATURE" and one.override_library)
    rig.override_library.is_system_override = False
    character = ours("scene.character.find").character_of(rig, scene)
    ours("scene.character.mapping").store_rig(rig, ours("scene.character.find").rig_of(character))
    rig.lipwright_rig.rows["jawOpen"].scale = 0.5
    speak(rig)
    scene.frame_set(12)
    turned = rig.pose.bones["jaw"].rotation_quaternion.angle
    assert turned > 0.05
    bpy.ops.wm.save_as_mainfile(filepath=str(shot))
    bpy.ops.wm.open_mainfile(filepath=str(shot))
    scene = bpy.context.scene
    rig = next(one for one in scene.objects if one.type == "ARMATURE" and one.override_library)
    assert rig.lipwright_rig.rows["jawOpen"].scale == pytest.approx(0.5)
    scene.frame_set(12)
    assert rig.pose.bones["jaw"].rotation_quaternion.angle == pytest.approx(turned, abs=1e-4)
