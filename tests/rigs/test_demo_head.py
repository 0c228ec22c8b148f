# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo head's meshes and shape keys, without Blender."""

import numpy as np
import pytest

from lipwright.rigs.demo_head import features
from lipwright.rigs.demo_head.build import BONES, CENTIMETRE, ORIGIN, MeshPart, build_head
from lipwright.rigs.demo_head.mesh import HeadNet, build_net
from lipwright.rigs.demo_head.shapes import reflect
from lipwright.rigs.demo_head.surface import EYE_CENTRE, EYE_RADIUS

SIDED = (
    "browDown browOuterUp cheekSquint eyeBlink eyeLookDown eyeLookIn eyeLookOut eyeLookUp "
    "eyeSquint eyeWide mouthDimple mouthFrown mouthLowerDown mouthPress mouthSmile mouthStretch "
    "mouthUpperUp noseSneer mouth jaw"
).split()
UNSIDED = (
    "browInnerUp cheekPuff jawForward jawOpen mouthClose mouthFunnel mouthPucker mouthRollLower "
    "mouthRollUpper mouthShrugLower mouthShrugUpper tongueOut"
).split()
ARKIT = {name + side for name in SIDED for side in ("Left", "Right")} | set(UNSIDED)


@pytest.fixture(scope="module")
def parts() -> dict[str, MeshPart]:
    return {part.name: part for part in build_head()}


@pytest.fixture(scope="module")
def head(parts: dict[str, MeshPart]) -> MeshPart:
    return parts["Head"]


@pytest.fixture(scope="module")
def net() -> HeadNet:
    return build_net()


def posed(part: MeshPart, **values: float) -> np.ndarray:
    """Return the vertices of `part` in centimetres with some keys set."""
    out = part.vertices.astype(np.float64)
    for name, value in values.items():
        out = out + value * part.keys[name]
    return out / CENTIMETRE + ORIGIN


def slit(net: HeadNet) -> tuple[np.ndarray, np.ndarray]:
    """Return the vertices of the upper and the lower contact row, from corner to corner."""
    contact = net.mouth[len(features.LIP_LOOPS) - 1]
    half = len(contact) // 2
    return contact[: half + 1], np.concatenate([contact[:1], contact[half:][::-1]])


def eye_rays(count: int = 31) -> np.ndarray:
    """Return directions towards all of the left eyeball that its opening shows."""
    yaw, pitch = np.meshgrid(
        np.radians(np.linspace(-44, 44, count)), np.radians(np.linspace(-34, 40, count))
    )
    points = features.on_eye(yaw, pitch, np.ones_like(yaw)) - EYE_CENTRE
    return points.reshape(-1, 3)


def skin_reach(points: np.ndarray, faces: list[tuple[int, ...]], rays: np.ndarray) -> np.ndarray:
    """Return how far from the left eye's centre each ray leaves the outermost face, 0 if none."""
    triangles = np.array([(f[0], f[i], f[i + 1]) for f in faces for i in range(1, len(f) - 1)])
    a, b, c = (points[triangles[:, i]] - EYE_CENTRE for i in range(3))
    reach = np.zeros(len(rays))
    for corner, ab, ac in zip(a, b - a, c - a, strict=True):
        normal = np.cross(ab, ac)
        slope = rays @ normal
        far = (corner @ normal) / np.where(np.abs(slope) < 1e-9, 1e-9, slope)
        hit = far[:, None] * rays - corner
        area = normal @ normal
        if area < 1e-14:
            continue
        v = np.cross(hit, ac) @ normal / area
        w = np.cross(ab, hit) @ normal / area
        inside = (far > 0) & (v > -1e-6) & (w > -1e-6) & (v + w < 1 + 1e-6)
        reach = np.where(inside, np.maximum(reach, far), reach)
    return reach


def lid_faces(head: MeshPart) -> list[tuple[int, ...]]:
    """Return the faces of the skin round the left eye."""
    near = np.linalg.norm(posed(head) - EYE_CENTRE, axis=1) < 9.0
    return [f for f in head.faces if near[list(f)].all()]


