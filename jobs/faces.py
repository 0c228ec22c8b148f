# SPDX-License-Identifier: GPL-3.0-or-later
"""What a character's controls show in each mood, drawn small."""

from collections.abc import Callable
from pathlib import Path

import bpy

from ..core.performance.acting import Acting
from ..core.performance.prototypes import FELT
from ..rigs.drive import standing_face
from ..rigs.schema import Control
from ..scene.character.chosen import settings_of
from ..scene.character.find import Character, rig_of
from ..scene.character.measure import calibrated_lips
from ..scene.exports.faces import draw_faces
from ..scene.saved.moods import MOODS, own_moods, read_mood


def moods_of(character: Character) -> dict[str, dict[Control, float]]:
    """Values of a character's controls for every mood, ours and the artist's."""
    rig, lips = rig_of(character), calibrated_lips(character, rig_of(character))
    dials = settings_of(character).acting
    found: dict[str, dict[Control, float]] = {}
    for name in (*MOODS, *own_moods()):
        mood = read_mood(name)
        acting = Acting(
            emotion_mouth=dials.emotion_mouth,
            emotion_upper=dials.emotion_upper,
            variants=dict(mood.variants),
        )
        felt = {key: mood.values[key] for key in FELT if mood.values.get(key)}
        found[name] = standing_face(felt, acting, rig, lips)
    return found


def draw_moods(
    character: Character, scene: bpy.types.Scene, progress: Callable[[float], None]
) -> list[Path]:
    """Draw them all; see `draw_faces`."""
    return draw_faces(character, scene, moods_of(character), progress)
