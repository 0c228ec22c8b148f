# SPDX-License-Identifier: GPL-3.0-or-later
"""Several takes of a character in one FBX: each as Blender's own exporter writes it alone."""

from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from lipwright.tests.blender_fixtures import ARKIT_SOME

TRANSFORMS = ("Lcl Translation", "Lcl Rotation", "Lcl Scaling")


@pytest.fixture
def rigged(face):
    """A face on a skeleton of a neck, a head and a foot; the head turns when it speaks."""
    item = face("Anna", ARKIT_SOME, at=(0.3, -0.2, 1.5))
    data = bpy.data.armatures.new("Rig")
    rig = bpy.data.objects.new("Rig", data)
    bpy.context.scene.collection.objects.link(rig)
    rig.rotation_euler, rig.scale = (0.2, 0.0, 0.4), (0.5, 0.5, 0.5)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.object.mode_set(mode="EDIT")
    neck, head, foot = (data.edit_bones.new(name) for name in ("neck", "head", "foot"))
    neck.head, neck.tail = (0, 0, 1), (0, 0.1, 1.4)
    head.head, head.tail, head.parent, head.roll = (0, 0.1, 1.4), (0.1, 0.1, 2), neck, 0.3
    foot.head, foot.tail = (0, 0, 0), (0, 0.4, 0)
    bpy.ops.object.mode_set(mode="OBJECT")
    item.parent = rig
    item.modifiers.new("Armature", "ARMATURE").object = rig
    group = item.vertex_groups.new(name="head")
    group.add(range(8), 1.0, "REPLACE")
    bpy.context.view_layer.update()
    return item


@pytest.fixture
def takes(ours, fake):
    """Make takes of a character and set them aside: `takes(item, {"a": 1.0, "b": 2.0})`."""

    def make(item, lengths):
        scene = bpy.context.scene
        character = ours("scene.character.find").character_of(item, scene)
        clock = ours("scene.clock").clock_of(scene, 1.0)
        found = []
        for number, (name, seconds) in enumerate(lengths.items()):
            heard = SimpleNamespace(seconds=seconds, notes=())
            style = ours("core.motion.mix").Style(jaw=1.0 - 0.2 * number)
            layers = ours("core.performance.layers").DEFAULT_LAYERS | {"head"}
            settings = ours("pipeline").Settings(style=style, layers=layers)
            report = ours("jobs.take").animate(character, heard, settings, clock, name)
            found.append(ours("scene.takes.aside").set_aside(character, report))
        return character, found

    return make


def curves_of(ours, path):
    """Every curve of a file: by take, what it moves, property and axis, times and values."""
    records = ours("scene.exports.fbx_records").read_records(path.read_bytes(), path.name)
    objects = {node.values[0]: node for node in records.root.first("Objects").nodes}
    links = [node.values for node in records.root.first("Connections").nodes]
    stack_of = {child: parent for _, child, parent, *_ in links}
    name_of = ours("scene.exports.read_fbx").name_of
    found = {}
    for kind, child, parent, *prop in links:
        if kind != "OP" or objects[child].name != "AnimationCurve":
            continue
        target, moved = next(
            (one[2], one[3]) for one in links if one[0] == "OP" and one[1] == parent
        )
        layer = next(one[2] for one in links if one[0] == "OO" and one[1] == parent)
        take = name_of(objects[stack_of[layer]])
        times = objects[child].first("KeyTime").values[0]
        values = objects[child].first("KeyValueFloat").values[0]
        found[take, name_of(objects[target]), moved, prop[0]] = times, values
    return found


def test_each_take_is_what_it_is_alone(rigged, ours, takes, tmp_path):
    scene, aside = bpy.context.scene, ours("scene.takes.aside")
    files, many = ours("scene.exports.files"), ours("scene.exports.many_takes")
    character, made = takes(rigged, {"hello": 1.5, "act2/bye": 2.0, "ünder": 0.7})
    stands = [block.value for block in rigged.data.shape_keys.key_blocks]
    path = tmp_path / "all.fbx"
    many.export_fbx_takes(path, character, scene, made)
    assert [block.value for block in rigged.data.shape_keys.key_blocks] == stands
    assert rigged.data.shape_keys.animation_data.action is None
    together = curves_of(ours, path)
    assert ours("scene.exports.read_fbx").read_animation(path).takes == (
        *("hello", "act2/bye", "ünder"),
    )
    turned = 0.0
    for take in made:
        aside.wear(take.worn)
        alone_at = tmp_path / "alone.fbx"
        files.export_fbx(alone_at, character, scene)
        aside.take_off(take)
        alone = curves_of(ours, alone_at)
        assert {place for place in together if place[0] == take.name} == set(alone)
        for place, (times, values) in alone.items():
            ours_at, ours_values = together[place]
            assert (ours_at[0], ours_at[-1]) == (times[0], times[-1])
            drawn = np.interp(times, ours_at, ours_values)
            assert np.abs(drawn - values).max() <= 2e-3, place
            if place[1] == "head" and place[2] == "Lcl Rotation":
                turned = max(turned, float(np.ptp(values)))
    assert turned > 3, "the head was to turn, by some degrees"


