# SPDX-License-Identifier: GPL-3.0-or-later
"""Phone lists edited by hand stay end to end, whatever is done to them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lipwright.core.errors import SettingsError
from lipwright.core.phone_list import (
    EXAMPLES,
    SHORTEST_SECONDS,
    end_to_end,
    laid_over,
    moved_edge,
    refuse_other_line,
    split_phone,
    without_phone,
)
from lipwright.core.phones import PHONES, Phone

LINE = (Phone("_", 0, 0.2, 0.9), Phone("m", 0.2, 0.3, 0.8), Phone("a", 0.3, 0.7, 0.5))


def whole(phones, seconds: float) -> bool:
    """End to end from 0 to the end."""
    met = all(a.end_seconds == b.start_seconds for a, b in pairwise(phones))
    return met and phones[0].start_seconds == 0 and phones[-1].end_seconds == seconds


def test_every_phone_has_a_word_to_hear_it_in():
    assert set(EXAMPLES) == set(PHONES)
    assert all(EXAMPLES.values())


def test_an_edge_takes_both_sounds_along():
    moved = moved_edge(LINE, 2, 0.4)
    assert [(p.start_seconds, p.end_seconds) for p in moved] == [(0, 0.2), (0.2, 0.4), (0.4, 0.7)]
    assert [p.confidence for p in moved] == [0.9, 1, 1]


def test_outer_edges_are_the_sounds_own():
    assert moved_edge(LINE, 0, 0.1) == LINE
    assert moved_edge(LINE, 3, 0.1) == LINE


def test_a_new_sound_is_the_second_half():
    split = split_phone(LINE, 2)
    assert split[2] == Phone("a", 0.3, 0.5, 0.5)
    assert split[3] == Phone("a", 0.5, 0.7, 1.0)
    with pytest.raises(SettingsError, match="too short"):
        split_phone((Phone("t", 0, SHORTEST_SECONDS),), 0)


def test_neighbours_close_the_gap():
    assert [p.end_seconds for p in without_phone(LINE, 1)] == [0.25, 0.7]
    assert without_phone(LINE, 0)[0] == Phone("m", 0, 0.3, 1.0)
    assert without_phone(LINE, 2)[-1] == Phone("m", 0.2, 0.7, 1.0)
    with pytest.raises(SettingsError, match="only sound"):
        without_phone(LINE[:1], 0)


edits = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 30), st.floats(-1, 2)), max_size=30)


@given(edits)
def test_any_edits_keep_the_list_whole(wanted):
    phones = LINE
    for kind, place, seconds in wanted:
        place %= len(phones)
        try:
            if kind == 0:
                phones = moved_edge(phones, place, seconds)
            else:
                phones = (split_phone, without_phone)[kind - 1](phones, place)
        except SettingsError:
            continue
        assert whole(phones, 0.7)
        assert min(p.end_seconds - p.start_seconds for p in phones) > SHORTEST_SECONDS / 2


times = st.lists(st.tuples(st.floats(0, 3), st.floats(0, 1)), max_size=12)


@given(times)
def test_any_list_of_a_file_becomes_whole(spans):
    phones = [Phone("a", start, start + length) for start, length in sorted(spans)]
    assert whole(end_to_end(phones, 2.0), 2.0)


def test_gaps_are_silence_and_a_whole_list_stays():
    assert end_to_end(LINE, 0.7) == LINE
    gap = end_to_end((LINE[1],), 1.0)
    assert [p.symbol for p in gap] == ["_", "m", "_"]


def test_the_list_of_another_line_is_refused():
    refuse_other_line(LINE, 0.65)
    with pytest.raises(SettingsError, match=r"ends at 0\.70 s, but this line at 0\.50 s"):
        refuse_other_line(LINE, 0.5)
    with pytest.raises(SettingsError, match="no sounds"):
        refuse_other_line((), 1.0)


def test_a_list_laid_over_another_counts_where_it_has_something():
    below = (Phone("a", 0.0, 1.0), Phone("m", 1.0, 2.0), Phone("i", 2.0, 3.0))
    above = (Phone("p", 0.5, 1.2), Phone("u", 1.2, 2.0))
    assert laid_over(below, above) == (
        Phone("a", 0.0, 0.5),
        *above,
        Phone("i", 2.0, 3.0),
    )
    assert laid_over(below, ()) == below
    assert laid_over((), above) == above
