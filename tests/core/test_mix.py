# SPDX-License-Identifier: GPL-3.0-or-later
"""Mixing: whatever is on top, lips that must meet do, and weights stay weights."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lipwright.core.errors import SettingsError
from lipwright.core.motion.mix import (
    CLOSED_IN_TUCK,
    LEFT_IN_CONTACT,
    MOOD,
    MOOD_IN_CONTACT,
    MOOD_IN_TUCK,
    NOSE_IN_CONTACT,
    NOSE_IN_TUCK,
    OUTPUT_NAMES,
    PARTING,
    PRESSED_PER_NOSE,
    SIDED,
    UPPER_IN_TUCK,
    Style,
    mix_layers,
)
from lipwright.core.motion.mouth import CLOSE_PER_JAW
from lipwright.core.motion.track import (
    ARKIT_NAMES,
    FACE_NAMES,
    HEAD_NAMES,
    LIP_CONTACT,
    LIP_TUCK,
    TONGUE_NAMES,
    FaceTrack,
)
from lipwright.core.performance.prototypes import FELT, pose

FRAMES, RATE_HZ = 60, 100.0
SPOKEN = (
    "jawOpen jawForward mouthLowerDownLeft mouthLowerDownRight mouthUpperUpLeft mouthUpperUpRight "
    "mouthFunnel mouthPucker mouthStretchLeft mouthStretchRight mouthSmileLeft mouthSmileRight "
    "mouthRollLower mouthRollUpper mouthShrugUpper mouthShrugLower mouthPressLeft mouthPressRight"
).split()
DIALS = st.floats(0, 2)
MEET = slice(20, 30)  # frames in which the made-up speech has its M


def _speech(seed=0, *, tuck=0.0):
    """A mouth that moves everywhere and must close in the middle."""
    values = np.random.default_rng(seed).random((FRAMES, len(SPOKEN))).astype(np.float32)
    curves = dict(zip(SPOKEN, values.T, strict=True))
    curves |= {name: values[:, 0] for name in TONGUE_NAMES}
    contact = np.zeros(FRAMES)
    contact[MEET] = 1
    return FaceTrack.of(curves | {LIP_CONTACT: contact, LIP_TUCK: np.full(FRAMES, tuck)}, RATE_HZ)


def _emotion(*names, strength=1.0):
    values = np.zeros((FRAMES, len(ARKIT_NAMES)), np.float32)
    for name in names:
        for shape, weight in pose(name).items():
            values[:, ARKIT_NAMES.index(shape)] += weight * strength
    return FaceTrack(np.clip(values, 0, 1), ARKIT_NAMES, RATE_HZ)


@settings(deadline=None, max_examples=80)
@given(
    st.lists(st.sampled_from(FELT), max_size=3),
    DIALS,
    DIALS,
    DIALS,
    st.integers(0, 1000),
)
def test_lips_meet_under_any_emotion_at_any_dial(emotions, jaw, lips, upper, seed):
    speech = _speech(seed)
    mixed = mix_layers(
        {"speech": speech, "emotion": _emotion(*emotions)}, Style(jaw, lips, upper), FRAMES, RATE_HZ
    )
    assert mixed.names == OUTPUT_NAMES
    assert np.isfinite(mixed.values).all()
    weights = mixed.values[:, : len(FACE_NAMES)]
    assert weights.min() >= 0
    assert weights.max() <= 1
    assert np.allclose(mixed["mouthClose"][MEET], CLOSE_PER_JAW * mixed["jawOpen"][MEET], atol=1e-6)
    assert not mixed["mouthClose"][:20].any()
    for name in PARTING:
        spoken = speech[name][MEET] * lips if name in speech.names else 0.0
        felt = _emotion(*emotions)[name][MEET]
        left = MOOD_IN_CONTACT if name in MOOD else LEFT_IN_CONTACT
        left = NOSE_IN_CONTACT if name.startswith("nose") else left
        most = LEFT_IN_CONTACT * spoken * (1 + SIDED) + left * 2 * felt
        assert (mixed[name][MEET] <= most + 1e-6).all()


def test_half_a_contact_closes_half():
    speech = FaceTrack.of({"jawOpen": np.full(4, 0.6), LIP_CONTACT: np.full(4, 0.5)}, RATE_HZ)
    mixed = mix_layers({"speech": speech}, Style(), 4, RATE_HZ)
    assert mixed["mouthClose"] == pytest.approx(np.full(4, 0.3 * CLOSE_PER_JAW))


def test_lips_that_meet_press_under_a_nose_that_a_feeling_wrinkles_and_only_then():
    tracks = {"speech": _speech(), "emotion": _emotion("angry")}
    mixed = mix_layers(tracks, Style(), FRAMES, RATE_HZ)
    alone = mix_layers({"speech": tracks["speech"]}, Style(), FRAMES, RATE_HZ)
    wrinkled = pose("angry")["noseSneerLeft"]
    lifted = mixed["noseSneerLeft"]
    pressed = mixed["mouthPressLeft"] - alone["mouthPressLeft"]
    free = np.ones(FRAMES, bool)
    free[MEET] = False
    assert pressed[free] == pytest.approx(0)
    whole = np.minimum(alone["mouthPressLeft"] + PRESSED_PER_NOSE * lifted, 1)
    assert mixed["mouthPressLeft"][MEET] == pytest.approx(whole[MEET], abs=1e-5)
    assert lifted[MEET] == pytest.approx(wrinkled * NOSE_IN_CONTACT, abs=1e-5)


def test_an_emotion_gives_way_to_a_tucked_lip_and_of_the_speech_only_the_lower_lip():
    tracks = {"speech": _speech(tuck=1.0), "emotion": _emotion("sad")}
    mixed = mix_layers(tracks, Style(asymmetry=0), FRAMES, RATE_HZ)
    alone = mix_layers({"speech": tracks["speech"]}, Style(asymmetry=0), FRAMES, RATE_HZ)
    felt = tracks["emotion"]["mouthFrownLeft"][0]
    assert mixed["mouthFrownLeft"][0] == pytest.approx(felt * MOOD_IN_TUCK)
    disgust = mix_layers(
        {**tracks, "emotion": _emotion("disgusted")}, Style(asymmetry=0), FRAMES, RATE_HZ
    )
    wrinkled = pose("disgusted")["noseSneerLeft"]
    assert disgust["noseSneerLeft"][0] == pytest.approx(wrinkled * NOSE_IN_TUCK)
    said = tracks["speech"]
    lower, upper = "mouthLowerDownLeft", "mouthUpperUpLeft"
    assert np.allclose(alone[lower][:20], said[lower][:20] / 2)
    assert np.allclose(alone[upper][:20], said[upper][:20] * UPPER_IN_TUCK)


def test_dials_scale_their_own_part():
    tracks = {"speech": _speech(3), "emotion": _emotion("sad")}
    plain = mix_layers(tracks, Style(), FRAMES, RATE_HZ)
    still = mix_layers(tracks, Style(jaw=0, lips=0, upper_face=0), FRAMES, RATE_HZ)
    assert not still["jawOpen"].any()
    assert not still["mouthPucker"].any()
    assert not still["browInnerUp"].any()
    assert np.array_equal(still["mouthFrownLeft"][:20], plain["mouthFrownLeft"][:20])
    assert np.array_equal(still["tongueTipUp"], plain["tongueTipUp"])
    wide = mix_layers(tracks, Style(jaw=2), FRAMES, RATE_HZ)
    assert np.allclose(wide["jawOpen"], np.minimum(1, 2 * plain["jawOpen"]))
    assert np.array_equal(wide["browInnerUp"], plain["browInnerUp"])


@pytest.mark.parametrize("offset", [-0.1, 0.05, 0.2])
def test_the_sync_offset_moves_the_mouth_and_only_the_mouth(offset):
    lids = FaceTrack.of({"eyeBlinkLeft": np.linspace(0, 1, FRAMES)}, RATE_HZ)
    tracks = {"speech": _speech(1), "blink": lids, "emotion": _emotion("angry", "sad")}
    plain = mix_layers({"speech": _speech(1)}, Style(), FRAMES, RATE_HZ)
    moved = mix_layers({"speech": _speech(1)}, Style(sync_offset_seconds=offset), FRAMES, RATE_HZ)
    shift = round(offset * RATE_HZ)
    inside = slice(max(0, shift), FRAMES + min(0, shift))
    for name in (*SPOKEN, *TONGUE_NAMES, "mouthClose"):
        assert np.allclose(
            moved[name][inside], plain[name][inside.start - shift : inside.stop - shift], atol=1e-5
        ), name
    whole = mix_layers(tracks, Style(), FRAMES, RATE_HZ)
    shifted = mix_layers(tracks, Style(sync_offset_seconds=offset), FRAMES, RATE_HZ)
    for name in OUTPUT_NAMES:
        if not name.startswith(("mouth", "jaw", "tongue", "nose", "lip")):
            assert np.array_equal(shifted[name], whole[name]), name
    # What gives way to the contact does so where the contact is now.
    sneer = shifted["noseSneerLeft"]
    meet = np.arange(MEET.start + shift, MEET.stop + shift)
    assert set(np.flatnonzero(sneer < sneer.max() * 0.9)) == set(meet)


def test_a_blink_shuts_wide_eyes():
    blink = np.linspace(0, 1, FRAMES)
    lids = FaceTrack.of({"eyeBlinkLeft": blink, "eyeBlinkRight": blink}, RATE_HZ)
    mixed = mix_layers({"blink": lids, "emotion": _emotion("surprised")}, Style(), FRAMES, RATE_HZ)
    assert mixed["eyeWideLeft"][0] > 0.6
    assert mixed["eyeWideLeft"][-1] == mixed["eyeWideRight"][-1] == 0
    assert mixed["eyeBlinkLeft"][-1] == 1


def test_a_mood_stays_while_the_lips_meet():
    tracks = {"speech": _speech(), "emotion": _emotion("happy")}
    mixed = mix_layers(tracks, Style(), FRAMES, RATE_HZ)
    said = mix_layers({"speech": _speech()}, Style(), FRAMES, RATE_HZ)
    smile = mixed["mouthSmileLeft"] - said["mouthSmileLeft"]
    assert smile[MEET].min() > 0.7 * pose("happy")["mouthSmileLeft"]


def test_nothing_of_an_emotion_shuts_a_tucked_lip():
    tracks = {"speech": _speech(tuck=1.0), "emotion": _emotion("sad", "angry")}
    mixed = mix_layers(tracks, Style(), FRAMES, RATE_HZ)
    said = mix_layers({"speech": tracks["speech"]}, Style(), FRAMES, RATE_HZ)
    for name in ("mouthShrugLower", "mouthPressLeft"):
        felt = tracks["emotion"][name]
        assert (mixed[name] - said[name] <= 0.1 * felt + 1e-6).all()


def test_lids_that_are_half_down_close_the_other_half():
    half = FaceTrack.of({"eyeBlinkLeft": np.full(4, 0.5), "eyeSquintLeft": np.ones(4)}, RATE_HZ)
    blink = FaceTrack.of({"eyeBlinkLeft": np.array([0, 0.5, 1.0, 1.0])}, RATE_HZ)
    mixed = mix_layers({"emotion": half, "blink": blink}, Style(), 4, RATE_HZ)
    assert mixed["eyeBlinkLeft"] == pytest.approx([0.5, 0.75, 1, 1])
    assert mixed["eyeSquintLeft"][3] < mixed["eyeSquintLeft"][0]


def test_head_angles_are_no_weights():
    turn = FaceTrack(np.full((FRAMES, 3), -8.0, np.float32), HEAD_NAMES, RATE_HZ)
    assert mix_layers({"head": turn}, Style(), FRAMES, RATE_HZ)["headPitch"][0] == -8


def test_no_layer_is_a_face_at_rest():
    mixed = mix_layers({}, Style(sync_offset_seconds=0.3), FRAMES, RATE_HZ)
    assert mixed.values.shape == (FRAMES, len(OUTPUT_NAMES))
    assert not mixed.values.any()


def test_layers_are_not_written_to():
    speech = _speech(2)
    before = speech.values.copy()
    mix_layers({"speech": speech}, Style(2, 2, 2, 0.1), FRAMES, RATE_HZ)
    assert np.array_equal(speech.values, before)


@pytest.mark.parametrize("name", ["jaw", "lips", "upper_face"])
@pytest.mark.parametrize("value", [-0.1, 2.1, float("nan")])
def test_dials_outside_their_range(name, value):
    with pytest.raises(SettingsError, match="Set it from 0 to 2"):
        Style(**{name: value})


@pytest.mark.parametrize("value", [-1.5, 2.0, float("nan")])
def test_offsets_outside_their_range(value):
    with pytest.raises(SettingsError, match="Move the strip instead"):
        Style(sync_offset_seconds=value)


def test_a_shout_opens_the_jaw_and_a_whisper_does_not_and_lips_still_meet():
    tracks = {"speech": _speech()}
    whisper, plain, shout = (
        mix_layers(tracks, Style(effort=effort), FRAMES, RATE_HZ) for effort in (-1, 0, 1)
    )
    assert whisper["jawOpen"].max() < plain["jawOpen"].max() < shout["jawOpen"].max()
    assert whisper["mouthPucker"].max() == plain["mouthPucker"].max()
    assert np.allclose(shout["mouthClose"][MEET], CLOSE_PER_JAW * shout["jawOpen"][MEET], atol=1e-6)
    with pytest.raises(SettingsError, match="effort"):
        Style(effort=1.5)


@pytest.mark.parametrize(("contact", "tuck"), [(0.0, 1.0), (1.0, 0.0), (1.0, 1.0)])
def test_a_tuck_brings_the_lips_near_and_a_contact_shuts_them(contact, tuck):
    frames = 5
    curves = {
        "jawOpen": np.full(frames, 0.3),
        "mouthLowerDownLeft": np.full(frames, 0.4),
        LIP_CONTACT: np.full(frames, contact),
        LIP_TUCK: np.full(frames, tuck),
    }
    face = mix_layers({"speech": FaceTrack.of(curves, 100.0)}, Style(), frames, 100.0)
    share = face["mouthClose"][0] / face["jawOpen"][0]
    assert share == pytest.approx(0.95 * min(1.0, contact + CLOSED_IN_TUCK * tuck), abs=1e-5)
    assert face["mouthLowerDownLeft"][0] < 0.4
