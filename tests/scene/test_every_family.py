# SPDX-License-Identifier: GPL-3.0-or-later
"""Characters in the naming of every family, made out of the demo head, are known and talk.

Each key moves the mesh as its family's table says that it should; the whole way of the button is
gone, and the lips are measured on the evaluated mesh.
"""

from dataclasses import replace
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from lipwright.core.motion.track import ARKIT_NAMES, FaceTrack
from lipwright.pipeline import OUTPUT_NAMES
from lipwright.rigs.match import match
from lipwright.tests.rigs.test_families import LINEAR, MOUTHED
from lipwright.tests.synthetic import bone_head, evaluated, head_part, keyed_head, lip_gap

HEARD = SimpleNamespace(seconds=1.0, notes=())
RATE_HZ = 25.0
FIRST = 1
# Second: the face. Each is held for a fifth of a second.
LINE = {
    0.2: {"jawOpen": 0.5, "mouthLowerDown": 0.3, "mouthUpperUp": 0.15},
    0.4: {"jawOpen": 0.3, "mouthClose": 0.285, "mouthPress": 0.2, "lipContact": 1.0},
    0.6: {"jawOpen": 0.1, "mouthPucker": 0.7, "mouthFunnel": 0.25},
    0.8: {"eyeBlink": 1.0},
}
SPELLINGS = {
    "plain": str,
    "prefix": "blendShape1.{}".format,
    "namespace": "Mesh:{}".format,
    "CJK": "顔_{}".format,
}
CASES = {
    "arkit": ("arkit", list(ARKIT_NAMES)),
    "arkit_lr": ("arkit", [n.replace("Left", "_L").replace("Right", "_R") for n in ARKIT_NAMES]),
    "arkit_upper": ("arkit", [n[0].upper() + n[1:] for n in ARKIT_NAMES]),
    **{name: (family, keys) for name, (family, keys, *_) in (LINEAR | MOUTHED).items()},
}
SPEECH = np.array([not name.startswith("eye") for name in OUTPUT_NAMES], np.float32)

# Each way of reading names is tried on four families.
SPELT = [
    *((case, "plain") for case in CASES),
    *(
        (case, spelling)
        for case in ("arkit", "oculus", "vroid", "metahuman")
        for spelling in list(SPELLINGS)[1:]
    ),
]


def shapes_of(keys: list[str]) -> dict[str, dict[str, float]]:
    """What each key would do on a real character: its family's terms, shared among keys."""
    rig = match({"Head": keys})
    known = head_part().keys
    rows = {
        row.control.key: {
            channel: weight for channel, weight in row.terms if channel not in rig.missing
        }
        for row in rig.rows
    }
    solved = {row.control.key for row in rig.rows if row.solved}
    many = {
        channel: sum(channel in terms for key, terms in rows.items() if key not in solved)
        for terms in rows.values()
        for channel in terms
    }
    found: dict[str, dict[str, float]] = {}
    for key in keys:
        terms = rows.get(key, {})
        most = max(map(abs, terms.values()), default=1.0)
        found[key] = {
            channel: weight if key in solved else weight / most / many[channel]
            for channel, weight in terms.items()
            if channel in known
        }
    return found


def line() -> FaceTrack:
    names = OUTPUT_NAMES
    count = round(HEARD.seconds * RATE_HZ) + 1
    values = np.zeros((count, len(names)), np.float32)
    for start, face in LINE.items():
        frames = slice(round(start * RATE_HZ), round((start + 0.2) * RATE_HZ))
        for i, name in enumerate(names):
            for stem, value in face.items():
                if name in (stem, f"{stem}Left", f"{stem}Right"):
                    values[frames, i] = value
    return FaceTrack(values, names, RATE_HZ)


