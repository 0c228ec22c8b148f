# SPDX-License-Identifier: GPL-3.0-or-later
"""Feelings in a transcript: found, told from other asides, and laid over the words."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lipwright.core.performance.emotion import STRONGEST
from lipwright.core.performance.prototypes import FELT
from lipwright.core.performance.written import Tag, tags_of, with_written, written_in
from lipwright.core.transcript.words import words_of


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("[angry] Get out.", [Tag(0, {"angry": 1.0})]),
        ("Well, [sad 0.4] please.", [Tag(1, {"sad": 0.4})]),
        (
            "[Happy=0,5] Hi [ surprised: 1.2 ] oh",
            [Tag(0, {"happy": 0.5}), Tag(1, {"surprised": 1.2})],
        ),
        ("[angry 9] now", [Tag(0, {"angry": STRONGEST})]),
        ("so [neutral] what", [Tag(1, {})]),
        ("bye [happy]", [Tag(1, {"happy": 1.0})]),
        ("[proud] yes", [Tag(0, {"happy": 0.3, "contemptuous": 0.25})]),
        ("[sigh] well [laughs] (angry) [scene 3] [] [0.5]", []),
    ],
)
def test_tags_are_found_and_other_asides_are_not(text, tags):
    found = tags_of(text)
    assert [tag.word for tag in found] == [tag.word for tag in tags]
    for one, other in zip(found, tags, strict=True):
        assert one.feelings == pytest.approx(other.feelings)


def test_tags_are_no_words():
    assert words_of("[angry] Get out. [sad 0.4] Please.") == ("get", "out", "please")


def test_feelings_stand_where_their_words_are_said():
    text = "one two [angry] three four [sad 0.4] five [neutral] six"
    written = written_in(text, [0.2, 1.0, 2.0, 3.0, 4.0, 5.0], 6.0)
    at = np.array([0.5, 1.5, 2.5, 3.5, 4.5, 5.5])
    assert written.counts.at(at) == pytest.approx([0, 0, 1, 1, 1, 1])
    assert written.feelings["angry"].at(at) == pytest.approx([0, 0, 1, 1, 0, 0])
    assert written.feelings["sad"].at(at) == pytest.approx([0, 0, 0, 0, 0.4, 0])
    whole = with_written({"happy": 0.6, "angry": 0.1}, written, np.arange(0, 6, 0.1))
    assert whole["happy"].at(at) == pytest.approx([0.6, 0.6, 0, 0, 0, 0])
    assert whole["angry"].at(at) == pytest.approx([0.1, 0.1, 1, 1, 0, 0])


def test_a_tag_before_the_first_word_is_felt_from_the_start():
    written = written_in("[happy] one two", [0.8, 1.5], 2.0)
    assert written.feelings["happy"].at(np.array([0.0, 1.9])) == pytest.approx([1, 1])


def test_words_that_were_not_heard_lend_their_tag_to_the_next():
    written = written_in("one [angry] two three", [0.2, None, 2.0], 3.0)
    assert written.feelings["angry"].at(np.array([1.5, 2.5])) == pytest.approx([0, 1])
    assert written_in("[angry] two", [None], 3.0) is None
    assert written_in("two", [0.5], 3.0) is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*FELT, "neutral", "tired"]), st.floats(0, 1.5), st.integers(0, 3)
        ),
        max_size=6,
    ),
    st.data(),
)
def test_any_tags_make_strengths(tags, data):
    text = " ".join(f"[{name} {strength:.2f}] " + "word " * count for name, strength, count in tags)
    count = len(words_of(text))
    starts = sorted(data.draw(st.lists(st.floats(0, 9), min_size=count, max_size=count)))
    written = written_in(text, starts, 10.0)
    if written is None:
        return
    times = np.linspace(0, 10, 200)
    for strength in with_written({"happy": 0.3}, written, times).values():
        values = strength.at(times)
        assert values.min() >= 0
        assert values.max() <= STRONGEST
