# SPDX-License-Identifier: GPL-3.0-or-later
"""The mapping in Blender: edited rows drive the face, previews leave nothing, files are strict."""

import json

import bpy
import numpy as np
import pytest

from lipwright.tests.blender_fixtures import value_at
from lipwright.tests.synthetic import bone_head


@pytest.fixture
def head(face, voice, fake):
    item = face()
    bpy.context.scene.lipwright.source = "FILE"
    bpy.context.scene.lipwright.file = str(voice)
    return item


def stored(item):
    return item.lipwright_rig


def peak(item, key="jawOpen"):
    highest = max(value_at(item, frame, key) for frame in range(1, 50))
    bpy.context.scene.frame_set(1)  # where a sound without a strip begins
    return highest


def test_edited_rows_drive_and_reset_brings_the_matched_back(head):
    bpy.ops.lipwright.generate()
    plain = peak(head), peak(head, "mouthPucker")
    assert bpy.ops.lipwright.edit_mapping() == {"FINISHED"}
    rows = stored(head).rows
    assert len(rows) == 12
    bpy.ops.lipwright.generate()
    assert peak(head) == pytest.approx(plain[0])
    rows["jawOpen"].scale, rows["jawOpen"].offset = 0.5, 0.1
    rows["mouthPucker"].mute = True
    rows["mouthFunnel"].terms.clear()
    bpy.ops.lipwright.generate()
    assert peak(head) == pytest.approx(0.1 + 0.5 * plain[0], abs=1e-5)
    assert value_at(head, 0) == pytest.approx(0.1)
    assert peak(head, "mouthPucker") == pytest.approx(0, abs=1e-6)
    rows["jawOpen"].high = 0.2
    bpy.ops.lipwright.generate()
    assert peak(head) == pytest.approx(0.2)
    bpy.ops.lipwright.reset_mapping()
    bpy.ops.lipwright.generate()
    assert (peak(head), peak(head, "mouthPucker")) == pytest.approx(plain)


def test_add_swap_follow_remove(head, ours):
    bpy.ops.lipwright.edit_mapping()
    rows = stored(head).rows
    controls = ours("scene.character.find").controls_of(
        ours("scene.character.find").character_of(head, bpy.context.scene)
    )
    place = {control.key: str(i) for i, control in enumerate(controls)}
    stored(head).active_row = rows.find("eyeBlinkLeft")
    bpy.ops.lipwright.remove_row()
    assert "eyeBlinkLeft" not in rows
    bpy.ops.lipwright.pick_control(control=place["eyeBlinkLeft"], swap=False)
    assert rows[stored(head).active_row].terms[0].name == "eyeBlinkLeft"
    stored(head).active_row = rows.find("jawOpen")
    bpy.ops.lipwright.pick_control(control=place["mouthSmileLeft"], swap=True)
    assert rows[stored(head).active_row].name == "mouthSmileLeft"
    bpy.ops.lipwright.follow_channel(channel="jawForward")
    bpy.ops.lipwright.unfollow_channel(channel="jawOpen")
    followed = rows[stored(head).active_row].terms.keys()
    assert "jawForward" in followed
    assert "jawOpen" not in followed


def test_save_and_load(head, tmp_path):
    path = tmp_path / "mapping.json"
    bpy.ops.lipwright.edit_mapping()
    stored(head).rows["jawOpen"].scale = 0.5
    bpy.ops.lipwright.save_mapping(filepath=str(path))
    bpy.ops.lipwright.reset_mapping()
    bpy.ops.lipwright.load_mapping(filepath=str(path))
    assert stored(head).rows["jawOpen"].scale == 0.5
    data = json.loads(path.read_text("utf-8"))
    data["rows"][3]["name"] = "gone"
    stored(head).rows["jawOpen"].scale = 0.7
    path.write_text(json.dumps(data), "utf-8")
    with pytest.raises(RuntimeError, match=r"Row 4 .*“gone”"):
        bpy.ops.lipwright.load_mapping(filepath=str(path))
    assert stored(head).rows["jawOpen"].scale == pytest.approx(0.7)
    blend = tmp_path / "kept.blend"
    bpy.ops.wm.save_as_mainfile(filepath=str(blend))
    bpy.ops.wm.open_mainfile(filepath=str(blend))
    assert stored(bpy.data.objects["Head"]).rows["jawOpen"].scale == pytest.approx(0.7)