def test_has_every_arkit_name_and_no_other(head: MeshPart) -> None:
    assert len(ARKIT) == 52
    assert set(head.keys) == ARKIT


def test_parts_are_sound_meshes(parts: dict[str, MeshPart]) -> None:
    total = 0
    for part in parts.values():
        count = len(part.vertices)
        total += count
        assert np.isfinite(part.vertices).all()
        assert {i for face in part.faces for i in face} == set(range(count))
        assert all(len(set(face)) == len(face) >= 3 for face in part.faces)
        assert part.face_materials.shape == (len(part.faces),)
        assert part.face_materials.max() < len(part.materials)
        for offsets in part.keys.values():
            assert offsets.shape == (count, 3)
            assert offsets.dtype == np.float32
            assert np.isfinite(offsets).all()
    assert 2500 <= total <= 6500


def test_no_edge_of_the_skin_has_more_than_two_faces(head: MeshPart) -> None:
    edges: dict[tuple[int, int], int] = {}
    for face in head.faces:
        for a, b in zip(face, (*face[1:], face[0]), strict=True):
            assert (a, b) not in edges, "two faces wind the same way along an edge"
            edges[a, b] = 1


def test_head_is_about_a_quarter_of_a_unit_tall(head: MeshPart) -> None:
    assert head.vertices[:, 2].min() == pytest.approx(0.0, abs=1e-4)
    assert 0.26 < head.vertices[:, 2].max() < 0.30


@pytest.mark.parametrize(
    "key",
    [
        "",
        "mouthSmileLeft",
        "mouthFrownRight",
        "mouthStretchLeft",
        "mouthLeft",
        "mouthPucker",
        "mouthShrugLower",
        "jawLeft",
        "mouthDimpleRight",
        "mouthPressLeft",
    ],
)
def test_lips_meet_without_a_gap(head: MeshPart, net: HeadNet, key: str) -> None:
    upper, lower = slit(net)
    points = posed(head, **({key: 1.0} if key else {}))
    gap = np.abs(points[upper] - points[lower]).max()
    assert gap < 1e-4


@pytest.mark.parametrize("value", [0.1, 0.25, 0.5, 1.0])
def test_mouth_close_shuts_the_open_jaw(head: MeshPart, net: HeadNet, value: float) -> None:
    upper, lower = slit(net)
    open_gap = np.linalg.norm(
        posed(head, jawOpen=value)[upper] - posed(head, jawOpen=value)[lower], axis=1
    )
    shut = posed(head, jawOpen=value, mouthClose=value)
    gap = np.linalg.norm(shut[upper] - shut[lower], axis=1)
    assert open_gap.max() > 2.0 * value
    assert gap.max() < 0.01 * 2.0 * features.MOUTH_HALF_WIDTH


def test_pucker_narrows_to_six_tenths(head: MeshPart, net: HeadNet) -> None:
    upper, _ = slit(net)
    width = np.ptp(posed(head, mouthPucker=1.0)[upper, 0]) / np.ptp(posed(head)[upper, 0])
    assert width == pytest.approx(0.6, abs=0.04)


def test_corners_follow_half_of_the_jaw(head: MeshPart, net: HeadNet) -> None:
    upper, lower = slit(net)
    drop = -head.keys["jawOpen"][:, 2]
    assert drop[upper[0]] == pytest.approx(0.5 * drop[lower].max(), rel=0.15)


def test_blink_covers_the_eyeball(head: MeshPart) -> None:
    rays, faces = eye_rays(), lid_faces(head)
    assert (skin_reach(posed(head), faces, rays) == 0).mean() > 0.3
    shut = skin_reach(posed(head, eyeBlinkLeft=1.0), faces, rays)
    assert shut.min() > EYE_RADIUS