def test_blender_reads_every_take(rigged, ours, takes, tmp_path):
    character, made = takes(rigged, {"hello": 1.5, "bye": 2.0})
    path = tmp_path / "all.fbx"
    ours("scene.exports.many_takes").export_fbx_takes(path, character, bpy.context.scene, made)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True, load_ui=False)
    ours("scene.compat").import_fbx(str(path))
    names = {action.name for action in bpy.data.actions}
    for take in ("hello", "bye"):
        assert any(take in name for name in names), names


def test_bones_that_others_move_are_refused(rigged, ours, takes, tmp_path):
    rig = bpy.data.objects["Rig"]
    character, made = takes(rigged, {"hello": 1.5, "bye": 2.0})
    follow = rig.pose.bones["foot"].constraints.new("COPY_ROTATION")
    follow.target, follow.subtarget = rig, "head"
    many = ours("scene.exports.many_takes")
    with pytest.raises(ours("core.errors").LipwrightError, match="“foot” is moved by others"):
        many.export_fbx_takes(tmp_path / "all.fbx", character, bpy.context.scene, made)
    assert rigged.data.shape_keys.animation_data.action is None


def test_records_are_written_as_they_were_read(rigged, ours, takes, tmp_path):
    character, (take,) = takes(rigged, {"hello": 1.0})
    ours("scene.takes.aside").wear(take.worn)
    path = tmp_path / "hello.fbx"
    ours("scene.exports.files").export_fbx(path, character, bpy.context.scene)
    records = ours("scene.exports.fbx_records")
    data = path.read_bytes()
    assert records.written(records.read_records(data, path.name)) == data


@pytest.mark.parametrize("spoilt", ["nothing", "driver", "influence", "strip", "muted", "limits"])
def test_curves_are_what_the_scene_shows(rigged, ours, takes, spoilt):
    """Whatever lets a take be read from its curves, or not: the values are those of the scene."""
    played = ours("scene.exports.played")
    _character, (take,) = takes(rigged, {"hello": 1.0})
    ours("scene.takes.aside").wear(take.worn)
    keys, scene = rigged.data.shape_keys, bpy.context.scene
    blocks = keys.key_blocks
    if spoilt == "driver":
        blocks["mouthFunnel"].driver_add("value").driver.expression = "0.25"
    elif spoilt == "influence":
        keys.animation_data.action_influence = 0.5
    elif spoilt == "strip":
        other = bpy.data.actions.new("Theirs")
        keys.animation_data.nla_tracks.new().strips.new("Theirs", 1, other)
    elif spoilt == "muted":
        for curve in ours("scene.compat").curves_of(keys.animation_data):
            curve.mute = curve.data_path == blocks["jawOpen"].path_from_id("value")
    elif spoilt == "limits":
        blocks["jawOpen"].slider_max = 0.3
    rig = bpy.data.objects["Rig"]
    shown, moved = played.played([rigged], [rig], scene, take.first, take.last)
    frames = range(take.first, take.last + 1)
    channels = {rig: list(moved.get(rig, ()))}
    slow, turned = played._by_playing([rigged], channels, scene, frames)
    for key, column in slow["Anna"].items():
        assert shown["Anna"][key] == pytest.approx(column, abs=1e-6), key
    for channel, column in turned[rig].items():
        assert moved[rig][channel] == pytest.approx(column, abs=1e-6), channel
    assert channels[rig], "the head was to turn"


def test_what_is_animated_but_moves_nothing_stays_out(rigged, takes, ours, tmp_path):
    """Visibility, a modifier, a constraint of a bone, a colour: of the artist's, in the scene."""
    rig = rigged.parent
    rigged.keyframe_insert("hide_render", frame=1)
    rigged.keyframe_insert("color", frame=1)
    rigged.keyframe_insert('modifiers["Armature"].show_render', frame=1)
    holds = rig.pose.bones["foot"].constraints.new("COPY_SCALE")
    holds.target, holds.influence = rig, 0.0
    holds.keyframe_insert("influence", frame=1)
    character, found = takes(rigged, {"a": 1.0, "b": 1.5})
    path = tmp_path / "a.fbx"
    ours("scene.exports.many_takes").export_fbx_takes(path, character, bpy.context.scene, found)
    assert {take for take, *_ in curves_of(ours, path)} == {"a", "b"}


@pytest.mark.parametrize(("engine", "scale"), [("UNREAL", 100.0), ("UNITY", 1.0)])
def test_each_engine_has_its_scale(rigged, ours, takes, tmp_path, engine, scale):
    character, found = takes(rigged, {"hello": 0.7, "bye": 1.0})
    path = tmp_path / "all.fbx"
    many = ours("scene.exports.many_takes")
    many.export_fbx_takes(path, character, bpy.context.scene, found, engine)
    for take in ("hello", "bye"):
        _, values = curves_of(ours, path)[take, "Rig", "Lcl Scaling", "d|X"]
        assert values == pytest.approx(scale * 0.5, rel=1e-4), "the rig's own scale is a half"
