# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that an earlier Lipwright saved open as they were."""

import bpy
import pytest


def saved_with_few_keys(item, path, tolerance=None):
    """As before *Keys* was a choice: a switch, and a tolerance where it was touched."""
    item.lipwright.few = True
    if tolerance is not None:
        item.lipwright.tolerance = tolerance
    bpy.ops.wm.save_as_mainfile(filepath=str(path), check_existing=False)


@pytest.mark.parametrize("tolerance", [None, 0.05])
def test_few_keys_of_before_are_few_keys(face, tmp_path, tolerance):
    item = face()
    assert not item.lipwright.is_property_set("keying")
    saved_with_few_keys(item, tmp_path / "old.blend", tolerance)
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "old.blend"))
    dials = bpy.data.objects["Head"].lipwright
    assert dials.keying == "few"
    assert dials.tolerance == pytest.approx(tolerance or 0.01)
    dials.keying = "poses"
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "new.blend"), check_existing=False)
    bpy.ops.wm.open_mainfile(filepath=str(tmp_path / "new.blend"))
    assert bpy.data.objects["Head"].lipwright.keying == "poses"


@pytest.mark.skipif(bpy.app.version < (4, 3, 0), reason="tells of appended files from 4.3 on")
def test_an_appended_character_of_before_too(face, tmp_path):
    saved_with_few_keys(face(), tmp_path / "old.blend")
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True, load_ui=False)
    with bpy.data.libraries.load(str(tmp_path / "old.blend")) as (_, to):
        to.objects = ["Head"]
    assert to.objects[0].lipwright.keying == "few"
