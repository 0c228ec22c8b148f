# SPDX-License-Identifier: GPL-3.0-or-later
"""Face shapes on other heads: the demo head's own come back, bent heads talk, lips stay apart."""

import numpy as np
import pytest

from lipwright.core.errors import RigError
from lipwright.rigs.demo_head.build import build_head
from lipwright.rigs.demo_head.landmarks import LANDMARKS, demo_landmarks, guess_landmarks
from lipwright.rigs.demo_head.transfer import Head, _normals, give_shapes


@pytest.fixture(scope="module")
def skin():
    return next(part for part in build_head() if part.name == "Head")


def head_of(points, faces, shift=None):
    edges = np.array([(f[i - 1], f[i]) for f in faces for i in range(len(f))])
    return Head(points, _normals(points, faces), edges)


def bent(points):
    """Another head: bigger, turned, longer in the face, its jaw to the front."""
    points = np.asarray(points, np.float64)
    higher = points * (3.0, 3.2, 3.6)
    higher = higher + np.stack(
        [0 * points[:, 0], -2.0 * (0.15 - points[:, 2]) ** 2, 0.3 * points[:, 1]], axis=1
    )
    turn = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    return higher @ turn.T + (5.0, -2.0, 1.0)


def likeness(found, wanted):
    """Cosine over all vertices, and size of the one in units of the other."""
    size = np.linalg.norm(found) / np.linalg.norm(wanted)
    return float((found * wanted).sum() / np.linalg.norm(found) / np.linalg.norm(wanted)), size


def test_the_demo_head_gets_its_own_shapes_back(skin):
    given = give_shapes(head_of(skin.vertices.astype(float), skin.faces), demo_landmarks())
    assert not given.sealed
    assert set(given.keys) >= set(skin.keys) - {"tongueOut"}
    for name, offsets in given.keys.items():
        cosine, size = likeness(offsets, skin.keys[name])
        assert cosine > 0.93, name
        assert 0.7 < size < 1.2, name


def test_a_bent_head_gets_the_bent_shapes(skin):
    points = bent(skin.vertices)
    marks = {name: bent(place[None])[0] for name, place in demo_landmarks().items()}
    given = give_shapes(head_of(points, skin.faces), marks)
    for name in ("jawOpen", "mouthPucker", "mouthSmileLeft", "eyeBlinkLeft", "browInnerUp"):
        wanted = bent(skin.vertices + skin.keys[name]) - points
        cosine, size = likeness(given.keys[name], wanted)
        assert cosine > 0.85, name
        assert 0.7 < size < 1.4, name


def test_welded_lips_are_told(skin):
    points = skin.vertices.astype(float)
    places, first, number = np.unique(
        points.round(5), axis=0, return_index=True, return_inverse=True
    )
    assert len(places) < len(points)
    faces = tuple(tuple(int(number.ravel()[v]) for v in face) for face in skin.faces)
    faces = tuple(face for face in faces if len(set(face)) == len(face))
    assert give_shapes(head_of(points[first], faces), demo_landmarks()).sealed


def test_eyeballs_and_upper_teeth_stay_lower_teeth_follow(skin):
    parts = {part.name: part for part in build_head()}
    points, faces, start = [skin.vertices.astype(float)], list(skin.faces), {}
    for name in ("Eye_L", "Teeth"):
        start[name] = sum(map(len, points))
        faces += [tuple(v + start[name] for v in face) for face in parts[name].faces]
        points.append(parts[name].vertices.astype(float))
    away = np.array([30.0, -20.0, 50.0])  # far from the origin, as heads on bodies are
    marks = {name: place + away for name, place in demo_landmarks().items()}
    given = give_shapes(head_of(np.concatenate(points) + away, tuple(faces)), marks)
    eye = slice(start["Eye_L"], start["Teeth"])
    assert np.abs(given.keys["eyeBlinkLeft"][eye]).max() == 0
    teeth = given.keys["jawOpen"][start["Teeth"] :]
    wanted = parts["Teeth"].keys["jawOpen"]
    cosine, size = likeness(teeth, wanted)
    assert cosine > 0.8
    assert 0.7 < size < 1.4


def test_bad_landmarks_are_refused(skin):
    head = head_of(skin.vertices.astype(float), skin.faces)
    marks = demo_landmarks()
    with pytest.raises(RigError, match="“chin” is missing"):
        give_shapes(head, {name: marks[name] for name in LANDMARKS if name != "chin"})
    with pytest.raises(RigError, match="one place"):
        give_shapes(head, {**marks, "mouth_left": marks["mouth_right"]})
    with pytest.raises(RigError, match="nowhere"):
        give_shapes(head, {**marks, "chin": np.array([np.nan, 0, 0])})


@pytest.mark.parametrize("scale", [1.0, 12.0])
def test_guesses_are_near(skin, scale):
    marks = demo_landmarks()
    width = np.linalg.norm(marks["mouth_left"] - marks["mouth_right"]) * scale
    for name, place in guess_landmarks(skin.vertices * scale + (3.0, 4.0, 5.0)).items():
        away = np.linalg.norm(place - (marks[name] * scale + (3.0, 4.0, 5.0)))
        assert away < 0.2 * width, name
