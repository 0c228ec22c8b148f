# SPDX-License-Identifier: GPL-3.0-or-later
"""What the face does besides speaking: plausible, within range, and the same for the same seed."""

import dataclasses
import time
from itertools import pairwise

import numpy as np
import pytest

from lipwright.core.errors import SettingsError
from lipwright.core.motion.envelope import Envelope
from lipwright.core.motion.mouth import Kind
from lipwright.core.motion.track import ARKIT_NAMES, HEAD_NAMES
from lipwright.core.performance.acting import Acting
from lipwright.core.performance.blink import blink_layer, blink_times
from lipwright.core.performance.emotion import (
    ASYMMETRY,
    STRONGEST,
    emotion_layer,
    room_for,
    shown,
    unmixed,
)
from lipwright.core.performance.gaze import gaze_layer, gaze_path, saccade_seconds
from lipwright.core.performance.head import brow_layer, head_layer
from lipwright.core.performance.prototypes import BLENDS, EMOTIONS, FELT, pose
from lipwright.core.performance.voice import Voice, smooth_bump
from lipwright.core.phones import Phone

LAYERS = {
    "blink": lambda voice, seed: blink_layer(voice, seed=seed),
    "gaze": lambda voice, seed: gaze_layer(voice, seed=seed),
    "brows": lambda voice, seed: brow_layer(voice, seed=seed),
    "head": lambda voice, seed: head_layer(voice, seed=seed),
    "emotion": lambda voice, seed: emotion_layer(voice, {"happy": 1.0, "sad": 0.4}, seed=seed),
}


def made_up_voice(seconds, *, seed=1, fingerprint=7, rate_hz=100.0):
    """A voice that says something like "hello world, mum" over and over, with pauses."""
    rng = np.random.default_rng(seed)
    phones, now = [], 0.0
    while now < seconds:
        for symbol in "_ h ʌ l o ʊ w ɝ l d m ʌ m".split():
            end = now + rng.uniform(0.2, 0.8) if symbol == "_" else now + rng.uniform(0.04, 0.2)
            phones.append(Phone(symbol, now, min(end, seconds)))
            now = min(end, seconds)
    phones = [p for p in phones if p.end_seconds > p.start_seconds]
    frames = round(seconds * rate_hz)
    return Voice(
        phones=tuple(phones),
        loudness_db=rng.normal(-20, 5, frames).astype(np.float32),
        voicing=np.ones(frames, np.float32),
        pitch_log2=rng.normal(0.5, 0.3, frames).astype(np.float32),
        rate_hz=rate_hz,
        fingerprint=fingerprint,
    )


@pytest.fixture(scope="module")
def voice():
    return made_up_voice(20.0)


@pytest.fixture(scope="module")
def half_an_hour():
    return made_up_voice(1800.0)


@pytest.mark.parametrize("layer", LAYERS)
def test_the_same_seed_is_the_same_take_and_another_seed_another(layer, voice):
    make = LAYERS[layer]
    assert np.array_equal(make(voice, 5).values, make(voice, 5).values)
    assert not np.array_equal(make(voice, 5).values, make(voice, 6).values)
    other = dataclasses.replace(voice, fingerprint=8)
    assert not np.array_equal(make(voice, 5).values, make(other, 5).values)


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("seconds", [0.01, 0.02, 0.3, 2.0])
def test_short_lines_and_ranges(layer, seconds):
    for seed in range(5):
        track = LAYERS[layer](made_up_voice(seconds, seed=seed), seed)
        assert len(track.values) == round(seconds * 100)
        assert np.isfinite(track.values).all()
        if layer != "head":
            assert track.values.min() >= 0
            assert track.values.max() <= 1


@pytest.mark.parametrize("layer", LAYERS)
def test_a_line_without_a_word(layer):
    voice = dataclasses.replace(made_up_voice(3.0), phones=())
    assert voice.stresses == voice.pauses == ()
    assert np.isfinite(LAYERS[layer](voice, 0).values).all()


def test_half_an_hour_takes_no_longer_than_it_should(half_an_hour):
    start = time.process_time()
    for make in LAYERS.values():
        make(half_an_hour, 0)
    assert time.process_time() - start < 5


# --- voice ----------------------------------------------------------------------------------------


