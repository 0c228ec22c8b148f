# SPDX-License-Identifier: GPL-3.0-or-later
"""Lamps, LEDs and meters: any number of the file follows a channel, and Clear puts it back."""

import bpy
import numpy as np
import pytest

from lipwright.core.motion.track import SIGNAL_NAMES
from lipwright.core.performance.signals import signals
from lipwright.core.phones import SILENCE
from lipwright.tests.blender_fixtures import ROOT
from lipwright.tests.scene.test_drawn import CLOCK, character_of, clear, heard, shown_over


def lamp():
    item = bpy.data.objects.new("Lamp", bpy.data.lights.new("Lamp", "POINT"))
    bpy.context.scene.collection.objects.link(item)
    bpy.context.view_layer.objects.active = item
    item.data.energy = 10.0
    return item


def follow(path, channel):
    return bpy.ops.lipwright.follow_property(path=path, channel=channel)


def speak(item, ours, emotions=None):
    mine = ours("pipeline")
    analysis = mine.analyse(ours("core.audio.load").load_sound(ROOT / "demo" / "line.wav"))
    clock = ours("core.timing").FrameClock(CLOCK.fps, CLOCK.first_frame)
    settings = mine.Settings(emotions=emotions or {})
    return ours("jobs.take").animate(character_of(item, ours), analysis, settings, clock, "line")


def test_signals_say_what_the_voice_does():
    told = signals(heard().voice)
    assert told.names == SIGNAL_NAMES
    assert told.values.min() >= 0
    assert told.values.max() <= 1
    for phone in heard().phones:
        at = round((phone.start_seconds + phone.end_seconds) / 2 * told.rate_hz)
        if phone.end_seconds - phone.start_seconds > 0.08:
            assert (told["speaking"][at] > 0.5) == (phone.symbol != SILENCE)
            assert (told["saysLips"][at] > 0.5) == (phone.symbol in "pbm")


def test_a_lamp_without_a_face_follows_the_loudness(ours):
    item = lamp()
    assert follow('bpy.data.lights["Lamp"].energy', "loudness") == {"FINISHED"}
    row = item.lipwright_rig.rows[0]
    assert (row.offset, row.kind) == (10.0, "any property")
    row.scale = 90.0
    bpy.context.view_layer.update()
    speak(item, ours)
    energy = np.array(shown_over(lambda: item.data.energy))
    assert energy[0] == pytest.approx(10.0)
    assert energy.max() > 80
    assert energy.min() >= 10 - 1e-3
    speak(item, ours)
    assert shown_over(lambda: item.data.energy) == pytest.approx(energy.tolist())
    item.lipwright_rig.rows.clear()
    item.lipwright_rig.edited = False
    item.lipwright_rig.edited = True
    clear_all(item, ours)
    bpy.context.scene.frame_set(60)
    assert item.data.energy == pytest.approx(10.0)
    assert item.data.animation_data is None or item.data.animation_data.action is None


def clear_all(item, ours):
    """As the button does; the mapping was emptied since, so a row stands in for the face."""
    follow('bpy.data.objects["Lamp"].show_name', "voiced")
    assert clear(item, ours) > 0


def test_a_nodes_value_and_a_whole_number_beside_a_face(ours, face):
    item = face()
    bpy.context.scene.lipwright.character = item
    material = bpy.data.materials.new("LED")
    material.use_nodes = True
    node = material.node_tree.nodes.new("ShaderNodeEmission")
    path = 'bpy.data.materials["LED"].node_tree.nodes["Emission"].inputs[1].default_value'
    assert follow(path, "feelAngry") == {"FINISHED"}
    colour = 'bpy.data.materials["LED"].node_tree.nodes["Emission"].inputs[0].default_value[2]'
    assert follow(colour, "saysVowel") == {"FINISHED"}
    assert len(item.lipwright_rig.rows) == 14  # the face's own, and two
    strength, blue = node.inputs[1].default_value, node.inputs[0].default_value[2]
    rows = item.lipwright_rig.rows
    rows[-1].offset, rows[-1].low, rows[-1].high = 0.0, 0.0, 1.0
    speak(item, ours, {"angry": 1.0})
    shown = np.array(
        shown_over(lambda: (node.inputs[1].default_value, node.inputs[0].default_value[2]))
    )
    assert shown[:, 0].max() > strength + 0.8
    assert shown[:, 1].max() > 0.9
    assert shown[:, 1].min() < 0.1
    jaw = item.data.shape_keys.key_blocks["jawOpen"]
    assert max(shown_over(lambda: jaw.value)) > 0.2
    brows = shown_over(lambda: item.data.shape_keys.key_blocks["mouthSmileLeft"].value)
    assert np.isfinite(brows).all()
    clear(item, ours)
    assert node.inputs[1].default_value == pytest.approx(strength)
    assert node.inputs[0].default_value[2] == pytest.approx(blue)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("energy", "no full data path"),
        ('bpy.data.lights["Gone"].energy', "no number"),
        ('bpy.data.lights["Lamp"].name', "no number"),
        ('bpy.data.objects["Lamp"].location[2]', "place, turn and size"),
    ],
)
def test_what_cannot_follow_is_a_sentence(path, said, ours):
    item = lamp()
    with pytest.raises(RuntimeError, match=said):
        follow(path, "loudness")
    assert not item.lipwright_rig.edited
    assert not item.lipwright_rig.rows


