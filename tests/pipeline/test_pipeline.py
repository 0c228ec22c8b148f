# SPDX-License-Identifier: GPL-3.0-or-later
"""From a sound to a face, without a word about how good the networks are."""

import dataclasses
from itertools import pairwise

import numpy as np
import pytest

from lipwright.core.audio.load import RATE_HZ, Sound, load_sound, make_sound
from lipwright.core.errors import Cancelled, SettingsError, SoundError
from lipwright.core.motion.mix import CLOSED_IN_TUCK
from lipwright.core.motion.mouth import CLOSE_PER_JAW
from lipwright.core.motion.track import (
    BREATH_NAMES,
    CONTACT_NAMES,
    FACE_NAMES,
    HEAD_NAMES,
    LIP_CONTACT,
    LIP_TUCK,
    TONGUE_NAMES,
)
from lipwright.core.performance.feeling import suggest
from lipwright.core.performance.layers import SEEDED
from lipwright.core.performance.prototypes import EMOTIONS
from lipwright.core.phones import SILENCE, Phone
from lipwright.core.transcript.words import Transcript
from lipwright.pipeline import (
    DEFAULT_LAYERS,
    LAYERS,
    OUTPUT_NAMES,
    Settings,
    Style,
    analyse,
    feel,
    layer_tracks,
    mix,
    perform,
    steps,
)

EVERYTHING = frozenset(LAYERS)


@pytest.fixture(scope="module")
def sound(repository):
    return load_sound(repository / "demo" / "line.wav")


@pytest.fixture(scope="module")
def analysis(sound):
    return analyse(sound)


def test_an_analysis_covers_the_sound(analysis, sound):
    assert analysis.seconds == sound.seconds
    assert analysis.phones[0].start_seconds == 0
    assert analysis.phones[-1].end_seconds == pytest.approx(sound.seconds, abs=0.02)
    for before, after in zip(analysis.phones[:-1], analysis.phones[1:], strict=True):
        assert before.end_seconds == after.start_seconds
        assert before.symbol != after.symbol
    with pytest.raises(dataclasses.FrozenInstanceError):
        analysis.seconds = 1.0


def test_a_take_has_every_channel_and_covers_the_sound(analysis):
    take = perform(analysis, Settings(layers=EVERYTHING))
    assert take.names == OUTPUT_NAMES == FACE_NAMES + BREATH_NAMES + HEAD_NAMES + CONTACT_NAMES
    assert take.rate_hz == 100
    assert analysis.seconds - 0.02 <= take.seconds <= analysis.seconds + 0.02
    weights = take.values[:, : len(FACE_NAMES)]
    assert 0 <= weights.min() <= weights.max() <= 1
    assert np.isfinite(take.values).all()


def test_only_the_wanted_layers_are_made(analysis):
    assert "head" not in DEFAULT_LAYERS
    for layer in LAYERS:
        assert list(layer_tracks(analysis, Settings(layers=frozenset({layer})))) == [layer]
    silent = perform(analysis, Settings(layers=frozenset({"head"})))
    assert not silent.values[:, : len(FACE_NAMES)].any()
    assert silent["headPitch"].any()
    assert not perform(analysis, Settings())["headPitch"].any()
    assert not perform(analysis, Settings(layers=frozenset())).values.any()


def test_mixing_again_is_performing_again(analysis):
    settings = Settings(seed=3, emotions={"sad": 0.7}, layers=EVERYTHING, style=Style(jaw=1.4))
    again = mix(analysis, layer_tracks(analysis, settings), settings)
    assert np.array_equal(perform(analysis, settings).values, again.values)


def test_a_seed_is_a_take_and_leaves_the_words_alone(analysis):
    first, again, other = (
        perform(analysis, Settings(seed=seed, layers=EVERYTHING)) for seed in (1, 1, 2)
    )
    assert np.array_equal(first.values, again.values)
    for name in OUTPUT_NAMES:
        if name.startswith(("mouth", "jaw", "tongue")):
            assert np.array_equal(first[name], other[name]), name
    assert not np.array_equal(first["headYaw"], other["headYaw"])
    assert not np.array_equal(first["eyeBlinkLeft"], other["eyeBlinkLeft"])


@pytest.mark.parametrize("layer", SEEDED)
def test_one_layer_is_another_take_by_itself(analysis, layer):
    settings = Settings(emotions={"happy": 1.0}, layers=EVERYTHING)
    changed = dataclasses.replace(settings, seeds={layer: 9})
    before, after = layer_tracks(analysis, settings), layer_tracks(analysis, changed)
    # The eyes hold against the head, and lids like to close where the gaze jumps.
    felt = {"head": {"gaze"}, "gaze": {"blink"}}.get(layer, set())
    for name in LAYERS:
        same = np.array_equal(before[name].values, after[name].values)
        assert same == (name != layer) or name in felt, name


