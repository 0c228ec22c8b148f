# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of dials, layers and emotions: what is listed once is complete, and stays itself."""

import dataclasses
from itertools import chain, combinations

import numpy as np
import pytest

from lipwright.core.dials import dials_of
from lipwright.core.errors import SettingsError
from lipwright.core.motion.mix import Style
from lipwright.core.performance import emotion, prototypes
from lipwright.core.performance.acting import Acting
from lipwright.core.performance.emotion import emotion_layer
from lipwright.core.performance.layers import DEFAULT_LAYERS, LAYERS, SEEDED
from lipwright.core.performance.prototypes import EMOTIONS, FELT, Emotion, pose
from lipwright.core.performance.voice import Voice
from lipwright.core.phones import Phone

DIALS = [(owner, one) for owner in (Style, Acting) for one in dials_of(owner)]


@pytest.mark.parametrize(("owner", "one"), DIALS, ids=lambda given: getattr(given, "name", ""))
def test_every_dial_has_a_range_and_says_so(owner, one):
    assert one.low <= one.default <= one.high
    assert one.section in LAYERS
    assert one.label.istitle() or one.label[0].isupper()
    assert one.help
    assert not one.help.endswith(".")
    for wrong in () if one.is_switch else (one.low - 0.1, one.high + 0.1, float("nan")):
        with pytest.raises(SettingsError, match=f"Set it from {one.low:g} to {one.high:g}"):
            dataclasses.replace(owner(), **{one.name: wrong})


def test_no_two_dials_share_a_name_or_an_option():
    names = [one.name for _, one in DIALS]
    options = [one.option for _, one in DIALS if one.option]
    assert len(set(names)) == len(names)
    assert len(set(options)) == len(options)


def test_every_number_of_a_dataclass_of_dials_is_a_dial_or_has_its_reason():
    # Milliseconds for the artist; names; what a character says of itself.
    apart = {"sync_offset_seconds", "look_at", "variants", "whole_faces", "told_feelings"}
    for owner in (Style, Acting):
        assert {one.name for one in dataclasses.fields(owner)} - apart == {
            one.name for one in dials_of(owner)
        }


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_every_layer_is_told(layer):
    assert LAYERS[layer.name] is layer
    assert layer.label
    assert layer.help
    assert (layer.name in SEEDED) == bool(layer.streams)
    assert (layer.name in DEFAULT_LAYERS) == layer.by_default


def test_a_saved_set_of_layers_stays_what_it_was():
    numbers = {one.name: one.number for one in LAYERS.values()}
    known = ("speech", "emotion", "blink", "gaze", "brows", "breath", "head")
    assert [numbers[name] for name in known] == [*range(7)]
    assert len(set(numbers.values())) == len(numbers)


def test_no_two_layers_share_random_numbers():
    for one, other in combinations(LAYERS.values(), 2):
        assert not set(one.streams) & set(other.streams), (one.name, other.name)
    streams = list(chain.from_iterable(layer.streams for layer in LAYERS.values()))
    assert len(set(streams)) == len(streams)


@pytest.mark.parametrize("one", EMOTIONS.values(), ids=EMOTIONS)
def test_every_emotion_is_told(one):
    assert one.label
    assert one.help
    assert (one.name in FELT) == bool(one.variants)
    assert one.name not in FELT or len(one.variants) >= 2
    faces = [pose(one.name, variant) for variant in one.variants]
    for face, other in combinations(faces, 2):
        apart = [abs(face.get(shape, 0) - other.get(shape, 0)) for shape in {*face, *other}]
        assert max(apart) > 0.2, "variants that look alike are none"


def test_another_emotion_in_the_table_changes_no_take(monkeypatch):
    still = np.zeros(300, np.float32)
    voice = Voice((Phone("_", 0.0, 3.0),), still, still, still, 100.0)
    before = emotion_layer(voice, {"sad": 0.7, "happy": 0.2}, seed=4)
    longer = {"smug": Emotion("smug", "A crooked smile", {"smirk": {"12L": 0.6}}, 99), **EMOTIONS}
    for module in (emotion, prototypes):
        monkeypatch.setattr(module, "EMOTIONS", dict(reversed(longer.items())))
    after = emotion_layer(voice, {"sad": 0.7, "happy": 0.2}, seed=4)
    assert np.array_equal(before.values, after.values)
    assert emotion_layer(voice, {"smug": 1.0}, seed=4)["mouthSmileLeft"].max() > 0.4
