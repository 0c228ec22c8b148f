# SPDX-License-Identifier: GPL-3.0-or-later
"""Every usual spelling of the ARKit shapes is found, and nothing else is."""

import re

import numpy as np
import pytest

from lipwright.core.errors import RigError
from lipwright.core.motion.track import ARKIT_NAMES, TONGUE_NAMES, FaceTrack
from lipwright.rigs.describe import describe
from lipwright.rigs.drive import drive
from lipwright.rigs.families.arkit import ARKIT
from lipwright.rigs.match import match, parse
from lipwright.rigs.schema import Control, RigMap, Row

SOME = ("jawOpen", *ARKIT_NAMES[:9])


def _side(left, right):
    def respell(name):
        if name.endswith("Left"):
            return name.removesuffix("Left") + left
        return name.removesuffix("Right") + right if name.endswith("Right") else name

    return respell


def _words(name):
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)


SPELLINGS = {
    "camelCase": str,
    "PascalCase": lambda n: n[0].upper() + n[1:],
    "_L": _side("_L", "_R"),
    ".L": _side(".L", ".R"),
    "_l": _side("_l", "_r"),
    "L": _side("L", "R"),
    "_Left": _side("_Left", "_Right"),
    "snake_case": lambda n: _words(n).replace(" ", "_").lower(),
    "UPPER_CASE": lambda n: _words(n).replace(" ", "_").upper(),
    "Title Words": lambda n: _words(n).title(),
    "lowercase": str.lower,
    "blendShape1.": lambda n: "blendShape1." + n,
    "blendShape1._L": lambda n: "blendShape1." + _side("_L", "_R")(n),
    "Maya namespaces": lambda n: "hero:head_geo:" + n,
    "ARKit_": lambda n: "ARKit_" + n,
    "two prefixes": lambda n: "Head_BS_" + _side("_L", "_R")(n),
    "double underscore": lambda n: "Wolf3D_Head__" + n,
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_all_52_in_every_usual_spelling(spelling):
    keys = {SPELLINGS[spelling](name): name for name in ARKIT_NAMES}
    assert len(keys) == 52
    rig = match({"Head": list(keys)})
    assert {row.control.key: row.terms for row in rig.rows} == {
        key: ((name, 1.0),) for key, name in keys.items()
    }
    assert rig.missing == rig.unused == ()
    assert rig.family == "arkit"


@pytest.mark.parametrize(
    "name", ["eyeBlinkLeft", "eyeBlink_L", "eyeBlinkL", "Eye Blink.L", "L_eyeBlink"]
)
def test_parse(name):
    assert parse(name) == ("eyeblink", "l")


def test_names_without_a_side():
    for name in ("jawOpen", "JawOpen", "jaw_open", "Jaw Open"):
        assert parse(name) == ("jawopen", "")


def test_mouth_and_jaw_left_are_sides_of_nothing():
    rig = match({"Head": [*SOME, "mouthLeft", "mouthRight", "jawLeft", "jawRight"]})
    assert {"mouthLeft", "mouthRight", "jawLeft", "jawRight"} <= set(rig.matched)
    assert [c.key for c in match({"Head": [*SOME, "mouth", "jaw"]}).unused] == [
        "mouth",
        "jaw",
    ]


def test_several_meshes_each_get_their_rows():
    rig = match({"Head": list(ARKIT_NAMES), "Teeth": ["jawOpen"], "Lashes": ["eyeBlink_L", "cut"]})
    assert Row(Control("Teeth", "jawOpen"), (("jawOpen", 1.0),)) in rig.rows
    assert Row(Control("Lashes", "eyeBlink_L"), (("eyeBlinkLeft", 1.0),)) in rig.rows
    assert rig.unused == (Control("Lashes", "cut"),)
    assert "on 3 meshes" in describe(rig)


def _terms(keys):
    return {row.control.key: row.terms for row in match({"Head": keys}).rows}


def test_one_key_for_both_eyes_follows_their_mean():
    rows = _terms([*[n for n in ARKIT_NAMES if "eyeBlink" not in n], "eyeBlink"])
    assert rows["eyeBlink"] == (("eyeBlinkLeft", 0.5), ("eyeBlinkRight", 0.5))


def test_brow_inner_up_in_two_halves():
    keys = [n for n in ARKIT_NAMES if n != "browInnerUp"]
    rows = _terms([*keys, "browInnerUp_L", "browInnerUp_R"])
    assert rows["browInnerUp_L"] == rows["browInnerUp_R"] == (("browInnerUp", 1.0),)


def test_nothing_is_moved_twice():
    extra = ["mouthSmile", "browInnerUp_L", "copy_jawOpen", "eyeBlinkLeft_jawOpen", "JAW_OPEN"]
    for keys in ([*ARKIT_NAMES, *extra], [*extra, *ARKIT_NAMES]):
        rows = _terms(keys)
        assert "mouthSmile" not in rows
        assert "browInnerUp_L" not in rows
        assert len(rows) == 52
        assert sum(rows.values(), ()) == tuple(
            (c, 1.0) for key in keys if key in rows for c, _ in rows[key]
        )


def test_the_tongue_is_found_but_not_missed():
    rig = match({"Head": [*ARKIT_NAMES, *TONGUE_NAMES]})
    assert set(TONGUE_NAMES) <= set(rig.matched)
    assert match({"Head": list(ARKIT_NAMES)}).missing == ()


def test_unrelated_names_are_left_alone():
    odd = [
        "あ",
        "笑い",
        "ウィンク右",
        "Key 1",
        "it's",
        'a "quoted" name',
        "Körper.001",
        "",
        "_",
        "L",
    ]
    rig = match({"Körper “1”": [*odd, *ARKIT_NAMES]})
    assert [c.key for c in rig.unused] == odd
    assert len(rig.rows) == 52


def test_no_keys():
    for meshes in ({}, {"Cube": []}):
        with pytest.raises(RigError, match=r"has no shape keys, .* Pick the mesh"):
            match(meshes)


@pytest.mark.parametrize("keys", [["髪", "服"], ["Fat", "Thin"]])
def test_no_names_that_are_known(keys):
    with pytest.raises(RigError, match=r"None of the .* shape keys has a name.*Rename") as told:
        match({"Body": keys})
    assert f"“{keys[0]}”" in str(told.value)


def test_too_few_are_told_apart_from_none():
    known = ARKIT_NAMES[: ARKIT.needed - 1]
    sentence = rf"^Only {len(known)} of the {len(known) + 1} shape keys .* too few for a face"
    with pytest.raises(RigError, match=sentence):
        match({"Body": [*known, "Fat"]})


def test_describe():
    keys = [_side("_L", "_R")(n) for n in ARKIT_NAMES if n != "tongueOut"]
    assert describe(match({"Head": keys})) == "ARKit (_L/_R): 51 of 52 shapes; missing: tongueOut"
    assert describe(match({"Head": list(ARKIT_NAMES)})) == "ARKit (Left/Right): 52 of 52 shapes"
    few = describe(match({"Head": list(SOME)}))
    assert few.startswith("ARKit (Left/Right): 10 of 52 shapes; missing: ")
    assert few.endswith(" …")


def test_the_table_knows_every_channel():
    assert set(ARKIT.shapes) == {*ARKIT_NAMES, *TONGUE_NAMES}


def test_drive_sums_and_clips():
    control, other, absent = (Control("Head", k) for k in "abc")
    rig = RigMap(
        "own",
        "Own",
        (
            Row(control, (("jawOpen", 1.0), ("mouthClose", -0.5), ("noSuch", 3.0))),
            Row(other, (("jawOpen", 2.0),), low=-1.0, high=1.5),
            Row(absent, (("noSuch", 1.0),)),
        ),
        (),
        (),
    )
    track = FaceTrack.of(
        {"jawOpen": np.array([0, 0.5, 1]), "mouthClose": np.array([1, 0.2, 0])}, 1.0
    )
    values = drive(track, rig)
    assert set(values) == {control, other}
    assert values[control] == pytest.approx([0, 0.4, 1])
    assert values[other] == pytest.approx([0, 1, 1.5])
    assert values[control].dtype == np.float32


def test_drive_gives_every_frame_of_every_row(rng):
    rig = match({"Head": list(ARKIT_NAMES), "Lashes": ["eyeBlink"]})
    values = rng.uniform(-0.5, 1.5, (20, 52)).astype(np.float32)
    driven = drive(FaceTrack(values, ARKIT_NAMES, 100.0), rig)
    assert len(driven) == len(rig.rows)
    for curve in driven.values():
        assert curve.shape == (20,)
        assert 0 <= curve.min() <= curve.max() <= 1


def test_properties_and_poses_do_what_the_keys_cannot():
    others = [
        Control("Rig", "mouthPucker", "property", "face"),
        Control("Rig", "jawOpen", "pose"),
        Control("Rig", "mouthPucker", "pose"),
        Control("Rig", "walk", "pose"),
    ]
    keys = {"Head": ["mouthSmile_L", "mouthSmile_R", "mouthFunnel"], "Teeth": ["mouthFunnel"]}
    rig = match(keys, others)
    assert {row.control for row in rig.rows} == {
        *(Control("Head", key) for key in keys["Head"]),
        Control("Teeth", "mouthFunnel"),
        *others[:2],
    }
    assert rig.unused == tuple(others[2:])


def test_a_row_speaks_in_the_controls_own_numbers():
    terms = (("jawOpen", 1.0),)
    rows = (
        Row(Control("Rig", "percent", "property"), terms, 0, 100, scale=100.0),
        Row(Control("Rig", "shifted", "property"), terms, -1, 1, scale=-2.0, offset=0.5),
        Row(Control("Rig", "muted", "property"), terms, mute=True),
    )
    values = drive(
        FaceTrack.of({"jawOpen": np.array([0.0, 0.5, 1.0])}, 100.0), RigMap("", "", rows, (), ())
    )
    assert values[rows[0].control] == pytest.approx([0, 50, 100])
    assert values[rows[1].control] == pytest.approx([0.5, -0.5, -1])
    assert rows[2].control not in values
    assert rows[1].rest == 0.5


def test_a_jaw_bone_beside_vowels_leaves_them_what_they_are():
    vowels = {"Face": ["A", "I", "U", "E", "O", "Blink_L", "Blink_R"]}
    poses = [Control("Rig", f"jaw{way}", "pose") for way in ("Open", "Left", "Right", "Forward")]
    rig = match(vowels, poses)
    assert rig.family == "vrm"
    assert rig.unused == tuple(poses)


@pytest.mark.parametrize("key", ["eyeBlink", "eye_blink"])
def test_a_blink_of_both_eyes_in_one_key_shuts_wholly(key):
    """Both lids of the layer at 1 are 1, not 2 nor a half; a wink is a half."""
    rig = match({"Head": [*[name for name in ARKIT_NAMES if "Blink" not in name], key]})
    lids = {"eyeBlinkLeft": np.array([0, 1, 1.0]), "eyeBlinkRight": np.array([0, 1, 0.0])}
    shut = drive(FaceTrack.of(lids, 100.0), rig)[Control("Head", key)]
    assert shut == pytest.approx([0, 1, 0.5])
