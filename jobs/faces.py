# SPDX-License-Identifier: GPL-3.0-or-later
"""What a character's controls show in each mood, and each alone, drawn small."""

from pathlib import Path

import bpy

from ..core.performance.acting import Acting
from ..core.performance.prototypes import FELT
from ..core.steps import Steps
from ..rigs.drive import standing_face
from ..rigs.schema import ANY, Control, Row
from ..scene.character.chosen import settings_of
from ..scene.character.find import Character, rig_of
from ..scene.character.measure import calibrated_lips
from ..scene.exports.faces import draw_faces_steps, name_of
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


def draw_moods_steps(character: Character, scene: bpy.types.Scene) -> Steps[list[Path]]:
    """Draw them all; see `draw_faces_steps`."""
    rows = rig_of(character).rows
    return (yield from draw_faces_steps(character, scene, moods_of(character), rows))


def draw_shapes_steps(character: Character, scene: bpy.types.Scene) -> Steps[list[Path]]:
    """Draw what each control of the mapping does alone, those that nobody named first."""
    rig = rig_of(character)
    sure = dict(rig.read)
    rows = [row for row in rig.rows if row.control.kind != ANY]
    rows.sort(key=lambda row: -sure.get(row.control, 0.0))
    faces = {name_of(row.control): {row.control: _whole(row)} for row in rows}
    return (yield from draw_faces_steps(character, scene, faces, rows))


def _whole(row: Row) -> float:
    """A control's value at a whole shape."""
    if row.control.kind == "pose":
        return 1.0
    return min(max(row.offset + row.scale, row.low), row.high)
