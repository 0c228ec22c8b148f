# SPDX-License-Identifier: GPL-3.0-or-later
"""From an unsure contact to lips that meet or do not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lipwright.core.motion.mix import CLOSED_IN_TUCK, Style, mix_layers
from lipwright.core.motion.track import LIP_CONTACT, LIP_TUCK, FaceTrack
from lipwright.models.articulator import CONTACT_FROM, CONTACT_WHOLE, decided


def test_unlikely_contacts_vanish_and_likely_ones_are_whole():
    assert decided(np.array([0.0, CONTACT_FROM, CONTACT_WHOLE, 1.0])).tolist() == [0, 0, 1, 1]


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_likelier_contact_is_never_drawn_weaker(one, other):
    low, high = sorted((one, other))
    drawn = decided(np.array([low, high]))
    assert 0 <= drawn[0] <= drawn[1] <= 1


@pytest.mark.parametrize(("contact", "tuck"), [(0.0, 1.0), (1.0, 0.0), (1.0, 1.0)])
def test_a_tuck_brings_the_lips_near_and_a_contact_shuts_them(contact, tuck):
    frames = 5
    curves = {
        "jawOpen": np.full(frames, 0.3),
        "mouthLowerDownLeft": np.full(frames, 0.4),
        LIP_CONTACT: np.full(frames, contact),
        LIP_TUCK: np.full(frames, tuck),
    }
    face = mix_layers({"speech": FaceTrack.of(curves, 100.0)}, Style(), frames, 100.0)
    share = face["mouthClose"][0] / face["jawOpen"][0]
    assert share == pytest.approx(0.95 * min(1.0, contact + CLOSED_IN_TUCK * tuck), abs=1e-5)
    assert face["mouthLowerDownLeft"][0] < 0.4
