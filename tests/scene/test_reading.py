# SPDX-License-Identifier: GPL-3.0-or-later
"""A face is read from what moves: names shuffled, numbered, translated, one letter, or none."""

from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from lipwright.core.motion.track import ARKIT_NAMES
from lipwright.rigs.mouths import MOUTHS
from lipwright.tests.operators.windows import Window, modal_of
from lipwright.tests.synthetic import bone_head, head_part, keyed_head, lip_gap

MOUTH = ("mouth", "jaw", "tongue")
MOVING = [name for name in ARKIT_NAMES if np.abs(head_part().keys[name]).max() > 1e-5]
ORDER = np.random.default_rng(7).permutation(len(MOVING))
NAMES = {
    "shuffled": [MOVING[i] for i in ORDER],
    "numbered": [f"{i:02d}" for i in ORDER],
    "translated": [f"Gesichtsform {chr(0x391 + i % 17)}{i}" for i in ORDER],
    "a letter": [chr(0x4E00 + i) for i in ORDER],
}
VISEMES = "m f th t k sh s n r aa eh iy ow uw".split()


def rig_of(item, ours):
    find = ours("scene.character.find")
    return find.rig_of(find.character_of(item, bpy.context.scene))


def says(item, ours, sound):
    """Let a face stand as in one of the sample poses; its lips' distance beyond that at rest."""
    find = ours("scene.character.find")
    character = find.character_of(item, bpy.context.scene)
    rig = find.rig_of(character)
    fit = ours("scene.character.measure").lips_of(character, rig)
    rest = lip_gap(item)
    track = ours("rigs.sample_poses").sample_pose(sound)
    values = {c: float(v[0]) for c, v in ours("rigs.drive").drive(track, rig, fit).items()}
    preview = ours("scene.character.preview")
    preview.show_values(character.root, values)
    bpy.context.view_layer.update()
    gap = lip_gap(item) - rest
    preview.end_previews()
    bpy.context.view_layer.update()
    return gap


@pytest.mark.parametrize("naming", list(NAMES))
def test_any_names_are_mapped_as_the_original(naming, ours):
    called = dict(zip(MOVING, NAMES[naming], strict=True))
    item = keyed_head({called[name]: {name: 1.0} for name in MOVING})
    rig = rig_of(item, ours)
    found = {row.control.key: row.terms[0][0] for row in rig.rows}
    mouth = [name for name in MOVING if name.startswith(MOUTH)]
    right = [name for name in mouth if found.get(called[name]) == name]
    assert len(right) >= 0.95 * len(mouth), set(mouth) - set(right)
    assert rig.read
    assert says(item, ours, "open") > 0.15
    assert abs(says(item, ours, "closed")) < 0.02


def viseme(sound):
    return {channel: weight for channel, weight in MOUTHS[sound] if channel in MOVING}


def test_visemes_that_are_numbers(ours):
    item = keyed_head({str(i): viseme(sound) for i, sound in enumerate(VISEMES)})
    rig = rig_of(item, ours)
    assert any(row.solved for row in rig.rows)
    opened = says(item, ours, "open")
    assert opened > 0.15
    assert abs(says(item, ours, "closed")) < 0.05 * opened


def test_four_mouth_keys(ours):
    keys = {
        "Bouche 1": {"jawOpen": 0.6},
        "Bouche 2": {"mouthPucker": 0.8, "jawOpen": 0.1},
        "Bouche 3": {"mouthStretchLeft": 0.8, "mouthStretchRight": 0.8, "jawOpen": 0.15},
        "Bouche 4": {"mouthPressLeft": 0.6, "mouthPressRight": 0.6},
    }
    item = keyed_head(keys)
    opened = says(item, ours, "open")
    assert opened > 0.15
    assert abs(says(item, ours, "closed")) < 0.05 * opened


def test_one_key(ours):
    item = keyed_head({"Gosier": {"jawOpen": 1.0}})
    opened = says(item, ours, "open")
    assert opened > 0.15
    assert abs(says(item, ours, "closed")) < 0.05 * opened


def test_names_that_are_right_are_left_alone(ours):
    item = keyed_head({name: {name: 1.0} for name in ARKIT_NAMES})
    rig = rig_of(item, ours)
    assert rig.family == "arkit"
    assert not rig.read


def test_a_name_that_says_the_opposite_is_not_believed(ours):
    keys = {name: {name: 1.0} for name in MOVING}
    keys["browDownLeft"], keys["mouthPucker"] = {"mouthPucker": 1.0}, {"browDownLeft": 1.0}
    rig = rig_of(keyed_head(keys), ours)
    found = {row.control.key: row.terms[0][0] for row in rig.rows}
    assert found["browDownLeft"] == "mouthPucker"
    assert {control.key for control, _ in rig.read} == {"browDownLeft", "mouthPucker"}


