# SPDX-License-Identifier: GPL-3.0-or-later
"""Laughs, sobs, sighs, gasps and screams that a transcript names."""

import numpy as np
import pytest

from lipwright.core.motion.track import ARKIT_NAMES, FaceTrack
from lipwright.core.performance.asides import KINDS, asides_in, with_asides
from lipwright.core.performance.voice import Voice
from lipwright.core.phones import Phone

RATE = 100.0
# A word, a pause of a second and a half, a word.
PHONES = (
    Phone("_", 0.0, 0.2, 1.0),
    Phone("a", 0.2, 1.0, 1.0),
    Phone("_", 1.0, 2.5, 1.0),
    Phone("a", 2.5, 3.0, 1.0),
    Phone("_", 3.0, 4.0, 1.0),
)
STARTS = (0.2, 2.5)


def voice(loudness=None):
    frames = 400
    zero = np.zeros(frames, np.float32)
    level = np.full(frames, -60.0, np.float32) if loudness is None else loudness
    return Voice(PHONES, level, zero, zero, RATE, 5)


def shown(text, of=None):
    said = of or voice()
    asides = asides_in(text, STARTS, 4.0)
    rest = FaceTrack.rest(said.frames, RATE, ARKIT_NAMES)
    return with_asides(rest, asides, said)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_lies_in_its_pause(kind):
    track = shown(f"Oh [{kind}] well")
    moves = np.abs(track.values).max(axis=1) > 0.01
    times = np.flatnonzero(moves) / RATE
    assert moves.any()
    assert times.min() >= 1.0
    assert times.max() <= 2.5
    assert track["jawOpen"].max() > 0.1
    assert track["chestRise"].max() > 0.3 or kind == "sigh"
    assert track.values.max() <= 1.0


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [("[gasp] Oh well", 0.0, 0.2), ("Oh well [sigh]", 3.0, 4.0), ("Oh well. [laughs]", 3.0, 4.0)],
)
def test_at_the_ends(text, first, last):
    moves = np.flatnonzero(np.abs(shown(text).values).max(axis=1) > 0.01) / RATE
    assert moves.min() >= first
    assert moves.max() <= last


def test_a_laugh_has_its_rhythm():
    jaw = shown("Oh [laugh] well")["jawOpen"][110:240]
    peaks = np.flatnonzero((jaw[1:-1] > jaw[:-2]) & (jaw[1:-1] >= jaw[2:]))
    assert 4 <= len(peaks) <= 8, "some five a second"
    smile = shown("Oh [laugh] well")["mouthSmileLeft"][120:230]
    assert smile.min() > 0.7


def test_a_laugh_follows_the_sound_where_it_is_heard():
    level = np.full(400, -60.0, np.float32)
    for beat in (130, 160, 210):
        level[beat - 5 : beat + 5] = -20.0
    jaw = shown("Oh [laugh] well", voice(level))["jawOpen"]
    for beat in (130, 160, 210):
        assert jaw[beat] > jaw[beat + 15] + 0.1


def test_what_is_no_such_sound_is_left_alone():
    assert asides_in("Oh [angry] well [door slams] [sad 0.4]", STARTS, 4.0) == ()
    rest = FaceTrack.rest(400, RATE, ARKIT_NAMES)
    assert with_asides(rest, (), voice()) is rest


def test_a_text_that_was_left_aside_moves_nothing():
    assert asides_in("Oh [laugh] well", (), 4.0) == ()


def test_a_sound_of_nothing_else():
    (aside,) = asides_in("[laugh]", (), 4.0)
    assert aside.alone
    track = with_asides(FaceTrack.rest(400, RATE, ARKIT_NAMES), (aside,), voice())
    assert track["mouthSmileLeft"][50:350].min() > 0.5


def test_no_room_no_motion():
    tight = Voice((Phone("a", 0.0, 4.0, 1.0),), *[np.zeros(400, np.float32)] * 3, RATE, 5)
    assert not shown("Oh [laugh] well", tight).values.any()