def test_bake_takes_a_mapping(head, voice, tmp_path, ours):
    path = tmp_path / "mapping.json"
    bpy.ops.lipwright.edit_mapping()
    stored(head).rows["jawOpen"].scale = 0.5
    bpy.ops.lipwright.save_mapping(filepath=str(path))
    bpy.ops.lipwright.reset_mapping()
    bpy.ops.lipwright.generate()
    plain = peak(head)
    main = ours("jobs.bake").main
    options = ["--audio", str(voice), "--mapping", str(path), "--save", str(tmp_path / "x.blend")]
    assert main(options) == 0
    assert peak(head) == pytest.approx(0.5 * plain, rel=0.02)
    path.write_text("{}")
    assert main(["--audio", str(voice), "--mapping", str(path)]) == 2


def test_a_mapping_travels_through_an_asset_library_with_its_poses(ours, tmp_path):
    """Written by one file, used in another, on a rig of the same make; both else as they were."""
    item, rig = bone_head({"jaw": "b07"})
    bpy.context.scene.lipwright.character = rig
    bpy.ops.lipwright.edit_mapping()
    rig.lipwright_rig.rows[0].scale = 0.75
    libraries = bpy.context.preferences.filepaths.asset_libraries
    for one in libraries:
        one.path = str(tmp_path)
    theirs = bpy.data.actions.new("Make")  # an Action may have the name already
    before = len(bpy.data.actions)
    assert bpy.ops.lipwright.mapping_to_assets(name="Make", library="0") == {"FINISHED"}
    path = tmp_path / "Lipwright" / "Make.blend"
    assert path.is_file()
    assert len(bpy.data.actions) == before
    assert theirs.name == "Make"
    assert theirs.asset_data is None
    with bpy.data.libraries.load(str(path), assets_only=True) as (there, _):
        assert there.actions == ["Make"]
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    item, rig = bone_head({"jaw": "b07"})
    bpy.context.scene.lipwright.character = rig
    why = ours("scene.character.find").why_no_rig
    assert why(ours("scene.character.find").character_of(item, bpy.context.scene))
    use = bpy.ops.lipwright.mapping_from_asset
    with pytest.raises(RuntimeError, match="is no mapping"):
        use(path=str(path), asset="Other")
    with pytest.raises(RuntimeError, match="cannot be read"):
        use(path=str(tmp_path / "none.blend"), asset="Make")
    assert use(path=str(path), asset="Make") == {"FINISHED"}
    assert list(rig.lipwright_rig.poses.keys()) == ["jawOpen"]
    assert rig.lipwright_rig.rows[0].scale == pytest.approx(0.75)
    assert not bpy.data.actions
    assert not bpy.data.libraries
    assert not why(ours("scene.character.find").character_of(item, bpy.context.scene))


def test_a_kept_mapping_knows_the_next_character(head, face, ours, monkeypatch, tmp_path):
    mappings = ours("scene.saved.mappings")
    monkeypatch.setattr(mappings, "folder", lambda: tmp_path)
    bpy.ops.lipwright.edit_mapping()
    stored(head).rows["jawOpen"].scale = 0.5
    assert bpy.ops.lipwright.keep_mapping(name="Hero Make") == {"FINISHED"}
    (name,) = mappings.kept_mappings()
    bpy.data.objects.remove(head)
    other = face("Cousin")
    bpy.context.scene.lipwright.character = other
    find = ours("scene.character.find")
    character = find.character_of(other, bpy.context.scene)
    fit = mappings.best_fit(find.controls_of(character), ())
    assert (fit.name, fit.found, fit.rows) == (name, 12, 12)
    assert bpy.ops.lipwright.use_mapping(name=name) == {"FINISHED"}
    row = stored(other).rows["jawOpen"]
    assert (row.mesh, row.scale) == ("Cousin", 0.5)
    stranger = face("Stranger", keys=("jawOpen", "x", "y"))
    character = find.character_of(stranger, bpy.context.scene)
    assert mappings.best_fit(find.controls_of(character), ()) is None
    assert bpy.ops.lipwright.drop_mapping(name=name) == {"FINISHED"}
    assert mappings.kept_mappings() == []
    (tmp_path / "broken.json").write_text("{", "utf-8")
    assert mappings.best_fit(find.controls_of(character), ()) is None


