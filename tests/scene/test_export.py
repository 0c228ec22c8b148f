# SPDX-License-Identifier: GPL-3.0-or-later
"""What leaves Blender: read back, it is the same face, with a skeleton, from time 0."""

from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from lipwright.tests.blender_fixtures import ARKIT_SOME, FakePipeline, value_at
from lipwright.tests.synthetic import bone_head, lip_gap

LENGTH = 2.0
HEARD = SimpleNamespace(seconds=LENGTH, notes=())
START = 31


@pytest.fixture
def talking(face, ours, fake):
    """A face with a take from frame 31 on."""
    item = face("Anna")
    scene = bpy.context.scene
    character = ours("scene.character.find").character_of(item, scene)
    clock = ours("scene.clock").clock_of(scene, float(START))
    settings = ours("pipeline").Settings()
    ours("jobs.take").animate(character, HEARD, settings, clock, "line one")
    return character


def shown(item: bpy.types.Object, frames: range) -> np.ndarray:
    return np.array([[value_at(item, frame, key) for key in ARKIT_SOME] for frame in frames])


def read_back(path, ours) -> tuple[bpy.types.Object, float]:
    """Import into an empty file; the mesh and the frame that is time 0."""
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True, load_ui=False)
    if path.suffix == ".fbx":
        bpy.ops.import_scene.fbx(filepath=str(path))  # puts time 0 at frame 1
        zero = 1.0
    elif path.suffix == ".usdc":
        bpy.ops.wm.usd_import(filepath=str(path))
        zero = 0.0
    else:
        bpy.ops.import_scene.gltf(filepath=str(path))
        zero = 0.0
    return next(
        item for item in bpy.data.objects if item.type == "MESH" and item.data.shape_keys
    ), zero


def state(scene: bpy.types.Scene) -> tuple:
    """Everything that an export must leave as it was."""
    return (
        scene.name,
        scene.frame_start,
        scene.frame_end,
        scene.frame_current,
        sorted(item.name for item in bpy.data.objects),
        sorted(action.name for action in bpy.data.actions),
        sorted(data.name for data in bpy.data.armatures),
        [
            (item.name, item.parent, len(item.modifiers), len(item.vertex_groups))
            for item in bpy.data.objects
        ],
        [item.name for item in scene.objects if item.select_get()],
    )


@pytest.mark.parametrize("suffix", [".fbx", ".glb", ".usdc"])
def test_read_back_is_the_same(talking, ours, tmp_path, suffix):
    if suffix == ".usdc" and not bpy.app.build_options.usd:
        pytest.skip("this Blender is built without USD")
    scene = bpy.context.scene
    count = round(LENGTH * 24) + 1
    before, was = shown(talking.meshes[0], range(START, START + count)), state(scene)
    assert before.max() > 0.5
    export = ours("scene.exports.files")
    path = tmp_path / f"line{suffix}"
    writers = {".fbx": export.export_fbx, ".glb": export.export_glb, ".usdc": export.export_usd}
    write = writers[suffix]
    assert write(path, talking, scene) == "line one"
    assert state(scene)[:3] + state(scene)[4:] == was[:3] + was[4:]
    item, zero = read_back(path, ours)
    assert item.name.removesuffix(".001") == "Anna"  # glTF's importer makes skinned names unique
    assert item.find_armature() is not None
    after = shown(item, range(int(zero), int(zero) + count))
    assert np.abs(after - before).max() < 1e-3
    names = " ".join(action.name for action in bpy.data.actions)
    assert suffix == ".usdc" or "line one" in names  # USD has no takes
    low = min(action.frame_range[0] for action in bpy.data.actions)
    assert low == pytest.approx(zero)


def test_the_artists_keys_and_nla_come_along(face, ours, fake, tmp_path):
    item = face("Anna")
    block = item.data.shape_keys.key_blocks["mouthClose"]
    block.value = 0.5
    block.keyframe_insert("value", frame=1)
    scene = bpy.context.scene
    character = ours("scene.character.find").character_of(item, scene)
    clock = ours("scene.clock").clock_of(scene, 1.0)
    ours("jobs.take").animate(character, HEARD, ours("pipeline").Settings(), clock, "line")
    path = tmp_path / "line.fbx"
    ours("scene.exports.files").export_fbx(path, character, scene)
    item, zero = read_back(path, ours)
    assert value_at(item, zero + 20, "mouthClose") == pytest.approx(0.5, abs=1e-3)
    wanted = FakePipeline.jaw(np.array(20 / 24), LENGTH)
    assert value_at(item, zero + 20) == pytest.approx(float(wanted), abs=1e-3)


