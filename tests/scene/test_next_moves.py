# SPDX-License-Identifier: GPL-3.0-or-later
"""The artist's next move after a take: renames, moved strips, other heads, undo, a scaled scene."""

import bpy
import numpy as np
import pytest

from lipwright.tests.blender_fixtures import jaw_curve, value_at, write_wave
from lipwright.tests.synthetic import bone_head


@pytest.fixture
def generate(voice, fake):
    def go(item, frame=5, **options):
        choice = bpy.context.scene.lipwright
        choice.source, choice.file, choice.character = "FILE", str(voice), item
        bpy.context.scene.frame_set(frame)
        try:
            return bpy.ops.lipwright.generate(
                "EXEC_DEFAULT", True, **{"add_strip": False, **options}
            )
        except RuntimeError:  # how Blender's Python passes an operator's error on
            return {"CANCELLED"}

    return go


def clear():
    return bpy.ops.lipwright.clear("EXEC_DEFAULT", True)


def notes() -> str:
    return bpy.context.window_manager.lipwright.notes


def empty(name: str) -> bpy.types.Object:
    item = bpy.data.objects.new(name, None)
    bpy.context.scene.collection.objects.link(item)
    return item


def turns(item: bpy.types.Object, frame: int) -> float:
    bpy.context.scene.frame_set(frame)
    return abs(item.delta_rotation_euler.x)


def key_jaw(item: bpy.types.Object) -> bpy.types.ShapeKey:
    """A key of the artist's between ours."""
    block = item.data.shape_keys.key_blocks["jawOpen"]
    block.value = 0.9
    block.keyframe_insert("value", frame=20.5)
    return block


def retime(item: bpy.types.Object, scale: float, shift: float) -> None:
    """Scale and move the whole curve, as in the dope sheet."""
    for point in jaw_curve(item).keyframe_points:
        for part in (point.co, point.handle_left, point.handle_right):
            part[0] = part[0] * scale + shift


# --- renames --------------------------------------------------------------------------------------


def test_a_shape_key_that_was_renamed_is_still_ours(face, generate):
    item = face()
    generate(item)
    item.data.shape_keys.key_blocks["jawOpen"].name = "JawOpen"
    generate(item)
    assert "by hand" not in notes()
    assert clear() == {"FINISHED"}
    data = item.data.shape_keys.animation_data
    assert data is None or data.action is None


def test_a_renamed_key_keeps_what_the_artist_keyed_on_it(face, generate):
    item = face()
    generate(item)
    key_jaw(item).name = "Jaw"
    clear()
    left = [tuple(point.co) for point in jaw_curve(item, "Jaw").keyframe_points]
    assert left == [pytest.approx((20.5, 0.9))]


def test_a_bone_that_was_renamed_is_still_ours(generate):
    _, rig = bone_head({"jaw": "jaw"})
    generate(rig)
    rig.data.bones["jaw"].name = "Jaw"
    assert generate(rig) == {"FINISHED"}
    assert clear() == {"FINISHED"}
    assert not rig.animation_data.nla_tracks


# --- heads that are no part of the face -----------------------------------------------------------


@pytest.fixture
def controlled(face):
    """A face whose head motion turns an object of its own."""
    item, control = face(), empty("Control")
    item.lipwright.head, item.lipwright.head_object = True, control
    return item, control


def test_head_motion_of_another_object_is_cleared(controlled, generate):
    item, control = controlled
    generate(item)
    assert turns(control, 29) > 0.01
    clear()
    assert not control.animation_data.nla_tracks
    assert turns(control, 29) == 0


def test_head_motion_leaves_no_ghost_where_the_line_was(controlled, generate):
    item, control = controlled
    generate(item, frame=5)
    generate(item, frame=205)
    assert turns(control, 229) > 0.01
    assert turns(control, 29) < 1e-4


@pytest.mark.parametrize("change", ["another", "off"])
def test_a_head_that_is_no_longer_meant_is_let_go(controlled, generate, change):
    item, control = controlled
    generate(item)
    item.lipwright.head = change != "off"
    item.lipwright.head_object = empty("Other")
    generate(item)
    assert not control.animation_data.nla_tracks


