# SPDX-License-Identifier: GPL-3.0-or-later
"""Posteriors to phones and back; Viterbi against every path there is."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lipwright.core.decode import corrected_posteriors, phones_of, posteriors_of, viterbi
from lipwright.core.errors import SettingsError
from lipwright.core.phones import INDEX, PHONES, SILENCE, Phone


def _score(path, posteriors, cost):
    said = sum(np.log(max(posteriors[i, p], 1e-6)) for i, p in enumerate(path))
    return said - cost * sum(a != b for a, b in itertools.pairwise(path))


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 5),
    st.integers(1, 4),
    st.integers(0, 2**31),
    st.sampled_from([0.0, 0.3, 2.0, 50.0]),
)
def test_viterbi_finds_the_best_of_all_paths(frames, states, seed, cost):
    posteriors = np.random.default_rng(seed).dirichlet(np.ones(states), frames).astype("f4")
    found = viterbi(posteriors, change_cost=cost)
    best = max(
        _score(path, posteriors, cost) for path in itertools.product(range(states), repeat=frames)
    )
    assert _score(found, posteriors, cost) == pytest.approx(best, abs=1e-4)


@given(
    st.lists(
        st.tuples(st.sampled_from(PHONES), st.integers(1, 20)),
        min_size=1,
        max_size=15,
    )
)
def test_phones_survive_the_round_trip(parts):
    merged = [
        (symbol, sum(n for _, n in group))
        for symbol, group in itertools.groupby(parts, key=lambda part: part[0])
    ]
    frame, phones = 0, []
    for symbol, count in merged:
        phones.append(Phone(symbol, frame / 100, (frame + count) / 100, 1.0))
        frame += count
    assert phones_of(posteriors_of(phones, frame, 100.0), 100.0) == tuple(phones)


def test_what_no_phone_covers_is_silence():
    posteriors = posteriors_of([Phone("m", 0.1, 0.2)], 40, 100.0)
    assert posteriors.dtype == np.float32
    assert [p.symbol for p in phones_of(posteriors, 100.0)] == [SILENCE, "m", SILENCE]
    assert posteriors_of([], 5, 100.0)[:, 0].all()


def test_phones_beyond_the_end_are_cut_there():
    assert len(posteriors_of([Phone("a", 0.0, 9.0), Phone("m", 9.0, 10.0)], 20, 100.0)) == 20


def test_nothing_heard_is_no_phone():
    assert phones_of(np.zeros((0, len(PHONES)), np.float32), 100.0) == ()


def test_confidence_is_the_mean_posterior():
    posteriors = np.full((10, len(PHONES)), 0.4 / (len(PHONES) - 1), np.float32)
    posteriors[:, 3] = 0.6
    (phone,) = phones_of(posteriors, 100.0)
    assert phone == Phone(PHONES[3], 0.0, 0.1, 0.6)


def test_a_flicker_of_one_unsure_frame_is_no_phone():
    posteriors = np.full((11, len(PHONES)), 1e-3, np.float32)
    posteriors[:, 5] = 0.6
    posteriors[5, 5], posteriors[5, 9] = 0.4, 0.5
    assert [p.symbol for p in phones_of(posteriors, 100.0)] == [PHONES[5]]


@pytest.mark.parametrize(
    ("phone", "words"),
    [
        (Phone("qq", 0, 1), "not a known phone"),
        (Phone("a", 0.5, 0.2), "end after it starts"),
        (Phone("a", -0.5, 0.2), "start at 0 or later"),
        (Phone("a", float("nan"), 0.2), "end after it starts"),
        (Phone("a", 0.0, float("inf")), "end after it starts"),
    ],
)
def test_phones_that_make_no_sense(phone, words):
    with pytest.raises(SettingsError, match=words):
        posteriors_of([phone], 100, 100.0)


def test_only_what_a_person_changed_becomes_certain():
    said = posteriors_of([Phone("a", 0.0, 0.2), Phone("m", 0.2, 0.4)], 40, 100.0)
    heard = 0.6 * said + 0.4 / len(PHONES)
    as_heard = phones_of(heard, 100.0)
    assert np.array_equal(corrected_posteriors(heard, as_heard, 100.0), heard)
    other = [as_heard[0], replace(as_heard[1], symbol="n")]
    corrected = corrected_posteriors(heard, other, 100.0)
    assert np.array_equal(corrected[:20], heard[:20])
    assert (corrected[20:, INDEX["n"]] == 1).all()
    sure = [replace(as_heard[0], confidence=1.0), as_heard[1]]
    corrected = corrected_posteriors(heard, sure, 100.0)
    assert (corrected[:20, INDEX["a"]] == 1).all()
    assert np.array_equal(corrected[20:], heard[20:])
