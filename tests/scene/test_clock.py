# SPDX-License-Identifier: GPL-3.0-or-later
"""The same curve in seconds at every frame rate."""

from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from lipwright.tests.blender_fixtures import FakePipeline, jaw_curve

RATES = (23.976, 24, 25, 29.97, 30, 60, 120)
LENGTH = 3.0


@pytest.mark.parametrize("fps", RATES)
def test_rates_are_set_exactly(ours, fps):
    clock = ours("scene.clock")
    clock.set_fps(bpy.context.scene, fps)
    assert clock.fps_of(bpy.context.scene) == pytest.approx(fps, rel=1e-5)


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("start", [1.0, 17.4])
def test_same_curve_in_seconds(face, ours, fake, fps, start):
    scene = bpy.context.scene
    ours("scene.clock").set_fps(scene, fps)
    item = face()
    take, settings = ours("jobs.take"), ours("pipeline").Settings()
    clock = ours("scene.clock").clock_of(scene, start)
    character = ours("scene.character.find").character_of(item, scene)
    heard = SimpleNamespace(seconds=LENGTH, notes=())
    take.animate(character, heard, settings, clock, "line")
    curve = jaw_curve(item)
    at = np.linspace(0.1, LENGTH - 0.1, 400)
    shown = np.array([curve.evaluate(start + second * clock.fps) for second in at])
    frames = np.arange(np.floor(start), start + (LENGTH + 1) * clock.fps)
    wanted = FakePipeline.jaw((frames - start) / clock.fps, LENGTH)
    # Where a key lies it is exact; between keys it is the straight line between exact values.
    assert np.abs(shown - np.interp(at, (frames - start) / clock.fps, wanted)).max() < 2e-3
    shifts = np.linspace(-1, 1, 81) / clock.fps
    errors = [np.abs(FakePipeline.jaw(at + shift, LENGTH) - shown).mean() for shift in shifts]
    assert abs(shifts[int(np.argmin(errors))]) * clock.fps <= 0.5
