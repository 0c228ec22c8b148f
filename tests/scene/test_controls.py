# SPDX-License-Identifier: GPL-3.0-or-later
"""Custom properties as controls: named like shapes, within their limits, drivers do the rest."""

import bpy
import numpy as np
import pytest

from lipwright.tests.synthetic import bone_head, keyed_head, lip_gap

SHAPES = (
    *("jawOpen", "mouthClose", "mouthPucker", "mouthFunnel", "mouthSmileLeft", "mouthSmileRight"),
    *("eyeBlinkLeft", "eyeBlinkRight"),
)


@pytest.fixture
def rig(ours):
    """A head whose keys follow properties of an armature: on the object, its data or a bone."""

    def make(where: str, spell=str, whole=1.0, rest=0.0):
        _, armature = bone_head({"corner l": "face"})
        bpy.data.objects.remove(bpy.data.objects["Head"])
        item = keyed_head({f"k{n}": {name: 1.0} for n, name in enumerate(SHAPES)})
        item.parent = armature
        holder = {
            "object": armature,
            "data": armature.data,
            "bone": armature.pose.bones["face"],
        }[where]
        for number, name in enumerate(SHAPES):
            holder[spell(name)] = rest
            ui = holder.id_properties_ui(spell(name))
            ui.update(min=min(rest, 0.0), max=whole, default=rest)
            _follow(item, f"k{number}", armature, holder, spell(name), whole, rest)
        armature["walk_speed"] = 1.0
        bpy.context.view_layer.update()
        return item, armature, holder

    return make


def _follow(item, key, armature, holder, name, whole, rest):
    driver = item.data.shape_keys.key_blocks[key].driver_add("value").driver
    variable = driver.variables.new()
    variable.name = "v"
    target = variable.targets[0]
    target.id_type = "ARMATURE" if holder == armature.data else "OBJECT"
    target.id = armature.data if holder == armature.data else armature
    path = f'["{bpy.utils.escape_identifier(name)}"]'
    bone = holder.path_from_id() if isinstance(holder, bpy.types.PoseBone) else ""
    target.data_path = bone + path
    driver.expression = f"(v - {rest}) / {whole - rest}"


@pytest.mark.parametrize("where", ["object", "data", "bone"])
@pytest.mark.parametrize(
    ("spell", "whole", "rest"),
    [
        (str, 1.0, 0.0),
        (lambda name: f"face:{name}", 100.0, 0.0),
        (lambda name: f'ctrl "x".{name}', 10.0, 1.0),
    ],
)
def test_properties_move_the_face(where, spell, whole, rest, rig, ours):
    item, armature, holder = rig(where, spell, whole, rest)
    character = ours("scene.character.find").character_of(item, bpy.context.scene)
    found = ours("scene.character.find").rig_of(character)
    assert len(found.rows) == len(SHAPES)
    assert all("property" in row.control.kind for row in found.rows)
    frames = np.arange(11.0, 15)
    track = ours("core.motion.track").FaceTrack.of(
        {"jawOpen": np.array([0, 0.5, 0.3, 2.0]), "mouthClose": np.array([0, 0, 0.285, 0])}, 24.0
    )
    keys = {
        control: ours("core.motion.keys").Keys(frames, curve)
        for control, curve in ours("rigs.drive").drive(track, found).items()
    }
    rests = {row.control: row.rest for row in found.rows}
    writing = ours("scene.takes.write")
    writing.write_take(character, keys, writing.Take("line", (10.0, 15.0)), rests=rests)
    gaps = {}
    for frame in (10, 12, 13, 14):
        bpy.context.scene.frame_set(frame)
        gaps[frame] = lip_gap(item)
    assert gaps[12] - gaps[10] > 0.2
    assert abs(gaps[13] - gaps[10]) < 0.1 * (gaps[12] - gaps[10])
    assert holder[spell("jawOpen")] == pytest.approx(whole)
    assert armature["walk_speed"] == 1.0
    ours("scene.takes.clear").clear_take(character)
    assert holder[spell("jawOpen")] == pytest.approx(rest)
    assert not bpy.data.actions


def test_a_driven_property_is_left_alone(rig, ours):
    item, armature, _ = rig("object")
    armature.driver_add('["jawOpen"]').driver.expression = "0"
    character = ours("scene.character.find").character_of(item, bpy.context.scene)
    rows = ours("scene.character.find").rig_of(character).rows
    assert "jawOpen" not in {row.control.key for row in rows}
