# SPDX-License-Identifier: GPL-3.0-or-later
"""Of several mouths on one mesh the one that does most is used, whatever most names speak for."""

import bpy
import numpy as np
import pytest

from lipwright.core.motion.track import ARKIT_NAMES
from lipwright.rigs.mouths import MOUTHS
from lipwright.tests.scene.test_reading import MOVING, rig_of, says
from lipwright.tests.synthetic import head_part, keyed_head

VISEMES = {
    "PP": "m",
    "FF": "f",
    "TH": "th",
    "DD": "t",
    "kk": "k",
    "CH": "sh",
    "SS": "s",
    "nn": "n",
    "RR": "r",
    "aa": "aa",
    "E": "eh",
    "I": "iy",
    "O": "ow",
    "U": "uw",
}
VOWELS = {"あ": "aa", "い": "iy", "う": "uw", "え": "eh", "お": "ow", "ん": "m"}
MOUTH = ("mouth", "jaw", "tongue")


def mouth(sound, factor=1.0):
    return {name: weight * factor for name, weight in MOUTHS[sound] if name in MOVING}


def arkit():
    return {name: {name: 1.0} for name in MOVING}


def visemes(factor):
    return {f"viseme_{name}": mouth(sound, factor) for name, sound in VISEMES.items()}


def vowels(factor):
    return {name: mouth(sound, factor) for name, sound in VOWELS.items()}


def test_the_mouth_with_most_names_opens_half_as_wide(ours):
    item = keyed_head({**arkit(), **visemes(0.45), **vowels(0.4)})
    assert rig_of(item, ours).family == "arkit"
    weak = {name: {own: 0.3 * w for own, w in parts.items()} for name, parts in arkit().items()}
    bpy.data.objects.remove(item)
    item = keyed_head({**weak, **visemes(1.0), **vowels(0.5)})
    rig = rig_of(item, ours)
    assert rig.family == "oculus_visemes"
    assert {one.family for one in rig.systems} == {"arkit", "oculus_visemes", "mmd"}
    assert rig.systems[0].family == rig.family
    assert rig.systems[0].opening > 1.7 * rig.systems[-1].opening
    assert says(item, ours, "open") > 0.15
    assert says(item, ours, "closed") < 0.05 * says(item, ours, "open")
    told = ours("rigs.systems").tell_choice(rig)
    assert "Of 3 mouths, Oculus visemes" in told
    assert "Not used: ARKit" in told


def test_a_mouth_that_cannot_shut_is_left_to_one_that_can(ours):
    """On a head that was sculpted with an open mouth."""
    shut = {**visemes(1.0), "viseme_PP": {}}
    item = keyed_head({**shut, **vowels(1.0), "ん": {"jawOpen": -0.2}})
    open_by = 0.2 * head_part().keys["jawOpen"]
    for block in item.data.shape_keys.key_blocks:
        points = np.empty(3 * len(block.data), np.float32)
        block.data.foreach_get("co", points)
        block.data.foreach_set("co", points + open_by.ravel().astype(np.float32))
    rig = rig_of(item, ours)
    keys = [block.name for block in item.data.shape_keys.key_blocks[1:]]
    assert ours("rigs.match").match({"Head": keys}).family == "oculus_visemes"
    left_open = {one.family: one.shut for one in rig.systems}
    assert left_open["oculus_visemes"] > 0.2
    assert left_open["mmd"] < 0.05
    assert rig.family == "mmd"


def test_one_click_takes_another_mouth_and_gives_the_choice_back(ours):
    item = keyed_head({**arkit(), **visemes(0.5), **vowels(0.4)})
    bpy.context.scene.lipwright.character = item
    assert rig_of(item, ours).family == "arkit"
    assert bpy.ops.lipwright.use_mouth(family="mmd") == {"FINISHED"}
    rig = rig_of(item, ours)
    assert rig.family == rig.systems[0].family == "mmd"
    assert {row.control.key for row in rig.rows if row.solved} == set(VOWELS)
    assert bpy.ops.lipwright.use_mouth(family="mmd") == {"FINISHED"}
    assert rig_of(item, ours).family == "arkit"


def test_a_single_mouth_is_measured_against_nothing(ours, face):
    assert rig_of(face(keys=ARKIT_NAMES), ours).systems == ()


@pytest.mark.parametrize("wanted", ["vrm", "gone"])
def test_a_choice_that_is_not_there_any_more_is_passed_over(wanted, ours):
    item = keyed_head({**arkit(), **visemes(0.5)})
    item.lipwright_rig.system = wanted
    assert rig_of(item, ours).family == "arkit"
