# SPDX-License-Identifier: GPL-3.0-or-later
"""Styles as presets and files, two takes to compare, and seeds without a -1."""

import json

import bpy
import pytest

from lipwright.tests.blender_fixtures import value_at


@pytest.fixture
def spoken(face, fake, voice):
    """A face that said its line."""
    item, choice = face(), bpy.context.scene.lipwright
    choice.source, choice.file, choice.character = "FILE", str(voice), item
    bpy.context.scene.frame_set(1)
    bpy.ops.lipwright.generate()
    return item


@pytest.fixture
def folder(ours, monkeypatch, tmp_path):
    monkeypatch.setattr(ours("scene.saved.styles"), "folder", lambda: tmp_path)
    monkeypatch.setattr(ours("operators.styles"), "folder", lambda: tmp_path)
    return tmp_path


def test_a_style_goes_from_one_character_to_another(face, folder):
    one, other = face("One"), face("Other", at=(9, 0, 0))
    choice = bpy.context.scene.lipwright
    choice.character = one
    one.lipwright.jaw, one.lipwright.acting.blink_rate_per_minute = 1.4, 40
    one.lipwright.acting.blink_on_emphasis, one.lipwright.brows = True, False
    one.lipwright.feelings.happy = 0.8
    bpy.ops.lipwright.save_style(style="Loud_One")
    bpy.ops.lipwright.export_style(filepath=str(folder / "elsewhere.json"))
    told = json.loads((folder / "Loud_One.json").read_text())
    assert told["style"]["jaw"] == pytest.approx(1.4)
    for load in (
        lambda: bpy.ops.lipwright.use_style(style="Loud_One"),
        lambda: bpy.ops.lipwright.import_style(filepath=str(folder / "elsewhere.json")),
    ):
        choice.character = other
        bpy.ops.lipwright.use_style(style="mumbled")
        assert other.lipwright.jaw == pytest.approx(0.6)
        other.lipwright.brows = True
        load()
        assert other.lipwright.jaw == pytest.approx(1.4)
        assert other.lipwright.lips == pytest.approx(1.0)
        assert other.lipwright.acting.blink_rate_per_minute == pytest.approx(40)
        assert other.lipwright.acting.blink_on_emphasis
        assert not other.lipwright.brows
        assert other.lipwright.feelings.happy == 0, "what is felt is a mood"
    bpy.ops.lipwright.remove_style(style="Loud_One")
    assert not (folder / "Loud_One.json").exists()


@pytest.mark.parametrize(
    "text",
    [
        *("{", "[]", "{}", '{"style": {"jaw": 9}}', '{"style": {"java": 1}}'),
        *('{"layers": {"x": 1}}', '{"acting": {"blink_on_emphasis": 2}}'),
        *('{"style": {"lips": 0.3, "jaw": "wide"}}', '{"layers": {"gaze": "no"}}'),
    ],
)
def test_a_broken_style_sets_nothing(face, folder, text):
    item = face()
    (folder / "bad.json").write_text(text)
    with pytest.raises(RuntimeError, match=r"bad|style"):
        bpy.ops.lipwright.use_style(style="bad")
    assert (item.lipwright.jaw, item.lipwright.lips) == (1.0, 1.0)
    with pytest.raises(RuntimeError, match="any more"):
        bpy.ops.lipwright.use_style(style="gone")
    with pytest.raises(RuntimeError, match="own styles"):
        bpy.ops.lipwright.save_style(style="clear")


def test_two_takes_to_choose_from(spoken, fake, ours):
    item, dials = spoken, spoken.lipwright
    reason = ours("operators.styles").LIPWRIGHT_OT_swap_takes.reason
    assert "Keep a take first" in reason(bpy.context)
    first = value_at(item, 12)
    bpy.ops.lipwright.keep_take()
    dials.jaw, dials.seed, dials.feelings.happy = 0.5, 7, 0.4
    dials.acting.seeds.blink, dials.keying = 3, "poses"
    ours("jobs.again").mix_again(ours("scene.character.chosen").meant_character(bpy.context))
    second = value_at(item, 12)
    assert second == pytest.approx(first / 2, abs=0.02)
    bpy.ops.lipwright.swap_takes()
    assert value_at(item, 12) == pytest.approx(first, abs=1e-4)
    assert (dials.seed, dials.acting.seeds.blink, dials.keying) == (0, -1, "dense")
    bpy.ops.lipwright.swap_takes()
    assert value_at(item, 12) == pytest.approx(second, abs=1e-4)
    assert (dials.seed, dials.acting.seeds.blink, dials.keying) == (7, 3, "poses")
    assert fake.heard == 1


@pytest.mark.parametrize(
    "damaged",
    ["{", "[]", "3", '{"seed": "seven"}', '{"jaw": 0.4, "seed": {"a": 1}}', '{"keying": "none"}'],
)
def test_a_kept_take_that_cannot_be_read_says_so(face, damaged):
    item = face()
    bpy.context.scene.lipwright.character = item
    item.lipwright.jaw, item.lipwright.other = 0.8, damaged
    with pytest.raises(RuntimeError, match=r"kept cannot be read\. Keep a take again"):
        bpy.ops.lipwright.swap_takes()
    assert item.lipwright.jaw == pytest.approx(0.8)
    assert item.lipwright.other == damaged


def test_a_layers_seed_is_automatic_until_it_is_rolled(face):
    seeds = face().lipwright.acting.seeds
    assert seeds.gaze == -1
    bpy.ops.lipwright.roll(layer="gaze")
    assert seeds.gaze >= 0
    bpy.ops.lipwright.follow_seed(layer="gaze")
    assert seeds.gaze == -1
