# SPDX-License-Identifier: GPL-3.0-or-later
"""The ends of a take: mouths close soon after the sound, feelings come before it and stay."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lipwright.core.motion.ends import CLOSING_SECONDS, Ends, Room, ends_of, lengthened
from lipwright.core.motion.track import FaceTrack

RATE_HZ = 100.0
WANTED = Ends(0.4, 0.3, 0.8, CLOSING_SECONDS)
WIDE = Room(9.0, 9.0)


def _flat(value, name="jawOpen", frames=50):
    return FaceTrack.of({name: np.full(frames, value)}, RATE_HZ)


def test_a_mouth_that_is_open_where_the_sound_ends_closes_after_it():
    track = _flat(0.6)
    ends = ends_of({"speech": track}, WANTED, WIDE)
    assert ends == Ends(closing_seconds=CLOSING_SECONDS)
    closed = lengthened(track, ends, feels=False)
    assert closed.seconds == pytest.approx(track.seconds + CLOSING_SECONDS)
    assert np.array_equal(closed.values[:50], track.values)
    assert (np.diff(closed["jawOpen"][49:]) <= 0).all()
    assert np.abs(np.diff(closed["jawOpen"])).max() < 0.06, "no jump"
    assert closed.values[-1].max() < 1e-6


@pytest.mark.parametrize(("room", "frames"), [(0.0, 0), (0.1, 10), (9.0, 25)])
def test_it_closes_within_the_room_that_there_is(room, frames):
    track = _flat(0.6)
    ends = ends_of({"speech": track}, WANTED, Room(0.0, room))
    assert len(lengthened(track, ends, feels=False).values) == 50 + frames


def test_a_face_at_rest_becomes_no_longer():
    calm = FaceTrack.of({"jawOpen": np.linspace(0.6, 0.01, 50)}, RATE_HZ)
    empty = FaceTrack.rest(0, RATE_HZ)
    for track in (calm, empty):
        ends = ends_of({"speech": track, "emotion": _flat(0.0, "browInnerUp")}, WANTED, WIDE)
        assert ends == Ends()
        assert lengthened(track, ends, feels=False) is track


def test_a_feeling_comes_before_the_sound_and_stays_after_it():
    smile = _flat(0.8, "mouthSmileLeft")
    tracks = {"speech": _flat(0.6), "emotion": smile}
    ends = ends_of(tracks, WANTED, WIDE)
    assert ends == WANTED
    felt = lengthened(smile, ends, feels=True)["mouthSmileLeft"]
    assert len(felt) == 40 + 50 + 110
    assert felt[0] < 1e-6
    assert (np.diff(felt[:41]) >= 0).all()
    assert felt[40:120].min() == pytest.approx(0.8), "while it is said, and held after"
    assert (np.diff(felt[120:]) <= 1e-6).all()
    assert felt[-1] < 1e-6
    jaw = lengthened(tracks["speech"], ends, feels=False)["jawOpen"]
    assert len(jaw) == len(felt)
    assert jaw[40 + 50 + 25 :].max() < 1e-6, "the mouth closes while the smile stays"


def test_before_another_line_a_feeling_does_not_fall_first():
    close = WANTED.fitted(Room(0.0, 0.5, followed=True))
    assert close.hold_seconds == 0
    assert close.fade_seconds == 0.5
    assert WANTED.fitted(Room(0.0, 0.9)).hold_seconds == pytest.approx(0.1)


@given(*[st.floats(0, 3)] * 6, st.booleans())
def test_ends_fit_into_their_room(lead, hold, fade, before, after, closing, followed):
    fitted = Ends(lead, hold, fade, closing).fitted(Room(before, after, followed))
    assert 0 <= fitted.lead_seconds <= before
    assert 0 <= fitted.hold_seconds
    assert fitted.tail_seconds <= after + 1e-9
    longer = lengthened(_flat(1.0, "browInnerUp"), fitted, feels=True).values
    assert longer.min() >= 0
    assert longer.max() <= 1


def test_a_mood_that_stays_is_what_a_feeling_comes_from():
    track = FaceTrack(np.full((50, 2), 0.8, np.float32), ("a", "b"), 100.0)
    stays = FaceTrack.of({"a": np.array([0.3]), "c": np.array([0.9])}, 1.0)
    ends = Ends(lead_seconds=0.5, hold_seconds=0.2, fade_seconds=0.5)
    long = lengthened(track, ends, feels=True, stays=stays)
    assert long.values[0] == pytest.approx([0.3, 0.0], abs=0.01)
    assert long.values[-1] == pytest.approx([0.3, 0.0], abs=0.01)
    assert (np.diff(long.values[:50], axis=0) >= 0).all()
    assert long.values[:, 0].min() >= 0.3 - 1e-6
