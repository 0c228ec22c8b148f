# SPDX-License-Identifier: GPL-3.0-or-later
"""Clear by layer and by range: gone from these frames, and no dial brings it back unasked."""

import bpy
import numpy as np
import pytest

from lipwright.tests.blender_fixtures import jaw_curve, value_at

FIRST, LAST = 25, 40
EVERY = np.arange(5.0, 70.0, 0.25)


@pytest.fixture
def spoken(face, fake, voice, monkeypatch, ours):
    """A face that said its line, from frame 11 on, with a smile as the layer of emotion."""
    pipeline, track = ours("pipeline"), ours("core.motion.track").FaceTrack
    alone = pipeline.layer_tracks

    def layers(analysis, settings):
        found = alone(analysis, settings)
        names, count = found["speech"].names, len(found["speech"].values)
        smile = np.zeros((count, len(names)), np.float32)
        smile[:, names.index("mouthSmileLeft")] = 0.4
        found["emotion"] = track(smile, names, found["speech"].rate_hz)
        return {name: one for name, one in found.items() if name in settings.layers}

    def mix(_analysis, tracks, _settings):
        every = list(tracks.values())
        values = sum(one.values for one in every)
        return track(values, every[0].names, every[0].rate_hz)

    monkeypatch.setattr(pipeline, "layer_tracks", layers)
    monkeypatch.setattr(pipeline, "mix", mix)

    def say(*, apart=False):
        item, choice = face(), bpy.context.scene.lipwright
        choice.source, choice.file, choice.character = "FILE", str(voice), item
        item.lipwright.apart = apart
        bpy.context.scene.frame_set(11)
        bpy.ops.lipwright.generate()
        return item

    return say


def shown(item, key, frames=EVERY):
    return np.array([value_at(item, frame, key) for frame in frames])


def clear(layers, frames="FRAMES", **more):
    return bpy.ops.lipwright.clear_layers(
        layers=layers, frames=frames, first=FIRST, last=LAST, blend_seconds=0.1, **more
    )


@pytest.mark.parametrize("apart", [False, True])
def test_a_layer_leaves_some_frames_and_stays_away(spoken, apart):
    item = spoken(apart=apart)
    jaw, smile = shown(item, "jawOpen"), shown(item, "mouthSmileLeft")
    assert smile[EVERY == 30] == pytest.approx([0.4], abs=1e-3)
    assert clear({"emotion"}) == {"FINISHED"}
    outside = (EVERY <= FIRST - 1) | (EVERY >= LAST + 1)
    inner = (EVERY >= FIRST + 3) & (EVERY <= LAST - 3)
    for jaw_dial in (1.0, 0.5):
        item.lipwright.jaw = jaw_dial
        bpy.ops.lipwright.redo_part()
        now = shown(item, "mouthSmileLeft")
        assert now[outside] == pytest.approx(smile[outside], abs=1e-3)
        assert now[inner] == pytest.approx(np.zeros(inner.sum()), abs=1e-4)
        assert shown(item, "jawOpen") == pytest.approx(jaw * jaw_dial, abs=1e-3)
    bpy.context.scene.frame_set(11)
    bpy.ops.lipwright.generate()
    assert shown(item, "mouthSmileLeft")[inner] == pytest.approx(np.zeros(inner.sum()), abs=1e-4)
    assert bpy.ops.lipwright.bring_back(row=0) == {"FINISHED"}
    assert shown(item, "mouthSmileLeft") == pytest.approx(smile, abs=1e-3)
    assert not item.lipwright.cleared


@pytest.mark.parametrize("apart", [False, True])
def test_off_the_whole_line_a_layer_is_switched_off(spoken, apart):
    item = spoken(apart=apart)
    jaw = shown(item, "jawOpen")
    assert clear({"emotion"}, "LINE") == {"FINISHED"}
    assert not item.lipwright.emote
    assert not shown(item, "mouthSmileLeft").any()
    assert shown(item, "jawOpen") == pytest.approx(jaw, abs=1e-3)
    item.lipwright.emote = True
    bpy.ops.lipwright.redo_part()
    assert shown(item, "mouthSmileLeft").max() == pytest.approx(0.4, abs=1e-3)


def test_it_is_one_undo_step_and_moves_with_the_strip(spoken, ours):
    item = spoken()
    smile = shown(item, "mouthSmileLeft")
    bpy.ops.ed.undo_push(message="before")
    clear({"emotion"})
    bpy.ops.ed.undo_push(message="cleared")
    bpy.ops.ed.undo()
    item = bpy.data.objects["Head"]
    assert shown(item, "mouthSmileLeft") == pytest.approx(smile)
    assert not item.lipwright.cleared
    bpy.ops.ed.redo()
    item = bpy.data.objects["Head"]
    assert value_at(item, 32, "mouthSmileLeft") == 0
    strips = ours("scene.sounds.strip").sound_strips(bpy.context.scene)
    if not strips:
        return  # this bpy has no sequencer strips of sound
    strips[0].frame_start += 100
    bpy.ops.lipwright.generate()
    assert value_at(item, 132, "mouthSmileLeft") == 0
    assert value_at(item, 120, "mouthSmileLeft") == pytest.approx(0.4, abs=1e-3)


