# SPDX-License-Identifier: GPL-3.0-or-later
"""How hard a voice speaks, and what the mouth makes of it; a mouth has two sides."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lipwright.core.motion.mix import SIDED, Style, mix_layers
from lipwright.core.motion.track import HEARD_EFFORT, LIP_CONTACT, FaceTrack
from lipwright.core.performance.signals import SOFTEST, heard_effort, with_effort
from lipwright.training.measuring.lifelike import made_up

FRAMES, RATE_HZ = 60, 100.0


def _read(seconds, *, melody=1.0, tilt_db=-22.0, height=0.7, loud_db=0.0):
    """A reader with a melody so wide, at such a height and level."""
    voice = made_up(seconds)
    knots = np.arange(0, voice.frames + 15, 15)
    steps = np.random.default_rng(3).normal(0, 0.28, len(knots))
    line = height + melody * np.interp(np.arange(voice.frames), knots, steps)
    return dataclasses.replace(
        voice,
        pitch_log2=line.astype(np.float32),
        loudness_db=voice.loudness_db + np.float32(loud_db),
        effort_db=np.full(voice.frames, tilt_db, np.float32),
    )


def _spoken(effort):
    half = np.full(FRAMES, 0.4)
    curves = {"jawOpen": half, "mouthLowerDownLeft": half, "mouthLowerDownRight": half}
    return {"speech": FaceTrack.of({**curves, HEARD_EFFORT: np.full(FRAMES, effort)}, RATE_HZ)}


def test_plain_speech_has_no_effort_whatever_its_level():
    voice = _read(6.0)
    far = dataclasses.replace(voice, loudness_db=voice.loudness_db - 30)
    # The words of a line differ by a few decibels, and none of them is a shout.
    assert np.abs(heard_effort(voice)).max() < 0.15
    np.testing.assert_allclose(heard_effort(far), heard_effort(voice), atol=1e-6)


def test_a_louder_part_and_a_livelier_voice_have_more_effort():
    voice = _read(6.0)
    late = np.arange(voice.frames) > voice.frames * 0.7
    shouted = dataclasses.replace(voice, loudness_db=voice.loudness_db + 15 * late)
    effort = heard_effort(shouted)
    assert effort[late][50:].mean() > 0.3
    assert np.abs(effort[~late][:-80]).max() < 0.15
    lively = _read(6.0, melody=3.0, tilt_db=-4.0, height=1.3)
    assert heard_effort(lively).mean() > heard_effort(voice).mean() + 0.1


def test_a_voice_of_which_nothing_is_heard_has_none():
    voice = made_up(2.0)
    silent = dataclasses.replace(voice, voicing=np.zeros(voice.frames, np.float32))
    assert not heard_effort(silent).any()


@given(pitch=st.floats(-3, 3), melody=st.floats(0, 4), loud=st.floats(-40, 40))
def test_effort_is_finite_and_bounded(pitch, melody, loud):
    effort = heard_effort(_read(3.0, melody=melody, height=pitch, loud_db=loud))
    assert np.isfinite(effort).all()
    assert SOFTEST <= effort.min()
    assert effort.max() <= 1


def test_the_mouth_follows_the_voice_as_far_as_the_artist_wants():
    soft, plain, loud = (mix_layers(_spoken(e), Style(), FRAMES, RATE_HZ) for e in (-0.5, 0, 0.5))
    assert soft["jawOpen"].max() < plain["jawOpen"].max() < loud["jawOpen"].max()
    asked = mix_layers(_spoken(0.0), Style(effort=0.5), FRAMES, RATE_HZ)
    np.testing.assert_allclose(asked.values, loud.values, atol=1e-6)
    not_followed = mix_layers(_spoken(0.5), Style(follow=0.0), FRAMES, RATE_HZ)
    np.testing.assert_allclose(not_followed.values, plain.values, atol=1e-6)
    assert HEARD_EFFORT not in loud.names


def test_a_track_tells_of_its_voice():
    voice = _read(2.0)
    mouth = FaceTrack.of({LIP_CONTACT: np.zeros(voice.frames)}, voice.rate_hz)
    told = with_effort(mouth, voice)
    assert told.names == (LIP_CONTACT, HEARD_EFFORT)
    np.testing.assert_allclose(told[HEARD_EFFORT], heard_effort(voice), atol=1e-6)


@pytest.mark.parametrize("amount", [-1.0, 0.0, 0.2, 1.0])
def test_one_side_of_the_mouth_speaks_more(amount):
    face = mix_layers(_spoken(0.0), Style(asymmetry=amount), FRAMES, RATE_HZ)
    left, right = (face[f"mouthLowerDown{side}"].mean() for side in ("Left", "Right"))
    assert right - left == pytest.approx(2 * SIDED * amount * (left + right) / 2, abs=1e-6)
    assert (left + right) / 2 == pytest.approx(0.4, abs=1e-6)