def test_a_slider_that_drives_keys_speaks_instead_of_them(ours):
    """Custom properties of no known name on an empty's bone drive keys; one key is no mouth's."""
    item = keyed_head({"Maul": {"jawOpen": 1.0}, "Rund": {"mouthPucker": 1.0}, "Nase": {}})
    for name, key in (("Auf", "Maul"), ("Spitz", "Rund")):
        item[name] = 0.0
        item.id_properties_ui(name).update(min=0.0, max=10.0, default=0.0)
        block = item.data.shape_keys.key_blocks[key]
        curve = block.driver_add("value")
        variable = curve.driver.variables.new()
        variable.name, variable.type = "x", "SINGLE_PROP"
        variable.targets[0].id, variable.targets[0].data_path = item, f'["{name}"]'
        curve.driver.expression = "x / 10"
    rig = rig_of(item, ours)
    rows = {row.control.key: row for row in rig.rows}
    assert rows["Auf"].control.kind == "property"
    assert rows["Auf"].high == 10.0
    opened = says(item, ours, "open")
    assert opened > 0.15
    assert abs(says(item, ours, "closed")) < 0.05 * opened


def test_a_slider_on_a_control_that_drives_a_bone(ours):
    """A cartoon rig: the jaw bone is driven by a property of a control, beside one odd key."""
    item, rig = bone_head({"jaw": "b07"}, mode="XYZ")
    item.shape_key_add(name="Basis", from_mix=False)
    odd = item.shape_key_add(name="Hut", from_mix=False)
    odd.value = 0.0
    for vertex in np.flatnonzero(head_part().vertices[:, 2] > 0.25):
        odd.data[int(vertex)].co.z += 0.02
    control = rig.pose.bones["head"]
    control["Maul"] = 0.0
    control.id_properties_ui("Maul").update(min=0.0, max=1.0, default=0.0)
    curve = rig.pose.bones["b07"].driver_add("rotation_euler", 0)
    variable = curve.driver.variables.new()
    variable.name, variable.type = "x", "SINGLE_PROP"
    variable.targets[0].id = rig
    variable.targets[0].data_path = 'pose.bones["head"]["Maul"]'
    curve.driver.expression = "x * 0.4"
    bpy.context.view_layer.update()
    read = rig_of(item, ours)
    assert [(row.control.key, row.control.bone) for row in read.rows] == [("Maul", "head")]
    opened = says(item, ours, "open")
    assert opened > 0.1
    assert abs(says(item, ours, "closed")) < 0.05 * opened


def test_a_jaw_bone_of_an_unknown_name_is_found_by_what_it_opens(ours):
    item, rig = bone_head({"jaw": "b07", "corner l": "b08", "corner r": "b09"}, roll=0.7)
    bpy.context.scene.lipwright.character = rig
    find = ours("scene.character.find")
    assert find.why_no_rig(find.character_of(item, bpy.context.scene))
    rig.pose.bones["b07"].rotation_quaternion = (
        0.98,
        0.2,
        0.0,
        0.0,
    )
    assert bpy.ops.lipwright.edit_mapping() == {"FINISHED"}
    rig.pose.bones["b07"].rotation_quaternion = (1.0, 0.0, 0.0, 0.0)
    (pose,) = rig.lipwright_rig.poses
    assert (pose.name, pose.moves[0].name) == ("jawOpen", "b07")
    opened = says(item, ours, "open")
    assert opened > 0.1
    assert abs(says(item, ours, "closed")) < 0.05 * opened


def test_nothing_is_stored_where_no_bone_opens_a_mouth(ours):
    _, rig = bone_head({"corner l": "b08", "corner r": "b09"})
    bpy.context.scene.lipwright.character = rig
    assert bpy.ops.lipwright.edit_mapping() == {"FINISHED"}
    assert not rig.lipwright_rig.poses