def test_a_face_with_its_own_skeleton_keeps_it(face, ours, fake, tmp_path):
    item = face("Anna")
    bpy.ops.object.armature_add()
    armature = bpy.context.object
    armature.name = "Skeleton"
    item.parent = armature
    item.modifiers.new("Armature", "ARMATURE").object = armature
    item.vertex_groups.new(name="Bone").add(range(8), 1.0, "REPLACE")
    scene = bpy.context.scene
    character = ours("scene.character.find").character_of(item, scene)
    clock = ours("scene.clock").clock_of(scene, 1.0)
    ours("jobs.take").animate(character, HEARD, ours("pipeline").Settings(), clock, "line")
    path = tmp_path / "line.fbx"
    ours("scene.exports.files").export_fbx(path, character, scene)
    back, zero = read_back(path, ours)
    assert [one.name for one in bpy.data.objects if one.type == "ARMATURE"] == ["Skeleton"]
    assert value_at(back, zero + 20) > 0.05


def test_nothing_to_export_is_a_sentence(face, ours, tmp_path):
    character = ours("scene.character.find").character_of(face(), bpy.context.scene)
    with pytest.raises(ours("core.errors").RigError, match="Generate it first"):
        ours("scene.exports.files").export_fbx(tmp_path / "x.fbx", character, bpy.context.scene)


def test_curves_alone_come_back_by_their_names(ours, tmp_path):
    scene = bpy.context.scene
    before = state(scene)
    wave = np.linspace(0, 1, 48, dtype=np.float32) ** 2
    names = ("CTRL_expressions_jawOpen", "CTRL_expressions_mouthCornerPullL")
    path = tmp_path / "curves.fbx"
    curves = {names[0]: wave, names[1]: 1 - wave}
    ours("scene.exports.files").export_curves(path, curves, scene, "line one")
    assert state(scene) == before
    item, zero = read_back(path, ours)
    assert item.find_armature() is not None
    rate = bpy.context.scene.render.fps
    for name, curve in curves.items():
        for frame in (0, 17, 47):
            at = zero + frame * rate / 24
            assert value_at(item, at, name) == pytest.approx(float(curve[frame]), abs=1e-3)


@pytest.mark.parametrize("body", [False, True])
@pytest.mark.parametrize("suffix", [".fbx", ".glb"])
def test_a_face_of_bones_comes_back(suffix, body, ours, fake, tmp_path):
    item, rig = bone_head({"jaw": "jaw"})
    scene = bpy.context.scene
    if body:
        head = rig.pose.bones["head"]
        for frame, angle in ((1, 0.0), (100, 0.5)):
            head.rotation_quaternion = (np.cos(angle / 2), 0, np.sin(angle / 2), 0)
            head.keyframe_insert("rotation_quaternion", frame=frame)
    character = ours("scene.character.find").character_of(item, scene)
    clock = ours("scene.clock").clock_of(scene, float(START))
    settings = ours("pipeline").Settings()
    ours("jobs.take").animate(character, HEARD, settings, clock, "line one")
    path = tmp_path / f"bones{suffix}"
    export = {".fbx": "export_fbx", ".glb": "export_glb"}[suffix]
    seen = [12, 24, 36]
    before, was = gaps_at(item, [START + frame for frame in seen]), state(scene)
    assert max(before) - min(before) > 0.05
    getattr(ours("scene.exports.files"), export)(path, character, scene)
    assert state(scene) == was
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True, load_ui=False)
    if suffix == ".fbx":
        bpy.ops.import_scene.fbx(filepath=str(path))
    else:
        bpy.ops.import_scene.gltf(filepath=str(path))
    zero = 1 if suffix == ".fbx" else 0
    rig = next(thing for thing in bpy.data.objects if thing.type == "ARMATURE")
    turned = []
    for frame in (0, *seen):
        bpy.context.scene.frame_set(zero + frame)
        bones = rig.pose.bones
        turn = bones["head"].matrix.inverted() @ bones["jaw"].matrix
        turned.append(turn.to_quaternion())
    angles = [turned[0].rotation_difference(turn).angle for turn in turned[1:]]
    assert np.argsort(angles).tolist() == np.argsort(before).tolist()
    assert np.corrcoef(angles, before)[0, 1] > 0.99


def gaps_at(item, frames):
    found = []
    for frame in frames:
        bpy.context.scene.frame_set(frame)
        found.append(lip_gap(item))
    return found