def test_layers_one_after_another_are_the_whole_face(analysis):
    settings = Settings(seed=2, emotions={"sad": 0.8}, layers=EVERYTHING, style=Style(lips=1.3))
    faces = list(steps(analysis, layer_tracks(analysis, settings), settings).values())
    added = [faces[0].values, *(b.values - a.values for a, b in pairwise(faces))]
    assert np.allclose(np.sum(added, axis=0), perform(analysis, settings).values, atol=1e-5)
    assert list(steps(analysis, layer_tracks(analysis, settings), settings)) == list(LAYERS)
    assert steps(analysis, {}, Settings(layers=frozenset())) == {}


def test_auto_adds_what_the_voice_seems_to_feel_and_no_more(analysis):
    none, some = Settings(emotions={"happy": 0.2}), Settings(emotions={"happy": 0.2}, auto=0.5)
    assert feel(analysis, none) == {"happy": 0.2}
    times = np.arange(0, analysis.seconds, 0.1)
    guessed = suggest(analysis.voice).emotions
    for name, strength in feel(analysis, some).items():
        wanted = 0.5 * guessed[name].at(times) + (0.2 if name == "happy" else 0)
        assert np.allclose(strength.at(times), wanted, atol=0.02)
    assert Settings().auto == 0  # never by itself


def test_feelings_leave_the_words_alone(analysis):
    """Changing the emotion leaves phone timing, contacts and tongue untouched."""
    plain, felt = (perform(analysis, Settings(emotions=e)) for e in ({}, {"angry": 1.0}))
    for name in TONGUE_NAMES:
        assert np.array_equal(plain[name], felt[name])
    shut = analysis.mouth[LIP_CONTACT] > 0.95
    assert shut.any()
    wanted = CLOSE_PER_JAW * felt["jawOpen"][shut]
    assert np.allclose(felt["mouthClose"][shut], wanted, atol=0.05)


def test_the_same_sound_twice_is_the_same_take(sound, analysis):
    again = perform(analyse(sound), Settings(layers=EVERYTHING))
    assert np.array_equal(again.values, perform(analysis, Settings(layers=EVERYTHING)).values)


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_contacts_of_this_line_survive_every_emotion(analysis, emotion):
    take = perform(analysis, Settings(emotions={emotion: 1.0}, style=Style(jaw=2, lips=2)))
    mouth = analysis.mouth
    closing = np.minimum(mouth[LIP_CONTACT] + CLOSED_IN_TUCK * mouth[LIP_TUCK], 1)
    wanted = closing * take["jawOpen"] * CLOSE_PER_JAW
    assert np.allclose(take["mouthClose"], wanted, atol=1e-5)


def test_given_phones_replace_what_was_heard(sound, analysis):
    phones = (Phone("_", 0, 0.5), Phone("a", 0.5, 1.5), Phone("m", 1.5, 1.8), Phone("a", 1.8, 2.5))
    corrected = analyse(sound, phones=phones)
    assert corrected.phones == phones
    assert not np.array_equal(corrected.mouth.values, analysis.mouth.values)
    assert np.array_equal(corrected.voice.loudness_db, analysis.voice.loudness_db)
    with pytest.raises(SettingsError, match="not a known phone"):
        analyse(sound, phones=[Phone("boo", 0, 1)])


def test_what_was_heard_can_be_given_back(sound, analysis):
    again = analyse(sound, phones=analysis.phones)
    assert again.phones == analysis.phones
    assert np.array_equal(again.mouth.values, analysis.mouth.values)


def test_a_corrected_sound_moves_the_mouth_near_it_only(sound, analysis):
    place = next(i for i, phone in enumerate(analysis.phones) if phone.symbol == "p")
    p = analysis.phones[place]
    k = dataclasses.replace(p, symbol="k", confidence=1.0)
    phones = [*analysis.phones[:place], k, *analysis.phones[place + 1 :]]
    corrected = analyse(sound, phones=phones)
    times = analysis.mouth.times_seconds
    here = (times >= p.start_seconds) & (times <= p.end_seconds)
    lips = [one.mouth.curves()["lipContact"][here].max() for one in (analysis, corrected)]
    assert lips[0] > 0.9
    assert lips[1] < 0.05
    far = (times < p.start_seconds - 0.5) | (times > p.end_seconds + 0.5)
    assert np.abs(corrected.mouth.values - analysis.mouth.values)[far].max() < 1e-3


