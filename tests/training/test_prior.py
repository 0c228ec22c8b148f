# SPDX-License-Identifier: GPL-3.0-or-later
"""The articulation prior: what the network's mouths are taught from."""

import numpy as np
import pytest

from lipwright.core.motion.track import LIP_CONTACT
from lipwright.core.phones import PHONES, Phone
from lipwright.training.config import FRAME_HZ
from lipwright.training.prior.curves import CHANNELS, COLUMN, GROUPS, Prior

PRIOR = Prior.by_hand()


def said(*sounds: str, seconds: float = 0.12) -> list[Phone]:
    return [Phone(sound, n * seconds, (n + 1) * seconds) for n, sound in enumerate(sounds)]


def middle(phones: list[Phone], number: int) -> int:
    one = phones[number]
    return round((one.start_seconds + one.end_seconds) / 2 * FRAME_HZ)


def test_every_sound_has_targets_in_range_and_every_channel_a_group():
    assert PRIOR.targets.shape == (len(PHONES), len(CHANNELS))
    assert PRIOR.targets.min() >= 0
    assert PRIOR.targets.max() <= 1
    assert PRIOR.dominance.min() > 0
    grouped = {name for names, _, _ in GROUPS.values() for name in names}
    assert grouped <= set(CHANNELS)


@pytest.mark.parametrize("group", range(len(GROUPS)))
def test_dominances_share_each_frame(group):
    phones = said("_", "b", "u", "s", "_")
    weights = PRIOR.weights(phones, 80, group)
    np.testing.assert_allclose(weights.sum(1), 1)
    assert weights[middle(phones, 2)].argmax() == 2 or group == list(GROUPS).index("tongue")


@pytest.mark.parametrize("consonant", ["m", "b", "p"])
def test_lips_touch_in_m_b_p_and_only_there(consonant):
    phones = said("_", "a", consonant, "a", "_")
    contact = PRIOR.curves(phones, 60)[:, COLUMN[LIP_CONTACT]]
    assert contact[middle(phones, 2)] > 0.9
    assert contact[middle(phones, 1)] < 0.1
    assert contact[middle(phones, 3)] < 0.1


def test_rounding_is_seen_before_the_rounded_vowel_is_heard():
    phones = said("_", "t", "u", "t", "_")
    pucker = PRIOR.curves(phones, 60)[:, COLUMN["mouthPucker"]]
    assert pucker[middle(phones, 1)] > 0.3 * pucker.max()


def test_a_share_of_the_way_moves_targets_alone():
    other = Prior(np.zeros_like(PRIOR.targets), PRIOR.dominance)
    half = PRIOR.towards(other, 0.5)
    np.testing.assert_allclose(half.targets, PRIOR.targets / 2)
    assert half.dominance is PRIOR.dominance
