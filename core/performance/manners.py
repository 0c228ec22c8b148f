# SPDX-License-Identifier: GPL-3.0-or-later
"""Manners of speaking by name: dials that are turned together."""

from collections.abc import Mapping

NATURAL = "natural"

# Dials of `core.motion.mix.Style` and `core.performance.acting.Acting`. That clear
# speech opens and spreads the lips further than plain speech is after Tang, Hannah, Jongman,
# Sereno, Wang & Hamarneh (2015), "Examining visible articulatory features in clear and plain
# speech"; by how much is taste, as are mumbling and the theatre.
STYLES: Mapping[str, Mapping[str, float]] = {
    "mumbled": {"jaw": 0.6, "lips": 0.7, "upper_face": 0.7, "brow": 0.6},
    NATURAL: {},
    "clear": {"jaw": 1.15, "lips": 1.2},
    "theatrical": {"jaw": 1.3, "lips": 1.35, "upper_face": 1.35, "brow": 1.5, "breath": 1.4},
}
