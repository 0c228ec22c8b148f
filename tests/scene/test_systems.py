# SPDX-License-Identifier: GPL-3.0-or-later
"""Of several mouths on one mesh the one that does most is used, whatever most names speak for."""

import bpy
import numpy as np
import pytest

from lipwright.core.motion.track import ARKIT_NAMES
from lipwright.rigs.mouths import MOUTHS
from lipwright.tests.scene.test_reading import MOVING, rig_of, says
from lipwright.tests.synthetic import bone_head, head_part, keyed_head

VISEMES = {
    "PP": "m",
    "FF": "f",
    "TH": "th",
    "DD": "t",
    "kk": "k",
    "CH": "sh",
    "SS": "s",
    "nn": "n",
    "RR": "r",
    "aa": "aa",
    "E": "eh",
    "I": "iy",
    "O": "ow",
    "U": "uw",
}
VOWELS = {"あ": "aa", "い": "iy", "う": "uw", "え": "eh", "お": "ow", "ん": "m"}
MOUTH = ("mouth", "jaw", "tongue")


def mouth(sound, factor=1.0):
    return {name: weight * factor for name, weight in MOUTHS[sound] if name in MOVING}


def arkit():
    return {name: {name: 1.0} for name in MOVING}


def visemes(factor):
    return {f"viseme_{name}": mouth(sound, factor) for name, sound in VISEMES.items()}


def vowels(factor):
    return {name: mouth(sound, factor) for name, sound in VOWELS.items()}


def test_the_mouth_with_most_names_opens_half_as_wide(ours):
    item = keyed_head({**arkit(), **visemes(0.45), **vowels(0.4)})
    assert rig_of(item, ours).family == "arkit"
    weak = {name: {own: 0.3 * w for own, w in parts.items()} for name, parts in arkit().items()}
    bpy.data.objects.remove(item)
    item = keyed_head({**weak, **visemes(1.0), **vowels(0.5)})
    rig = rig_of(item, ours)
    assert rig.family == "oculus_visemes"
    assert {one.family for one in rig.systems} == {"arkit", "oculus_visemes", "mmd"}
    assert rig.systems[0].family == rig.family
    assert rig.systems[0].opening > 1.7 * rig.systems[-1].opening
    assert says(item, ours, "open") > 0.15
    assert says(item, ours, "closed") < 0.05 * says(item, ours, "open")
    told = ours("rigs.systems").tell_choice(rig)
    assert "Of 3 mouths, Oculus visemes" in told
    assert "Not used: ARKit" in told


def test_a_mouth_that_cannot_shut_is_left_to_one_that_can(ours):
    """On a head that was sculpted with an open mouth."""
    shut = {**visemes(1.0), "viseme_PP": {}}
    item = keyed_head({**shut, **vowels(1.0), "ん": {"jawOpen": -0.2}})
    open_by = 0.2 * head_part().keys["jawOpen"]
    for block in item.data.shape_keys.key_blocks:
        points = np.empty(3 * len(block.data), np.float32)
        block.data.foreach_get("co", points)
        block.data.foreach_set("co", points + open_by.ravel().astype(np.float32))
    rig = rig_of(item, ours)
    keys = [block.name for block in item.data.shape_keys.key_blocks[1:]]
    assert ours("rigs.match").match({"Head": keys}).family == "oculus_visemes"
    left_open = {one.family: one.shut for one in rig.systems}
    assert left_open["oculus_visemes"] > 0.2
    assert left_open["mmd"] < 0.05
    assert rig.family == "mmd"


def test_one_click_takes_another_mouth_and_gives_the_choice_back(ours):
    item = keyed_head({**arkit(), **visemes(0.5), **vowels(0.4)})
    bpy.context.scene.lipwright.character = item
    assert rig_of(item, ours).family == "arkit"
    assert bpy.ops.lipwright.use_mouth(family="mmd") == {"FINISHED"}
    rig = rig_of(item, ours)
    assert rig.family == rig.systems[0].family == "mmd"
    assert {row.control.key for row in rig.rows if row.solved} == set(VOWELS)
    assert bpy.ops.lipwright.use_mouth(family="mmd") == {"FINISHED"}
    assert rig_of(item, ours).family == "arkit"


def test_a_single_mouth_is_measured_against_nothing(ours, face):
    assert rig_of(face(keys=ARKIT_NAMES), ours).systems == ()


BONES = {
    "jaw": "jaw",
    "upper lip": "lip.T",
    "lower lip": "lip.B",
    "corner l": "lips.L",
    "corner r": "lips.R",
}


def add_keys(item, keys):
    part = head_part()
    item.shape_key_add(name="Basis", from_mix=False)
    for name, parts in keys.items():
        block = item.shape_key_add(name=name, from_mix=False)
        moved = part.vertices + sum((w * part.keys[own] for own, w in parts.items()), 0)
        block.data.foreach_set("co", np.asarray(moved, np.float32).ravel())
        block.value = 0.0


def weak(factor):
    return {name: {name: factor} for name in MOVING}


def closes(item, ours):
    opened = says(item, ours, "open")
    assert opened > 0.12
    assert abs(says(item, ours, "closed")) < 0.05 * opened
    return opened


def driven(block, path, expression, index=-1, bone="", root=None, axis="Z"):
    """A driver on a channel from a property, or from a bone's own motion."""
    curve = block.driver_add(path, index) if index >= 0 else block.driver_add(path)
    variable = curve.driver.variables.new()
    variable.name = "x"
    target = variable.targets[0]
    target.id = root
    if bone:
        variable.type, target.bone_target = "TRANSFORMS", bone
        target.transform_type, target.transform_space = f"LOC_{axis}", "LOCAL_SPACE"
    else:
        target.data_path = expression[1]
        expression = expression[0]
    curve.driver.expression = expression


