# SPDX-License-Identifier: GPL-3.0-or-later
"""Laughs, sobs, sighs, gasps and screams that a transcript names."""

import numpy as np
import pytest

from lipwright.core.motion.track import ARKIT_NAMES, FaceTrack
from lipwright.core.performance.acting import Acting
from lipwright.core.performance.asides.heard import heard_in
from lipwright.core.performance.asides.kinds import KINDS
from lipwright.core.performance.asides.shown import not_written, with_asides
from lipwright.core.performance.asides.written import asides_in
from lipwright.core.performance.voice import Voice
from lipwright.core.phones import INDEX, Phone

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


# --- heard, not written ---------------------------------------------------------------------------


def listened(*spans, frames=400):
    """A silent voice but for (first, last, loudness, voicing, log2 pitch, effort, phone)."""
    heard = np.tile(np.array([0.0, 1.0, -60.0, -20.0], np.float32), (frames, 1))
    posteriors = np.zeros((frames, len(INDEX)), np.float32)
    posteriors[:, INDEX["_"]] = 1
    for first, last, loudness, voicing, pitch, effort, phone in spans:
        heard[first:last, 2] = np.linspace(*loudness, last - first)
        heard[first:last, [0, 1, 3]] = voicing, pitch, effort
        posteriors[first:last] = np.eye(len(INDEX))[INDEX[phone]]
    voicing, pitch, loudness, effort = heard.T
    return Voice(PHONES_OF_ALL, loudness, voicing, pitch, RATE, 5, effort), posteriors


PHONES_OF_ALL = (Phone("_", 0.0, 4.0, 1.0),)


def notes(places, phone="a"):
    return [(at, at + 9, (-20.0, -20.0), 0.7, 1.5, -12.0, phone) for at in places]


LAUGH = range(100, 210, 21)  # six notes
SCREAM = (100, 190, (-12.0, -12.0), 0.95, 2.3, 3.0, "a")
SIGH = (100, 220, (-20.0, -42.0), 0.2, 1.0, -10.0, "h")


@pytest.mark.parametrize(
    ("kind", "spans"), [("laugh", notes(LAUGH)), ("scream", [SCREAM]), ("sigh", [SIGH])]
)
def test_a_sound_without_words_is_heard_where_it_is(kind, spans):
    said, posteriors = listened(*spans)
    (found,) = heard_in(said, posteriors)
    assert (found.kind, found.heard) == (kind, True)
    assert found.after_seconds == pytest.approx(1.0, abs=0.1)
    assert found.before_seconds == pytest.approx(max(one[1] for one in spans) / 100, abs=0.2)
    rest = FaceTrack.rest(said.frames, RATE, ARKIT_NAMES)
    moves = np.flatnonzero(np.abs(with_asides(rest, (found,), said).values).max(axis=1) > 0.01)
    assert found.after_seconds <= moves.min() / RATE
    assert moves.max() / RATE <= found.before_seconds
    assert with_asides(rest, (found,), said, Acting(heard=0.0)) is rest, "it can be switched off"


@pytest.mark.parametrize(
    "spans",
    [
        notes([100, 121, 142]),  # too few
        notes([100, 113, 140, 160, 192, 205]),  # as uneven as syllables
        notes(LAUGH, "m"),  # lips
        [note for at, one in zip(LAUGH, "aioueɛ", strict=True) for note in notes([at], one)],
        [(*SCREAM[:4], 1.2, *SCREAM[5:])],  # as high as people speak
        [(*SCREAM[:5], -14.0, "a")],  # sung
        [(100, 140, *SIGH[2:])],  # a breath
        [(*SIGH[:6], "s")],  # a hiss
    ],
)
def test_what_may_be_speech_is_not_taken_for_one(spans):
    assert heard_in(*listened(*spans)) == ()


def test_what_is_written_rules_over_what_is_heard():
    said, posteriors = listened(*notes(LAUGH))
    found = heard_in(said, posteriors)
    assert not_written(found, asides_in("[sob]", (), 4.0), said) == ()
    assert not_written(found, (), said) == found


def test_nothing_is_heard_where_nobody_knows_the_effort():
    said, posteriors = listened(*notes(LAUGH))
    assert heard_in(Voice((), *[said.loudness_db] * 3, RATE), posteriors) == ()
