# SPDX-License-Identifier: GPL-3.0-or-later
"""The phone set: every label lands on a mouth, every phone has its visemes."""

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lipwright.core import phones
from lipwright.core.phones import (
    ARPABET,
    CONSONANTS,
    INDEX,
    OCULUS_OF,
    OCULUS_VISEMES,
    PHONES,
    PRESTON_BLAIR_OF,
    SILENCE,
    VOWELS,
    from_arpabet,
    from_ipa,
    split_evenly,
    to_phones,
)

CMU = (
    "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW "
    "V W Y Z ZH"
).split()


def test_the_set_has_no_doubles_and_silence_first():
    assert len(set(PHONES)) == len(PHONES)
    assert INDEX[SILENCE] == 0
    assert set(PHONES) == {SILENCE, *CONSONANTS, *VOWELS}


@pytest.mark.parametrize("phone", PHONES)
def test_every_phone_has_visemes(phone):
    assert OCULUS_OF[phone] in OCULUS_VISEMES
    assert phone in PRESTON_BLAIR_OF


def test_viseme_tables_name_only_phones_of_the_set_and_use_every_viseme():
    assert set(OCULUS_OF) == set(PHONES) == set(PRESTON_BLAIR_OF)
    assert set(OCULUS_OF.values()) == set(OCULUS_VISEMES)


def test_lips_that_meet_share_one_viseme():
    assert {OCULUS_OF[p] for p in phones.BILABIAL} == {"PP"}
    assert {OCULUS_OF[p] for p in phones.LABIODENTAL} == {"FF"}
    assert set(PHONES) >= phones.ROUNDED


@pytest.mark.parametrize("label", CMU)
@pytest.mark.parametrize("stress", ["", "0", "1", "2"])
def test_arpabet_with_any_stress_in_any_case(label, stress):
    expected = ARPABET[label]
    assert from_arpabet(label + stress) == expected
    assert from_arpabet(label.lower() + stress) == expected
    assert set(expected) <= set(PHONES)


@pytest.mark.parametrize("label", ["sil", "SP", "pau", "spn", "h#", "", " ", "_", "ssil"])
def test_silences(label):
    assert from_arpabet(label) == (SILENCE,)
    assert from_ipa(label) == (SILENCE,)


@pytest.mark.parametrize("label", ["QQ", "aaa", "1", "bang", "ʃ"])
def test_what_is_no_arpabet(label):
    assert from_arpabet(label) is None


@pytest.mark.parametrize("phone", PHONES)
def test_our_own_symbols_are_themselves_in_ipa(phone):
    assert from_ipa(phone) == (phone,)
    assert from_ipa(unicodedata.normalize("NFD", phone)) == (phone,)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("ˈa", "a"),
        ("ˌiː", "i"),
        ("oː", "o"),
        ("uˑ", "u"),
        ("ã", "a"),
        ("ɛ̃", "ɛ"),
        ("tʰ", "t"),
        ("kʷ", "k"),
        ("nʲ", "n"),
        ("l̩", "l"),
        ("t̪", "t"),
        ("ç", "ç"),
        ("iç", "i ç"),
        ("t͡ʃ", "tʃ"),
        ("d͜ʒ", "dʒ"),
        ("tʃʰ", "tʃ"),
        ("tɕ", "tʃ"),
        ("ʧ", "tʃ"),
        ("ts", "t s"),
        ("pf", "p f"),
        ("aɪ", "a ɪ"),
        ("aɪ̯", "a ɪ"),
        ("əʊ", "ə ʊ"),
        ("ɾ", "r"),
        ("ʀ", "ʁ"),
        ("ɫ", "l"),
        ("œ̃", "ø"),
        ("g", "ɡ"),
        ("a1", "a"),
        ("ma˥", "m a"),
    ],
)
def test_ipa_with_stress_length_tone_and_diacritics(label, expected):
    assert from_ipa(label) == tuple(expected.split())
    assert from_ipa(unicodedata.normalize("NFD", label)) == tuple(expected.split())


@pytest.mark.parametrize("label", ["ː", "ˈ", "5", "!", "Ж", "ʘ"])
def test_what_is_no_ipa(label):
    assert from_ipa(label) is None


@given(st.text(max_size=12))
def test_no_label_breaks_the_readers(label):
    for phone_set in ("arpabet", "ipa"):
        found = to_phones(label, phone_set)
        assert found is None or (found and set(found) <= set(PHONES))


@given(
    st.lists(st.sampled_from(PHONES), min_size=1, max_size=4),
    st.floats(0, 1e4),
    st.floats(1e-3, 10),
)
def test_parts_of_a_label_share_its_time(symbols, start, seconds):
    parts = split_evenly(symbols, start, start + seconds)
    assert [p.symbol for p in parts] == symbols
    assert parts[0].start_seconds == start
    assert parts[-1].end_seconds == pytest.approx(start + seconds)
    for before, after in itertools.pairwise(parts):
        assert before.end_seconds == pytest.approx(after.start_seconds)


def test_the_first_half_of_a_diphthong_is_longer():
    first, second = split_evenly(["a", "ɪ"], 1.0, 2.0)
    assert first.end_seconds == second.start_seconds == pytest.approx(1.6)
