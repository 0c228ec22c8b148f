# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of the mouth: sides are spelt out, and every shape of it is one that a face has."""

import pytest

from lipwright.core.motion.mouth import MOUTH, Kind, channels_of, gap_of, stem_of
from lipwright.core.motion.track import FACE_NAMES


@pytest.mark.parametrize("stem", MOUTH)
def test_every_shape_is_a_face_channel(stem):
    assert stem in FACE_NAMES or {f"{stem}Left", f"{stem}Right"} <= set(FACE_NAMES)


def test_every_channel_is_of_at_most_one_kind():
    kinds = [channels_of(kind) for kind in Kind]
    assert sum(map(len, kinds)) == len(frozenset().union(*kinds))
    assert channels_of(Kind.SHUTS) >= {"mouthPressLeft", "mouthPressRight", "mouthRollLower"}


def test_both_sides_part_the_lips_as_far_as_the_pair():
    for stem, shape in MOUTH.items():
        assert gap_of(stem) == shape.gap
        sides = [name for name in FACE_NAMES if stem_of(name) == stem]
        assert sum(map(gap_of, sides)) == pytest.approx(shape.gap)
    assert gap_of("eyeBlinkLeft") == 0.0