def test_pauses_are_the_long_silences(voice):
    assert voice.pauses
    for start, end in voice.pauses:
        assert end - start >= 0.18
        middle = round((start + end) / 2 * 100)
        if end - start > 0.4:
            assert voice.speaking[middle] < 0.2
    assert voice.speaking.min() >= 0
    assert voice.speaking.max() <= 1 + 1e-6


def test_stresses_are_on_vowels_apart_from_each_other(voice):
    times = np.array([t for t, _ in voice.stresses])
    assert 3 < len(times) < 60
    assert np.diff(times).min() >= 0.3 - 1e-9
    assert all(0 < strength <= 1 for _, strength in voice.stresses)


def test_a_louder_longer_higher_vowel_is_the_stressed_one():
    phones, loud, pitch = [], np.full(200, -30, np.float32), np.zeros(200, np.float32)
    for i in range(5):
        phones += [Phone("b", 0.4 * i, 0.4 * i + 0.1), Phone("a", 0.4 * i + 0.1, 0.4 * i + 0.2)]
        phones += [Phone("_", 0.4 * i + 0.2, 0.4 * i + 0.4)]
    loud[90:100], pitch[90:100] = -10, 1
    stresses = Voice(tuple(phones), loud, np.ones(200, np.float32), pitch, 100.0).stresses
    assert [t for t, _ in stresses] == pytest.approx([0.95], abs=0.02)


def test_a_bump_is_one_in_the_middle_and_zero_outside():
    times = np.arange(200) / 100
    near, values = smooth_bump(times, 1.0, 0.2, 0.5)
    whole = np.zeros(200)
    whole[near] = values
    assert whole.argmax() == 100
    assert whole.max() == 1
    assert whole[:81].max() < 1e-9
    assert whole[150:].max() < 1e-9
    assert whole.min() >= 0
    near, values = smooth_bump(times, 1.95, 0.2, 0.5)
    assert near.stop == 200
    assert len(values) == near.stop - near.start


# --- blink ----------------------------------------------------------------------------------------


def _blinks(lids):
    """How far and for how many frames each blink goes."""
    shut = np.concatenate([[False], lids > 0.02, [False]])
    edges = np.flatnonzero(np.diff(shut.astype(int)))
    return [(lids[a:b].max(), b - a) for a, b in zip(edges[::2], edges[1::2], strict=True)]


@pytest.mark.parametrize("rate", [5.0, 17.0, 30.0])
@pytest.mark.parametrize("seed", [0, 1])
def test_blinks_come_about_as_often_as_asked_for(half_an_hour, rate, seed):
    times = np.array(
        blink_times(half_an_hour, seed=seed, acting=Acting(blink_rate_per_minute=rate))
    )
    assert len(times) / 30 == pytest.approx(rate, rel=0.2)
    gaps = np.diff(times)
    assert gaps.min() >= 0.5 - 1e-9
    assert np.median(gaps) < gaps.mean()  # many short intervals, a few long ones
    assert gaps.max() < 12 * 60 / rate
    assert np.log(gaps).std() > 0.3


def test_blinks_like_the_start_of_a_pause(half_an_hour):
    starts = np.array([a for a, _ in half_an_hour.pauses])
    times = np.array(blink_times(half_an_hour, seed=0))
    near = np.abs(times[:, None] - starts).min(axis=1) < 1e-6
    assert near.mean() > 0.25


def test_lids_close_faster_than_they_open_and_never_stick(half_an_hour):
    track = blink_layer(half_an_hour, seed=0)
    left, right = track["eyeBlinkLeft"], track["eyeBlinkRight"]
    assert np.array_equal(left, right)
    assert left.min() == 0
    assert left.max() <= 1
    blinks = _blinks(left)
    assert len(blinks) > 400
    assert all(0.4 <= depth for depth, _ in blinks)
    assert np.mean([depth > 0.95 for depth, _ in blinks]) > 0.75
    assert 20 < np.median([frames for _, frames in blinks]) < 35
    assert max(frames for _, frames in blinks) < 90
    steps = np.diff(left)
    assert -steps.min() < 0.7 * steps.max()


@pytest.mark.parametrize("seed", range(30))
def test_lids_are_open_at_both_ends(seed):
    voice = made_up_voice(6.0, seed=seed)
    lids = blink_layer(voice, seed=seed, acting=Acting(blink_rate_per_minute=60))["eyeBlinkLeft"]
    assert lids[0] == 0
    assert lids[-1] == 0


