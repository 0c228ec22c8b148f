# SPDX-License-Identifier: GPL-3.0-or-later
"""Characters with traps: each does the right thing or is refused with the fix; nothing is lost."""

from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from lipwright.tests.blender_fixtures import ARKIT_SOME, value_at

FRAMES = (0, 10, 20, 30, 48)


@pytest.fixture
def speak(ours, fake):
    """Let the character of an object say two seconds; the report."""

    def act(item):
        scene = bpy.context.scene
        character = ours("scene.character.find").character_of(item, scene)
        heard = SimpleNamespace(seconds=2.0, notes=())
        clock = ours("scene.clock").clock_of(scene, 1.0)
        return ours("jobs.take").animate(
            character, heard, ours("pipeline").Settings(), clock, "line"
        )

    return act


def driven(item):
    item.data.shape_keys.key_blocks["mouthPucker"].driver_add("value").driver.expression = "0.2"


def locked(item):
    item.data.shape_keys.key_blocks["mouthPucker"].lock_shape = True


def muted(item):
    item.data.shape_keys.key_blocks["mouthPucker"].mute = True


def pinned(item):
    item.active_shape_key_index = 2
    item.show_only_shape_key = True


def shared_mesh(item):
    twin = bpy.data.objects.new("Twin", item.data)
    twin.location.x = 50
    bpy.context.scene.collection.objects.link(twin)


def of_no_size(item):
    item.shape_key_add(name="mouthFrownLeft", from_mix=False).value = 0.0


def wide_slider(item):
    block = item.data.shape_keys.key_blocks["jawOpen"]
    block.slider_min, block.slider_max = -2.0, 3.0


def short_slider(item):
    item.data.shape_keys.key_blocks["jawOpen"].slider_max = 0.25


def masked(item):
    item.vertex_groups.new(name="mask").add([0, 1], 0.5, "REPLACE")
    item.data.shape_keys.key_blocks["jawOpen"].vertex_group = "mask"


def other_reference(item):
    blocks = item.data.shape_keys.key_blocks
    blocks["mouthClose"].relative_key = blocks["jawOpen"]


def odd_names(item):
    blocks = item.data.shape_keys.key_blocks
    for key, name in (("cheek", 'a["b"]'), ("nose", "顎 [開]"), ("brow", "it's \\ 'quoted'")):
        item.shape_key_add(name=key, from_mix=False).value = 0.0
        blocks[key].name = name


CASES = (
    *(driven, locked, muted, pinned, shared_mesh, of_no_size),
    *(wide_slider, short_slider, masked, other_reference, odd_names),
)


def shown(item):
    return [
        [value_at(item, frame, block.name) for block in item.data.shape_keys.key_blocks]
        for frame in FRAMES
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_it_speaks_and_nothing_is_lost_on_reload(face, speak, case, tmp_path):
    item = face()
    case(item)
    report = speak(item)
    assert report.curves >= 1
    before = shown(item)
    assert np.ptp(np.array(before)[:, 1]) > 0.05, "the jaw moves"
    path = str(tmp_path / "saved.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path, load_ui=False)
    item = bpy.data.objects["Head"]
    assert np.allclose(shown(item), before, atol=1e-6)
    speak(item)
    assert np.allclose(shown(item), before, atol=1e-6)


@pytest.mark.parametrize(
    ("case", "words"),
    [(locked, "Unlock"), (muted, "Switch them on"), (pinned, "Unpin")],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_does_not_move_is_said_with_the_fix(face, speak, case, words):
    item = face()
    case(item)
    assert words in "\n".join(speak(item).notes)


def test_a_slider_that_stops_short_is_kept(face, speak):
    item = face()
    short_slider(item)
    speak(item)
    block = item.data.shape_keys.key_blocks["jawOpen"]
    assert block.slider_max == 0.25
    assert max(row[1] for row in shown(item)) == pytest.approx(0.25)


def test_copies_of_one_mesh_are_one_face(face, speak, ours):
    """Two objects of one mesh have one set of keys: both move, each curve is written once."""
    item = face()
    shared_mesh(item)
    report = speak(item)
    assert report.curves <= len(ARKIT_SOME)
    twin = bpy.data.objects["Twin"]
    assert value_at(twin, 20) == value_at(item, 20) > 0
    assert len(ours("scene.character.find").characters(bpy.context.scene)) == 1


def test_absolute_keys_are_refused(face, speak, ours):
    item = face()
    item.data.shape_keys.use_relative = False
    with pytest.raises(ours("core.errors").RigError, match="Tick Relative"):
        speak(item)
    assert not bpy.data.actions


def test_a_file_of_the_old_mouth_keeps_its_other_values(face, speak, ours):
    """Clearing gives every value back that stood before, whatever the case."""
    item = face()
    blocks = item.data.shape_keys.key_blocks
    for number, block in enumerate(blocks[1:]):
        block.value = number / 20
    before = {block.name: block.value for block in blocks}
    speak(item)
    character = ours("scene.character.find").character_of(item, bpy.context.scene)
    ours("scene.takes.clear").clear_take(character)
    assert {block.name: block.value for block in blocks} == pytest.approx(before)
