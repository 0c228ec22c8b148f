# SPDX-License-Identifier: GPL-3.0-or-later
"""Which face of an emotion is shown: the menu's, or one that the seed chooses."""

from dataclasses import replace

from lipwright.core.performance.acting import Acting
from lipwright.core.performance.prototypes import BY_SEED, EMOTIONS, pose
from lipwright.core.settings import Settings


def test_the_seed_chooses_a_variant_only_where_it_is_asked_to():
    name, known = "angry", tuple(EMOTIONS["angry"].variants)
    asked = Settings(acting=Acting(variants={name: BY_SEED, "happy": "grin"}))
    chosen = [replace(asked, seed=seed).acted.variants for seed in range(30)]
    assert {one[name] for one in chosen} == set(known)
    assert {one["happy"] for one in chosen} == {"grin"}, "the menu wins"
    assert chosen == [replace(asked, seed=seed).acted.variants for seed in range(30)]
    # A seed of the layer's own counts for it, as for all else of the layer.
    apart = replace(asked, seed=1, seeds={"emotion": 7}).acted.variants
    assert apart == chosen[7]
    assert Settings(seed=5).acted.variants == {}
    # Where no seed is at hand, as in the pictures of moods, it is the usual face.
    assert pose(name, BY_SEED) == pose(name)