@pytest.fixture
def talk(ours, monkeypatch):
    """Let a character say `LINE`; returns report, lips' distances and vertices by second."""

    def do(item, apart=False):
        take, scene = ours("jobs.take"), bpy.context.scene
        scene.render.fps = round(RATE_HZ)
        track = ours("core.motion.track").FaceTrack(line().values, line().names, RATE_HZ)
        pipeline = ours("pipeline")
        monkeypatch.setattr(pipeline, "layer_tracks", lambda _analysis, _settings: {})
        monkeypatch.setattr(pipeline, "mix", lambda _analysis, _tracks, _settings: track)
        layers = {"speech": replace(track, values=track.values * SPEECH), "blink": track}
        monkeypatch.setattr(pipeline, "steps", lambda _analysis, _tracks, _settings: layers)
        character = ours("scene.character.find").character_of(item, scene)
        ours("scene.character.chosen").settings_of(character).apart = apart
        clock = ours("scene.clock").clock_of(scene, float(FIRST))
        report = take.animate(character, HEARD, ours("pipeline").Settings(), clock, "line")
        gaps, points = {}, {}
        for start in (0.0, *LINE):
            scene.frame_set(FIRST + round((start + 0.08) * RATE_HZ))
            gaps[start], points[start] = lip_gap(item), evaluated(item)
        return report, gaps, points

    return do


@pytest.mark.parametrize(("case", "spelling"), SPELT)
def test_the_family_is_known_and_talks(case, spelling, talk, ours):
    family, keys = CASES[case]
    spell = SPELLINGS[spelling]
    item = keyed_head({spell(key): parts for key, parts in shapes_of(keys).items()})
    character = ours("scene.character.find").character_of(item, bpy.context.scene)
    rig = ours("scene.character.find").rig_of(character)
    assert rig.family == family
    _, gaps, points = talk(item)
    rest = gaps[0.0]
    assert gaps[0.2] - rest > 0.1
    assert abs(gaps[0.4] - rest) < 0.1 * (gaps[0.2] - rest)
    blinks = any(channel == "eyeBlinkLeft" for row in rig.rows for channel, _ in row.terms)
    if blinks:
        lids = np.linalg.norm(head_part().keys["eyeBlinkLeft"], axis=1).argmax()
        assert points[0.0][lids, 2] - points[0.8][lids, 2] > 0.008


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize(
    "bones", [("jaw",), ("jaw", "upper lip", "lower lip", "corner l", "corner r")]
)
def test_bones_talk(bones, apart, talk):
    names = {"jaw": "Jaw", "upper lip": "lip.T", "lower lip": "lip.B"}
    names |= {"corner l": "lips.L", "corner r": "lips.R"}
    item, _ = bone_head({role: names[role] for role in bones})
    report, gaps, _ = talk(item, apart)
    assert report.notes == []
    assert gaps[0.2] - gaps[0.0] > 0.1
    assert abs(gaps[0.4] - gaps[0.0]) < 0.1 * (gaps[0.2] - gaps[0.0])


def test_keys_and_a_jaw_bone(talk, ours):
    """Lips by shape keys that do not open the jaw, and a bone that does."""
    item, _ = bone_head({"jaw": "CC_Base_JawRoot"})
    keys = ("mouthPucker", "mouthFunnel", "mouthSmileLeft", "mouthSmileRight", "eyeBlinkLeft")
    item.shape_key_add(name="Basis", from_mix=False)
    for name in keys:
        block = item.shape_key_add(name=name, from_mix=False)
        moved = head_part().vertices + head_part().keys[name]
        block.data.foreach_set("co", moved.astype(np.float32).ravel())
        block.value = 0.0
    character = ours("scene.character.find").character_of(item, bpy.context.scene)
    rows = ours("scene.character.find").rig_of(character).rows
    kinds = {row.control.key: row.control.kind for row in rows}
    assert kinds["jawOpen"] == "pose"
    assert kinds["mouthPucker"] == "shape key"
    _, gaps, points = talk(item)
    assert gaps[0.2] - gaps[0.0] > 0.1
    assert abs(gaps[0.4] - gaps[0.0]) < 0.1 * (gaps[0.2] - gaps[0.0])
    assert np.abs(points[0.6] - points[0.0]).max() > 0.005
