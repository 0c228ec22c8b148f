# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole-face expressions of avatars: full in pauses, giving way to words, moved by nothing else."""

from functools import cache
from itertools import pairwise

import bpy
import numpy as np
import pytest

from lipwright.core.audio.load import load_sound
from lipwright.core.motion.ends import Room
from lipwright.core.motion.track import FEELING_NAMES, feeling_channels
from lipwright.core.performance.prototypes import FELT, pose
from lipwright.core.phones import BILABIAL, LABIODENTAL, ROUNDED
from lipwright.core.timing import FrameClock
from lipwright.pipeline import Settings, analyse, plan_take
from lipwright.rigs.mouths import MOUTHS
from lipwright.tests.blender_fixtures import ROOT
from lipwright.tests.scene.test_reading import MOVING, rig_of
from lipwright.tests.synthetic import contact_rows, head_part, keyed_head

VOWELS = {"A": "aa", "I": "iy", "U": "uw", "E": "eh", "O": "ow"}
FACES = {"Joy": "happy", "Angry": "angry", "Sorrow": "sad", "Surprised": "surprised"}


@cache
def heard():
    return analyse(load_sound(ROOT / "demo" / "line.wav"))


def avatar(ours, open_joy=0.0):
    """Five vowels, a blink, whole faces; `open_joy` is how far a laughing mouth is open."""
    keys = {name: {c: w for c, w in MOUTHS[s] if c in MOVING} for name, s in VOWELS.items()}
    keys["Blink"] = {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0}
    for name, emotion in FACES.items():
        keys[name] = {c: w for c, w in pose(emotion).items() if c in MOVING}
    keys["Fun"] = {c: 0.5 * w for c, w in keys["Joy"].items()}
    keys["Joy"] = {**keys["Joy"], "jawOpen": open_joy}
    return keyed_head(keys)


def spoken(item, ours, emotions):
    """Values of all keys over the demo line, by name, and what is said at each frame."""
    find = ours("scene.character.find")
    character = find.character_of(item, bpy.context.scene)
    rig = find.rig_of(character)
    fit = ours("scene.character.measure").lips_of(character, rig)
    clock = FrameClock(fps=50.0, first_frame=1.0)
    plan = plan_take(heard(), Settings(emotions=emotions), rig, fit, clock, room=Room(1.0, 3.0))
    (layer,) = plan.layers.values()
    seconds = clock.seconds(plan.frames)
    return {control.key: keys.values for control, keys in layer.items()}, seconds


def gaps(values, names):
    """How far the middles of the lips are apart beyond rest, in mouth widths, by frame."""
    part = head_part()
    upper, lower = contact_rows()
    middle = len(upper) // 2
    width = np.linalg.norm(part.vertices[upper[0]] - part.vertices[upper[-1]])
    moved = {name: sum(w * part.keys[c] for c, w in keys.items()) for name, keys in names.items()}
    each = {n: (m[upper[middle], 2] - m[lower[middle], 2]) / width for n, m in moved.items()}
    return sum(values[name] * each[name] for name in values if name in each)


def test_feelings_are_the_emotions():
    assert FEELING_NAMES == tuple(one for name in FELT for one in feeling_channels(name))


def test_joy_is_near_whole_in_vowels_and_pauses_and_gives_way_to_lips_that_meet(ours):
    item = avatar(ours)
    rig = rig_of(item, ours)
    terms = {row.control.key: dict(row.terms) for row in rig.rows}
    assert terms["Joy"]["feelHappyMouth"] > 0.5  # a smile moves the lips
    assert "Fun" not in terms
    values, seconds = spoken(item, ours, {"happy": 1.0})
    after = (seconds > heard().seconds - 0.05) & (seconds < heard().seconds + 0.3)
    assert values["Joy"][after].max() >= 0.9
    # Near whole in vowels and pauses, on a line that is full of M B P and F V.
    needs = [p for p in heard().phones if p.symbol in BILABIAL | LABIODENTAL | ROUNDED]
    away = np.array(
        [min(max(p.start_seconds - t, t - p.end_seconds) for p in needs) > 0.12 for t in seconds]
    )
    assert away.sum() > 30
    said = (seconds > 0.1) & (seconds < heard().seconds + 0.3)
    assert np.percentile(values["Joy"][away & said], 15) > 0.6
    assert np.median(values["Joy"][away & said]) > 0.8
    closed = np.array([any(p.start_seconds < t < p.end_seconds for p in needs) for t in seconds])
    assert np.median(values["Joy"][closed]) < 0.45
    assert np.abs(np.diff(values["Joy"])).max() < 0.25  # it goes and comes within some frames


