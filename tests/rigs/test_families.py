# SPDX-License-Identifier: GPL-3.0-or-later
"""Each family is recognised by its own names, and its mouths say what the face says."""

import time

import numpy as np
import pytest

from lipwright.core.errors import RigError
from lipwright.core.motion.track import (
    ARKIT_NAMES,
    BREATH_NAMES,
    FACE_NAMES,
    FEELING_NAMES,
    FaceTrack,
)
from lipwright.rigs.describe import describe
from lipwright.rigs.drive import drive
from lipwright.rigs.families import EVERY_FAMILY, FAMILIES, daz, metahuman
from lipwright.rigs.match import match
from lipwright.rigs.schema import Control
from lipwright.rigs.solve import shares
from lipwright.rigs.stand_ins import STAND_INS

FACES = {
    "rest": {},
    "M": {"jawOpen": 0.3, "mouthClose": 0.285, "mouthPress": 0.2, "mouthPucker": 0.1},
    "A": {"jawOpen": 0.6, "mouthLowerDown": 0.3, "mouthUpperUp": 0.1},
    "U": {"jawOpen": 0.1, "mouthPucker": 0.7, "mouthFunnel": 0.25},
    "I": {"jawOpen": 0.1, "mouthStretch": 0.5, "mouthSmile": 0.25, "mouthLowerDown": 0.25},
    "smile": {"mouthSmile": 0.7, "cheekSquint": 0.5},
}
OCULUS = "PP FF TH DD kk CH SS nn RR aa E I O U".split()


def face_track(faces):
    values = np.zeros((len(faces), len(FACE_NAMES)), np.float32)
    for frame, face in enumerate(faces):
        for name, value in face.items():
            for place, channel in enumerate(FACE_NAMES):
                if channel in (name, f"{name}Left", f"{name}Right"):
                    values[frame, place] = value
    return FaceTrack(values, FACE_NAMES, 100.0)


def said(rig, face):
    """Return what each shape key does for one of `FACES` (the largest over the meshes)."""
    driven = drive(face_track([FACES[face]]), rig)
    values: dict[str, float] = {}
    for control, curve in driven.items():
        values[control.key] = max(values.get(control.key, 0.0), float(curve[0]))
    return values


# Family: keys; the key for A, for U and for I, and for M where there is one.
MOUTHED = {
    "vrm 0": ("vrm", ["A", "I", "U", "E", "O", "Blink", "Blink_L", "Blink_R"], "A U I", ""),
    "vrm 1": ("vrm", "aa ih ou ee oh blink blinkLeft blinkRight happy".split(), "aa ou ih", ""),
    "vroid": (
        "vrm",
        [
            *("Fcl_MTH_A", "Fcl_MTH_I", "Fcl_MTH_U", "Fcl_MTH_E", "Fcl_MTH_O"),
            *("Fcl_EYE_Close", "Fcl_EYE_Close_L", "Fcl_EYE_Close_R", "Fcl_ALL_Joy"),
        ],
        "Fcl_MTH_A Fcl_MTH_U Fcl_MTH_I",
        "",
    ),
    "oculus": (
        "oculus_visemes",
        ["viseme_sil", *(f"viseme_{v}" for v in OCULUS), "mouthOpen", "mouthSmile"],
        "viseme_aa viseme_U viseme_I",
        "viseme_PP",
    ),
    "vrchat": (
        "oculus_visemes",
        [f"vrc.v_{v}" for v in "sil pp ff th dd kk ch ss nn rr aa e ih oh ou".split()],
        "vrc.v_aa vrc.v_ou vrc.v_ih",
        "vrc.v_pp",
    ),
    "makehuman": (
        "makehuman",
        "sil_00 aa_ah_ax_01 aa_02 ao_03 ey_eh_uh_04 er_05 y_iy_ih_ix_06 w_uw_07 ow_08 aw_09 oy_10 "
        "ay_11 h_12 r_13 l_14 s_z_15 sh_ch_jh_zh_16 th_dh_17 f_v_18 d_t_n_19 k_g_ng_20 "
        "p_b_m_21".split(),
        "aa_02 w_uw_07 y_iy_ih_ix_06",
        "p_b_m_21",
    ),
    "cc3 visemes": (
        "character_creator_visemes",
        "Open Explosive Dental_Lip Tight-O Tight Wide Affricate Lip_Open Tongue_up Eye_Blink_L "
        "Eye_Blink_R Brow_Raise_L Mouth_Smile".split(),
        "Open Tight Wide",
        "Explosive",
    ),
    "mmd": ("mmd", [*"あいうえおん", "まばたき", "ｳｨﾝｸ２右", "困る"], "あ う い", "ん"),
    "preston blair": (
        "preston_blair",
        "rest AI E O U L WQ MBP FV etc".split(),
        "AI U E",
        "MBP",
    ),
    "daz visemes": (
        "daz_visemes",
        [f"eCTRLv{v}" for v in "AA EE EH ER F IH IY K L M OW S SH T TH UW W".split()],
        "eCTRLvAA eCTRLvUW eCTRLvIY",
        "eCTRLvM",
    ),
    "daz 9 visemes": (
        "daz_visemes",
        [f"facs_ctrl_v{v}" for v in "AA EE EH ER F IH IY K L M OW S SH T TH UW W".split()],
        "facs_ctrl_vAA facs_ctrl_vUW facs_ctrl_vIY",
        "facs_ctrl_vM",
    ),
    "open and shut": ("plain", ["mouthOpen", "mouthSmile"], "mouthOpen mouthOpen mouthOpen", ""),
}
RESPELT = {
    "as is": str,
    "prefix": lambda name: f"blendShape1.{name}",
    "namespace": lambda name: f"Body__{name}",
}


