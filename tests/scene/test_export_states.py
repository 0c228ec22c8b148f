# SPDX-License-Identifier: GPL-3.0-or-later
"""Exports from scenes as they are: hidden, excluded, being edited; and what is read back."""

import json
import struct
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from lipwright.tests.blender_fixtures import ARKIT_SOME, value_at

LENGTH = 2.0
FORMATS = ("fbx", "glb")


@pytest.fixture
def talking(face, ours, fake):
    """A face in a collection of its own, with a take from frame 1 on."""
    item = face("Anna")
    group = bpy.data.collections.new("Cast")
    bpy.context.scene.collection.children.link(group)
    group.objects.link(item)
    bpy.context.scene.collection.objects.unlink(item)
    return take_on(item, ours)


def take_on(item, ours, name="short"):
    scene = bpy.context.scene
    character = ours("scene.character.find").character_of(item, scene)
    clock = ours("scene.clock").clock_of(scene, 1.0)
    heard = SimpleNamespace(seconds=LENGTH, notes=())
    ours("jobs.take").animate(character, heard, ours("pipeline").Settings(), clock, name)
    return character


@pytest.fixture
def export(ours):
    files = ours("scene.exports.files")
    return lambda kind, path, who: getattr(files, f"export_{kind}")(path, who, bpy.context.scene)


def layer_of(name):
    return bpy.context.view_layer.layer_collection.children[name]


def hide(item, how):
    group = layer_of("Cast")
    if how == "eye":
        group.hide_viewport = True
    elif how == "disabled":
        group.collection.hide_viewport = group.collection.hide_render = True
    elif how == "excluded":
        group.exclude = True
    elif how == "unselectable":
        item.hide_select = group.collection.hide_select = True
    elif how == "object":
        item.hide_viewport = item.hide_render = True
    elif how == "object's eye":
        item.hide_set(True)


def flags(item):
    group = layer_of("Cast")
    return (
        *(group.hide_viewport, group.exclude, group.collection.hide_viewport),
        *(group.collection.hide_render, group.collection.hide_select),
        *(item.hide_viewport, item.hide_render, item.hide_select),
        item.hide_get() if item.name in bpy.context.view_layer.objects else None,
        [one.name for one in item.users_collection],
        sorted(one.name for one in bpy.data.collections),
        sorted(one.name for one in bpy.data.objects),
    )


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize(
    "how", ["eye", "disabled", "excluded", "unselectable", "object", "object's eye"]
)
def test_a_hidden_face_is_written_whole(talking, export, ours, tmp_path, kind, how):
    item = talking.meshes[0]
    hide(item, how)
    before = flags(item)
    path = tmp_path / f"short.{kind}"
    assert export(kind, path, talking) == "short"
    assert flags(item) == before
    if kind == "fbx":
        found = ours("scene.exports.read_fbx").read_animation(path)
        assert found.takes == ("short",)
        assert set(found.shapes) == set(ARKIT_SOME)
        assert found.curves["jawOpen"].values.max() > 0.3
    else:
        found = ours("scene.exports.read_glb").read_animation(path)
        weights = found.weights["Anna"]
        assert weights.values[:, weights.shapes.index("jawOpen")].max() > 0.3


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("rate", [(30, 1.001), (30000, 1001.0), (24, 1.0), (25, 0.5)])
def test_it_lasts_as_long_as_in_the_scene(face, ours, fake, export, tmp_path, kind, rate):
    item = face("Anna")
    render = bpy.context.scene.render
    render.fps, render.fps_base = rate
    character = take_on(item, ours)
    path = tmp_path / f"short.{kind}"
    export(kind, path, character)
    assert (render.fps, pytest.approx(render.fps_base)) == rate
    fps = rate[0] / rate[1]
    seconds = np.ceil(LENGTH * fps - 1e-6) / fps
    if kind == "fbx":
        times = ours("scene.exports.read_fbx").read_animation(path).curves["jawOpen"].times_seconds
    else:
        times = ours("scene.exports.read_glb").read_animation(path).weights["Anna"].times_seconds
    assert times[0] == pytest.approx(0.0, abs=1e-4)
    assert times[-1] == pytest.approx(seconds, abs=1e-4)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("mode", ["EDIT", "SCULPT"])
def test_the_mode_stays(talking, export, tmp_path, kind, mode):
    item = talking.meshes[0]
    bpy.context.view_layer.objects.active = item
    item.select_set(True)
    bpy.ops.object.mode_set(mode=mode)
    export(kind, tmp_path / f"short.{kind}", talking)
    assert item.mode == mode
    assert bpy.context.view_layer.objects.active == item


@pytest.mark.parametrize("kind", FORMATS)
def test_several_objects_stay_in_edit_mode(talking, face, export, tmp_path, kind):
    item, other = talking.meshes[0], face("Other", at=(50, 0, 0))
    bpy.context.view_layer.objects.active = item
    for one in (item, other):
        one.select_set(True)
    bpy.ops.object.mode_set(mode="EDIT")
    export(kind, tmp_path / f"short.{kind}", talking)
    assert (item.mode, other.mode) == ("EDIT", "EDIT")
    assert bpy.context.view_layer.objects.active == item


@pytest.mark.parametrize("kind", FORMATS)
def test_a_skeleton_stays_in_pose_mode(face, ours, fake, export, tmp_path, kind):
    item = face("Anna")
    bpy.ops.object.armature_add()
    rig = bpy.context.object
    item.parent = rig
    item.modifiers.new("Armature", "ARMATURE").object = rig
    item.vertex_groups.new(name="Bone").add(range(8), 1.0, "REPLACE")
    character = take_on(item, ours)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="POSE")
    export(kind, tmp_path / f"short.{kind}", character)
    assert rig.mode == "POSE"
    assert bpy.context.view_layer.objects.active == rig


