# SPDX-License-Identifier: GPL-3.0-or-later
"""Lips are found by what a mesh does, and meet on it: whatever its size, axes, topology, names."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from lipwright.core.motion.track import FACE_NAMES, LIP_CONTACT, LIP_TUCK, FaceTrack
from lipwright.rigs.demo_head.build import build_head
from lipwright.rigs.demo_head.features import LIP_LOOPS
from lipwright.rigs.demo_head.mesh import build_net
from lipwright.rigs.drive import drive
from lipwright.rigs.lips.find import FaceMesh, find_lips
from lipwright.rigs.lips.fit import fit_lips
from lipwright.rigs.match import match
from lipwright.rigs.mouths import MOUTHS
from lipwright.rigs.sample_poses import SAMPLE_POSES, sample_pose

VISEMES = {
    "vrm": {"A": "aa", "I": "iy", "U": "uw", "E": "eh", "O": "ow"},
    "mmd": {"あ": "aa", "い": "iy", "う": "uw", "え": "eh", "お": "ow", "ん": "m"},
    "oculus": {
        f"viseme_{name}": sound
        for name, sound in zip(
            "PP FF TH DD kk CH SS nn RR aa E I O U".split(),
            "m f th t k sh s n r aa eh ih ow uw".split(),
            strict=True,
        )
    },
}


def edges_of(faces):
    pairs = {
        (min(a, b), max(a, b))
        for face in faces
        for a, b in zip(face, (*face[1:], face[0]), strict=True)
    }
    return np.array(sorted(pairs), np.int32)


def as_mesh(part):
    keys = {name: np.asarray(move, np.float64) for name, move in part.keys.items()}
    return FaceMesh(part.name, np.asarray(part.vertices, np.float64), edges_of(part.faces), keys)


@pytest.fixture(scope="module")
def parts():
    return {part.name: as_mesh(part) for part in build_head()}


@pytest.fixture(scope="module")
def seam():
    """Vertices of the closed mouth's line, upper and lower, from corner to corner."""
    contact = build_net().mouth[len(LIP_LOOPS) - 1]
    half = len(contact) // 2
    return contact[: half + 1], np.concatenate([contact[:1], contact[half:][::-1]])


def moved(mesh, matrix, shift=(0.0, 0.0, 0.0)):
    keys = {name: offsets @ matrix.T for name, offsets in mesh.keys.items()}
    return replace(mesh, vertices=mesh.vertices @ matrix.T + np.asarray(shift), keys=keys)


def joined(meshes):
    """All in one mesh, the first one's vertices first."""
    names = {name for mesh in meshes for name in mesh.keys}
    starts = np.cumsum([0, *(len(mesh.vertices) for mesh in meshes)])
    keys = {
        name: np.concatenate([mesh.keys.get(name, np.zeros_like(mesh.vertices)) for mesh in meshes])
        for name in names
    }
    return FaceMesh(
        meshes[0].name,
        np.concatenate([mesh.vertices for mesh in meshes]),
        np.concatenate([mesh.edges + start for mesh, start in zip(meshes, starts, strict=False)]),
        keys,
    )


def cut_along_edges(mesh):
    """Every edge with vertices of its own, as files are that store a face's corners apart."""
    corners = mesh.edges.ravel()
    keys = {name: offsets[corners] for name, offsets in mesh.keys.items()}
    edges = np.arange(len(corners), dtype=np.int32).reshape(-1, 2)
    return FaceMesh(mesh.name, mesh.vertices[corners], edges, keys)


def ajar(mesh, amount=0.15):
    """A head that was sculpted with its mouth open a little."""
    return replace(mesh, vertices=mesh.vertices + amount * mesh.keys["jawOpen"])


def of_visemes(mesh, names):
    keys = {}
    for name, sound in names.items():
        keys[name] = sum(weight * mesh.keys.get(channel, 0.0) for channel, weight in MOUTHS[sound])
    return replace(mesh, keys=keys)


def both_lips_part(mesh):
    """A mouth whose upper lip rises as the lower one falls, as drawn styles have it."""
    lift = mesh.keys["mouthUpperUpLeft"] + mesh.keys["mouthUpperUpRight"]
    jaw = 0.4 * mesh.keys["jawOpen"] + 1.6 * lift
    return replace(mesh, keys={**mesh.keys, "jawOpen": jaw})