def test_joy_does_not_flicker_between_closures_that_follow_each_other(ours):
    """Where it would come back for less than a fifth of a second it stays away, brows and all."""
    joy, seconds = spoken(avatar(ours), ours, {"happy": 1.0})
    joy, meets = joy["Joy"], [p for p in heard().phones if p.symbol in BILABIAL]
    near = [(a, b) for a, b in pairwise(meets) if 0 < b.start_seconds - a.end_seconds < 0.14]
    assert len(near) >= 3
    for a, b in near:
        between = (seconds >= a.start_seconds) & (seconds <= b.end_seconds)
        ends = max(joy[between][0], joy[between][-1])
        assert joy[between].max() < ends + 0.05, a.start_seconds
    said = (seconds > 0.3) & (seconds < heard().seconds - 0.3)
    # 2.3 in a second before: it was 0.6 up and down with every second syllable.
    assert np.abs(np.diff(joy[said])).sum() / np.ptp(seconds[said]) < 1.9
    assert np.abs(np.diff(joy)).max() < 0.2


def test_words_brows_and_blinks_move_no_whole_face(ours):
    values, _ = spoken(avatar(ours), ours, {})
    for name in ("Joy", "Angry", "Sorrow", "Surprised"):
        assert not np.any(values.get(name, 0.0))
    values, _ = spoken(avatar(ours), ours, {"happy": 1.0})
    for name in ("Angry", "Sorrow", "Surprised"):
        assert not np.any(values.get(name, 0.0))


@pytest.mark.parametrize("open_joy", [0.0, 0.4])
def test_lips_meet_and_a_laugh_and_an_a_do_not_add_up(open_joy, ours):
    item = avatar(ours, open_joy)
    keys = {name: {c: w for c, w in MOUTHS[s] if c in MOVING} for name, s in VOWELS.items()}
    joy = {c: w for c, w in pose("happy").items() if c in MOVING}
    keys["Joy"] = {**joy, "jawOpen": open_joy}
    values, seconds = spoken(item, ours, {"happy": 1.0})
    gap = gaps(values, keys)
    calm = gaps(spoken(item, ours, {})[0], keys)
    laugh = gaps({"Joy": np.ones(1)}, keys)[0]
    widest = float(np.percentile(calm, 99))
    assert gap.max() < 1.15 * max(widest, laugh)
    for phone in heard().phones:
        if phone.symbol in "mbp":
            near = np.abs(seconds - (phone.start_seconds + phone.end_seconds) / 2) < 0.03
            assert gap[near].min() < 0.05 * widest, (phone.symbol, phone.start_seconds)


def test_single_shapes_show_an_emotion_where_they_are_there(ours):
    keys = {name: {name: 1.0} for name in MOVING if name.startswith(("brow", "eye", "cheek"))}
    vowels = {name: {c: w for c, w in MOUTHS[s] if c in MOVING} for name, s in VOWELS.items()}
    faces = {name: {c: w for c, w in pose(e).items() if c in MOVING} for name, e in FACES.items()}
    rig = rig_of(keyed_head({**vowels, **keys, **faces}), ours)
    used = {row.control.key for row in rig.rows}
    assert "Surprised" not in used  # brows and lids show it
    assert "browInnerUp" in used


def vroid(more=None, all_too=False):
    """A VRoid face: vowels, and brows, eyes and mouth of each feeling apart."""
    keys = dict(more or {})
    keys |= {
        f"Face.M_F00_000_Fcl_MTH_{name}": {c: w for c, w in MOUTHS[s] if c in MOVING}
        for name, s in VOWELS.items()
    }
    for name, emotion in FACES.items():
        face = {c: w for c, w in pose(emotion).items() if c in MOVING}
        parts = {"BRW": "brow", "EYE": "eye", "MTH": ("mouth", "jaw", "cheek", "nose")}
        for part, stems in parts.items():
            own = {c: w for c, w in face.items() if c.startswith(stems)}
            keys[f"Face.M_F00_000_Fcl_{part}_{name}"] = own
        if all_too:
            keys[f"Face.M_F00_000_Fcl_ALL_{name}"] = face
    return keyed_head(keys)


@pytest.mark.parametrize("all_too", [False, True])
def test_parts_of_a_face_are_used_together_and_only_its_mouth_gives_way(all_too, ours):
    item = vroid(all_too=all_too)
    rig = rig_of(item, ours)
    assert rig.family == "vrm"
    assert ours("rigs.whole_faces").shown_whole(rig) == set(FACES.values())
    assert not any("ALL" in row.control.key for row in rig.rows)
    values, seconds = spoken(item, ours, {"happy": 1.0})
    values = {name.removeprefix("Face.M_F00_000_Fcl_"): one for name, one in values.items()}
    said = (seconds > 0.3) & (seconds < heard().seconds - 0.3)
    for part in ("BRW_Joy", "EYE_Joy"):
        assert values[part][said].min() > 0.8  # brows and eyes hold while the mouth speaks
    assert np.percentile(values["MTH_Joy"][said], 10) < 0.3
    assert np.percentile(values["MTH_Joy"][said], 90) > 0.7
    for part in ("MTH_Sorrow", "EYE_Angry", "EYE_Sorrow"):
        assert not np.any(values.get(part, 0.0))