def test_a_scene_of_the_takes_name(talking, export, ours, tmp_path):
    other = bpy.data.scenes.new("short")
    mine = bpy.context.scene.name
    export("fbx", tmp_path / "short.fbx", talking)
    found = ours("scene.exports.read_fbx").read_animation(tmp_path / "short.fbx")
    assert found.takes == ("short",)
    assert other.name == "short"
    assert bpy.context.scene.name == mine


@pytest.fixture
def tweaking(talking):
    """An NLA strip of the face is being edited."""
    data = talking.meshes[0].data.shape_keys.animation_data
    track = data.nla_tracks.new()
    action = bpy.data.actions.new("theirs")
    track.strips.new("theirs", 1, action)
    data.action = None
    data.nla_tracks.active = track
    track.strips[0].select = True
    data.use_tweak_mode = True
    if not data.use_tweak_mode:
        pytest.skip("tweak mode cannot be entered from a script here")
    return talking


@pytest.mark.parametrize("what", ["fbx", "glb", "clear"])
def test_tweak_mode_is_a_sentence(tweaking, export, ours, tmp_path, what):
    refused = pytest.raises(ours("core.errors").RigError, match="Leave its tweak mode")
    with refused:
        if what == "clear":
            ours("scene.takes.clear").clear_take(tweaking)
        else:
            export(what, tmp_path / f"short.{what}", tweaking)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_that_lacks_a_shape_is_no_success(
    talking, export, ours, tmp_path, kind, monkeypatch
):
    """As where an exporter drops all shape keys without a word."""
    files = ours("scene.exports.files")
    run = files._run

    def lossy(operator, path, **options):
        for block in talking.meshes[0].data.shape_keys.key_blocks[1:3]:
            block.name = f"lost {block.name}"
        run(operator, path, **options)

    monkeypatch.setattr(files, "_run", lossy)
    with pytest.raises(ours("core.errors").LipwrightError, match="was written, but"):
        export(kind, tmp_path / f"short.{kind}", talking)


def test_a_damaged_file_is_a_sentence(talking, export, ours, tmp_path):
    for kind, reader in (("fbx", "read_fbx"), ("glb", "read_glb")):
        path = tmp_path / f"short.{kind}"
        export(kind, path, talking)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        with pytest.raises(ours("core.errors").LipwrightError):
            ours(f"scene.exports.{reader}").read_animation(path)


def test_the_glb_reader_agrees_with_the_file(talking, export, ours, tmp_path):
    """Against the file's own JSON: the reader believes nothing that is not there."""
    path = tmp_path / "short.glb"
    export("glb", path, talking)
    data = path.read_bytes()
    (length,) = struct.unpack_from("<I", data, 12)
    told = json.loads(data[20 : 20 + length])
    found = ours("scene.exports.read_glb").read_animation(path)
    assert found.names == tuple(one["name"] for one in told["animations"])
    weights = found.weights["Anna"]
    shown = [value_at(talking.meshes[0], 1 + i) for i in range(len(weights.times_seconds))]
    assert weights.values[:, weights.shapes.index("jawOpen")] == pytest.approx(shown, abs=1e-3)


# --- places and exporters -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FORMATS)
def test_a_pose_that_is_being_tried_stays_out(talking, export, tmp_path, kind):
    item = talking.meshes[0]
    before = value_at(item, 30, "mouthSmileLeft")
    bpy.ops.lipwright.test_pose(pose="smile")
    assert item.data.shape_keys.key_blocks["mouthSmileLeft"].value > before
    export(kind, tmp_path / f"out.{kind}", talking)
    assert item.data.shape_keys.key_blocks["mouthSmileLeft"].value == pytest.approx(before)


@pytest.mark.parametrize("name", ["out", "out.dat"])
def test_glb_wants_its_suffix(talking, export, tmp_path, name):
    with pytest.raises(Exception, match=r"does not end in \.glb\. Call it"):
        export("glb", tmp_path / name, talking)
    assert not list(tmp_path.iterdir())


def test_a_place_beside_an_unsaved_file_is_refused(talking, export):
    with pytest.raises(Exception, match=r"beside the \.blend file\. Save that first"):
        export("fbx", "//out.fbx", talking)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_place_beside_the_file(talking, export, tmp_path, kind):
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "file.blend"))
    export(kind, f"//out.{kind}", talking)
    assert (tmp_path / f"out.{kind}").stat().st_size > 1000


@pytest.mark.parametrize(("kind", "module"), [("fbx", "io_scene_fbx"), ("glb", "io_scene_gltf2")])
def test_an_exporter_that_is_switched_off_is_said(talking, export, tmp_path, kind, module):
    import addon_utils

    addon_utils.disable(module)
    try:
        with pytest.raises(Exception, match=r"exporter for it is switched off\. Enable it"):
            export(kind, tmp_path / f"out.{kind}", talking)
    finally:
        addon_utils.enable(module)
    assert talking.meshes[0].parent is None


@pytest.mark.parametrize("kind", FORMATS)
def test_a_muted_key_is_not_asked_for(talking, export, tmp_path, kind):
    talking.meshes[0].data.shape_keys.key_blocks["jawOpen"].mute = True
    export(kind, tmp_path / f"out.{kind}", talking)
    assert talking.meshes[0].data.shape_keys.key_blocks["jawOpen"].mute


def test_a_scene_with_a_long_name_like_the_takes(face, ours, fake, export, tmp_path):
    name = "lang" * 20
    other = bpy.data.scenes.new(name)
    called, mine = other.name, bpy.context.scene.name
    export("fbx", tmp_path / "out.fbx", take_on(face("Anna"), ours, name))
    assert (other.name, bpy.context.scene.name) == (called, mine)