def test_no_blinks_on_request(voice):
    assert blink_times(voice, seed=0, acting=Acting(blink_rate_per_minute=0)) == []
    assert not blink_layer(voice, seed=0, acting=Acting(blink_rate_per_minute=0)).values.any()


@pytest.mark.parametrize("rate", [-1, 61, float("nan")])
def test_blink_rates_out_of_range(rate):
    with pytest.raises(SettingsError, match="Set it from 0 to 60"):
        Acting(blink_rate_per_minute=rate)


# --- gaze -----------------------------------------------------------------------------------------


def test_both_eyes_look_the_same_way(half_an_hour):
    track = gaze_layer(half_an_hour, seed=0)
    assert np.array_equal(track["eyeLookOutLeft"], track["eyeLookInRight"])
    assert np.array_equal(track["eyeLookInLeft"], track["eyeLookOutRight"])
    assert np.array_equal(track["eyeLookUpLeft"], track["eyeLookUpRight"])
    assert np.array_equal(track["eyeLookDownLeft"], track["eyeLookDownRight"])
    for one, other in (("In", "Out"), ("Up", "Down")):
        for side in ("Left", "Right"):
            both = track[f"eyeLook{one}{side}"] * track[f"eyeLook{other}{side}"]
            assert not both.any()
    assert track.values.max() < 0.7
    assert np.allclose(track["eyeBlinkLeft"], 0.35 * track["eyeLookDownLeft"], atol=1e-6)


def test_eyes_jump_and_rest(half_an_hour):
    path = gaze_path(half_an_hour, seed=0)
    speed = np.hypot(*np.diff(path, axis=0).T) * 100
    assert (speed < 10).mean() > 0.9  # at rest nearly always
    assert 60 < speed.max() < 800
    assert np.hypot(*path.T).max() < 20
    assert (np.hypot(*path.T) < 5).mean() > 0.5  # with the listener more than away


def test_larger_saccades_last_longer():
    assert saccade_seconds(0) == pytest.approx(0.021)
    assert saccade_seconds(-10) == saccade_seconds(10) == pytest.approx(0.043)


# --- head and brows -------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_the_head_is_at_rest_at_both_ends_and_moves_little_between(voice, seed):
    track = head_layer(voice, seed=seed)
    assert track.names == HEAD_NAMES
    assert not track.values[0].any()
    assert not track.values[-1].any()
    assert 0.5 < np.abs(track.values).max() < 15
    assert np.abs(np.diff(track.values, axis=0)).max() * 100 < 90  # degrees a second


def test_brows_rise_on_some_stresses(voice):
    track = brow_layer(voice, seed=0)
    assert track.names == ("browInnerUp", "browOuterUpLeft", "browOuterUpRight")
    assert 0.02 < track.values.max() < 0.6
    assert (track["browInnerUp"] == 0).any()


# --- emotion --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EMOTIONS)
def test_poses_are_weights_on_arkit_names(name):
    assert set(pose(name)) <= set(ARKIT_NAMES)
    assert all(0 < amount <= 1 for amount in pose(name).values())
    assert bool(pose(name)) == (name != "neutral")


@pytest.mark.parametrize("name", FELT)
def test_an_emotion_holds_from_end_to_end_and_its_mouth_moves_with_the_words(voice, name):
    track = emotion_layer(voice, {name: 1.0}, seed=0)
    for shape, amount in pose(name).items():
        curve = track[shape]
        if shape.startswith(("mouth", "jaw")):
            assert curve.max() > 0.85 * amount * (1 - ASYMMETRY), shape
            continue
        assert 0.8 * amount < curve.min(), "brows, eyes and nose stay"
        assert curve.mean() > 0.85 * amount * (1 - ASYMMETRY)
    speed = np.abs(np.diff(track.values, axis=0)).max()
    assert speed * 100 < 12, "no twitch: 1 takes 80 ms at least"


@pytest.mark.parametrize("name", FELT)
def test_strength_means_what_it_says(voice, name):
    steps = [0.0, 0.1, 0.3, 0.5, 0.8, 1.0, 1.2, 1.5]
    faces = [emotion_layer(voice, {name: step}, seed=0).values for step in steps]
    for weaker, stronger in pairwise(faces):
        assert (stronger - weaker).min() > -1e-6
        assert (stronger - weaker).max() > 0.01
    assert shown(np.array([0.3]))[0] == pytest.approx(0.49, abs=0.01)
    assert shown(np.array([1.0]))[0] == 1