@pytest.mark.parametrize("value", [0.0, 0.25, 0.5, 0.75, 1.0])
@pytest.mark.parametrize(
    "key", ["eyeBlinkLeft", "eyeSquintLeft", "eyeWideLeft", "eyeLookDownLeft", "eyeLookUpLeft"]
)
def test_lids_stay_outside_the_eyeball(head: MeshPart, key: str, value: float) -> None:
    rays = eye_rays(15)
    reach = skin_reach(posed(head, **{key: value}), lid_faces(head), rays)
    assert reach[reach > 0].min() > EYE_RADIUS


def test_right_keys_mirror_left_keys(head: MeshPart, net: HeadNet) -> None:
    flip = np.array([-1.0, 1.0, 1.0])
    assert np.allclose(head.vertices[net.mirror] * flip, head.vertices, atol=1e-5)
    for name in SIDED:
        left, right = head.keys[f"{name}Left"], head.keys[f"{name}Right"]
        assert np.allclose(reflect(net, left), right, atol=1e-5), name
    for name in UNSIDED:
        assert np.allclose(reflect(net, head.keys[name]), head.keys[name], atol=1e-5), name


def test_sided_keys_leave_the_other_corner_alone(head: MeshPart) -> None:
    far = head.vertices[:, 0] < -0.03
    for name in SIDED:
        if name not in ("mouth", "jaw"):
            assert np.abs(head.keys[f"{name}Left"][far]).max() < 1e-3, name


def test_every_key_moves_something(parts: dict[str, MeshPart]) -> None:
    for name in ARKIT:
        moved = [np.abs(p.keys[name]).max() for p in parts.values() if name in p.keys]
        assert max(moved) > 5e-4, name
    assert np.abs(parts["Tongue"].keys["tongueOut"]).max() > 0.02


def test_nothing_moves_behind_the_ears(head: MeshPart) -> None:
    behind = head.vertices[:, 1] > 0.03
    for name, offsets in head.keys.items():
        assert not np.abs(offsets[behind]).max() > 1e-6, name


def test_teeth_tongue_and_eyes_carry_their_keys(parts: dict[str, MeshPart]) -> None:
    jaw = {"jawOpen", "jawForward", "jawLeft", "jawRight"}
    assert set(parts["Teeth"].keys) == jaw
    speech = {"tongueOut", "tongueTipUp", "tongueBackUp", "tongueDental"}
    assert set(parts["Tongue"].keys) == jaw | speech
    for side, name in (("Left", "Eye_L"), ("Right", "Eye_R")):
        looks = {f"eyeLook{way}{side}" for way in ("Up", "Down", "In", "Out")}
        assert set(parts[name].keys) == looks
    assert {k for k in ARKIT if k.startswith("brow")} <= set(parts["Brows"].keys)


def test_gaze_turns_the_right_way(parts: dict[str, MeshPart]) -> None:
    pupil = 0
    for eye, out in (("Eye_L", 1.0), ("Eye_R", -1.0)):
        side = "Left" if out > 0 else "Right"
        keys = parts[eye].keys
        assert keys[f"eyeLookUp{side}"][pupil, 2] > 0.005
        assert keys[f"eyeLookDown{side}"][pupil, 2] < -0.005
        assert keys[f"eyeLookOut{side}"][pupil, 0] * out > 0.005
        assert keys[f"eyeLookIn{side}"][pupil, 0] * out < -0.005


def test_roll_lower_brings_the_lip_under_the_upper_teeth(
    head: MeshPart, parts: dict[str, MeshPart], net: HeadNet
) -> None:
    _, lower = slit(net)
    lip = posed(head, mouthRollLower=1.0)[lower[len(lower) // 2]]
    teeth = posed(parts["Teeth"])
    upper_front = teeth[(np.abs(teeth[:, 0]) < 0.6) & (teeth[:, 2] > 12.6), 1].min()
    assert abs(lip[1] - upper_front) < 0.6


def test_bones_form_one_tree() -> None:
    names = [bone.name for bone in BONES]
    assert names == ["root", "neck", "head", "eye_L", "eye_R"]
    for i, bone in enumerate(BONES):
        assert bone.head != bone.tail
        assert (bone.parent in names[:i]) if i else bone.parent is None
