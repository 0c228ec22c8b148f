# SPDX-License-Identifier: GPL-3.0-or-later
"""A mood that goes on between lines."""

from dataclasses import replace

import bpy
import numpy as np
import pytest

from lipwright.tests.blender_fixtures import ROOT

pytestmark = pytest.mark.skipif(
    not (ROOT / "models" / "weights" / "articulator.onnx").is_file(),
    reason="there are no trained networks in this checkout",
)


@pytest.fixture
def heard(ours):
    return ours("pipeline").analyse(ours("core.audio.load").load_sound(ROOT / "demo" / "line.wav"))


@pytest.fixture
def say(face, ours, heard):
    """Let Anna say the line from a frame on, as her dials are but for what the line has."""
    item = face("Anna")
    item.lipwright.fit_lips = False
    scene = bpy.context.scene
    scene.frame_end = 1000

    def said(name, frame, **own):
        character = ours("scene.character.find").character_named("Anna", scene)
        clock = ours("scene.clock").clock_of(scene, float(frame))
        settings = ours("jobs.dials").read_dials(item.lipwright)
        job = ours("jobs.take")
        return job.animate(character, heard, replace(settings, **own), clock, name)

    return item, said


def smile(item, frames):
    scene, values = bpy.context.scene, []
    for frame in frames:
        scene.frame_set(frame)
        values.append(item.data.shape_keys.key_blocks["mouthSmileLeft"].value)
    return np.array(values)


def test_it_goes_on_between_two_lines(say):
    item, said = say
    item.lipwright.feelings.happy = 0.6
    item.lipwright.acting.stays = 1.0
    said("first", 100)
    said("second", 350)
    mood = smile(item, [20])[0]
    assert mood > 0.5
    between = smile(item, [20, 90, 290, 300, 320, 345, 700])
    assert between == pytest.approx(mood, abs=0.05)
    # No step where a line begins or ends.
    for edge in ((80, 101), (252, 300), (330, 351), (502, 560)):
        assert np.abs(np.diff(smile(item, range(*edge)))).max() < 0.12, edge
    assert bpy.ops.lipwright.clear() == {"FINISHED"}
    assert not smile(item, [20, 300]).any()


def test_a_line_of_another_mood_goes_back_to_it(say):
    item, said = say
    item.lipwright.feelings.happy = 0.5
    item.lipwright.acting.stays = 0.5
    said("sad", 100, emotions={"sad": 1.0})
    inside, after = smile(item, range(130, 240)).mean(), smile(item, [400])[0]
    assert after > 0.3
    assert smile(item, [50])[0] == pytest.approx(after, abs=0.01)
    assert inside > 0.1, "what goes on between lines is there in them too"


def test_by_default_a_face_comes_to_rest(say):
    item, said = say
    item.lipwright.feelings.happy = 0.6
    said("first", 100)
    assert not smile(item, [20, 400]).any()


def test_tracks_of_layers_show_the_same(say, ours):
    item, said = say
    item.lipwright.feelings.happy = 0.6
    item.lipwright.acting.stays = 1.0
    said("first", 100)
    one = smile(item, range(60, 320, 3))
    item.lipwright.apart = True
    said("first", 100)
    assert smile(item, range(60, 320, 3)) == pytest.approx(one, abs=0.12)
