# SPDX-License-Identifier: GPL-3.0-or-later
"""A mouth rests in silence and is left alone in speech."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lipwright.core.motion.rest import CLOSING_SECONDS, PAUSE_SHARE, come_to_rest, moving_share
from lipwright.core.motion.track import FaceTrack


def test_speech_is_left_alone_and_a_long_silence_is_still():
    silence = np.ones(300)
    silence[100:200] = 0
    share = moving_share(silence, 100.0)
    assert (share[96:204] == 1).all()
    assert not share[:50].any()
    assert not share[250:].any()


def test_a_short_pause_stays_a_little_ajar():
    silence = np.zeros(200)
    silence[80:120] = 1
    assert moving_share(silence, 100.0)[100] == np.float32(1 - PAUSE_SHARE)


@given(st.lists(st.floats(0, 1), max_size=60))
def test_the_share_is_a_share(silence):
    share = moving_share(np.array(silence), 100.0)
    assert share.shape == (len(silence),)
    assert ((share >= -1e-6) & (share <= 1 + 1e-6)).all()


def test_a_mouth_that_is_open_where_the_sound_ends_closes_after_it():
    track = FaceTrack.of({"jawOpen": np.full(50, 0.6), "eyeBlinkLeft": np.zeros(50)}, 100.0)
    closed = come_to_rest(track)
    assert closed.seconds == pytest.approx(track.seconds + CLOSING_SECONDS)
    assert np.array_equal(closed.values[:50], track.values)
    assert (np.diff(closed["jawOpen"][49:]) <= 0).all()
    assert np.abs(np.diff(closed["jawOpen"])).max() < 0.06, "no jump"
    assert closed.values[-1].max() == 0


@pytest.mark.parametrize(("room", "frames"), [(0.0, 0), (0.1, 10), (9.0, 25)])
def test_it_closes_within_the_room_that_there_is(room, frames):
    track = FaceTrack.of({"jawOpen": np.full(50, 0.6)}, 100.0)
    assert len(come_to_rest(track, room).values) == 50 + frames


def test_a_face_at_rest_becomes_no_longer():
    track = FaceTrack.of({"jawOpen": np.linspace(0.6, 0.01, 50)}, 100.0)
    assert come_to_rest(track) is track
    assert len(come_to_rest(track, always=True).values) == 75
    assert len(come_to_rest(FaceTrack.rest(0, 100.0)).values) == 0
