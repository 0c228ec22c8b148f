# SPDX-License-Identifier: GPL-3.0-or-later
"""Moods, variants, dice and the guess, as an artist sets them."""

import dataclasses
import importlib

import bpy
import numpy as np
import pytest

from lipwright.tests.blender_fixtures import EXTENSION, ours_analysis


@pytest.fixture
def person(face, ours):
    """A face with every ARKit key."""
    item = face("Face", ours("core.motion.track").ARKIT_NAMES)
    return ours("scene.character.find").character_of(item, bpy.context.scene)


# --- moods and dice -------------------------------------------------------------------------------


def test_a_mood_keeps_which_face_it_shows(person, ours, tmp_path, monkeypatch):
    moods = ours("scene.saved.moods")
    monkeypatch.setattr(moods, "folder", lambda: tmp_path)
    feelings = person.root.lipwright.feelings
    feelings.happy, feelings.happy_variant = 0.8, "grin"
    assert bpy.ops.lipwright.save_mood(mood="Grinning") == {"FINISHED"}
    bpy.ops.lipwright.use_mood(mood="Warm")
    assert feelings.happy_variant == "smile"
    bpy.ops.lipwright.use_mood(mood="Grinning")
    assert feelings.happy_variant == "grin"
    (tmp_path / "Grinning.json").write_text('{"dials": {"happy": 1}, "variants": {"happy": "x"}}')
    with pytest.raises(RuntimeError, match="is no mood"):
        bpy.ops.lipwright.use_mood(mood="Grinning")
    (tmp_path / "Grinning.json").write_text('{"dials": {"happy": 1}}')  # as saved before
    assert bpy.ops.lipwright.use_mood(mood="Grinning") == {"FINISHED"}


def test_the_seed_chooses_a_face_where_the_menu_says_so(person, ours, analysis):
    dials, read = person.root.lipwright, ours("jobs.dials").read_dials
    perform, voice = ours("pipeline").perform, ours_analysis(ours, analysis)
    dials.feelings.angry = 1.0

    def faces() -> set[float]:
        shown = set()
        for seed in range(8):
            settings = dataclasses.replace(read(dials), seed=seed, layers=frozenset({"emotion"}))
            # Without words neither wander nor weaker side tell more than which face it is.
            shown.add(round(perform(voice, settings)["mouthPressLeft"].max(), 0))
        return shown

    usual = faces()
    dials.feelings.angry_variant = "auto"
    left_to_the_seed = faces()
    assert left_to_the_seed & usual, "some seeds show the usual one"
    assert left_to_the_seed - usual, "and some do not"
    dials.feelings.angry_variant = "shouting"
    assert faces() == usual


def test_a_mood_is_saved_and_used(person, ours, tmp_path, monkeypatch):
    moods = ours("scene.saved.moods")
    monkeypatch.setattr(moods, "folder", lambda: tmp_path)
    dials = person.root.lipwright
    dials.feelings.angry, dials.acting.brow = 0.7, 1.5
    assert bpy.ops.lipwright.save_mood(mood="Boss") == {"FINISHED"}
    assert moods.own_moods() == ["Boss"]
    assert bpy.ops.lipwright.neutral() == {"FINISHED"}
    assert dials.feelings.angry == 0
    bpy.ops.lipwright.use_mood(mood="Tired")
    assert dials.acting.brow == 1
    assert dials.feelings.sad == pytest.approx(0.35)
    bpy.ops.lipwright.use_mood(mood="Boss")
    assert (dials.feelings.angry, dials.acting.brow) == pytest.approx((0.7, 1.5))
    bpy.ops.lipwright.remove_mood(mood="Boss")
    assert moods.own_moods() == []


@pytest.mark.parametrize("text", ["", "[]", '{"dials": {"angry": "x"}}', "import os", '{"a": 1}'])
def test_a_broken_mood_is_refused_and_changes_nothing(person, ours, tmp_path, monkeypatch, text):
    moods = ours("scene.saved.moods")
    monkeypatch.setattr(moods, "folder", lambda: tmp_path)
    (tmp_path / "Odd.json").write_text(text)
    person.root.lipwright.feelings.angry = 0.5
    with pytest.raises(RuntimeError, match="is no mood"):
        bpy.ops.lipwright.use_mood(mood="Odd")
    assert person.root.lipwright.feelings.angry == 0.5


def test_every_mood_is_within_its_dials(person, ours):
    moods = ours("scene.saved.moods")
    for name in moods.MOODS:
        moods.use_mood(name, person.root.lipwright, person.root.lipwright.feelings)
        holders = person.root.lipwright.feelings, person.root.lipwright.acting
        for key, value in moods.MOODS[name].items():
            holder = next(one for one in holders if hasattr(one, key))
            assert getattr(holder, key) == pytest.approx(value), (name, key)


def test_the_dice_change_one_layer_or_all(person, monkeypatch, ours):
    dials = person.root.lipwright
    monkeypatch.setattr(ours("operators.moods").random, "randint", lambda _low, _high: 77)
    bpy.ops.lipwright.roll(layer="blink")
    assert (dials.acting.seeds.blink, dials.seed) == (77, 0)
    bpy.ops.lipwright.roll()
    assert dials.seed == 77
    settings = ours("jobs.dials").read_dials(dials)
    assert settings.seeds == {"blink": 77}