@pytest.mark.parametrize("mode", ["TRANSFORMS", "SINGLE_PROP"])
@pytest.mark.parametrize("keys", [("Maul", "Spitz"), ("jawOpen", "mouthPucker")])
def test_a_control_bone_whose_own_motion_drives_keys(mode, keys, ours):
    """Also where the names of the driven keys are known: they cannot be written."""
    item, rig = bone_head({"lower lip": "steuer"})
    part = head_part()
    item.shape_key_add(name="Basis", from_mix=False)
    for name, channel, axis in zip(keys, ("jawOpen", "mouthPucker"), "ZX", strict=True):
        block = item.shape_key_add(name=name, from_mix=False)
        block.data.foreach_set(
            "co", np.asarray(part.vertices + part.keys[channel], np.float32).ravel()
        )
        block.value = 0.0
        curve = block.driver_add("value")
        variable = curve.driver.variables.new()
        variable.name, variable.type = "x", mode
        target = variable.targets[0]
        target.id = rig
        if mode == "TRANSFORMS":
            target.bone_target, target.transform_type = "steuer", f"LOC_{axis}"
            target.transform_space = "LOCAL_SPACE"
        else:
            target.data_path = f'pose.bones["steuer"].location[{"XYZ".index(axis)}]'
        curve.driver.expression = "max(x, 0) * 100"
    item.vertex_groups.clear()
    bpy.context.view_layer.update()
    bpy.context.scene.lipwright.character = rig
    stood = tuple(rig.pose.bones["steuer"].location)
    assert bpy.ops.lipwright.edit_mapping() == {"FINISHED"}
    assert tuple(rig.pose.bones["steuer"].location) == stood
    assert {"jawOpen", "mouthPucker"} <= {pose.name for pose in rig.lipwright_rig.poses}
    assert all(row.control.kind == "pose" for row in rig_of(item, ours).rows)
    assert says(item, ours, "open") > 0.1


def test_a_dense_face_without_names_waits_for_the_button(ours, monkeypatch):
    item = keyed_head({f"{i:02d}": {name: 1.0} for i, name in enumerate(MOVING)})
    reading = ours("scene.character.reading")
    monkeypatch.setattr(reading, "may_try", lambda _root: False)
    find = ours("scene.character.find")
    character = find.character_of(item, bpy.context.scene)
    assert find.why_no_rig(character) == reading.NOT_YET
    monkeypatch.undo()
    bpy.context.scene.lipwright.character = item
    assert bpy.ops.lipwright.edit_mapping() == {"FINISHED"}
    assert len(rig_of(item, ours).rows) >= 40


@pytest.mark.parametrize("stopped_after", [None, 1, 3])
def test_reading_tells_how_far_it_is_and_stops_anywhere(stopped_after, ours, monkeypatch):
    monkeypatch.setattr(ours("jobs.manners"), "STEP_SECONDS", 1e-6)  # a step a tick
    item = keyed_head({"Maul": {"jawOpen": 1.0}, "Rund": {"mouthPucker": 1.0}, "Nase": {}})
    for name, key in (("Auf", "Maul"), ("Spitz", "Rund")):
        item[name] = 0.3
        item.id_properties_ui(name).update(min=0.0, max=1.0, default=0.0)
        curve = item.data.shape_keys.key_blocks[key].driver_add("value")
        variable = curve.driver.variables.new()
        variable.name, variable.type = "x", "SINGLE_PROP"
        variable.targets[0].id, variable.targets[0].data_path = item, f'["{name}"]'
        curve.driver.expression = "x"
    bpy.context.scene.lipwright.character = item
    worker = modal_of(ours("operators.mapping").LIPWRIGHT_OT_read_face)
    window = Window()
    assert worker.invoke(window, None) == {"RUNNING_MODAL"}
    state, shown = window.window_manager.lipwright, []
    for number in range(200):
        kind = "ESC" if number == stopped_after else "TIMER"
        ended = worker.modal(window, SimpleNamespace(type=kind))
        if ended != {"RUNNING_MODAL"}:
            break
        shown.append((state.text, state.factor))
    assert not state.running
    assert (item["Auf"], item["Spitz"]) == (pytest.approx(0.3), pytest.approx(0.3))
    if stopped_after is None:
        assert ended == {"FINISHED"}
        assert {"Trying controls", "Looking for the lips"} <= {text for text, _ in shown}
        assert all(0 <= factor <= 1 for _, factor in shown)
        rows = item.lipwright_rig.rows
        assert rows["Auf"].sure > 0.5
        assert dict(rig_of(item, ours).read)  # also after they were made the character's own
    else:
        assert ended == {"CANCELLED"}
        assert not item.lipwright_rig.edited
        assert not item.lipwright_rig.rows
        assert len(shown) == stopped_after


def test_sliders_are_read_from_rest(ours):
    def read(at):
        item = keyed_head({"Maul": {"jawOpen": 1.0}, "Rund": {"mouthPucker": 1.0}, "Nase": {}})
        for name, key in (("Auf", "Maul"), ("Spitz", "Rund")):
            item[name] = 0.0
            item.id_properties_ui(name).update(min=0.0, max=1.0, default=0.0)
            curve = item.data.shape_keys.key_blocks[key].driver_add("value")
            variable = curve.driver.variables.new()
            variable.name, variable.type = "x", "SINGLE_PROP"
            variable.targets[0].id, variable.targets[0].data_path = item, f'["{name}"]'
            curve.driver.expression = "x"
            item[name] = at
        rig = rig_of(item, ours)
        bpy.data.objects.remove(item)
        return [(row.control.key, row.terms, row.low, row.high, row.scale) for row in rig.rows]

    assert read(0.0) == read(0.7)
