# SPDX-License-Identifier: GPL-3.0-or-later
"""Drawn mouths of pencil layers, what else a drawn face has, and what of both is in a file."""

import csv
from itertools import pairwise

import bpy
import pytest

from lipwright.tests.scene.test_drawn import character_of, clear, flat, shown_over, speak
from lipwright.tests.synthetic import keyed_head


def pencil():
    if bpy.app.version >= (4, 3):
        bpy.ops.object.grease_pencil_add(type="EMPTY")
    else:
        bpy.ops.object.gpencil_add(type="EMPTY")
    return bpy.context.view_layer.objects.active


def test_grease_pencil_layers(ours):
    """One layer is shown at a time; a layer of the artist's own beside them stays as it is."""
    item = pencil()
    for letter in "ABCDEFGHX":
        item.data.layers.new(f"mouth_{letter}")
    layers = ours("scene.compat").pencil_layers(item)
    own = next(name for name in layers if not name.startswith("mouth_"))
    bpy.context.scene.lipwright.character = item
    stored = item.lipwright_drawing
    assert bpy.ops.lipwright.find_mouths() == {"FINISHED"}
    assert (stored.kind, stored.pencil, len(stored.mouths)) == ("LAYERS", item, 9)
    speak(item, ours)

    def seen():
        shown = [name for name, layer in layers.items() if not layer.hide]
        assert own in shown
        (mouth,) = [name for name in shown if name != own]
        return mouth

    assert len(set(shown_over(seen))) >= 7
    layers["mouth_A"].keyframe_insert("opacity", frame=12)  # the artist's own
    assert clear(item, ours) >= 1
    curves = ours("scene.compat").every_curve(item.data.animation_data.action)
    assert [curve.data_path for curve in curves] == ['layers["mouth_A"].opacity']


def test_a_layer_that_is_gone_is_a_sentence(ours):
    item = pencil()
    bpy.context.scene.lipwright.character = item
    item.lipwright_drawing.kind = "LAYERS"
    with pytest.raises(RuntimeError, match="No mouths of a known set"):
        bpy.ops.lipwright.find_mouths()
    for letter in "ABC":
        item.data.layers.new(letter)
    bpy.ops.lipwright.find_mouths()
    layers = ours("scene.compat").pencil_layers(item)
    item.data.layers.remove(layers["B"])
    with pytest.raises(ours("core.errors").RigError, match="has no layer “B”"):
        speak(item, ours)


def test_nothing_is_chosen_where_nothing_is_found(ours, face):
    bpy.context.scene.lipwright.character = item = face("Anna", ("jawOpen", "mouthPucker"))
    with pytest.raises(RuntimeError, match="No mouths of a known set"):
        bpy.ops.lipwright.find_mouths()
    assert item.lipwright_drawing.kind == "OFF"


def test_a_drawn_face_keeps_the_blink_and_the_brows_that_it_has(ours):
    """Three shapes make no family, and their mouth is drawn as objects."""
    item = keyed_head(
        {
            "Blink": {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0},
            "browInnerUp": {"browInnerUp": 1.0},
            "jawOpen": {"jawOpen": 1.0},
        }
    )
    for letter in "ABCDEFGHX":
        drawn = bpy.data.objects.new(f"mouth_{letter}", bpy.data.meshes.new(letter))
        drawn.parent = item
        bpy.context.scene.collection.objects.link(drawn)
    bpy.context.scene.lipwright.character = item
    bpy.ops.lipwright.find_mouths()
    assert item.lipwright_drawing.kind == "OBJECTS"
    find = ours("scene.character.find")
    rig = find.rig_of(find.character_of(item, bpy.context.scene))
    assert {row.control.key for row in rig.rows} == {"Blink", "browInnerUp"}


@pytest.mark.parametrize("suffix", ["fbx", "glb", "usd"])
def test_the_rest_of_a_face_travels_and_a_table_tells_of_the_drawn_mouth(ours, tmp_path, suffix):
    item = keyed_head(
        {name: {name: 1.0} for name in ("eyeBlinkLeft", "eyeBlinkRight", "browInnerUp")}
    )
    for letter in "ABCDEFGHX":
        drawn = bpy.data.objects.new(f"mouth_{letter}", bpy.data.meshes.new(letter))
        drawn.data.from_pydata([(0, 0, 0), (0.1, 0, 0), (0, 0.1, 0)], [], [(0, 1, 2)])
        drawn.parent = item
        bpy.context.scene.collection.objects.link(drawn)
    bpy.context.scene.lipwright.character = item
    bpy.ops.lipwright.find_mouths()
    speak(item, ours)
    export = getattr(ours("scene.exports.files"), f"export_{suffix}")
    character = character_of(item, ours)
    path = tmp_path / f"a.{suffix}"
    name, first, last = ours("scene.exports.files").take_span(character, bpy.context.scene)
    export(path, character, bpy.context.scene)
    assert path.stat().st_size > 1000
    drawn = ours("scene.exports.drawn")
    rows = list(csv.DictReader(drawn.table_beside(path).open(encoding="utf-8")))
    assert "a.mouths.csv" in drawn.drawn_note(path, character)
    for row, after in pairwise([*rows, {"frame": last - first + 1}]):
        for frame in range(int(row["frame"]), int(after["frame"])):
            bpy.context.scene.frame_set(first + frame)
            shown = [one.name for one in item.children if not one.hide_viewport]
            assert shown == [row["shows"]] == [f"mouth_{row['mouth']}"]
        assert float(row["seconds"]) == pytest.approx(int(row["frame"]) / 24, abs=1e-3)
        assert row["take"] == name
    assert len({row["mouth"] for row in rows}) >= 6


@pytest.mark.parametrize("suffix", ["fbx", "glb", "usd"])
def test_a_drawn_mouth_is_not_left_out_of_a_file_in_silence(ours, tmp_path, suffix):
    root = flat(ours)
    speak(root, ours)
    export = getattr(ours("scene.exports.files"), f"export_{suffix}")
    path = tmp_path / f"a.{suffix}"
    with pytest.raises(ours("core.errors").RigError, match="is drawn"):
        export(path, character_of(root, ours), bpy.context.scene)
    assert not path.exists()