def test_stored_poses_travel_with_the_mapping(ours, tmp_path):
    path = tmp_path / "bones.json"
    _, rig = bone_head({"jaw": "b07"})
    rig.name = "First"
    bpy.context.scene.lipwright.character = rig
    bpy.ops.lipwright.edit_mapping()  # reads the face: the jaw becomes a pose
    turn = tuple(rig.lipwright_rig.poses["jawOpen"].moves[0].turn)
    bpy.ops.lipwright.save_mapping(filepath=str(path))
    for item in list(bpy.data.objects):
        bpy.data.objects.remove(item)
    _, other = bone_head({"jaw": "b07"})
    other.name = "Second"
    bpy.context.scene.lipwright.character = other
    assert not other.lipwright_rig.poses
    assert bpy.ops.lipwright.load_mapping(filepath=str(path)) == {"FINISHED"}
    assert tuple(other.lipwright_rig.poses["jawOpen"].moves[0].turn) == pytest.approx(turn)
    assert stored(other).rows[0].mesh == "Second"
    other.pose.bones["b07"].name = "another"
    other.lipwright_rig.poses.clear()
    with pytest.raises(RuntimeError, match="“b07”, which is not there"):
        bpy.ops.lipwright.load_mapping(filepath=str(path))
    assert not other.lipwright_rig.poses


def test_a_preview_leaves_nothing(head, tmp_path):
    bpy.ops.lipwright.edit_mapping()
    blocks = head.data.shape_keys.key_blocks
    blocks["jawOpen"].value = 0.25
    row = stored(head).rows["jawOpen"]
    row.preview = 0.8
    assert blocks["jawOpen"].value == pytest.approx(0.8)
    row.preview = 0.0
    assert blocks["jawOpen"].value == pytest.approx(0.25)
    row.preview = 0.8
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "kept.blend"))
    assert blocks["jawOpen"].value == pytest.approx(0.25)
    assert row.preview == 0


def test_a_preview_of_bones_leaves_nothing(ours):
    _, rig = bone_head({"jaw": "jaw"}, "XYZ")
    bone = rig.pose.bones["jaw"]
    bone.rotation_euler = (0.1, 0.2, 0.3)
    bpy.context.view_layer.objects.active = rig
    bpy.ops.lipwright.edit_mapping()
    row = rig.lipwright_rig.rows["jawOpen"]
    row.preview = 1.0
    assert np.abs(np.array(bone.rotation_euler) - (0.1, 0.2, 0.3)).max() > 0.1
    row.preview = 0.0
    assert np.allclose(bone.rotation_euler, (0.1, 0.2, 0.3), atol=1e-5)


def test_all_muted_is_said(head):
    bpy.ops.lipwright.edit_mapping()
    for row in stored(head).rows:
        row.mute = True
    with pytest.raises(RuntimeError, match="muted"):
        bpy.ops.lipwright.generate()


def test_store_pose_button(ours):
    _, rig = bone_head({"jaw": "bone.001"}, "XYZ")
    bpy.context.view_layer.objects.active = rig
    rig.pose.bones["bone.001"].rotation_euler = (0.3, 0, 0)
    rig.lipwright_rig.pose_name = "jawOpen"
    assert bpy.ops.lipwright.store_pose() == {"FINISHED"}
    rig.pose.bones["bone.001"].rotation_euler = (0, 0, 0)
    character = ours("scene.character.find").character_of(rig, bpy.context.scene)
    assert ours("scene.character.find").rig_of(character).rows
    bpy.ops.lipwright.remove_pose(name="jawOpen")
    assert "no face bones" in ours("scene.character.find").why_no_rig(character)