def test_delta_rotation_of_the_artists_is_added_to(face, generate):
    item = face()
    item.delta_rotation_euler = (0.3, 0.0, 0.0)
    item.lipwright.head, item.lipwright.head_object = True, item
    generate(item)
    assert turns(item, 29) > 0.31
    assert turns(item, 200) == pytest.approx(0.3, abs=1e-4)
    clear()
    assert item.delta_rotation_euler.x == pytest.approx(0.3, abs=1e-6)


def test_a_refused_head_leaves_no_strip(face, generate, ours):
    item = face()
    rig = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    bpy.context.scene.collection.objects.link(rig)
    item.lipwright.head, item.lipwright.head_object = True, rig
    assert generate(item, add_strip=True) == {"CANCELLED"}
    assert not ours("scene.sounds.strip").sound_strips(bpy.context.scene)
    assert not bpy.data.actions


# --- strips ---------------------------------------------------------------------------------------


@pytest.mark.skipif(
    not bpy.app.build_options.audaspace, reason="this build of Blender has no sound strips"
)
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_short_line_stays_beside_the_next(face, fake, ours, tmp_path, order):
    item, scene = face(), bpy.context.scene
    add = ours("scene.sounds.strip").add_to_sequencer
    one = add(scene, write_wave(tmp_path / "yes.wav", 10 / 24), 5)
    strips = [one, add(scene, write_wave(tmp_path / "well.wav", 2.0), 15)]
    choice = scene.lipwright
    choice.source, choice.character = "STRIP", item
    for number in order:
        choice.strip = strips[number].name
        bpy.ops.lipwright.generate()
    assert max(value_at(item, frame) for frame in range(6, 14)) > 0.05
    assert max(value_at(item, frame) for frame in range(20, 60)) > 0.05


@pytest.mark.parametrize("own", [True, False])
def test_what_the_artist_did_with_a_strip_of_ours_stays(face, generate, ours, own):
    """With another strip in place, or none but the one that was moved."""
    item = face()
    generate(item)
    data, compat = item.data.shape_keys.animation_data, ours("scene.compat")
    action, slot = data.action, compat.slot_of(data)
    track = data.nla_tracks.new()
    strips = [track.strips.new(name, at, action) for name, at in (("a", 4), ("again", 200))]
    data.action = None
    for strip in strips:
        if slot is not None:
            strip.action_slot = slot
    strips[1].repeat = 2.0
    if not own:
        track.strips.remove(strips[0])
    again = track.strips["again"]
    before = (again.frame_start, again.frame_end, again.repeat)
    generate(item, frame=40)
    assert (again.frame_start, again.frame_end, again.repeat) == before
    assert ("stays there" in notes()) != own


# --- time -----------------------------------------------------------------------------------------


def test_a_take_that_was_scaled_in_time_is_still_ours(face, generate):
    item = face()
    generate(item)
    data = item.data.shape_keys.animation_data
    retime(item, 1.25, 0.0)
    clear()
    assert data.action is None


def test_a_take_that_was_moved_with_a_key_of_the_artists_is_still_ours(face, generate):
    item = face()
    generate(item)
    key_jaw(item)
    retime(item, 1.0, 7.0)
    clear()
    left = [tuple(point.co) for point in jaw_curve(item).keyframe_points]
    assert left == [pytest.approx((27.5, 0.9))]


def test_a_dial_does_not_bring_back_what_was_undone(face, generate, ours):
    item = face()
    again, find = ours("jobs.again"), ours("scene.character.find")
    generate(item, frame=5)
    character = find.character_of(item, bpy.context.scene)
    memory = ours("scene.session").memory
    first = memory.takes[character.root.session_uid]
    generate(item, frame=105)
    undone = memory.takes[character.root.session_uid]
    generate(item, frame=5)
    # As after undo: the keys stand where they stood, and the memory is of what came later.
    memory.takes[character.root.session_uid] = undone
    assert again.mix_again(character) is None
    assert jaw_curve(item).keyframe_points[0].co[0] == 4
    memory.takes[character.root.session_uid] = first
    assert again.mix_again(character) is not None