@pytest.mark.parametrize("case", MOUTHED)
def test_a_mouth_rig_is_recognised_whatever_stands_before_its_names(case):
    family, keys, *_ = MOUTHED[case]
    rows = len(match({"Face": keys}).rows)
    for spell in RESPELT.values():
        spelt = [spell(key) for key in keys if len(key) > 2 or spell is str]
        if len(spelt) == len(keys):
            assert len(match({"Face": spelt}).rows) == rows
    rig = match({"Face": keys, "Teeth": keys[:9]})
    assert rig.family == family
    assert rig.missing == ()
    assert "on 2 meshes" in describe(rig)


@pytest.mark.parametrize("case", MOUTHED)
def test_the_mouth_says_what_the_face_says(case):
    _, keys, vowels, shut = MOUTHED[case]
    rig = match({"Face": keys, "Teeth": keys})
    mouths = {row.control.key for row in rig.rows if row.solved}
    for face, key in zip("AUI", vowels.split(), strict=True):
        values = said(rig, face)
        loud = {name: values[name] for name in mouths}
        assert max(loud, key=loud.__getitem__) == key, face
        assert loud[key] > (0.6 if len(mouths) > 1 else 0.08)
        assert sum(loud.values()) <= 1 + 1e-5
    for face in ("rest", "M", "smile"):
        values = said(rig, face)
        assert max(values[name] for name in mouths - {shut}) < 0.02, face
        if shut:
            assert values[shut] > 0.8 if face == "M" else values[shut] < 0.3
    assert said(rig, "A")[vowels.split()[0]] > 0.6


def test_short_names_need_a_prefix_that_many_keys_have():
    rig = match({"Face": ["mouth_A", "mouth_E", "mouth_I", "mouth_O", "mouth_U", "eye_U"]})
    assert rig.family == "vrm"
    assert [control.key for control in rig.unused] == ["eye_U"]
    with pytest.raises(RigError):
        match({"Face": ["brow_A", "nose_E", "cheek_O", "ear_U"]})


def test_one_blink_per_eye():
    rig = match({"Face": [*"AIUEO", "Blink", "Blink_L", "Blink_R"]})
    assert [control.key for control in rig.unused] == ["Blink"]
    rig = match({"Face": [*"あいうえお", "まばたき", "ウィンク２", "ウィンク２右"]})
    assert [control.key for control in rig.unused] == ["まばたき"]


