# SPDX-License-Identifier: GPL-3.0-or-later
"""A mouth rests in silence and is left alone in speech."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lipwright.core.motion.rest import PAUSE_SHARE, moving_share


def test_speech_is_left_alone_and_a_long_silence_is_still():
    silence = np.ones(300)
    silence[100:200] = 0
    share = moving_share(silence, 100.0)
    assert (share[96:204] == 1).all()
    assert not share[:50].any()
    assert not share[250:].any()


def test_a_short_pause_stays_a_little_ajar():
    silence = np.zeros(200)
    silence[80:120] = 1
    assert moving_share(silence, 100.0)[100] == np.float32(1 - PAUSE_SHARE)


@given(st.lists(st.floats(0, 1), max_size=60))
def test_the_share_is_a_share(silence):
    share = moving_share(np.array(silence), 100.0)
    assert share.shape == (len(silence),)
    assert ((share >= -1e-6) & (share <= 1 + 1e-6)).all()
