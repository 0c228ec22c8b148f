# SPDX-License-Identifier: GPL-3.0-or-later
"""Cleared stretches: their layers at rest inside, as they were outside, and no other changed."""

import numpy as np
import pytest

from lipwright.core.motion.cleared import Cleared, silenced, without_cleared
from lipwright.core.motion.track import FaceTrack
from lipwright.core.phones import SILENCE, Phone


def track(height):
    return FaceTrack(np.full((401, 2), height, np.float32), ("jawOpen", "mouthSmileLeft"), 100.0)


def test_inside_they_rest_and_outside_they_are_as_they_were():
    tracks = {"speech": track(0.5), "emotion": track(0.8), "blink": track(1.0)}
    one = Cleared(frozenset({"emotion", "blink", "gaze"}), 1.0, 3.0, 0.5)
    found = without_cleared(tracks, [one])
    assert list(found) == list(tracks)
    assert found["speech"] is tracks["speech"]
    times = tracks["speech"].times_seconds
    for layer in ("emotion", "blink"):
        now, before = found[layer].values, tracks[layer].values
        outside = (times <= 1.0) | (times >= 3.0)
        assert now[outside] == pytest.approx(before[outside])
        inside = (times >= 1.5) & (times <= 2.5)
        assert not now[inside].any()
        assert np.abs(np.diff(now[:, 0])).max() < 0.05, "it goes over"


@pytest.mark.parametrize(("start", "end"), [(-1.0, 2.0), (0.0, 2.0), (2.0, 4.0), (2.0, 9.0)])
def test_an_edge_of_the_line_is_no_edge_of_the_stretch(start, end):
    found = without_cleared({"blink": track(1.0)}, [Cleared(frozenset({"blink"}), start, end, 0.5)])
    ends = found["blink"].values[[0, -1], 0]
    assert sorted(ends) == [0.0, 1.0], "at rest up to the line's own end"


def test_drawn_mouths_hear_silence_where_speech_was_cleared():
    phones = [Phone("a", i / 2, (i + 1) / 2, 0.9) for i in range(4)]
    speech = Cleared(frozenset({"speech"}), 0.6, 1.6)
    said = silenced(phones, [speech, Cleared(frozenset({"blink"}), 0.0, 9.0)])
    assert [one.symbol for one in said] == ["a", SILENCE, SILENCE, "a"]
