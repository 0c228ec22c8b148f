# SPDX-License-Identifier: GPL-3.0-or-later
"""From an unsure contact to lips that meet or do not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lipwright.core.motion.contact import (
    CONTACT_FROM,
    CONTACT_WHOLE,
    TUCK_FROM,
    TUCK_WHOLE,
    decide_contacts,
    decide_tucks,
)

RATE_HZ = 100.0
NONE = np.zeros(60)


def hump(height: float, middle: int = 30, frames: int = 60) -> np.ndarray:
    """A contact as the network draws it: up and down within a tenth of a second."""
    return height * np.exp(-(((np.arange(frames) - middle) / 4.0) ** 2))


@pytest.mark.parametrize("height", [0.0, 0.05, CONTACT_FROM])
def test_unlikely_contacts_vanish(height):
    assert decide_contacts(hump(height), hump(height), NONE, RATE_HZ).max() == 0


@pytest.mark.parametrize("height", [CONTACT_WHOLE + 0.01, 0.5, 1.0])
def test_likely_contacts_are_whole_and_as_long_however_sure(height):
    drawn = decide_contacts(hump(height), hump(height), NONE, RATE_HZ)
    assert drawn.max() == pytest.approx(1)
    np.testing.assert_allclose(
        drawn, decide_contacts(hump(1.0), hump(1.0), NONE, RATE_HZ), atol=1e-6
    )
    assert drawn[:15].max() == drawn[45:].max() == 0


def test_what_the_listener_heard_counts_where_the_network_hesitates():
    timid = hump(0.15)
    assert decide_contacts(timid, NONE, NONE, RATE_HZ).max() == 0
    assert decide_contacts(timid, hump(0.9), NONE, RATE_HZ).max() == pytest.approx(1)


def test_lips_do_not_meet_on_what_is_rather_f_or_v():
    unsure = hump(0.4)
    assert decide_contacts(unsure, unsure, hump(0.3), RATE_HZ).max() == pytest.approx(1)
    assert decide_contacts(unsure, unsure, hump(0.9), RATE_HZ).max() < 0.1


def test_lips_part_between_two_contacts():
    two = np.maximum(hump(0.9, 15), hump(0.6, 40))
    drawn = decide_contacts(two, two, NONE, RATE_HZ)
    assert min(drawn[15], drawn[40]) > 0.9
    assert drawn[28] == 0


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_likelier_contact_is_never_drawn_weaker(one, other):
    low, high = (decide_contacts(hump(h), hump(h), NONE, RATE_HZ) for h in sorted((one, other)))
    assert (low <= high + 1e-9).all()
    assert low.min() >= 0
    assert high.max() <= 1


def test_a_likely_tuck_is_whole_and_an_unlikely_one_as_it_was_drawn():
    likely = hump(TUCK_WHOLE + 0.05)
    assert decide_tucks(likely, likely, NONE, RATE_HZ).max() == pytest.approx(1)
    unlikely = hump(TUCK_FROM / 2)
    np.testing.assert_array_equal(decide_tucks(unlikely, unlikely, NONE, RATE_HZ), unlikely)


def test_lips_that_meet_do_not_tuck():
    tuck, contact = hump(0.5), hump(1.0)
    np.testing.assert_array_equal(decide_tucks(tuck, tuck, contact, RATE_HZ), tuck)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_tuck_is_never_less_than_it_was_drawn(tuck, tucking, contact):
    decided = decide_tucks(hump(tuck), hump(tucking), hump(contact), RATE_HZ)
    assert (decided >= hump(tuck) - 1e-9).all()
    assert decided.max() <= 1 + 1e-9