@pytest.mark.parametrize("name", FELT)
def test_every_variant_is_a_face_of_its_own(voice, name):
    faces = [
        emotion_layer(voice, {name: 1.0}, seed=0, acting=Acting(variants={name: variant})).values
        for variant in EMOTIONS[name].variants
    ]
    usual = emotion_layer(voice, {name: 1.0}, seed=0).values
    assert np.array_equal(faces[0], usual)
    assert np.abs(faces[0] - faces[1]).max() > 0.15
    with pytest.raises(SettingsError, match=r"has no variant “polite”\. Choose from"):
        emotion_layer(voice, {name: 1.0}, seed=0, acting=Acting(variants={name: "polite"}))


def test_the_mouth_of_a_feeling_gives_way_where_a_sound_needs_the_lips():
    sounds = "_ a m a f a u a _".split()
    phones = tuple(Phone(one, 0.3 * i, 0.3 * (i + 1)) for i, one in enumerate(sounds))
    flat = np.zeros(270, np.float32)
    room = room_for(Voice(phones, flat, flat, flat, 100.0))
    at = {one: 30 * i + 15 for i, one in enumerate(sounds)}
    corners, parts, shuts = (room[kind] for kind in (Kind.CORNERS, Kind.PARTS, Kind.SHUTS))
    for kind in (corners, parts):
        assert kind[45] > 0.95
        assert kind[at["m"]] < 0.8
        assert kind[at["f"]] < 0.7
        assert kind[at["u"]] < 0.85
    assert corners[15] > 0.95
    assert 0.4 < parts[15] < 0.6, "a smile in a pause shows few teeth"
    assert shuts[15] > 0.95
    assert shuts[45] < 0.4, "lips that are pressed in a pause open for a vowel"
    assert np.abs(np.diff(corners)).max() < 0.06


def test_a_loud_word_carries_more_of_a_feeling():
    loud = np.full(400, -40, np.float32)
    loud[200:300] = -15
    flat = np.zeros(400, np.float32)
    voice = Voice((Phone("a", 0.0, 4.0),), loud, flat + 1, flat, 100.0)
    brows = emotion_layer(voice, {"angry": 1.0}, seed=0)["browDownLeft"]
    assert brows[230:270].mean() > 1.03 * brows[:150].mean()


def test_named_mixes_are_mixes():
    for name, mix in BLENDS.items():
        assert set(mix) <= set(FELT), name
        assert unmixed({name: 0.5}) == {
            part: pytest.approx(share / 2) for part, share in mix.items()
        }
    both = unmixed({"amazed": 1.0, "happy": 1.4})
    assert both == {"surprised": pytest.approx(0.8), "happy": STRONGEST}
    over = unmixed({"proud": Envelope((0.0, 2.0), (0.0, 1.0)), "happy": 0.1})
    assert over["happy"].at(np.array([0.0, 2.0])) == pytest.approx([0.1, 0.4])


def test_neutral_and_none_are_a_face_at_rest(voice):
    for emotions in ({}, {"neutral": 1.0}, {"happy": 0.0}):
        assert not emotion_layer(voice, emotions, seed=0).values.any()


def test_a_dial_at_zero_and_the_order_of_the_dials_change_nothing(voice):
    both = emotion_layer(voice, {"happy": 0.5, "angry": 0.5}, seed=0).values
    swapped = emotion_layer(voice, {"angry": 0.5, "neutral": 1.0, "happy": 0.5}, seed=0).values
    assert np.allclose(both, swapped, atol=1e-6)
    alone = emotion_layer(voice, {"happy": 0.5}, seed=0).values
    with_zero = emotion_layer(voice, {"sad": 0.0, "happy": 0.5}, seed=0).values
    assert np.array_equal(alone, with_zero)


@pytest.mark.parametrize(
    ("emotions", "words"),
    [
        ({"hungry": 1.0}, "no emotion “hungry”. Choose from neutral, happy"),
        ({"happy": 1.6}, "1.6 of “happy” is outside 0 to 1.5"),
        ({"happy": -0.1}, "outside 0 to 1"),
        ({"happy": float("nan")}, "outside 0 to 1"),
    ],
)
def test_emotions_that_make_no_sense(voice, emotions, words):
    with pytest.raises(SettingsError, match=words):
        emotion_layer(voice, emotions, seed=0)
