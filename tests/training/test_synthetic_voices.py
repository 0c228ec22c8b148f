# SPDX-License-Identifier: GPL-3.0-or-later
"""What Kokoro and Open JTalk say, in our phones; the synthesisers themselves are not needed."""

from lipwright.core.phones import BILABIAL
from lipwright.training.data import kokoro, tohoku


def test_kokoro_is_told_one_symbol_for_a_diphthong_and_an_affricate():
    assert kokoro._written("tʃˈeɪndʒ") == "ʧˈAnʤ"
    assert kokoro._written("bˈoʊt") == "bˈOt"
    assert kokoro._written("fˈɑːðɚ") == "fˈɑðəɹ"


def test_voices_that_judge_are_never_learnt_from():
    assert len(kokoro.DEV_VOICES) == 8
    assert sum(name[1] == "f" for name in kokoro.DEV_VOICES) == 4
    assert not kokoro.NEVER & set(kokoro.DEV_VOICES)


def test_japanese_labels_become_phones_and_a_nasal_meets_the_lips_before_p_and_b():
    names = "sil sh i N b u N pau k i N d o o sil".split()
    labels = [f"xx^xx-{name}+xx=xx" for name in names]
    words = tohoku.words_of(labels)
    said = [phone for word in words for phone in word]
    assert said == "ʃ i m b ɯ ŋ k i ŋ d o o".split()
    assert [phone for phone in said if phone in BILABIAL] == ["m", "b"]
    assert len(words) > 1, "a pause parts words"