def test_arkit_with_visemes_beside_it_stays_arkit():
    rig = match({"MHBase": [*ARKIT_NAMES, "viseme_sil", *(f"viseme_{v}" for v in OCULUS)]})
    assert rig.family == "arkit"
    assert len(rig.rows) == 52
    assert {control.key for control in rig.unused} == {
        "viseme_sil",
        *(f"viseme_{v}" for v in OCULUS),
    }
    vroid = match({"Face": [*ARKIT_NAMES, *(f"Fcl_MTH_{v}" for v in "AIUEO"), "Fcl_EYE_Close"]})
    assert (vroid.family, len(vroid.unused)) == ("arkit", 6)
    plus = match({"Body": [f"A{i:02}_{name}" for i, name in enumerate(ARKIT_NAMES)]})
    assert (plus.family, plus.missing) == ("arkit", ())


CC4 = (
    "Brow_Raise_Inner_L Brow_Raise_Inner_R Brow_Raise_Outer_L Brow_Raise_Outer_R Brow_Drop_L "
    "Brow_Drop_R Eye_Blink_L Eye_Blink_R Eye_Squint_L Eye_Squint_R Eye_Wide_L Eye_Wide_R "
    "Eye_L_Look_L Eye_L_Look_R Eye_R_Look_L Eye_R_Look_R Eye_L_Look_Up Eye_R_Look_Up "
    "Eye_L_Look_Down Eye_R_Look_Down Nose_Sneer_L Nose_Sneer_R Cheek_Raise_L Cheek_Raise_R "
    "Cheek_Puff_L Cheek_Puff_R Mouth_Smile_L Mouth_Smile_R Mouth_Frown_L Mouth_Frown_R "
    "Mouth_Stretch_L Mouth_Stretch_R Mouth_Dimple_L Mouth_Dimple_R Mouth_Press_L Mouth_Press_R "
    "Mouth_Pucker_Up_L Mouth_Pucker_Up_R Mouth_Pucker_Down_L Mouth_Pucker_Down_R "
    "Mouth_Funnel_Up_L Mouth_Funnel_Up_R Mouth_Funnel_Down_L Mouth_Funnel_Down_R "
    "Mouth_Roll_In_Upper_L Mouth_Roll_In_Upper_R Mouth_Roll_In_Lower_L Mouth_Roll_In_Lower_R "
    "Mouth_L Mouth_R Mouth_Shrug_Upper Mouth_Shrug_Lower Mouth_Up_Upper_L Mouth_Up_Upper_R "
    "Mouth_Down_Lower_L Mouth_Down_Lower_R Mouth_Close Tongue_Out Jaw_Open Jaw_Forward Jaw_L Jaw_R"
).split()
CC4_VISEMES = (
    "V_Open V_Explosive V_Dental_Lip V_Tight_O V_Tight V_Wide V_Affricate V_Lip_Open".split()
)
METAHUMAN = [name for name in metahuman.METAHUMAN.shapes if name.startswith(metahuman.PREFIX)]
HD = [name.removeprefix(metahuman.PREFIX) for name in METAHUMAN]
DAZ_81 = [
    f"facs_jnt_{name[0].upper()}{name[1:]}"
    if name.startswith(("jaw", "eyeBlink", "eyeLook"))
    else f"facs_bs_{name[0].upper()}{name[1:]}_div2"
    for name in ARKIT_NAMES
]
DAZ_9 = [
    name
    for name in daz.DAZ.shapes
    if name.startswith("facs_bs_")
    and not name.endswith("_div2")
    and name.removeprefix("facs_bs_")
    not in "MouthClose MouthFunnel MouthPucker MouthPressLeft MouthPressRight BrowInnerUp "
    "CheekPuff MouthRollLower MouthRollUpper MouthShrugLower MouthShrugUpper EyeWideLeft "
    "EyeWideRight".split()
]
LINEAR = {
    "cc4": ("character_creator", [*CC4, *CC4_VISEMES], "Mouth_Pucker_Up_L", "Jaw_Open"),
    "metahuman": (
        "metahuman",
        METAHUMAN,
        "CTRL_expressions_mouthLipsPurseUL",
        "CTRL_expressions_jawOpen",
    ),
    "cc hd": ("metahuman", HD, "mouthLipsPurseDR", "jawOpen"),
    "daz 8.1": ("daz", DAZ_81, "facs_bs_MouthPucker_div2", "facs_jnt_JawOpen"),
    "daz 9": ("daz", DAZ_9, "facs_bs_MouthPurseLowerLeft", "facs_bs_JawOpen"),
}


