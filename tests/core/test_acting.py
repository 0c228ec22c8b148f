# SPDX-License-Identifier: GPL-3.0-or-later
"""The dials of emotion, eyes, head and breath: each does its part, and says when it cannot."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lipwright.core.errors import SettingsError
from lipwright.core.motion.envelope import Envelope
from lipwright.core.motion.track import ARKIT_NAMES, BREATH_NAMES
from lipwright.core.performance.acting import Acting, LookAt
from lipwright.core.performance.breath import breath_layer
from lipwright.core.performance.emotion import CURVE, emotion_layer
from lipwright.core.performance.feeling import GUESSED, STRONGEST, suggest
from lipwright.core.performance.gaze import eye_turns, gaze_layer, gaze_path, plan_gaze
from lipwright.core.performance.head import brow_layer, head_layer
from lipwright.core.performance.prototypes import pose
from lipwright.training.measuring.lifelike import made_up


@pytest.fixture(scope="module")
def voice():
    return made_up(20.0)


# --- envelopes and dials --------------------------------------------------------------------------


@given(st.lists(st.floats(0, 100), min_size=1, max_size=20, unique=True).map(sorted))
def test_an_envelope_goes_through_its_keys_and_holds_its_ends(times):
    values = np.linspace(0, 1, len(times))
    envelope = Envelope.of(times, values)
    assert np.allclose(envelope.at(np.array(times)), values)
    assert envelope.at(np.array([times[0] - 1, times[-1] + 1])) == pytest.approx(values[[0, -1]])


@pytest.mark.parametrize(
    ("times", "values"), [((), ()), ((0.0,), (1.0, 2.0)), ((1.0, 1.0), (0, 1))]
)
def test_envelopes_that_make_no_sense(times, values):
    with pytest.raises(SettingsError):
        Envelope(times, values)


# --- emotion --------------------------------------------------------------------------------------


def test_an_animated_strength_is_followed(voice):
    over = Envelope((0.0, 8.0, 12.0, 20.0), (0.0, 0.0, 1.0, 1.0))
    moved = emotion_layer(voice, {"angry": over}, seed=0)
    whole = emotion_layer(voice, {"angry": 1.0}, seed=0)
    assert not moved.values[:800].any()
    assert np.allclose(moved.values[1210:], whole.values[1210:])
    half = moved["browDownLeft"][1000] / whole["browDownLeft"][1000]
    assert half == pytest.approx(0.5**CURVE, abs=0.01)
    with pytest.raises(SettingsError, match=r"1.8 of “angry” is outside 0 to 1.5"):
        emotion_layer(voice, {"angry": Envelope((0.0, 5.0), (0.0, 1.8))}, seed=0)


def test_mouth_and_upper_face_are_scaled_apart(voice):
    whole = emotion_layer(voice, {"sad": 1.0}, seed=0)
    for acting, still in (
        (Acting(emotion_mouth=0), lambda name: name.startswith(("mouth", "jaw"))),
        (Acting(emotion_upper=0), lambda name: not name.startswith(("mouth", "jaw"))),
    ):
        part = emotion_layer(voice, {"sad": 1.0}, seed=0, acting=acting)
        for name in pose("sad"):
            expected = np.zeros(voice.frames) if still(name) else whole[name]
            assert np.array_equal(part[name], expected), name
    half = emotion_layer(voice, {"sad": 1.0}, seed=0, acting=Acting(emotion_mouth=0.5))
    assert np.allclose(half["mouthFrownLeft"], whole["mouthFrownLeft"] / 2, atol=1e-6)


def test_brows_lead_the_mouth(voice):
    comes = Envelope((0.0, 8.0, 8.3), (0.0, 0.0, 1.0))
    track = emotion_layer(voice, {"sad": comes}, seed=0)
    first = {name: int(np.argmax(track[name] > 0.01)) for name in ("browInnerUp", "mouthFrownLeft")}
    assert first["mouthFrownLeft"] - first["browInnerUp"] == pytest.approx(8, abs=2)


@pytest.mark.parametrize("seconds", [0.3, 0.8, 1.5])
def test_an_emotion_shows_in_a_short_line_too(seconds):
    track = emotion_layer(made_up(seconds), {"happy": 1.0}, seed=0)
    assert track["mouthSmileLeft"].min() > 0.3, "from its first moment to its last"


# --- the guess ------------------------------------------------------------------------------------


def _voiced(voice, *, pitch=1.0, loud=0.0, effort=-22.0, height=0.7):
    """Read speech, then with a wider pitch, louder and more effortful."""
    rng = np.random.default_rng(3)
    knots = np.arange(0, voice.frames + 15, 15)
    melody = np.interp(np.arange(voice.frames), knots, rng.normal(0, 0.28, len(knots)))
    return dataclasses.replace(
        voice,
        pitch_log2=(height + pitch * melody).astype(np.float32),
        loudness_db=(voice.loudness_db + loud * np.sin(np.arange(voice.frames) / 50)).astype("f4"),
        effort_db=np.full(voice.frames, effort, np.float32),
    )


def test_an_excited_voice_is_more_aroused_than_a_read_one_and_that_than_a_tired_one(voice):
    arousal = [
        np.mean(suggest(_voiced(voice, pitch=pitch, effort=effort)).arousal.values)
        for pitch, effort in ((0.2, -30.0), (1.0, -22.0), (1.8, -12.0))
    ]
    assert arousal == sorted(arousal)
    assert 0 < arousal[0] < 0.4 < 0.6 < arousal[2] < 1


def test_guesses_are_weak_and_bounded(voice):
    for pitch in (0.0, 0.5, 1.0, 3.0):
        for effort in (-60.0, -22.0, 10.0):
            guess = suggest(_voiced(voice, pitch=pitch, effort=effort))
            assert set(guess.emotions) == set(GUESSED)
            assert sum(guess.likelihoods.values()) == pytest.approx(1)
            assert guess.certainty == guess.likelihoods[guess.label]
            total = sum(np.array(one.values) for one in guess.emotions.values())
            assert total.min() >= 0
            assert total.max() <= STRONGEST + 1e-9
            assert 0 < guess.certainty <= 1
    assert suggest(_voiced(voice)).label == "neutral"
    assert suggest(_voiced(voice, pitch=1.8, effort=-3.0, height=1.2)).label == "angry"
    assert suggest(_voiced(voice, pitch=2.2, effort=-22.0, height=1.8)).label == "happy"
    assert suggest(_voiced(voice, pitch=0.3, effort=-30.0)).label == "sad"


def test_a_guess_that_is_surer_shows_more_and_a_line_is_not_glad_and_angry_in_turns(voice):
    sure = suggest(_voiced(voice, pitch=1.8, effort=-3.0, height=1.2))
    unsure = suggest(_voiced(voice, pitch=1.4, effort=-10.0, height=1.2))
    assert sure.likelihoods["angry"] > unsure.likelihoods["angry"]
    assert np.mean(sure.emotions["angry"].values) > np.mean(unsure.emotions["angry"].values)
    assert max(sure.emotions["happy"].values) == 0


def test_a_guess_follows_the_line(voice):
    calm = np.arange(voice.frames) < voice.frames // 2
    loud, quiet = _voiced(voice, pitch=1.8, effort=-8.0), _voiced(voice, pitch=0.5, effort=-26.0)
    both = dataclasses.replace(
        loud,
        pitch_log2=np.where(calm, quiet.pitch_log2, loud.pitch_log2),
        effort_db=np.where(calm, quiet.effort_db, loud.effort_db),
    )
    arousal = suggest(both).arousal
    quarter = voice.seconds / 4
    assert arousal.at(np.array([3 * quarter]))[0] > arousal.at(np.array([quarter]))[0] + 0.1


@given(
    pitch=st.floats(-3, 3),
    melody=st.floats(0, 4),
    effort=st.floats(-90, 40),
    cut=st.floats(0.02, 1),
)
def test_a_guess_is_finite_whatever_is_heard(pitch, melody, effort, cut):
    voice = _voiced(made_up(4.0), pitch=melody, effort=effort, height=pitch)
    frames = max(2, round(voice.frames * cut))
    part = dataclasses.replace(
        voice,
        **{
            name: getattr(voice, name)[:frames]
            for name in ("loudness_db", "voicing", "pitch_log2", "effort_db")
        },
    )
    guess = suggest(part)
    for envelope in (guess.arousal, *guess.emotions.values()):
        values = np.array(envelope.values)
        assert np.isfinite(values).all()
        assert ((values >= 0) & (values <= 1)).all()


def test_silence_feels_nothing():
    silent = dataclasses.replace(made_up(3.0), voicing=np.zeros(300, np.float32))
    guess = suggest(silent)
    assert guess.label == "neutral"
    assert not guess.emotions


# --- gaze -----------------------------------------------------------------------------------------


def test_eyes_hold_a_target_and_rest_at_both_ends(voice):
    acting = Acting(look_at=LookAt.towards(20, -5), aversion=0, glances=0)
    path = gaze_path(voice, seed=0, acting=acting)
    assert np.abs(path[[0, -1]]).max() < 1e-6
    assert np.allclose(path[60:-60], [20, -5], atol=0.6)


def test_both_eyes_meet_on_a_near_target(voice):
    near = Acting(look_at=LookAt.towards(0, 0, 0.3), aversion=0, glances=0)
    turns = eye_turns(gaze_layer(voice, seed=0, acting=near))
    left, right = turns["Left"][1000, 0], turns["Right"][1000, 0]
    expected = np.degrees(np.arctan(0.0315 / 0.3))
    assert left - right == pytest.approx(-2 * expected, abs=0.1)  # the left eye turns right
    far = eye_turns(gaze_layer(voice, seed=0, acting=Acting(aversion=0, glances=0)))
    assert np.allclose(far["Left"], far["Right"])


def test_a_slow_target_is_followed_and_a_jumping_one_is_caught(voice):
    def path_to(times, yaws):
        points = [LookAt.towards(yaw, 0).points_metres[0] for yaw in yaws]
        acting = Acting(look_at=LookAt(tuple(times), tuple(points)), aversion=0, glances=0)
        return gaze_path(voice, seed=0, acting=acting)[:, 0]

    slow = path_to([0.0, 5.0, 10.0], [-10, -10, 15])
    target = np.interp(voice.times_seconds, [0, 5, 10], [-10, -10, 15])
    assert np.abs(slow - target)[60:-60].max() < 2.0
    jump = path_to([0.0, 5.0, 5.01], [-10, -10, 15])
    assert jump[499] == pytest.approx(-10, abs=0.6)
    assert jump[510] < 0  # it takes a moment to notice
    assert jump[540] == pytest.approx(15, abs=1.5)


def test_eyes_hold_their_place_against_the_head(voice):
    head = head_layer(voice, seed=0)
    acting = Acting(aversion=0, glances=0)
    path = gaze_path(voice, seed=0, acting=acting, head=head)
    inside = slice(60, -60)
    assert np.abs(path[inside, 0] + head["headYaw"][inside]).max() < 0.6
    assert np.abs(path[inside, 1] - head["headPitch"][inside]).max() < 0.6


def test_the_head_helps_with_a_target_off_to_the_side(voice):
    helped = head_layer(voice, seed=0, acting=Acting(look_at=LookAt.towards(40, 0)))
    alone = head_layer(voice, seed=0, acting=Acting(look_at=LookAt.towards(5, 0)))
    assert np.mean(helped["headYaw"][200:-200] - alone["headYaw"][200:-200]) == pytest.approx(16)


def test_aversion_is_a_dial(voice):
    def away(amount):
        plan = plan_gaze(made_up(300.0), seed=0, acting=Acting(aversion=amount))
        return np.mean([one.away for one in plan])

    assert away(0) == 0
    assert away(0) < away(1) < away(2)


@pytest.mark.parametrize("wrong", [(91, 0), (0, -91), (0, 0, 0), (0, 0, -1), (float("nan"), 0)])
def test_targets_that_make_no_sense(wrong):
    with pytest.raises(SettingsError):
        LookAt.towards(*wrong)
    with pytest.raises(SettingsError):
        LookAt((0.0,), ((float("nan"), 0.0, 1.0),))


# --- head, brows, breath --------------------------------------------------------------------------


def test_amounts_scale_their_axis(voice):
    plain = head_layer(voice, seed=0)
    less = head_layer(voice, seed=0, acting=Acting(head_pitch=0, head_yaw=0.5, head_roll=2))
    assert not less["headPitch"].any()
    assert np.allclose(less["headYaw"], plain["headYaw"] / 2, atol=1e-5)
    assert np.allclose(less["headRoll"], plain["headRoll"] * 2, atol=1e-5)
    brows = brow_layer(voice, seed=0, acting=Acting(brow=0.5))
    assert np.allclose(brows.values, brow_layer(voice, seed=0).values / 2, atol=1e-6)


def test_the_chest_rises_in_pauses_and_sinks_in_phrases(voice):
    track = breath_layer(voice, seed=0)
    assert track.names == BREATH_NAMES
    chest = track["chestRise"]
    assert chest[0] == chest[-1] == 0
    assert chest.max() > 0.3
    for start, end in voice.pauses:
        if end - start > 0.4 and 1 < start and end < 18:
            assert chest[round(end * 100)] > chest[round(start * 100)]
    assert not set(BREATH_NAMES) & set(ARKIT_NAMES)
    assert not breath_layer(voice, seed=0, acting=Acting(breath=0)).values.any()
