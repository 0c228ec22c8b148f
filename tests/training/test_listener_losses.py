# SPDX-License-Identifier: GPL-3.0-or-later
"""What the listener is taught to tell apart; needs torch, as training does."""

import pytest

from lipwright.core.phones import INDEX, PHONES

torch = pytest.importorskip("torch")
learning = pytest.importorskip("lipwright.training.networks.train_listener")


def loss_of(said: str, heard: str) -> float:
    """Loss of one frame that is `said` and heard as `heard`."""
    logits = torch.zeros(1, len(PHONES), 1)
    logits[0, INDEX[heard]] = 6.0
    return float(learning.pairs_loss(logits, torch.tensor([[INDEX[said]]])))


@pytest.mark.parametrize(("said", "heard"), ["mn", "nm", "fs", "sf", "vb", "bv", "pt", "tp"])
def test_what_looks_different_costs_both_ways(said, heard):
    assert loss_of(said, heard) > 2.0
    assert loss_of(said, said) < 0.1


def test_sounds_of_one_look_and_vowels_and_unknown_frames_cost_nothing():
    assert loss_of("n", "ŋ") < 0.1
    assert loss_of("a", "i") == 0.0
    logits = torch.zeros(1, len(PHONES), 3)
    assert float(learning.pairs_loss(logits, torch.full((1, 3), -100))) == 0.0


def test_a_tuning_starts_softly_and_ends_softer():
    config = learning.tuning(learning.ListenerConfig(), 1000)
    rates = [learning.learning_rate(config, step) for step in range(1000)]
    assert rates[0] < 0.1 * max(rates)
    assert max(rates) == pytest.approx(config.tune_peak_rate, rel=0.01)
    assert rates[-1] == pytest.approx(config.tune_final_rate, rel=0.1)