@pytest.mark.parametrize("case", LINEAR)
def test_a_family_of_units_follows_the_channels(case):
    family, keys, pucker, jaw = LINEAR[case]
    rig = match({"Body": keys, "Tongue": [keys[-1], jaw]})
    assert rig.family == family
    assert rig.missing == ()
    assert {c.key for c in rig.unused} == (set(CC4_VISEMES) if family.startswith("char") else set())
    assert said(rig, "U")[pucker] == pytest.approx(0.7)
    assert said(rig, "A")[jaw] == pytest.approx(0.6)
    assert describe(rig).startswith(next(f.label for f in FAMILIES if f.name == family))
    values = drive(face_track(FACES.values()), rig)
    assert all(0 <= curve.min() <= curve.max() <= 1 for curve in values.values())


@pytest.mark.parametrize("key", ["CTRL_expressions_noseNostrilDilateL", "Nose_Nostril_Dilate_L"])
def test_nostrils_breathe_where_they_can_and_are_missed_nowhere(key):
    keys = METAHUMAN if key.startswith("CTRL") else LINEAR["cc4"][1]
    breath = FaceTrack.of({"nostrilFlare": np.array([0.0, 0.4])}, 100.0)
    rig = match({"Body": [*keys, *([] if key in keys else [key])]})
    assert drive(breath, rig)[Control("Body", key)] == pytest.approx([0, 0.4])
    assert match({"Body": [one for one in keys if one != key]}).missing == ()


def test_metahuman_eyes_look_the_right_way():
    terms = {row.control.key: row.terms for row in match({"Head": METAHUMAN}).rows}
    assert terms["CTRL_expressions_eyeLookLeftL"] == (("eyeLookOutLeft", 1.0),)
    assert terms["CTRL_expressions_eyeLookLeftR"] == (("eyeLookInRight", 1.0),)


@pytest.mark.parametrize("family", EVERY_FAMILY, ids=lambda family: family.name)
def test_tables_are_sound(family):
    channels = {*FACE_NAMES, *BREATH_NAMES, *FEELING_NAMES}
    for terms in (*family.shapes.values(), *family.mouths.values(), *STAND_INS.values()):
        assert {channel for channel, _ in terms} <= channels
    assert set(family.wanted) <= channels | set(family.mouths)
    assert family.source


@pytest.mark.parametrize("family", [f for f in FAMILIES if f.mouths], ids=lambda f: f.name)
def test_a_family_of_mouths_is_not_taken_for_another(family):
    assert match({"Face": list(family.wanted)}).family == family.name


def test_without_mouth_close_the_jaw_opens_less():
    rig = match({"Head": [name for name in ARKIT_NAMES if name != "mouthClose"]})
    assert rig.missing == ("mouthClose",)
    assert said(rig, "M")["jawOpen"] < 0.05
    assert said(rig, "A")["jawOpen"] == pytest.approx(0.6)
    assert describe(rig).endswith("51 of 52 shapes; missing: mouthClose (less jawOpen instead)")


def test_without_pucker_the_funnel_rounds():
    rig = match({"Head": [name for name in ARKIT_NAMES if name != "mouthPucker"]})
    assert said(rig, "U")["mouthFunnel"] > 0.5
    assert "mouthPucker (mouthFunnel instead)" in describe(rig)


def test_the_jaw_and_a_few_shapes_are_enough():
    rig = match({"Head": ["Key 1", "jawOpen", "mouthSmile_L", "mouthSmile_R", "Fat", "Thin"]})
    assert rig.family == "arkit"
    assert said(rig, "A")["jawOpen"] > 0.6
    assert said(rig, "M")["jawOpen"] < 0.05
    assert said(rig, "I")["mouthSmile_L"] > 0.25
    only = match({"Head": ["jawOpen", "blink"]})
    assert only.family == "plain"
    assert said(only, "A")["jawOpen"] > 0.6
    assert said(only, "M")["jawOpen"] < 0.02


