# SPDX-License-Identifier: GPL-3.0-or-later
"""Moods as pictures of the character's own face."""

from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from lipwright.tests.operators.windows import Window, modal_of
from lipwright.tests.synthetic import bone_head


@pytest.fixture
def head(ours, monkeypatch, tmp_path):
    """The demo head, chosen, with a take of somebody else's on its keys."""
    monkeypatch.setattr(ours("scene.compat"), "user_folder", lambda name: str(tmp_path))
    bpy.ops.lipwright.add_demo_head()
    item = bpy.data.objects["Head"]
    bpy.context.scene.lipwright.character = item
    keys = item.data.shape_keys
    keys.key_blocks["jawOpen"].value = 1.0
    keys.key_blocks["jawOpen"].keyframe_insert("value", frame=1)
    return item


def pixels(path):
    image = bpy.data.images.load(str(path))
    values = np.array(image.pixels[:]).reshape(image.size[1], image.size[0], 4)
    bpy.data.images.remove(image)
    return values


def counts():
    return [
        len(getattr(bpy.data, kind))
        for kind in ("scenes", "objects", "meshes", "cameras", "worlds", "actions", "shape_keys")
    ]


def test_each_mood_has_a_face_of_its_own(head, ours, monkeypatch):
    moods = ours("scene.saved.moods")
    few = {name: moods.MOODS[name] for name in ("Happy", "Sad", "Angry")}
    monkeypatch.setattr(ours("jobs.faces"), "MOODS", few)
    before = counts()
    try:
        assert bpy.ops.lipwright.draw_faces() == {"FINISHED"}
    except RuntimeError as error:
        if "needs a graphics card" in str(error):
            pytest.skip("this machine cannot render the solid view")
        raise
    assert counts() == before
    assert head.data.shape_keys.key_blocks["jawOpen"].value == 1.0
    who = ours("scene.character.chosen").meant_character(bpy.context).name
    picture_of = ours("scene.exports.faces").picture_of
    drawn = {name: pixels(picture_of(who, name)) for name in few}
    for name, image in drawn.items():
        assert image.shape == (128, 128, 4)
        face = np.abs(image[..., :3] - image[0, 0, :3]).max(axis=2) > 0.05
        assert 0.2 < face.mean() < 0.9, f"{name}: a face fills the picture"
    for one, other in (("Happy", "Sad"), ("Happy", "Angry"), ("Sad", "Angry")):
        assert np.abs(drawn[one] - drawn[other]).max() > 0.1, (one, other)


def drawn_or_skipped(operator):
    try:
        assert operator() == {"FINISHED"}
    except RuntimeError as error:
        if "needs a graphics card" in str(error):
            pytest.skip("this machine cannot render the solid view")
        raise


def test_each_control_of_a_face_of_bones_has_a_picture(ours, monkeypatch, tmp_path):
    """Bones and sliders are drawn as the scene shows them, and everything is put back."""
    monkeypatch.setattr(ours("scene.compat"), "user_folder", lambda name: str(tmp_path))
    item, rig = bone_head(
        {"jaw": "jaw", "upper lip": "lip.T", "lower lip": "lip.B", "corner l": "lips.L"}
    )
    rig.pose.bones["jaw"].rotation_quaternion = (0.8, 0.6, 0.0, 0.0)
    bpy.context.scene.lipwright.character = item
    before = counts()
    drawn_or_skipped(bpy.ops.lipwright.draw_shapes)
    assert counts() == before
    assert tuple(rig.pose.bones["jaw"].rotation_quaternion) == pytest.approx((0.8, 0.6, 0, 0))
    faces = ours("scene.exports.faces")
    control = ours("rigs.schema").Control
    shown = {
        name: pixels(faces.picture_of("Rig", faces.name_of(control("Rig", name, "pose"))))
        for name in ("jawOpen", "jawRight", "mouthSmileLeft")
    }
    for name, image in shown.items():
        face = np.abs(image[..., :3] - image[0, 0, :3]).max(axis=2) > 0.05
        assert 0.2 < face.mean() < 0.98, name
    assert np.abs(shown["jawOpen"] - shown["mouthSmileLeft"]).max() > 0.1
    drawn_or_skipped(bpy.ops.lipwright.draw_faces)
    assert counts() == before


def test_esc_stops_drawing_and_leaves_nothing_behind(head, ours):
    moods, before = ours("operators.moods"), counts()
    worker, window = modal_of(moods.LIPWRIGHT_OT_draw_shapes), Window()
    assert worker.invoke(window, None) == {"RUNNING_MODAL"}
    state = window.window_manager.lipwright
    tick, esc = (SimpleNamespace(type=kind) for kind in ("TIMER", "ESC"))
    assert worker.modal(window, tick) == {"RUNNING_MODAL"}
    assert state.running
    assert state.text == "Drawing"
    assert worker.modal(window, esc) == {"CANCELLED"}
    assert not state.running
    assert not window.timers
    assert counts() == before


def test_a_face_that_shows_no_mood_says_so(face):
    """Of a mouth that is drawn as shape keys there may be nothing beside it."""
    item = face("Anna", tuple(f"mouth_{mouth}" for mouth in "ABCDEFGHX"))
    bpy.context.scene.lipwright.character = item
    item.lipwright_drawing.kind = "KEYS"
    bpy.ops.lipwright.find_mouths()
    with pytest.raises(RuntimeError, match="Nothing of “Anna” is moved"):
        bpy.ops.lipwright.draw_faces()


def test_a_simple_mood_sets_its_slider(face):
    item = face()
    bpy.context.scene.lipwright.character = item
    assert bpy.ops.lipwright.use_mood(mood="Angry") == {"FINISHED"}
    assert item.lipwright.feelings.angry == pytest.approx(0.8)