def test_keys_of_the_artists_stay(spoken):
    item = spoken()
    point = jaw_curve(item, "mouthSmileLeft").keyframe_points.insert(32.0, 0.9)
    point.interpolation = "LINEAR"
    clear({"emotion", "speech"})
    assert value_at(item, 32, "mouthSmileLeft") == pytest.approx(0.9)
    assert value_at(item, 32) == 0


def test_by_the_preview_range_also_while_only_a_part_is_on(spoken):
    item, scene = spoken(), bpy.context.scene
    scene.lipwright.part_use, scene.lipwright.part_regions = True, {"eyes"}
    scene.use_preview_range = True
    scene.frame_preview_start, scene.frame_preview_end = FIRST, LAST
    clear({"speech"}, "PREVIEW")
    assert value_at(item, 32) == 0
    assert value_at(item, 20) > 0.05


def test_what_means_nothing_says_so_and_changes_nothing(spoken):
    item = spoken()
    smile, jaw = shown(item, "mouthSmileLeft"), shown(item, "jawOpen")
    for given, told in (
        ({"layers": set()}, "No layer is chosen"),
        ({"frames": "PREVIEW"}, "no preview range"),
        ({"frames": "STRIP"}, "active")
        if not bpy.app.build_options.audaspace
        else ({"frames": "FRAMES", "first": 500, "last": 600}, "Choose frames in it"),
        ({"frames": "FRAMES", "first": 30, "last": 30}, "ends before it begins"),
    ):
        with pytest.raises(RuntimeError, match=told):
            bpy.ops.lipwright.clear_layers(**{"layers": {"emotion"}, "frames": "LINE", **given})
    assert not item.lipwright.cleared
    assert item.lipwright.emote
    assert shown(item, "mouthSmileLeft") == pytest.approx(smile)
    assert shown(item, "jawOpen") == pytest.approx(jaw)
    bpy.ops.lipwright.clear()
    assert not bpy.ops.lipwright.clear_layers.poll()


@pytest.fixture
def two_lines(spoken, voice, tmp_path):
    """A first line from frame 11 on, a second one from frame 211 on."""
    item = spoken()
    other = tmp_path / "later.wav"
    other.write_bytes(voice.read_bytes()[:-4000])
    bpy.context.scene.lipwright.file = str(other)
    bpy.context.scene.frame_set(211)
    bpy.ops.lipwright.generate()
    return item


LATER = EVERY + 200


def test_of_any_line_that_is_remembered(two_lines):
    """The other line stays as it is, also where dials were moved since the first was said."""
    item = two_lines
    item.lipwright.jaw = 0.5
    bpy.ops.lipwright.redo_part()
    first = shown(item, "jawOpen"), shown(item, "mouthSmileLeft")
    later = shown(item, "jawOpen", LATER), shown(item, "mouthSmileLeft", LATER)
    assert clear({"emotion"}, line="line") == {"FINISHED"}
    inner = (EVERY >= FIRST + 3) & (EVERY <= LAST - 3)
    outside = (EVERY <= FIRST - 1) | (EVERY >= LAST + 1)
    now = shown(item, "mouthSmileLeft")
    assert now[inner] == pytest.approx(np.zeros(inner.sum()), abs=1e-4)
    assert now[outside] == pytest.approx(first[1][outside], abs=1e-3)
    assert shown(item, "jawOpen") == pytest.approx(first[0], abs=1e-3)
    assert shown(item, "jawOpen", LATER) == pytest.approx(later[0])
    assert shown(item, "mouthSmileLeft", LATER) == pytest.approx(later[1])
    assert item.lipwright.cleared[0].line == "line"
    item.lipwright.jaw = 1.0
    bpy.ops.lipwright.redo_part()
    assert shown(item, "jawOpen", LATER).max() == pytest.approx(2 * later[0].max(), rel=1e-2)
    assert shown(item, "jawOpen") == pytest.approx(first[0], abs=1e-3)
    assert bpy.ops.lipwright.bring_back(row=0) == {"FINISHED"}
    assert shown(item, "mouthSmileLeft") == pytest.approx(first[1], abs=1e-3)
    assert not item.lipwright.cleared


def test_off_the_whole_of_an_earlier_line_no_layer_is_switched_off(two_lines):
    item = two_lines
    later = shown(item, "mouthSmileLeft", LATER)
    assert clear({"emotion"}, "LINE", line="line") == {"FINISHED"}
    assert not shown(item, "mouthSmileLeft").any()
    assert item.lipwright.emote
    assert shown(item, "mouthSmileLeft", LATER) == pytest.approx(later)


def test_a_line_of_before_says_what_it_lacks(two_lines, ours):
    memory = ours("scene.session").memory
    memory.lines.clear()
    memory.keep(two_lines.session_uid, memory.takes[two_lines.session_uid])
    with pytest.raises(RuntimeError, match="Generate “line” once more first"):
        clear({"emotion"}, line="line")
    with pytest.raises(RuntimeError, match="no line “nobody”"):
        clear({"emotion"}, line="nobody")
    assert not two_lines.lipwright.cleared
