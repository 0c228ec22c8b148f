# SPDX-License-Identifier: GPL-3.0-or-later
"""Drawn mouths: held long enough, on the grid, ahead of the sound, and no closure is lost."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lipwright.core.errors import SettingsError
from lipwright.core.phones import BILABIAL, PHONES, Phone
from lipwright.core.timing import FrameClock
from lipwright.rigs.drawn import PRESTON_BLAIR, SETS, Drawing, held_mouths, recognised

CLOCK = FrameClock(24.0, 1.0)


def line(text, each=0.1):
    return [Phone(s, i * each, (i + 1) * each) for i, s in enumerate(text.split())]


def frames_of(phones):
    return np.arange(1.0, np.ceil(float(CLOCK.frames(phones[-1].end_seconds))) + 1)


@pytest.mark.parametrize("name", SETS)
def test_every_sound_has_one_mouth_of_a_set(name):
    sounds = [phone for text in SETS[name][1].values() for phone in text.split()]
    assert sorted(sounds) == sorted(PHONES)


def test_a_word_on_ones():
    phones = line("_ m a _", 0.25)
    drawing = Drawing(PRESTON_BLAIR, hold_frames=1, step_frames=1, ahead_frames=0)
    shown = held_mouths(phones, drawing, CLOCK, frames_of(phones))
    assert shown == [(1, "rest"), (7, "MBP"), (13, "AI"), (19, "rest")]
    ahead = held_mouths(phones, Drawing(PRESTON_BLAIR, 1, 1, 1), CLOCK, frames_of(phones))
    assert [frame for frame, _ in ahead] == [1, 6, 12, 18]


def test_a_short_closure_is_held_and_a_short_vowel_is_not_seen():
    phones = line("a a p a t a", 0.06)
    shown = held_mouths(phones, Drawing(PRESTON_BLAIR, 2, 1, 0), CLOCK, frames_of(phones))
    assert "MBP" in [mouth for _, mouth in shown]
    lasting = dict(zip([m for _, m in shown], np.diff([f for f, _ in shown] + [99]), strict=True))
    assert lasting["MBP"] >= 2


def test_a_set_of_the_artists_own_and_sounds_that_it_has_no_drawing_for():
    drawing = Drawing({"shut": "_ m", "wide": "a", "small": "u"})
    assert drawing.rest == "shut"
    mouths = drawing.mouth_of
    assert mouths["p"] == "shut"
    assert mouths["ɑ"] == "wide"
    assert mouths["o"] == "small"
    assert mouths["s"] == "shut"  # nothing like it is drawn
    with pytest.raises(SettingsError, match="no sound"):
        Drawing({"shut": "Q"})
    with pytest.raises(SettingsError, match="no mouths"):
        Drawing({})


@given(
    st.lists(st.tuples(st.sampled_from(PHONES), st.floats(0.02, 0.4)), min_size=1, max_size=40),
    st.integers(1, 4),
    st.integers(1, 3),
    st.sampled_from([0.0, 1.0, 2.0]),
)
def test_mouths_lie_on_the_grid_and_closures_are_shown(said, hold, step, ahead):
    phones, at = [], 0.0
    for symbol, seconds in said:
        phones.append(Phone(symbol, at, at + seconds))
        at += seconds
    drawing = Drawing(PRESTON_BLAIR, hold, step, ahead)
    frames = frames_of(phones)
    shown = held_mouths(phones, drawing, CLOCK, frames)
    starts = [frame for frame, _ in shown]
    assert starts[0] == frames[0]
    assert all((frame - frames[0]) % step == 0 for frame in starts)
    assert all(a[1] != b[1] for a, b in pairwise(shown))
    for (frame, mouth), (after, _) in pairwise(shown):
        assert after - frame >= step
        if mouth not in ("MBP", "FV"):  # these may be short where two follow each other
            assert after - frame >= hold or len(shown) == 1
    if any(phone.symbol in BILABIAL for phone in phones):
        assert "MBP" in {mouth for _, mouth in shown}


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["mouth_A", "mouth_B", "Mouth_C.001", "head"], "RHUBARB"),
        (["Mouth MBP", "Mouth etc", "Mouth rest", "Mouth AI", "eyes"], "PRESTON_BLAIR"),
        (["Head", "Eyes", "A"], ""),
    ],
)
def test_sets_are_known_by_the_names_of_their_mouths(names, found):
    assert recognised(names)[0] == found