def test_a_preview_puts_the_number_back_and_a_mapping_brings_it(ours, tmp_path):
    item = lamp()
    follow('bpy.data.lights["Lamp"].energy', "jawOpen")
    item.lipwright_rig.rows[0].scale = 5.0
    item.lipwright_rig.rows[0].preview = 1.0
    assert item.data.energy == pytest.approx(15.0)
    item.lipwright_rig.rows[0].preview = 0.0
    assert item.data.energy == pytest.approx(10.0)
    path = tmp_path / "lamp.json"
    bpy.context.scene.lipwright.character = item
    bpy.ops.lipwright.save_mapping(filepath=str(path))
    item.lipwright_rig.rows[0].scale = 1.0
    bpy.ops.lipwright.load_mapping(filepath=str(path))
    assert item.lipwright_rig.rows[0].scale == 5.0


def test_layers_on_tracks_of_their_own_show_the_same(ours, face):
    """What follows the voice is a layer that comes last; those before it know nothing of it."""
    item, light = face(), lamp()
    bpy.context.scene.lipwright.character = item
    assert follow('bpy.data.lights["Lamp"].energy', "loudness") == {"FINISHED"}
    assert follow('bpy.data.objects["Lamp"].empty_display_size', "speaking") == {"FINISHED"}
    for row in item.lipwright_rig.rows:
        if row.kind == "any property":
            row.scale = 3.0

    def shown():
        key = item.data.shape_keys.key_blocks["jawOpen"]
        return light.data.energy, light.empty_display_size, key.value

    speak(item, ours)
    whole = np.array(shown_over(shown))
    assert np.ptp(whole, axis=0).min() > 0.2
    item.lipwright.apart = True
    speak(item, ours)
    apart = np.array(shown_over(shown))
    assert np.abs(apart - whole).max(axis=0) == pytest.approx(0.0, abs=0.02)
    assert clear(item, ours) > 0
    assert shown() == pytest.approx((10.0, 1.0, 0.0))


def test_a_row_follows_a_rename_and_says_when_its_property_is_gone(ours):
    item = lamp()
    follow('bpy.data.lights["Lamp"].energy', "loudness")
    item.lipwright_rig.rows[0].scale = 90.0
    item.data.name = "Key Light"
    bpy.data.lights.new("Lamp", "POINT").energy = 5.0  # another one of the old name
    bpy.context.view_layer.update()
    report = speak(item, ours)
    assert not any("Gone" in note for note in report.notes)
    assert max(shown_over(lambda: item.data.energy)) > 80
    assert bpy.data.lights["Lamp"].energy == 5.0
    sky = bpy.data.worlds.new("Sky")
    assert follow('bpy.data.worlds["Sky"].color[0]', "jawOpen") == {"FINISHED"}
    bpy.data.worlds.remove(sky)
    report = speak(item, ours)
    assert any("Gone" in note and "color" in note for note in report.notes)


def test_a_mapping_follows_the_mesh_that_was_renamed(ours, face):
    item = face("Anna", ("jawOpen", "mouthPucker", "mouthFunnel", "eyeBlinkLeft"))
    bpy.context.scene.lipwright.character = item
    bpy.ops.lipwright.edit_mapping()
    item.lipwright_rig.rows["jawOpen"].scale = 0.5
    item.name = "Bea"
    find = ours("scene.character.find")
    rig = find.rig_of(find.character_of(item, bpy.context.scene))
    assert {row.control.mesh for row in rig.rows} == {"Bea"}
    assert len(rig.rows) == 4
