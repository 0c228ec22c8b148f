# SPDX-License-Identifier: GPL-3.0-or-later
"""How two phone lists are compared; the other recogniser is not needed."""

from hypothesis import given
from hypothesis import strategies as st

from lipwright.core.phones import BILABIAL, PHONES
from lipwright.training.measuring.beside import aligned, lip_counts

LISTS = st.lists(st.sampled_from(PHONES[1:]), max_size=12)


def test_lips_are_found_where_any_of_them_is_heard():
    pairs = aligned(["b", "a", "n", "i"], ["m", "a", "m", "i", "p"])
    assert ("b", "m") in pairs
    assert lip_counts(pairs) == (1, 1, 3)


@given(LISTS, LISTS)
def test_an_alignment_holds_both_lists_in_their_order(heard, said):
    pairs = aligned(heard, said)
    assert [a for a, _ in pairs if a] == heard
    assert [b for _, b in pairs if b] == said
    found, heard_lips, said_lips = lip_counts(pairs)
    assert found <= min(heard_lips, said_lips)


@given(LISTS)
def test_what_is_heard_rightly_is_found_whole(said):
    count = sum(phone in BILABIAL for phone in said)
    assert lip_counts(aligned(said, said)) == (count, count, count)