def test_the_guess_is_copied_to_the_sliders(person, act, ours):
    act(person)
    guess = ours("scene.session").memory.takes[person.root.session_uid].guess
    person.root.lipwright.feelings.auto = 0.5
    bpy.ops.lipwright.take_guess()
    assert person.root.lipwright.feelings.auto == 0
    for name, strength in guess.emotions.items():
        assert getattr(person.root.lipwright.feelings, name) == pytest.approx(
            np.mean(strength.values), abs=1e-5
        )


def test_the_guess_becomes_keyframes_that_can_be_edited(person, act, ours):
    feelings = person.root.lipwright.feelings
    feelings.happy, feelings.auto = 0.4, 0.7
    act(person, first=30.0)
    last = seems_sad(ours("scene.session").memory.takes[person.root.session_uid], ours)
    assert bpy.ops.lipwright.key_guess() == {"FINISHED"}
    assert feelings.auto == 0
    follow = ours("scene.saved.sliders").strength
    times = np.arange(0, last.analysis.seconds, 0.05)
    for name in ("happy", "sad"):
        followed = follow(feelings, name, last.clock, last.analysis.seconds)
        assert np.allclose(followed.at(times), last.guess.emotions[name].at(times), atol=0.03)
    curves = curves_by_path(person.root)
    assert set(curves) == {"lipwright.feelings.happy", "lipwright.feelings.sad"}
    end = int(np.ceil(last.clock.frames(last.analysis.seconds)))
    for path, beside in (("lipwright.feelings.happy", 0.4), ("lipwright.feelings.sad", 0.0)):
        assert curves[path].evaluate(29) == pytest.approx(beside), "other lines stay as they were"
        assert curves[path].evaluate(end + 1) == pytest.approx(beside)
        assert len(curves[path].keyframe_points) < 20, "few enough to edit"
    # Again: the same keys, not more; and the artist's beside the line stay.
    person.root.keyframe_insert("lipwright.feelings.sad", frame=200)
    before = {path: len(one.keyframe_points) for path, one in curves_by_path(person.root).items()}
    assert bpy.ops.lipwright.key_guess() == {"FINISHED"}
    after = {path: len(one.keyframe_points) for path, one in curves_by_path(person.root).items()}
    assert before == after
    assert 200 in [point.co[0] for point in curves_by_path(person.root)[path].keyframe_points]


@pytest.mark.parametrize("state", ["mute", "lock"])
def test_a_slider_that_is_shut_takes_no_keys_and_nothing_else_changes(person, act, ours, state):
    feelings = person.root.lipwright.feelings
    feelings.auto = 0.5
    person.root.keyframe_insert("lipwright.feelings.sad", frame=200)
    setattr(curves_by_path(person.root)["lipwright.feelings.sad"], state, True)
    act(person)
    seems_sad(ours("scene.session").memory.takes[person.root.session_uid], ours)
    with pytest.raises(RuntimeError, match="is muted or locked"):
        bpy.ops.lipwright.key_guess()
    curves = curves_by_path(person.root)
    assert {path: len(one.keyframe_points) for path, one in curves.items()} == {
        "lipwright.feelings.sad": 1
    }
    assert feelings.auto == pytest.approx(0.5)


def test_the_sliders_of_a_line_take_no_keyframes(person, act, ours, monkeypatch):
    act(person)
    moods = ours("operators.moods")
    monkeypatch.setattr(moods, "chosen_feelings", lambda _context: object())
    with pytest.raises(RuntimeError, match="Untick Own"):
        bpy.ops.lipwright.key_guess()


def seems_sad(last, ours):
    """The take with a guess that swells and goes: the demo line, a machine's, feels nothing."""
    feeling, envelope = ours("core.performance.feeling"), ours("core.motion.envelope").Envelope
    seconds = last.analysis.seconds
    swells = envelope((0.0, seconds / 3, seconds / 2, seconds), (0.0, 0.1, 0.5, 0.2))
    none = envelope((0.0,), (0.0,))
    emotions = {"happy": none, "angry": none, "sad": swells}
    told = {"neutral": 0.2, "happy": 0.0, "angry": 0.0, "sad": 0.8}
    vars(last)["guess"] = feeling.Suggestion(swells, emotions, "sad", 0.8, told)
    return last


def test_the_guess_has_a_picture_of_its_curves(person, act, ours):
    act(person)
    last = seems_sad(ours("scene.session").memory.takes[person.root.session_uid], ours)
    picture = last.guess_picture
    pixels = np.array(picture.image_pixels_float[:]).reshape(*picture.image_size, 4)
    blue = np.all(np.isclose(pixels[..., :3], (0.35, 0.55, 0.85), atol=0.01), axis=-1).sum(axis=0)
    assert blue[0] == 0
    assert blue[128] > blue[60] > 0, "the hill is highest where the feeling is strongest"
    assert last.guess_picture is picture


def curves_by_path(item):
    compat = importlib.import_module(".scene.compat", EXTENSION)
    return {one.data_path: one for one in compat.curves_of(item.animation_data)}