def test_progress_rises_to_one_and_cancel_stops(sound):
    told = []
    analyse(sound, progress=told.append)
    assert told == sorted(told)
    assert 0 < told[0] < 1
    assert told[-1] == 1
    with pytest.raises(Cancelled):
        analyse(sound, cancelled=lambda: True)


@pytest.mark.parametrize(
    "samples",
    [
        pytest.param(np.array([0.5]), id="one sample"),
        pytest.param(np.full(800, 0.1), id="50 ms"),
        pytest.param(np.zeros(3 * RATE_HZ), id="silence"),
        pytest.param(np.random.default_rng(0).normal(0, 0.3, RATE_HZ), id="noise"),
        pytest.param(np.sign(np.sin(np.arange(RATE_HZ) / 12)), id="square wave"),
    ],
)
def test_odd_sounds_give_a_face(samples):
    sound = make_sound(samples, RATE_HZ)
    settings = Settings(layers=EVERYTHING, emotions={"happy": 1.0})
    take = perform(analyse(sound), settings)
    assert len(take.values) == -(-len(samples) // 320) * 2
    assert np.isfinite(take.values).all()


def test_no_sound_at_all_is_refused():
    with pytest.raises(SoundError, match="is empty"):
        analyse(Sound(np.zeros(0, np.float32)))


def test_silence_has_no_words():
    analysis = analyse(Sound(np.zeros(2 * RATE_HZ, np.float32)))
    assert {p.symbol for p in analysis.phones} == {SILENCE}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"layers": frozenset({"ears"})}, "no layer “ears”. Choose from speech, emotion"),
        ({"seed": -1}, "Set it to 0 or more"),
        ({"seeds": {"ears": 1}}, "no layer “ears”"),
        ({"seeds": {"blink": -2}}, "Set it to 0 or more"),
    ],
)
def test_settings_that_make_no_sense(wrong, words):
    with pytest.raises(SettingsError, match=words):
        Settings(**wrong)


def test_feelings_written_into_the_transcript_are_felt_at_their_words(repository):
    text = (
        "[happy] Many pumpkins bloom above the village pool. [angry 0.8] Please move a big blue "
        "boat, [sad] my friend, [neutral] before the fog falls."
    )
    sound = load_sound(repository / "demo" / "line.wav")
    heard = analyse(sound, transcript=Transcript(text, "en"))
    assert heard.notes == ()
    take = perform(heard, Settings(layers=frozenset({"speech", "emotion"})))
    at = {"pool": 1.9, "boat": 3.3, "friend": 4.2, "falls": 5.8}
    felt = {
        word: tuple(
            take.at(np.array([seconds]))[0][take.names.index(shape)] > 0.3
            for shape in ("cheekSquintLeft", "browDownLeft", "mouthFrownLeft")
        )
        for word, seconds in at.items()
    }
    assert felt == {
        "pool": (True, False, False),
        "boat": (False, True, False),
        "friend": (False, False, True),
        "falls": (False, False, False),
    }
    other = analyse(
        sound,
        transcript=Transcript(
            "[sad] quickly examine those exotic zebras, which sing odd songs in the cold "
            "northern wilderness",
            "en",
        ),
    )
    assert "The feelings in the transcript were left aside with it" in other.notes


def test_a_gasp_in_the_text_moves_the_face_in_the_pause(repository):
    whole = load_sound(repository / "demo" / "line.wav").samples
    cut = round(2.56 * RATE_HZ)
    paused = Sound(np.concatenate([whole[:cut], np.zeros(RATE_HZ, np.float32), whole[cut:]]))
    text = "Many pumpkins bloom above the village pool. {}Please move the big blue boat"
    plain = analyse(paused, transcript=Transcript(text.format(""), "en"))
    with_gasp = analyse(paused, transcript=Transcript(text.format("[gasp] "), "en"))
    assert [one.kind for one in with_gasp.asides] == ["gasp"]
    calm, moved = (perform(one, Settings()) for one in (plain, with_gasp))
    more = moved["eyeWideLeft"] - calm["eyeWideLeft"]
    assert more.max() > 0.3
    assert 2.5 < np.argmax(more) / moved.rate_hz < 3.6
    tight = analyse(paused, transcript=Transcript("Many pumpkins [gasp] bloom above", "en"))
    assert any("[gasp] stands where the voice does not pause" in note for note in tight.notes)


def test_a_text_without_words_asks_nobody_to_speak():
    noise = np.random.default_rng(0).normal(0, 0.003, 2 * RATE_HZ).astype(np.float32)
    said = [analyse(Sound(noise), transcript=text).notes for text in (None, Transcript("[laugh]"))]
    assert any("No speech was heard" in note for note in said[0])
    assert not any("No speech was heard" in note for note in said[1])