def test_bones_speak_where_keys_hardly_open(ours):
    item, _ = bone_head(BONES)
    add_keys(item, weak(0.15))
    rig = rig_of(item, ours)
    speaking = {
        row.control.kind for row in rig.rows if any(c.startswith("jaw") for c, _ in row.terms)
    }
    assert speaking == {"pose"}
    assert rig.label.startswith("Bones")
    assert {one.family for one in rig.systems} == {"bones arkit", "arkit"}
    kinds = {c: row.control.kind for row in rig.rows for c, _ in row.terms}
    assert kinds["eyeBlinkLeft"] == "shape key"  # what bones leave
    closes(item, ours)


def test_keys_stay_where_they_do_and_bones_are_a_click_away(ours):
    item, root = bone_head(BONES)
    add_keys(item, weak(1.0))
    bpy.context.scene.lipwright.character = item
    rig = rig_of(item, ours)
    assert rig.family == "arkit"
    assert [one.tried for one in rig.systems] == [True, False]
    assert bpy.ops.lipwright.use_mouth(family="bones arkit") == {"FINISHED"}
    rig = rig_of(item, ours)
    assert rig.family == "bones arkit"
    assert all(one.tried for one in rig.systems)
    closes(item, ours)
    assert root.lipwright_rig.system == "bones arkit"
    assert bpy.ops.lipwright.use_mouth(family="bones arkit") == {"FINISHED"}
    assert rig_of(item, ours).family == "arkit"


def test_a_drawing_panel_shows_what_was_found_best_before(ours, monkeypatch):
    item, _root = bone_head(BONES)
    add_keys(item, weak(0.15))
    reading, memory = ours("scene.character.reading"), ours("scene.session").memory
    monkeypatch.setattr(reading, "may_try", lambda _root: False)
    assert rig_of(item, ours).family == "arkit"  # so far nothing could be tried
    monkeypatch.undo()
    assert rig_of(item, ours).family == "bones arkit"
    memory.faces.clear()
    monkeypatch.setattr(reading, "may_try", lambda _root: False)
    assert rig_of(item, ours).family == "bones arkit"


def test_all_bones_speak_beside_an_unrelated_key(ours):
    item, _ = bone_head(BONES)
    add_keys(item, {"Hat": {}})
    rig = rig_of(item, ours)
    assert {"mouthPucker", "mouthSmileLeft"} <= {c for row in rig.rows for c, _ in row.terms}
    closes(item, ours)


@pytest.mark.parametrize("keys", [weak(0.1), {"Grin": {"mouthSmileLeft": 1, "mouthSmileRight": 1}}])
def test_a_cartoon_jaw_behind_a_slider_beside_weak_or_unrelated_keys(keys, ours):
    item, root = bone_head({"jaw": "b07"}, mode="XYZ")
    add_keys(item, keys)
    control = root.pose.bones["head"]
    control["Kiefer"] = 0.0
    control.id_properties_ui("Kiefer").update(min=0.0, max=1.0, default=0.0)
    path = 'pose.bones["head"]["Kiefer"]'
    driven(root.pose.bones["b07"], "rotation_euler", ("x * 0.4", path), 0, root=root)
    bpy.context.view_layer.update()
    rig = rig_of(item, ours)
    (jaw,) = [row for row in rig.rows if dict(row.terms).get("jawOpen", 0) > 0.5]
    assert (jaw.control.key, jaw.control.kind) == ("Kiefer", "property")
    closes(item, ours)


def test_three_at_once_control_bones_that_drive_keys_weak_visemes_and_a_jaw(ours):
    item, root = bone_head({"jaw": "hinge", "lower lip": "steuer"})
    add_keys(
        item, {"jawOpen": {"jawOpen": 1.0}, "mouthPucker": {"mouthPucker": 1.0}, **visemes(0.2)}
    )
    blocks = item.data.shape_keys.key_blocks
    for name, axis in (("jawOpen", "Z"), ("mouthPucker", "X")):
        driven(blocks[name], "value", "max(x, 0) * 100", bone="steuer", root=root, axis=axis)
    item.vertex_groups.clear()
    bpy.context.view_layer.update()
    bpy.context.scene.lipwright.character = root
    assert rig_of(item, ours).family == "oculus_visemes"
    assert bpy.ops.lipwright.edit_mapping() == {"FINISHED"}
    ours("scene.character.mapping").forget_rig(root)
    rig = rig_of(item, ours)
    assert rig.label.startswith("Bones")
    moved = {row.control.key: row.control.kind for row in rig.rows if row.control.kind == "pose"}
    assert {"jawOpen", "mouthPucker"} <= set(moved)
    assert {one.family for one in rig.systems} >= {"oculus_visemes"}
    closes(item, ours)


@pytest.mark.parametrize("better", [1.15, 100.0])
def test_a_jaw_bone_of_no_name_is_kept_only_if_it_does_more_than_the_keys(
    better, ours, monkeypatch
):
    item, root = bone_head({"jaw": "b07"})
    add_keys(item, weak(0.2))
    monkeypatch.setattr(ours("rigs.systems"), "BETTER", better)
    bpy.context.scene.lipwright.character = item
    assert bpy.ops.lipwright.edit_mapping() == {"FINISHED"}
    assert list(root.lipwright_rig.poses.keys()) == (["jawOpen"] if better < 2 else [])
    assert root.lipwright_rig.family == ("bones plain" if better < 2 else "arkit")


@pytest.mark.parametrize("wanted", ["vrm", "gone"])
def test_a_choice_that_is_not_there_any_more_is_passed_over(wanted, ours):
    item = keyed_head({**arkit(), **visemes(0.5)})
    item.lipwright_rig.system = wanted
    assert rig_of(item, ours).family == "arkit"
