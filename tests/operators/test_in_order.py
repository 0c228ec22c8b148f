# SPDX-License-Identifier: GPL-3.0-or-later
"""Features in an artist's order: cleared layers, parts, hand keys, two takes."""

import bpy
import numpy as np
import pytest

from lipwright.tests.blender_fixtures import jaw_curve, value_at, write_wave
from lipwright.tests.fingerprint import differences, fingerprint
from lipwright.tests.operators.test_clear_layers import EVERY, clear, shown, spoken

__all__ = ["spoken"]
SMILE = "mouthSmileLeft"
GONE = "/nowhere/capture.csv"


def pull(item, frame, by, key="jawOpen"):
    """Change our key at a frame as the graph editor does, or set one there."""
    curve = jaw_curve(item, key)
    point = next((p for p in curve.keyframe_points if abs(p.co.x - frame) < 0.01), None)
    if point is None:
        point = curve.keyframe_points.insert(frame, curve.evaluate(frame))
    for place in (point.co, point.handle_left, point.handle_right):
        place.y += by
    curve.update()


@pytest.mark.parametrize("frames", ["FRAMES", "LINE"])
def test_a_clear_that_fails_changes_nothing(spoken, frames):
    item = spoken()
    item.lipwright.capture.file = GONE
    before = fingerprint()
    with pytest.raises(RuntimeError, match="not found"):
        clear({"emotion"}, frames)
    assert not differences(before, fingerprint())


def test_a_layer_that_cannot_be_brought_back_stays_in_the_list(spoken):
    item = spoken()
    clear({"emotion"})
    item.lipwright.capture.file = GONE
    before = fingerprint()
    with pytest.raises(RuntimeError, match="not found"):
        bpy.ops.lipwright.bring_back(row=0)
    assert not differences(before, fingerprint())


def test_a_swap_that_fails_changes_nothing(spoken):
    item = spoken()
    item.lipwright.capture.file = GONE
    bpy.ops.lipwright.keep_take()
    item.lipwright.capture.file, item.lipwright.jaw = "", 0.5
    before = fingerprint()
    with pytest.raises(RuntimeError, match="not found"):
        bpy.ops.lipwright.swap_takes()
    assert not differences(before, fingerprint())


def test_a_layer_of_an_earlier_line_comes_back_with_its_next_take(spoken, voice, tmp_path):
    item, scene = spoken(), bpy.context.scene
    clear({"emotion"})
    scene.lipwright.file = str(write_wave(tmp_path / "second.wav", 1.5))
    scene.frame_set(100)
    bpy.ops.lipwright.generate()
    second = shown(item, SMILE, np.arange(95, 145))
    bpy.ops.lipwright.bring_back(row=0)
    assert not item.lipwright.cleared
    assert shown(item, SMILE, np.arange(95, 145)) == pytest.approx(second, abs=1e-6)
    scene.lipwright.file = str(voice)
    scene.frame_set(11)
    bpy.ops.lipwright.generate()
    assert value_at(item, 32, SMILE) == pytest.approx(0.4, abs=1e-3)


def test_clearing_leaves_what_only_a_part_left(spoken):
    item, choice = spoken(), bpy.context.scene.lipwright
    jaw = shown(item, "jawOpen")
    clear({"emotion"})
    smile = shown(item, SMILE)
    choice.part_use, choice.part_frames = True, "FRAMES"
    choice.part_first, choice.part_last = 20, 45
    item.lipwright.jaw = 0.5
    bpy.ops.lipwright.redo_part()
    assert shown(item, SMILE) == pytest.approx(smile, abs=2e-3), "cleared also in the part"
    outside = (EVERY <= 20) | (EVERY >= 45)
    part = shown(item, "jawOpen")
    assert part[outside] == pytest.approx(jaw[outside], abs=1e-3)
    stretch = {"first": 48, "last": 54, "blend_seconds": 0.05}
    bpy.ops.lipwright.clear_layers(layers={"emotion"}, frames="FRAMES", **stretch)
    assert value_at(item, 51, SMILE) == pytest.approx(0, abs=1e-3)
    outside = (EVERY <= 47) | (EVERY >= 55)
    assert shown(item, "jawOpen")[outside] == pytest.approx(part[outside], abs=1e-3)
    bpy.ops.lipwright.bring_back(row=1)
    assert value_at(item, 51, SMILE) == pytest.approx(0.4, abs=1e-3)
    # What comes back is drawn over the blend beside it too, or the layer would have a dip there.
    outside = (EVERY <= 46) | (EVERY >= 56)
    assert shown(item, "jawOpen")[outside] == pytest.approx(part[outside], abs=1e-3)


def test_a_change_of_a_smile_that_is_cleared_stays_above_it(spoken):
    item = spoken()
    item.lipwright.hand_keys = "CHANGE"
    plain = shown(item, SMILE)
    bpy.ops.lipwright.keep_take()
    pull(item, 32.0, 0.2, SMILE)
    clear({"emotion"})
    assert value_at(item, 32, SMILE) == pytest.approx(0.2, abs=1e-3)
    bpy.ops.lipwright.swap_takes()
    assert value_at(item, 32, SMILE) == pytest.approx(0.2, abs=1e-3)
    bpy.ops.lipwright.bring_back(row=0)
    assert value_at(item, 32, SMILE) == pytest.approx(0.6, abs=1e-3)
    away = np.abs(EVERY - 32) > 7
    assert shown(item, SMILE)[away] == pytest.approx(plain[away], abs=1e-3)
    bpy.ops.lipwright.clear()
    left = [tuple(point.co) for point in jaw_curve(item, SMILE).keyframe_points]
    assert left == [(32.0, pytest.approx(0.6, abs=1e-3))]


@pytest.mark.parametrize("way", ["dense", "few", "poses", "twos"])
@pytest.mark.parametrize("hand_keys", ["CHANGE", "VALUE"])
def test_keys_of_a_renamed_shape_are_known_though_some_were_changed(spoken, way, hand_keys):
    item = spoken()
    item.lipwright.hand_keys, item.lipwright.keying = hand_keys, way
    bpy.ops.lipwright.redo_part()
    curve = jaw_curve(item)
    frames = [point.co.x for point in curve.keyframe_points if 20 < point.co.x < 50][:3]
    before = {frame: curve.evaluate(frame) for frame in frames}
    for frame in frames:
        pull(item, frame, 0.15)
    keys = item.data.shape_keys.key_blocks
    keys["mouthPucker"].name, keys["jawOpen"].name = "Pout", "Unterkiefer"
    keys["Unterkiefer"].name = "JawOpen"
    item.lipwright.jaw = 0.5
    bpy.ops.lipwright.redo_part()
    curve = jaw_curve(item, "JawOpen")
    share = 0.5 if hand_keys == "CHANGE" else 1.0
    for frame in frames:
        wanted = share * before[frame] + 0.15
        assert curve.evaluate(frame) == pytest.approx(wanted, abs=0.02)
    bpy.ops.lipwright.clear()
    left = [point.co.x for point in jaw_curve(item, "JawOpen").keyframe_points]
    assert left == pytest.approx(frames)
