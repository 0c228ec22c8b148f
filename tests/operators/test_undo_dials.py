# SPDX-License-Identifier: GPL-3.0-or-later
"""Undo and redo of a dial: the take goes with it."""

import bpy
import pytest

from lipwright.tests.blender_fixtures import value_at


def test_undo_and_redo_of_a_dial_mix_the_take_as_it_was(face, fake, voice, ours, monkeypatch):
    choice = bpy.context.scene.lipwright
    choice.source, choice.file, choice.character = "FILE", str(voice), face()
    bpy.ops.lipwright.generate()
    live, start = ours("jobs.live"), value_at(bpy.data.objects["Head"], 24)
    monkeypatch.setattr(live, "_wait_for", live._waiting.update)  # as in a window

    def head():
        assert live.mix_waiting() is None
        return value_at(bpy.data.objects["Head"], 24)

    bpy.ops.ed.undo_push(message="generated")
    for jaw in (0.5, 0.25):
        bpy.data.objects["Head"].lipwright.jaw = jaw
        bpy.ops.ed.undo_push(message="a dial")  # Blender does so before the take is mixed
        live._waiting.add(bpy.data.objects["Head"].session_uid)
        assert head() == pytest.approx(start * jaw, rel=1e-3)
    for step, jaw in ((bpy.ops.ed.undo, 0.5), (bpy.ops.ed.undo, 1.0), (bpy.ops.ed.redo, 0.5)):
        step()
        assert bpy.data.objects["Head"].lipwright.jaw == jaw
        assert head() == pytest.approx(start * jaw, rel=1e-3)
    # Sliders that are keyframed may show the same at the playhead, as by Guess to Keyframes.
    for frame, happy in ((1, 0.0), (60, 1.0)):
        item = bpy.data.objects["Head"]
        item.lipwright.feelings.happy = happy
        item.keyframe_insert("lipwright.feelings.happy", frame=frame)
    bpy.data.objects["Head"].lipwright.feelings.happy = 0.0
    bpy.context.scene.frame_set(1)
    live._waiting.clear()
    bpy.ops.ed.undo_push(message="guessed")
    for step in (bpy.ops.ed.undo, bpy.ops.ed.redo):
        step()
        assert bpy.data.objects["Head"].session_uid in live._waiting
        live._waiting.clear()
    bpy.ops.ed.undo_push(message="something else")
    bpy.ops.ed.undo()
    assert not live._waiting