def test_a_part_that_is_a_single_shape_too_follows_both(ours):
    terms = {
        row.control.key.removeprefix("Face.M_F00_000_"): dict(row.terms)
        for row in rig_of(vroid(), ours).rows
    }
    assert {"browDownLeft", "feelAngry"} <= set(terms["Fcl_BRW_Angry"])
    assert terms["Fcl_MTH_Joy"] == {"feelHappyMouth": 1.0}


def test_single_shapes_of_a_face_go_before_its_parts(ours):
    rig = rig_of(vroid({name: {name: 1.0} for name in MOVING}), ours)
    assert rig.family == "arkit"
    assert not ours("rigs.whole_faces").shown_whole(rig)


def sides(stem, weight):
    return {f"{stem}Left": weight, f"{stem}Right": weight}


# As three makers might sculpt the same four feelings.
STYLES = {
    "ours": {emotion: pose(emotion) for emotion in FACES.values()},
    "cartoon": {
        "happy": {**sides("eyeBlink", 1.0), **sides("mouthSmile", 0.8), "jawOpen": 0.3},
        "angry": {**sides("browDown", 1.0), **sides("mouthFrown", 0.5)},
        "sad": {"browInnerUp": 0.8, **sides("mouthFrown", 0.9), **sides("eyeBlink", 0.4)},
        "surprised": {"browInnerUp": 1.0, **sides("browOuterUp", 0.8), "mouthFunnel": 0.6},
    },
    "plain": {
        "happy": {**sides("mouthSmile", 0.8), **sides("eyeSquint", 0.6)},
        "angry": {**sides("browDown", 0.8), **sides("mouthPress", 0.6), **sides("noseSneer", 0.5)},
        "sad": {"browInnerUp": 0.6, **sides("mouthFrown", 0.6), "mouthShrugLower": 0.4},
        "surprised": {"browInnerUp": 0.6, **sides("browOuterUp", 0.6), "jawOpen": 0.6},
    },
}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("numbered", [True, False])
def test_whole_faces_of_no_known_name_are_told_by_what_moves(style, numbered, ours):
    """Corners up, brows down; beside vowels of known names, or where all are numbers."""
    keys = {name: {c: w for c, w in MOUTHS[s] if c in MOVING} for name, s in VOWELS.items()}
    keys |= {f"Kao {name[::-1]}": face for name, face in STYLES[style].items()}
    keys["Blink"] = sides("eyeBlink", 1.0)
    names = {name: f"{i:02d}" if numbered else name for i, name in enumerate(keys)}
    moving = {n: {c: w for c, w in face.items() if c in MOVING} for n, face in keys.items()}
    item = keyed_head({names[name]: face for name, face in moving.items()})
    rig = rig_of(item, ours)
    whole = ours("rigs.whole_faces")
    told = {row.control.key: whole.feeling_of(row) for row in rig.rows}
    assert {name: told.get(names[f"Kao {name[::-1]}"], "") for name in STYLES[style]} == {
        name: name for name in STYLES[style]
    }
    assert all(row.solved for row in rig.rows if row.control.key in map(names.get, VOWELS))
    assert len(rig.read) >= 4
    values, _ = spoken(item, ours, {"sad": 1.0})
    assert max(values[names["Kao das"]]) > 0.8
    assert not np.any(values.get(names["Kao yrgna"], 0.0))


def test_layers_on_tracks_of_their_own_show_the_same(ours):
    item = avatar(ours)
    find, take = ours("scene.character.find"), ours("jobs.take")
    mine = ours("pipeline")
    analysis = mine.analyse(ours("core.audio.load").load_sound(ROOT / "demo" / "line.wav"))
    settings = mine.Settings(emotions={"happy": 0.8})

    def said():
        character = find.character_of(item, bpy.context.scene)
        clock = ours("core.timing").FrameClock(24.0, 10.0)
        take.animate(character, analysis, settings, clock, "line")
        found = []
        for frame in range(5, 180, 3):
            bpy.context.scene.frame_set(frame)
            found.append(item.data.shape_keys.key_blocks["Joy"].value)
        return np.array(found)

    whole = said()
    assert whole.max() > 0.5
    item.lipwright.apart = True
    assert said() == pytest.approx(whole, abs=0.02)
