# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of a feeling: eyes, blinks, head and breath go with it, and can be told not to."""

import numpy as np
import pytest

from lipwright.core.motion.envelope import Envelope
from lipwright.core.motion.track import HEAD_NAMES, FaceTrack
from lipwright.core.performance.acting import PLAIN, Acting
from lipwright.core.performance.bearing import BEARINGS, carried_by, posed
from lipwright.core.performance.layers import Ingredients, make_layers
from lipwright.core.performance.prototypes import FELT
from lipwright.core.performance.voice import Voice
from lipwright.core.phones import Phone

SECONDS = 60
FLAT = np.zeros(100 * SECONDS, np.float32)
VOICE = Voice((Phone("a", 0.0, float(SECONDS)),), FLAT, FLAT + 1, FLAT, 100.0)
STILL = FaceTrack.rest(100 * SECONDS, 100.0, HEAD_NAMES)


def test_every_emotion_has_a_bearing():
    assert set(BEARINGS) == set(FELT)


@pytest.mark.parametrize("name", FELT)
def test_no_feeling_and_no_dial_change_nothing(name):
    assert carried_by(PLAIN, {}, VOICE) == PLAIN
    assert carried_by(PLAIN, {name: 0.0}, VOICE) == PLAIN
    off = Acting(bearing=0.0)
    assert carried_by(off, {name: 1.0}, VOICE) == off
    assert np.array_equal(posed(STILL, off, {name: 1.0}, VOICE).values, STILL.values)
    assert carried_by(PLAIN, {name: 1.0}, VOICE) != PLAIN


@pytest.mark.parametrize("name", FELT)
@pytest.mark.parametrize("strength", [0.3, 1.0, 1.5])
def test_dials_stay_within_their_range(name, strength):
    extreme = Acting(blink_rate_per_minute=60, aversion=2, glances=2, brow=2, breath=2, bearing=1.5)
    carried_by(extreme, {name: strength}, VOICE)  # it would raise
    off = carried_by(Acting(aversion=0), {name: strength}, VOICE)
    assert off.aversion == 0, "what the artist switched off stays off"


def test_an_angry_gaze_is_fixed_and_a_sad_head_bent():
    layers = frozenset({"gaze", "blink", "head"})
    plain = {
        name: make_layers(
            Ingredients(VOICE, STILL, PLAIN, {name: 1.0} if name else {}),
            layers - {"head"},
            lambda _: 3,
        )
        for name in ("", "angry")
    }
    acted = {
        name: make_layers(
            Ingredients(VOICE, STILL, PLAIN, {name: 1.0} if name else {}), layers, lambda _: 3
        )
        for name in ("", "angry", "sad")
    }
    looks = {name: np.abs(tracks["gaze"].values[:, :8]).mean() for name, tracks in plain.items()}
    blinks = {name: tracks["blink"].values.max(1).mean() for name, tracks in acted.items()}
    bent = {name: tracks["head"]["headPitch"][200:-200].mean() for name, tracks in acted.items()}
    assert looks["angry"] < 0.7 * looks[""]
    assert blinks["angry"] < 0.7 * blinks[""]
    assert bent["sad"] - bent[""] > 4
    for row in (0, -1):
        assert not acted["sad"]["head"].values[row].any()


def test_a_head_follows_a_feeling_that_comes_late():
    late = Envelope((0.0, 30.0, 31.0), (0.0, 0.0, 1.0))
    pitch = posed(STILL, PLAIN, {"sad": late}, VOICE)["headPitch"]
    assert abs(pitch[:2800]).max() < 1e-3
    assert pitch[4000] == pytest.approx(BEARINGS["sad"].pitch, abs=0.01)
    assert np.abs(np.diff(pitch)).max() * 100 < 25, "degrees a second"
