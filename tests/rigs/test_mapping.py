# SPDX-License-Identifier: GPL-3.0-or-later
"""Mappings go through JSON unchanged, and what is wrong in them is named."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lipwright.core.errors import SettingsError
from lipwright.core.motion.track import FACE_NAMES
from lipwright.rigs.bones.poses import Move
from lipwright.rigs.mapping import from_text, mapped, poses_from_text, to_text
from lipwright.rigs.schema import KINDS, Control, Row

numbers = st.floats(-1e4, 1e4)
controls = st.builds(Control, st.text(), st.text(), st.sampled_from(KINDS), st.text())
terms = st.dictionaries(st.sampled_from(FACE_NAMES), numbers, min_size=1).map(
    lambda found: tuple(found.items())
)


@st.composite
def rows(draw):
    low, high = sorted((draw(numbers), draw(numbers)))
    flags = draw(st.booleans()), draw(st.booleans())
    return Row(
        *(draw(controls), draw(terms), low, high),
        solved=flags[0],
        scale=draw(numbers),
        offset=draw(numbers),
        mute=flags[1],
    )


@given(st.lists(rows(), min_size=1, unique_by=lambda row: row.control), st.text())
def test_there_and_back(found, family):
    rig = mapped(family, found, [row.control for row in found])
    assert from_text(to_text(rig), [row.control for row in found]) == rig


HEAD = [
    Control("Head", "jawOpen"),
    Control("Rig", "AI", "pose"),
    Control("Rig", "o", "property", "b"),
]
ROW = {"object": "Head", "name": "jawOpen", "follows": {"jawOpen": 1}}


def read(**changes):
    data = {"version": 1, "family": "arkit", "rows": [ROW], **changes}
    return from_text(json.dumps(data), HEAD)


def test_short_rows_and_what_they_leave():
    rig = read(rows=[ROW, {**ROW, "object": "Rig", "name": "o", "kind": "property", "bone": "b"}])
    assert rig.rows[0] == Row(HEAD[0], (("jawOpen", 1.0),))
    assert rig.unused == (HEAD[1],)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"version": 2}, "version 2"),
        ({"version": "1"}, "“version” should be a whole number"),
        ({"version": True}, "“version”"),
        ({"extra": 1}, "“extra” means nothing"),
        ({"rows": {}}, "“rows” should be a list"),
        ({"rows": []}, "no rows"),
        ({"rows": [ROW, 3]}, "Row 2"),
        ({"rows": [ROW, ROW]}, "Row 2 .*twice"),
        ({"rows": [{**ROW, "colour": 1}]}, "Row 1 .*“colour” means nothing"),
        ({"rows": [{"object": "Head", "name": "jawOpen"}]}, "Row 1 .*“follows” is not there"),
        ({"rows": [{**ROW, "name": "gone"}]}, "Row 1 .*“gone”.*no such shape key"),
        ({"rows": [{**ROW, "kind": "bone"}]}, "no kind “bone”"),
        ({"rows": [{**ROW, "kind": "pose"}]}, "no such pose"),
        ({"rows": [{**ROW, "follows": {}}]}, "follows no face channel"),
        ({"rows": [{**ROW, "follows": {"banana": 1}}]}, "no face channel “banana”"),
        ({"rows": [{**ROW, "follows": {"jawOpen": "1"}}]}, "“jawOpen” should be a number"),
        ({"rows": [{**ROW, "follows": {"jawOpen": True}}]}, "“jawOpen” should be a number"),
        ({"rows": [{**ROW, "scale": 1e9}]}, "“scale” is 1000000000"),
        ({"rows": [{**ROW, "mute": 1}]}, "“mute” should be true or false"),
        ({"rows": [{**ROW, "scale": False}]}, "“scale” should be a number"),
        ({"rows": [{**ROW, "low": 2}]}, "above high"),
    ],
)
def test_what_is_wrong_is_named(changes, told):
    with pytest.raises(SettingsError, match=told):
        read(**changes)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "not JSON"),
        ("[]", "object in braces"),
        ("[" * 100_000, "mapping"),
        ('{"version": NaN}', "NaN"),
        ('{"version": 1, "version": 1}', "twice"),
        (json.dumps({"version": 1, "rows": [ROW]}).replace("1}", "1e999}"), "is inf"),
        (json.dumps({"version": 1, "rows": [ROW]}).replace("1}", "9" * 400 + "}"), "is 9999"),
        ("9" * 9999, "no list of rows"),
    ],
)
def test_what_is_no_mapping(text, told):
    with pytest.raises(SettingsError, match=told):
        from_text(text, HEAD)


vectors = st.tuples(numbers, numbers, numbers)
moves = st.builds(Move, vectors, vectors, vectors)


@given(st.dictionaries(st.text(), st.dictionaries(st.text(), moves, min_size=1), min_size=1))
def test_poses_go_there_and_back(poses):
    row = Row(HEAD[0], (("jawOpen", 1.0),))
    text = to_text(mapped("arkit", [row], HEAD), poses)
    assert poses_from_text(text) == poses
    assert from_text(text, HEAD).rows == (row,)


@pytest.mark.parametrize(
    ("poses", "said"),
    [
        ({"jawOpen": 1}, "pose “jawOpen”"),
        ({"jawOpen": {"b": {"turn": [1, 2]}}}, "three numbers"),
        ({"jawOpen": {"b": {"spin": [1, 2, 3]}}}, "means nothing"),
        ({"jawOpen": {"b": {"turn": [1, 2, "x"]}}}, "should be a number"),
    ],
)
def test_poses_that_are_wrong_are_named(poses, said):
    text = json.dumps({"version": 1, "rows": [ROW], "poses": poses})
    with pytest.raises(SettingsError, match=said):
        poses_from_text(text)


def test_objects_of_another_name_are_known_by_their_controls():
    there = [Control("Face.1", "jawOpen"), Control("Face.1", "smile"), Control("Teeth", "jawOpen")]
    entries = [
        {"object": "Head", "name": "jawOpen", "follows": {"jawOpen": 1}},
        {"object": "Head", "name": "smile", "follows": {"mouthSmileLeft": 1}},
        {"object": "Teeth", "name": "jawOpen", "follows": {"jawOpen": 1}},
    ]
    rig = from_text(json.dumps({"version": 1, "rows": entries}), there)
    assert {row.control for row in rig.rows} == set(there)