def test_too_few_says_how_many():
    with pytest.raises(RigError, match=r"^Only 2 of the 3 .*MMD.* 2 of them for the mouth .* 3 "):
        match({"Body": ["あ", "い", "髪"]})


def test_a_smile_is_not_a_mouth_that_speaks():
    with pytest.raises(RigError, match=r"too few"):
        match({"Face": ["Fcl_MTH_Fun", "Fcl_MTH_Angry", "happy", "blink"]})


def test_describe_counts_keys_of_mouths():
    assert describe(match({"Face": [*"AIUEO", "Blink"]})) == "VRM vowels: 6 of 6 shapes"
    some = match({"Face": [f"viseme_{v}" for v in OCULUS if v not in ("kk", "RR")]})
    assert describe(some) == "Oculus visemes: 12 of 14 shapes; missing: viseme_kk, viseme_RR"


def test_mouths_are_quick_smooth_and_bounded(rng):
    walk = np.cumsum(rng.normal(0, 0.02, (6000, len(FACE_NAMES))), 0)
    values = (np.sin(walk).astype(np.float32) + 1) * 0.3
    jaw, close = FACE_NAMES.index("jawOpen"), FACE_NAMES.index("mouthClose")
    values[:, close] *= values[:, jaw] / 0.6
    mouths = list(dict.fromkeys(FAMILIES[5].mouths.values()))
    started = time.process_time()
    found = shares(values, FACE_NAMES, mouths)
    assert (
        time.process_time() - started < 5
    )  # of the processor: a busy machine does not count; 0.3 s alone
    assert found.shape == (6000, len(mouths))
    assert found.dtype == np.float32
    assert found.min() >= 0
    assert found.sum(1).max() <= 1 + 1e-5
    assert np.abs(np.diff(found, axis=0)).max() < 0.3


def test_shares_are_the_least_squares_answer(rng):
    from scipy.optimize import minimize

    from lipwright.rigs.mouths import MOUTHS
    from lipwright.rigs.solve import RIDGE, WEIGHTS, mouth_space

    mouths = [MOUTHS[sound] for sound in ("aa", "iy", "uw", "eh", "ow")]
    faces = np.zeros((6, len(FACE_NAMES)), np.float32)
    for name in ("jawOpen", "mouthPucker", "mouthFunnel", "mouthStretchLeft"):
        faces[:, FACE_NAMES.index(name)] = rng.uniform(0.2, 0.5, 6)
    scale = np.array(list(WEIGHTS.values()))
    poses = np.concatenate(
        [mouth_space(np.array([[w for _, w in m]]), [c for c, _ in m]) for m in mouths]
    )
    for face, found in zip(faces, shares(faces, FACE_NAMES, mouths), strict=True):
        target = mouth_space(face[None], FACE_NAMES)[0]

        def off(w, target=target):
            return np.sum(((w @ poses - target) * scale) ** 2) + RIDGE * w @ w

        best = minimize(
            off,
            np.full(5, 0.1),
            bounds=[(0, 1)] * 5,
            constraints={"type": "ineq", "fun": lambda w: 1 - w.sum()},
            options={"ftol": 1e-12},
        )
        assert found == pytest.approx(best.x, abs=0.02)


def test_a_track_without_mouth_channels_leaves_the_mouth_shut():
    rig = match({"Face": [*"AIUEO"]})
    values = drive(FaceTrack.of({"eyeBlinkLeft": np.ones(3)}, 100.0), rig)
    assert all(not curve.any() for curve in values.values())


def test_metahuman_controls_say_the_same_face_again():
    faces = [{name: 0.6} for name in ARKIT_NAMES]
    controls = metahuman.control_track(face_track(faces))
    assert controls.rate_hz == 100.0
    assert all(name.startswith("CTRL_expressions_") for name in controls.names)
    assert controls["CTRL_expressions_jawOpen"][ARKIT_NAMES.index("jawOpen")] == pytest.approx(0.6)
    rig = match({"MetaHuman": controls.names})
    driven = drive(face_track(faces), rig)
    for control, curve in driven.items():
        assert curve == pytest.approx(controls[control.key], abs=1e-6), control.key
    assert (controls.values.max(0) > 0.29).sum() > 60
