# SPDX-License-Identifier: GPL-3.0-or-later
"""Text to words, words to phones, phones to times."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lipwright.core.errors import SettingsError
from lipwright.core.phones import INDEX, PHONES
from lipwright.core.transcript import follow as following
from lipwright.core.transcript.align import align
from lipwright.core.transcript.follow import follow
from lipwright.core.transcript.letters import spell, spell_english, spellings
from lipwright.core.transcript.words import (
    LANGUAGES,
    candidates,
    pronunciations,
    read_transcript,
    words_of,
)


def heard_as(*phones: tuple[str, int], share: float = 0.9) -> np.ndarray:
    """Posteriors of phones of so many frames, as a listener that is fairly sure gives them."""
    path = np.concatenate([np.full(frames, INDEX[symbol]) for symbol, frames in phones])
    rest = (1 - share) / (len(PHONES) - 1)
    out = np.full((len(path), len(PHONES)), rest, np.float32)
    out[np.arange(len(path)), path] = share
    return out


MAMA = (("_", 20), ("m", 8), ("ɑ", 12), ("m", 8), ("ʌ", 12), ("_", 20))


def test_words_are_found_in_any_script_and_asides_are_not():
    text = "[laughs] Don’t, über-Größe (quietly) नमस्ते 25 <i>мама</i>!"
    assert words_of(text) == ("don't", "über", "größe", "नमस्ते", "25", "мама")


@pytest.mark.parametrize("language", sorted(spellings()))
def test_every_rule_gives_known_phones(language: str):
    pairs = spellings()[language]["letters"].split()
    assert all(len(pair.split("=")) == 2 for pair in pairs), pairs
    sounds = {p for pair in pairs for p in pair.split("=")[1].split("+")} - {"."}
    assert sounds <= set(PHONES)


@pytest.mark.parametrize(
    ("language", "word", "said"),
    [
        ("de", "schön", "ʃ ø n"),
        ("fr", "beau", "b o"),
        ("es", "queso", "k e s o"),
        ("it", "chiave", "k i a v e"),
        ("pl", "szum", "ʃ u m"),
        ("ru", "папа", "p a p a"),
        ("hi", "नमस्ते", "n ə m ə s t e"),
        ("ja", "はし", "h a ʃ i"),
        ("el", "μπαμπάς", "b a b a s"),
        ("tr", "çocuk", "tʃ o dʒ u k"),
    ],
)
def test_other_languages_are_spelt_by_their_rules(language: str, word: str, said: str):
    assert spell(word, language) == tuple(said.split())


def test_english_words_come_from_the_dictionary_in_all_their_ways():
    assert ("p", "ʌ", "m", "p") in pronunciations("pump", "en")
    assert len(pronunciations("read", "en")) > 1
    assert pronunciations("25", "en") == ()


def test_an_unknown_english_word_is_said_by_its_letters():
    assert spell_english("blimp") == ("b", "l", "ɪ", "m", "p")
    (said,) = pronunciations("frobwumple", "en")
    assert [p for p in said if p in "bmpf"] == ["f", "b", "m", "p"]
    assert spell_english("мир") == ()


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_any_text_is_spelt_or_left_alone(text: str):
    for word in words_of(text):
        for language in LANGUAGES:
            for said in pronunciations(word, language):
                assert set(said) <= set(PHONES)


def test_the_language_is_told_by_letters_and_small_words():
    assert candidates("the cat is on the mat".split()) == ("en",)
    assert "ru" in candidates("мама мыла раму".split())
    assert "de" not in candidates("мама мыла раму".split())
    assert {"de", "nl"} <= set(candidates("ich habe keine ahnung davon".split()))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "ich habe dem onkel keine bluse gekauft und er schläft"),
        ("es", "pero la mujer no quiere comprar el vino que tienes"),
        ("pl", "nie wiem czy to jest moja czapka ale pewnie tak"),
    ],
)
def test_of_many_languages_few_are_aligned_and_the_right_one_is_among_them(
    language: str, text: str, monkeypatch: pytest.MonkeyPatch
):
    words = words_of(text)
    assert len(candidates(words)) > 8
    said = [phone for word in words for phone in pronunciations(word, language)[0]]
    tried = []
    monkeypatch.setattr(following, "align", lambda *given: tried.append(1) or align(*given))
    found = follow(heard_as(("_", 20), *((p, 7) for p in said), ("_", 20)), text)
    assert found.language == language
    assert found.fit > 0.7
    assert len(tried) <= 2


def test_phones_are_found_where_they_sound():
    found = align(heard_as(*MAMA), [[("m", "ɑ", "m", "ʌ")]])
    spoken = [PHONES[i] for i in found.phone]
    assert spoken[22] == "m"
    assert spoken[34] == "ɑ"
    assert spoken[44] == "m"
    assert spoken[5] == spoken[75] == "_"
    assert found.word[5] == -1
    assert found.word[30] == 0


def test_a_lip_that_was_misheard_is_put_right_by_the_text():
    posteriors = heard_as(("_", 20), ("m", 8), ("ɑ", 12), ("n", 8), ("ʌ", 12), ("_", 20))
    out = follow(posteriors, "mama").posteriors
    assert posteriors[44].argmax() == INDEX["n"]
    assert out[44].argmax() == INDEX["m"]
    assert out[5].argmax() == INDEX["_"]


def test_words_that_are_not_said_are_skipped_and_others_left_as_heard():
    said = heard_as(*MAMA, *(("k", 40),), *MAMA)
    found = follow(said, "mama enormous mama")
    assert found.unheard == ("enormous",)
    np.testing.assert_array_equal(found.posteriors[85:115], said[85:115])


def test_a_strip_cut_out_of_a_long_text_finds_its_place():
    text = "Seven cats sleep near the lake. Mama. Nine old dogs guard the hill and the road"
    out = follow(heard_as(*MAMA), text, language="en")
    assert out.posteriors[24, INDEX["m"]] > 0.95
    assert out.fit > 0.45


def test_another_text_is_left_aside_with_a_sentence():
    said = heard_as(*MAMA, *MAMA)
    found = follow(said, "six thick thistle sticks", language="en")
    np.testing.assert_array_equal(found.posteriors, said)
    assert "left aside" in found.note
    assert "thistle" in found.note


def test_digits_may_sound_like_anything():
    said = heard_as(("_", 10), ("t", 6), ("u", 10), *MAMA[1:])
    found = follow(said, "2 mama", language="en")
    np.testing.assert_array_equal(found.posteriors[10:24], said[10:24])
    assert found.posteriors[28, INDEX["m"]] == 1.0


@given(st.lists(st.sampled_from(PHONES), min_size=1, max_size=12), st.integers(2, 30))
@settings(max_examples=50, deadline=None)
def test_posteriors_stay_probabilities_of_the_same_length(symbols: list[str], frames: int):
    said = heard_as(*((symbol, frames) for symbol in symbols))
    out = follow(said, "my mother found five apples")
    assert out.posteriors.shape == said.shape
    np.testing.assert_allclose(out.posteriors.sum(1), 1, atol=1e-4)
    assert 0 <= out.fit <= 1


def test_long_texts_take_memory_by_the_window_not_by_the_text():
    said = np.tile(heard_as(*MAMA), (40, 1))
    found = follow(said, "mama " * 40, language="en")
    assert found.unheard == ()
    assert found.posteriors[-80 + 24, INDEX["m"]] == 1.0


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "holds no words"),
        (b"... !!", "holds no words"),
        (b"RIFF\0\0\0\0WAVE", "plain text"),
        (b"a " * 300_000, "plain text"),
    ],
)
def test_what_is_no_transcript_is_refused(tmp_path: Path, data: bytes, told: str):
    path = tmp_path / "line.txt"
    path.write_bytes(data)
    with pytest.raises(SettingsError, match=told):
        read_transcript(path)


def test_usual_encodings_are_read(tmp_path: Path):
    path = tmp_path / "line.txt"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        path.write_bytes("Größe".encode(encoding))
        assert words_of(read_transcript(path)) == ("größe",)
    with pytest.raises(SettingsError, match="could not be read"):
        read_transcript(tmp_path / "none.txt")


def test_an_unknown_language_is_refused():
    with pytest.raises(SettingsError, match="no language “klingon”"):
        follow(heard_as(*MAMA), "mama", language="klingon")


WORDS = (
    "many pumpkins bloom above village pool please move big blue boat friend before fog falls "
    "winter summer river mountain paper window table garden yellow purple button market simple "
    "number people farmer valley bottle member corner family"
).split()


def script_of(count: int, seed: int = 0) -> list[str]:
    return list(np.random.default_rng(seed).choice(WORDS, count))


def spoken(words: list[str]) -> np.ndarray:
    """Posteriors of a voice that says these words clearly."""
    phones = [("_", 15)]
    for word in words:
        phones += [(phone, 8) for phone in pronunciations(word, "en")[0]]
    return heard_as(*phones, ("_", 15))


@pytest.mark.parametrize("count", [60, 85, 90, 140, 400, 1000])
def test_a_text_of_any_length_is_followed_whole(count: int):
    words = script_of(count)
    heard = spoken(words)
    found = align(heard, [pronunciations(word, "en") for word in words])
    assert (np.diff(found.word[found.word >= 0]) >= 0).all()
    assert len(set(found.word[found.word >= 0].tolist())) >= count - 1
    right = heard.argmax(1) == np.where(found.phone < 0, INDEX["_"], found.phone)
    assert right.mean() > 0.98


@pytest.mark.parametrize("place", [0, 400, 985])
def test_a_line_anywhere_in_a_long_script_is_found(place: int):
    words = script_of(1000, seed=3)
    said = words[place : place + 15]
    found = align(spoken(said), [pronunciations(word, "en") for word in words])
    owners = found.word[found.word >= 0]
    assert [words[i] for i in sorted(set(owners.tolist()))] == said


@pytest.mark.parametrize("place", [0, 300, 1480])
@pytest.mark.parametrize("silence", ["before", "after a word"])
def test_silence_does_not_hide_the_place_in_a_long_script(place: int, silence: str):
    words = script_of(1500, seed=4)
    said = words[place : place + 15]
    pause = heard_as(("_", 1200))
    parts = [pause, spoken(said)]
    if silence == "after a word":
        parts = [spoken(said[:1]), pause, spoken(said[1:])]
    found = align(np.concatenate(parts), [pronunciations(word, "en") for word in words])
    owners = found.word[found.word >= 0]
    assert [words[i] for i in sorted(set(owners.tolist()))] == said


def test_a_long_script_that_lacks_the_line_is_left_aside_whole():
    script = " ".join(script_of(300, seed=5))
    other = "quickly examine those exotic zebras, which sing odd songs"
    heard = spoken(list(words_of(other)))
    followed = follow(heard, script, language="en")
    assert "left aside" in followed.note
    assert np.array_equal(followed.posteriors, heard)
    assert follow(heard, f"{script} {other}", language="en").note == ""


@pytest.mark.parametrize("text", ["你好世界 我们 走吧", "مرحبا بالعالم", "שלום עולם"])
def test_letters_that_are_not_known_are_said(text: str):
    heard = heard_as(*MAMA)
    followed = follow(heard, text)
    assert "are not supported" in followed.note
    assert "en, " in followed.note
    assert np.array_equal(followed.posteriors, heard)


def test_one_word_that_happens_to_fit_makes_no_text_of_it(monkeypatch: pytest.MonkeyPatch):
    """Half of the speech fits, and two of the three words are not there."""
    posteriors = heard_as(*MAMA[:-1], ("l", 8), ("r", 8), ("_", 20))
    wrong = follow(posteriors, "mama kauft fische", language="de")
    assert not wrong.word_starts
    assert "left aside" in wrong.note
    np.testing.assert_array_equal(wrong.posteriors, posteriors)
    # Said alone, the same word is followed, also out of a long script.
    assert follow(heard_as(*MAMA), "mama", language="de").word_starts
    script = "mama kauft sieben frische fische"
    assert follow(heard_as(*MAMA), script, language="de").word_starts
    # It is the count of words that tells.
    monkeypatch.setattr("lipwright.core.transcript.follow.HEARD_WORDS", 0.0)
    assert follow(posteriors, "mama kauft fische", language="de").word_starts
