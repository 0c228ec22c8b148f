# SPDX-License-Identifier: GPL-3.0-or-later
"""The cast: strips to characters, the whole scene in one press, cancel keeps what is done."""

import time
from types import SimpleNamespace

import bpy
import pytest

from lipwright.tests.blender_fixtures import value_at, write_wave
from lipwright.tests.operators.windows import Window

pytestmark = pytest.mark.skipif(
    not bpy.app.build_options.audaspace, reason="this bpy is built without sound strips"
)


@pytest.fixture
def scene_of_three(face, ours, tmp_path):
    """Anna speaks on channel 1 and, over her, Bob on 2; then Anna again."""
    anna, bob = face("Anna"), face("Bob", at=(9, 0, 0))
    scene, compat = bpy.context.scene, ours("scene.compat")
    for name, channel, frame, seconds in (
        ("anna_01", 1, 10, 2.0),
        ("bob_01", 2, 30, 1.5),
        ("anna_02", 1, 100, 1.0),
    ):
        path = write_wave(tmp_path / f"{name}.wav", seconds)
        compat.new_sound_strip(scene, name, str(path), channel, frame)
    return anna, bob


def cast():
    return bpy.context.scene.lipwright_cast.parts


def test_the_table_is_filled_by_names_and_channels(scene_of_three, face):
    anna, bob = scene_of_three
    bob.name = "Robert"
    assert bpy.ops.lipwright.fill_cast() == {"FINISHED"}
    rows = [(row.by, row.pattern, row.channel, row.character) for row in cast()]
    assert rows == [("NAME", "Anna", 1, anna), ("CHANNEL", "", 2, None)]
    bpy.ops.lipwright.fill_cast()
    assert len(cast()) == 2, "what fits a row is not added again"
    bpy.context.scene.lipwright_cast.active = 1
    bpy.ops.lipwright.remove_part()
    assert len(cast()) == 1


def test_the_whole_scene_in_one_press(scene_of_three, fake):
    anna, bob = scene_of_three
    anna.lipwright.jaw = 0.5
    bpy.ops.lipwright.fill_cast()
    bpy.ops.ed.undo_push(message="before")
    assert bpy.ops.lipwright.generate_cast() == {"FINISHED"}
    assert fake.heard == 3
    assert value_at(anna, 33) > 0.1
    assert value_at(bob, 48) > 0.1, "both speak at once"
    assert value_at(anna, 106) > 0.1
    assert value_at(bob, 106) == 0
    state = bpy.context.window_manager.lipwright
    assert [(row.name, row.status) for row in state.lines] == [
        *(("anna_01", "DONE"), ("bob_01", "DONE"), ("anna_02", "DONE"))
    ]
    bob.lipwright.jaw = 0.5
    before = value_at(bob, 48)
    bpy.ops.lipwright.generate_cast()
    assert fake.heard == 3, "nothing is heard twice"
    assert value_at(bob, 48) == pytest.approx(before / 2, rel=1e-3), "each has dials of its own"


def test_a_line_that_fails_leaves_the_others(scene_of_three, fake, ours):
    anna, _ = scene_of_three
    bpy.ops.lipwright.fill_cast()
    strips = {one.name: one for one in ours("scene.sounds.strip").sound_strips(bpy.context.scene)}
    strips["bob_01"].volume = 0.0
    strips["anna_02"].mute = True
    assert bpy.ops.lipwright.generate_cast() == {"FINISHED"}
    rows = {row.name: row for row in bpy.context.window_manager.lipwright.lines}
    assert rows.keys() == {"anna_01", "bob_01"}, "what is muted is no line"
    assert (rows["anna_01"].status, rows["bob_01"].status) == ("DONE", "FAILED")
    assert "Turn it up" in rows["bob_01"].note
    assert value_at(anna, 33) > 0.1


def test_without_rows_or_strips_it_says_what_to_do(face, ours):
    reason = ours("operators.cast").LIPWRIGHT_OT_generate_cast.reason
    assert "Add who says" in reason(bpy.context)
    bpy.ops.lipwright.add_part()
    assert "No sound strip fits" in reason(bpy.context)
    assert "sequencer" in ours("operators.cast").LIPWRIGHT_OT_fill_cast.reason(bpy.context)


@pytest.mark.parametrize("how", ["end", "ESC", "button", "before its undo step"])
def test_in_a_window_cancel_keeps_the_finished_lines(scene_of_three, fake, ours, how):
    anna, bob = scene_of_three
    bpy.ops.lipwright.fill_cast()
    generate, said = ours("operators.cast").LIPWRIGHT_OT_generate_cast, []
    operator = SimpleNamespace(report=lambda kind, text: said.append(text))
    for name in ("invoke", "modal", "_leave", "_report_all"):
        setattr(operator, name, getattr(generate, name).__get__(operator))
    context = Window()
    assert operator.invoke(context, None) == {"RUNNING_MODAL"}
    state = bpy.context.window_manager.lipwright

    def step(kind="TIMER"):
        return operator.modal(context, SimpleNamespace(type=kind))

    seen = set()
    for _ in range(2000):
        if how != "end" and operator.cast.counts[0] == 1 and operator.cast.job is not None:
            break
        if how == "before its undo step" and operator.cast._ended:
            assert not operator.cast.listens, "nobody else gets between a line and its undo step"
            break
        fake.slow_seconds = 0.05 if how == "end" or operator.cast.counts[0] == 0 else 30.0
        if step() & {"FINISHED", "CANCELLED"}:
            break
        seen.add(state.text)
        time.sleep(0.005)
    if how == "end":
        assert {text.partition(":")[0] for text in seen} == {"1 of 3", "2 of 3", "3 of 3"}
        assert operator.cast.counts == (3, 0)
    else:
        assert state.running
        if how == "button":
            bpy.ops.lipwright.cancel()
        assert step("TIMER" if how == "button" else "ESC") == {"FINISHED"}
        assert [row.status for row in state.lines] == ["DONE", "STOPPED", "STOPPED"]
        assert "1 of 3 lines are done, 2 were stopped" in said[-1]
        assert value_at(bob, 48) == 0
    assert value_at(anna, 33) > 0.1
    assert not state.running
    assert not context.timers
