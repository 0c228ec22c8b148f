# SPDX-License-Identifier: GPL-3.0-or-later
"""Lips measured in Blender: masks, relative keys, limits, drivers, and what was left on."""

from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from lipwright.tests.blender_fixtures import value_at


@pytest.fixture
def head(ours):
    """The demo head's skin and its character."""
    item = ours("scene.character.demo_head").add_demo_head(bpy.context)
    return item, ours("scene.character.find").character_of(item, bpy.context.scene)


@pytest.fixture
def measured(ours):
    def measure(character, again=True):
        rig = ours("scene.character.find").rig_of(character)
        return ours("scene.character.measure").lips_of(character, rig, again=again)

    return measure


@pytest.fixture
def say(ours):
    """Let a character say mouths: one test pose a frame, from frame 1 on."""

    def write(character, poses):
        samples, keys = ours("rigs.sample_poses"), ours("core.motion.keys").Keys
        rig = ours("scene.character.find").rig_of(character)
        fit = ours("scene.character.measure").calibrated_lips(character, rig)
        tracks = [samples.sample_pose(pose) for pose in poses]
        track = ours("core.motion.track").FaceTrack(
            np.concatenate([one.values for one in tracks]), tracks[0].names, 1.0
        )
        driven = ours("rigs.drive").drive(track, rig, fit)
        frames = np.arange(1.0, len(poses) + 1)
        written = {control: keys(frames, curve) for control, curve in driven.items()}
        writing = ours("scene.takes.write")
        return writing.write_take(character, written, writing.Take("poses", (0, len(poses) + 1)))

    return write


def gap_of(ours, item, fit_mesh_lips, frame):
    """Distance of the lips on the evaluated mesh beyond that at rest, at the stations."""
    bpy.context.scene.frame_set(frame)
    body = item.evaluated_get(bpy.context.evaluated_depsgraph_get())
    mesh = body.to_mesh()
    flat = np.empty(3 * len(mesh.vertices), np.float32)
    mesh.vertices.foreach_get("co", flat)
    body.to_mesh_clear()
    rest = np.empty_like(flat)
    item.data.shape_keys.reference_key.data.foreach_get("co", rest)
    return fit_mesh_lips.gap((flat - rest).reshape(-1, 3).astype(float))


@pytest.fixture
def lips(ours):
    def find(character):
        rig = ours("scene.character.find").rig_of(character)
        meshes = ours("scene.character.measure").face_meshes(character, rig)
        return ours("rigs.lips.fit").skin_of(meshes, rig)[1]

    return find


POSES = ("open", "closed", "tucked", "smile")


def check(ours, item, character, lips, say):
    found = lips(character)
    say(character, POSES)
    gaps = {pose: gap_of(ours, item, found, frame + 1) for frame, pose in enumerate(POSES)}
    assert gaps["open"].max() > 0.1
    assert gaps["closed"].max() < 0.1 * gaps["open"].max()
    assert gaps["tucked"].max() < 0.4 * gaps["open"].max()
    assert min(gap.min() for gap in gaps.values()) > -0.02
    return gaps


def test_the_evaluated_mesh_shuts(head, ours, lips, say):
    check(ours, *head, lips, say)


def test_a_key_counts_from_its_own_relative_key(head, ours, lips, say):
    """mouthClose sculpted on top of jawOpen, with jawOpen as what it is relative to."""
    item, character = head
    blocks = item.data.shape_keys.key_blocks
    flat = {
        name: np.empty(3 * len(item.data.vertices), np.float32)
        for name in ("Basis", "jawOpen", "mouthClose")
    }
    for name, values in flat.items():
        blocks[name].data.foreach_get("co", values)
    moved = flat["jawOpen"] + flat["mouthClose"] - flat["Basis"]
    blocks["mouthClose"].data.foreach_set("co", moved)
    blocks["mouthClose"].relative_key = blocks["jawOpen"]
    check(ours, item, character, lips, say)


def test_a_mask_and_a_missing_mask(head, ours, lips, say):
    item, character = head
    half = item.vertex_groups.new(name="half")
    half.add(range(len(item.data.vertices)), 0.5, "REPLACE")
    blocks = item.data.shape_keys.key_blocks
    blocks["mouthClose"].vertex_group = "half"
    blocks["mouthFunnel"].vertex_group = "gone"
    check(ours, item, character, lips, say)


@pytest.mark.parametrize("limits", [(0.0, 2.0), (-1.0, 1.0)])
def test_sliders_with_other_limits(head, ours, lips, say, limits):
    item, character = head
    for name in ("jawOpen", "mouthClose"):
        block = item.data.shape_keys.key_blocks[name]
        block.slider_min, block.slider_max = limits
    check(ours, item, character, lips, say)


@pytest.mark.parametrize("lock", ["driver", "lock", "mute"])
def test_lips_close_without_the_key_that_cannot_be_written(head, ours, lips, say, lock):
    item, character = head
    block = item.data.shape_keys.key_blocks["mouthClose"]
    if lock == "driver":
        block.driver_add("value").driver.expression = "0.0"
    elif lock == "lock":
        block.lock_shape = True
    else:
        block.mute = True
    check(ours, item, character, lips, say)


def test_a_slider_that_stops_short(head, ours, lips, say):
    """A mouthClose that may only go to 0.1: the jaw gives way."""
    item, character = head
    item.data.shape_keys.key_blocks["mouthClose"].slider_max = 0.1
    check(ours, item, character, lips, say)


def test_turned_scaled_and_moved_objects(head, ours, lips, say):
    item, character = head
    character.root.scale = (100, 100, 100)
    character.root.rotation_euler = (1.2, -0.4, 2.5)
    character.root.location = (40, -7, 3)
    check(ours, item, character, lips, say)


def test_measured_again_when_the_sculpt_changes(head, measured):
    item, character = head
    before = measured(character)
    assert measured(character, again=False) is before
    block = item.data.shape_keys.key_blocks["jawOpen"]
    rest = item.data.shape_keys.reference_key
    for point, still in zip(block.data, rest.data, strict=True):
        point.co = still.co + 0.5 * (point.co - still.co)
    after = measured(character)
    assert after is not before
    assert after.opening == pytest.approx(0.5 * before.opening, rel=0.1)


def test_keys_of_no_size_are_harmless(head, measured, say):
    item, character = head
    item.shape_key_add(name="viseme_sil", from_mix=False).value = 0.0
    assert measured(character) is not None
    assert say(character, ("open", "closed")).curves > 3


def test_face_shapes_left_on_rest_while_the_line_plays(face, fake, ours, tmp_path):
    item = face("Anna", ("jawOpen", "mouthClose", "mouthPucker", "viseme_aa", "Fat", "driven_one"))
    blocks = item.data.shape_keys.key_blocks
    for name in ("viseme_aa", "Fat"):
        blocks[name].value = 1.0
    scene = bpy.context.scene
    character = ours("scene.character.find").character_of(item, scene)
    act, settings = ours("jobs.take").animate, ours("pipeline").Settings()
    clock = ours("scene.clock").clock_of(scene, 1.0)
    report = act(character, SimpleNamespace(seconds=2.0, notes=()), settings, clock, "line")
    assert any("viseme_aa" in note and "Fat" not in note for note in report.notes)
    assert value_at(item, 20, "viseme_aa") == 0
    assert value_at(item, 20, "Fat") == 1
    act(character, SimpleNamespace(seconds=2.0, notes=()), settings, clock, "line")
    assert value_at(item, 20, "viseme_aa") == 0
    ours("scene.takes.clear").clear_take(character)
    assert value_at(item, 20, "viseme_aa") == 1