def test_a_dial_keeps_time_after_the_rate_changed(face, generate, ours):
    item, scene = face(), bpy.context.scene
    scene.render.fps = 24
    generate(item)
    character = ours("scene.character.find").character_of(item, scene)
    short = jaw_curve(item).keyframe_points[-1].co[0]
    scene.render.fps = 48
    ours("jobs.again").mix_again(character)
    assert jaw_curve(item).keyframe_points[-1].co[0] - 5 == pytest.approx(2 * (short - 5), abs=3)


# --- feelings between two lines -------------------------------------------------------------------


def felt(ours, seconds: float):
    """A pipeline's layers: a smile all the time, and a mouth at rest."""
    track, names = ours("core.motion.track").FaceTrack, ours("pipeline").OUTPUT_NAMES
    smiling = track.rest(round(100 * seconds), 100.0, names)
    smiling["mouthSmileLeft"][:] = 0.8
    return {"speech": track.rest(round(100 * seconds), 100.0, names), "emotion": smiling}


@pytest.mark.parametrize("gap", [6, 12, 18])
def test_a_feeling_does_not_fall_between_two_lines(face, fake, ours, monkeypatch, gap):
    item, scene = face(), bpy.context.scene
    scene.frame_end = 400
    pipeline, take = ours("pipeline"), ours("jobs.take")
    monkeypatch.setattr(pipeline, "layer_tracks", lambda _a, _s: felt(ours, 2.0))
    monkeypatch.setattr(pipeline, "mix", lambda _a, tracks, _s: tracks["emotion"])
    character = ours("scene.character.find").character_of(item, scene)
    heard = fake.analyse(ours("core.audio.load").make_sound(np.zeros(32_000), 16_000))
    clock = ours("scene.clock").clock_of
    ends = 30 + 2 * 24
    for name, first in (("one", 30.0), ("two", float(ends + gap)), ("one", 30.0)):
        report = take.animate(character, heard, pipeline.Settings(), clock(scene, first), name)
        assert "replaced" not in " ".join(report.notes)
    smile = {frame: value_at(item, frame, "mouthSmileLeft") for frame in range(1, 200)}
    assert smile[15] == 0
    assert 0.05 < smile[25] < 0.75, "it comes before the words"
    assert min(smile[frame] for frame in range(30, ends + gap + 48)) > 0.45
    assert 0.05 < smile[ends + gap + 48 + 18] < 0.75, "and goes after them"
    assert smile[ends + gap + 48 + 40] < 1e-4
    steps = np.abs(np.diff([smile[frame] for frame in sorted(smile)]))
    assert steps.max() < 0.2
    ours("scene.takes.clear").clear_take(character)
    data = item.data.shape_keys.animation_data
    assert data is None or data.action is None


def test_nothing_of_a_fading_feeling_comes_back_after_a_short_line(face, fake, ours, monkeypatch):
    item, scene = face(), bpy.context.scene
    scene.frame_end = 400
    pipeline, take = ours("pipeline"), ours("jobs.take")
    smiling, calm = felt(ours, 2.0), felt(ours, 0.3)
    calm["emotion"].values[:] = 0
    calm["speech"]["jawOpen"][5:-5] = 0.5
    monkeypatch.setattr(pipeline, "mix", lambda _a, tracks, _s: _sum(tracks))
    character = ours("scene.character.find").character_of(item, scene)
    heard = fake.analyse(ours("core.audio.load").make_sound(np.zeros(32_000), 16_000))
    clock = ours("scene.clock").clock_of
    for name, first, tracks in (("one", 30.0, smiling), ("two", 83.0, calm)):
        monkeypatch.setattr(pipeline, "layer_tracks", lambda _a, _s, made=tracks: made)
        heard.seconds = len(tracks["speech"].values) / 100
        take.animate(character, heard, pipeline.Settings(), clock(scene, first), name)
    smile = [value_at(item, frame, "mouthSmileLeft") for frame in range(83, 140)]
    assert smile[0] > 0.3, "it still fades where the next line begins"
    assert max(smile[12:]) < 1e-4, "and is gone with it"
    assert (np.diff(smile) < 1e-4).all()


def _sum(tracks):
    speech, emotion = tracks["speech"], tracks["emotion"]
    return type(speech)(speech.values + emotion.values, speech.names, speech.rate_hz)