TURN = Rotation.from_euler("xyz", [90, 0, 180], degrees=True).as_matrix()
LEAN = Rotation.from_euler("xyz", [25, 40, 70], degrees=True).as_matrix()
FORMS = {
    "as built": lambda p: [p["Head"], p["Teeth"], p["Tongue"]],
    "in centimetres, Y up": lambda p: [moved(p["Head"], 100 * TURN, (0, 150, 3))],
    "any axes": lambda p: [moved(p["Head"], LEAN)],
    "one mesh with teeth and tongue": lambda p: [joined([p["Head"], p["Tongue"], p["Teeth"]])],
    "no mouthClose": lambda p: [
        replace(p["Head"], keys={k: v for k, v in p["Head"].keys.items() if k != "mouthClose"})
    ],
    "mouthClose twice as strong": lambda p: [
        replace(p["Head"], keys={**p["Head"].keys, "mouthClose": 2 * p["Head"].keys["mouthClose"]})
    ],
    "a jaw that opens half as far": lambda p: [
        replace(p["Head"], keys={**p["Head"].keys, "jawOpen": 0.5 * p["Head"].keys["jawOpen"]})
    ],
    "both lips part": lambda p: [both_lips_part(p["Head"])],
    "a jaw that opens three times as far": lambda p: [
        replace(p["Head"], keys={**p["Head"].keys, "jawOpen": 3 * p["Head"].keys["jawOpen"]})
    ],
    **{
        name: lambda p, names=names: [of_visemes(p["Head"], names)]
        for name, names in VISEMES.items()
    },
}


def speech():
    """Twenty mouths in a row: open, shut on M B P, tucked on F V, with a smile on top."""
    count = 20
    values = {name: np.zeros(count) for name in (*FACE_NAMES, LIP_CONTACT, LIP_TUCK)}
    wave = np.linspace(0, 1, count)
    values["jawOpen"] = 0.15 + 0.35 * wave
    values["mouthFunnel"] = 0.3 * wave
    for side in ("Left", "Right"):
        values[f"mouthSmile{side}"] = 0.5 * wave
        values[f"mouthLowerDown{side}"] = 0.2 * wave
        values[f"mouthPress{side}"] = 0.3 * wave
    values[LIP_CONTACT][5:10] = 1.0
    values[LIP_TUCK][15:] = 1.0
    values["mouthClose"] = 0.95 * values["jawOpen"] * (values[LIP_CONTACT] + 0.4 * values[LIP_TUCK])
    return FaceTrack.of(values, 25.0)


def seam_distances(mesh, seam, values):
    """Upper seam above lower seam along the way in which the jaw opens them, per frame."""
    upper, lower = seam
    opener = next(key for key in ("jawOpen", "A", "あ", "viseme_aa") if key in mesh.keys)
    way = (mesh.keys[opener][upper] - mesh.keys[opener][lower]).sum(0)
    way /= np.linalg.norm(way)
    rest = mesh.vertices[upper] - mesh.vertices[lower]
    width = np.ptp(mesh.vertices[upper], axis=0).max()
    total = np.array([rest] * len(next(iter(values.values()))))
    for control, curve in values.items():
        if control.mesh == mesh.name:
            total += curve[:, None, None] * (
                mesh.keys[control.key][upper] - mesh.keys[control.key][lower]
            )
    return total @ way / width


@pytest.mark.parametrize("form", FORMS)
def test_lips_meet_where_they_must_and_never_cross(form, parts, seam):
    meshes = FORMS[form](parts)
    rig = match({mesh.name: list(mesh.keys) for mesh in meshes})
    fit = fit_lips(meshes, rig, frozenset())
    assert fit is not None
    assert fit.mesh == "Head"
    gap = seam_distances(meshes[0], seam, drive(speech(), rig, fit))
    most = np.percentile(gap.max(1), 95)
    assert most > 0.08
    assert gap[5:10].max() < 0.1 * most, "M B P"
    assert gap.min() > -0.02, "lips cross"
    assert 0.01 < gap[15:].max(1).min(), "F V is not M B P"
    assert gap[15:].max() < 0.4 * most, "F V"


@pytest.mark.parametrize("form", ["as built", "in centimetres, Y up", "any axes"])
def test_the_lips_found_are_the_lips(form, parts, seam):
    mesh = FORMS[form](parts)[0]
    lips = find_lips(mesh, mesh.keys["jawOpen"])
    assert lips is not None
    near = 0.15 if form == "any axes" else 0.07
    for found, line in zip((lips.upper, lips.lower), seam, strict=True):
        places, wanted = mesh.vertices[found.ravel()], mesh.vertices[line]
        away = np.linalg.norm(places[:, None] - wanted[None], axis=2).min(1)
        assert away.max() < near * lips.width
    turn = {"as built": np.eye(3), "in centimetres, Y up": TURN, "any axes": LEAN}[form]
    tolerance = 35 if form == "any axes" else 1
    for axis, wanted in ((lips.up, [0, 0, 1]), (lips.left, [1, 0, 0]), (lips.forward, [0, -1, 0])):
        assert np.degrees(np.arccos(np.clip(axis @ (turn @ wanted), -1, 1))) < tolerance


def test_vertices_apart_along_seams_are_still_one_face(parts):
    mesh = parts["Head"]
    whole, cut = (find_lips(m, m.keys["jawOpen"]) for m in (mesh, cut_along_edges(mesh)))
    assert whole is not None
    assert cut is not None
    assert cut.width == pytest.approx(whole.width, rel=0.02)
    other = cut_along_edges(mesh)
    for name in ("jawOpen", "mouthClose", "mouthFunnel"):
        assert cut.gap(other.keys[name]) == pytest.approx(whole.gap(mesh.keys[name]), abs=0.03)


def test_a_mouth_that_is_open_at_rest_shuts_for_m(parts, seam):
    mesh = ajar(parts["Head"])
    rig = match({mesh.name: list(mesh.keys)})
    fit = fit_lips([mesh], rig, frozenset())
    assert fit is not None
    assert fit.rest.max() > 0.02
    gap = seam_distances(mesh, seam, drive(speech(), rig, fit))
    assert gap[5:10].max() < 0.05
    still = drive(FaceTrack.rest(1, 25.0), rig, fit)
    assert not any(curve.any() for curve in still.values()), "at rest it is left open"


@pytest.mark.parametrize("name", ["Teeth", "Tongue", "Brows"])
def test_other_parts_have_no_lips(name, parts):
    mesh = parts[name]
    for key in mesh.keys.values():
        assert find_lips(mesh, key) is None


def test_a_cube_has_no_lips():
    corners = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    mesh = FaceMesh("Cube", corners, np.array([[0, 1], [1, 3], [3, 2]]), {})
    assert find_lips(mesh, np.zeros((8, 3))) is None
    moves = np.zeros((8, 3))
    moves[3, 2] = -1
    assert find_lips(mesh, moves) is None


def test_controls_that_cannot_be_written_are_not_asked(parts, seam):
    mesh = parts["Head"]
    rig = match({mesh.name: list(mesh.keys)})
    close = next(row.control for row in rig.rows if row.control.key == "mouthClose")
    fit = fit_lips([mesh], rig, frozenset({close}))
    assert fit is not None
    values = drive(speech(), rig, fit)
    del values[close]  # as a driver or a lock would
    gap = seam_distances(mesh, seam, values)
    assert gap[5:10].max() < 0.1 * np.percentile(gap.max(1), 95)


def test_the_artist_opens_and_seals(parts):
    mesh = parts["Head"]
    rig = match({mesh.name: list(mesh.keys)})
    fit = fit_lips([mesh], rig, frozenset())
    assert fit is not None
    plain, wider = (
        fit.distances(drive(sample_pose("open"), rig, one), 1).max()
        for one in (fit, fit.calibrated(1.5, 0.0))
    )
    assert wider > 1.25 * plain
    sealed = fit.calibrated(1.0, 0.02)
    pressed = fit.distances(drive(sample_pose("closed"), rig, sealed), 1)
    assert -0.034 < pressed.min() < pressed.max() < -0.01


def test_one_value_for_all_meshes(parts):
    meshes = [parts["Head"], parts["Teeth"], parts["Tongue"]]
    rig = match({mesh.name: list(mesh.keys) for mesh in meshes})
    values = drive(speech(), rig, fit_lips(meshes, rig, frozenset()))
    jaws = [curve for control, curve in values.items() if control.key == "jawOpen"]
    assert len(jaws) > 1
    assert all(np.array_equal(jaw, jaws[0]) for jaw in jaws)


@pytest.mark.parametrize("pose", SAMPLE_POSES)
def test_sample_poses_are_weights(pose):
    values = sample_pose(pose).values
    assert values.shape[0] == 1
    assert 0 <= values.min() <= values.max() <= 1
    assert pose == "rest" or values.any()
