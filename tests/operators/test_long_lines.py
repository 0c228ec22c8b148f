# SPDX-License-Identifier: GPL-3.0-or-later
"""A dial on a long line: planned in a thread, written in turns, left off where it moves further."""

import threading
from types import MethodType, SimpleNamespace

import bpy
import pytest

from lipwright.tests.blender_fixtures import value_at
from lipwright.tests.operators.windows import Window

TIMER, ESCAPE = (SimpleNamespace(type=name, value="PRESS") for name in ("TIMER", "ESC"))
RELEASE = SimpleNamespace(type="LEFTMOUSE", value="RELEASE")
PRESS = SimpleNamespace(type="LEFTMOUSE", value="PRESS")


@pytest.fixture
def spoken(face, fake, voice, ours, monkeypatch):
    choice, item = bpy.context.scene.lipwright, face()
    choice.source, choice.file, choice.character = "FILE", str(voice), item
    bpy.ops.lipwright.generate()
    monkeypatch.setattr(ours("jobs.live"), "LONG_SECONDS", 1.0)
    monkeypatch.setattr(ours("jobs.live"), "_wait_for", ours("jobs.live")._waiting.update)
    # One step a turn, so that there is something between them.
    monkeypatch.setattr(ours("jobs.worker").Stepping.advance, "__defaults__", (0.0,))
    return item


@pytest.fixture
def planning(ours, monkeypatch):
    """Holds the plan until it is let go; says in which thread it was made."""
    take, told = ours("jobs.take"), SimpleNamespace(go=threading.Event(), threads=[])
    plan = take.plan_take

    def slow(*given, **more):
        told.threads.append(threading.current_thread())
        told.go.wait(20)
        return plan(*given, **more)

    monkeypatch.setattr(take, "plan_take", slow)
    return told


def begin(ours, item):
    """The operator as the timer of the dials calls it."""
    ours("jobs.live")._waiting.clear()
    kind = ours("operators.generate").LIPWRIGHT_OT_mix_again
    said: list[str] = []
    worker = SimpleNamespace(said=said, report=lambda _kind, text: said.append(text))
    worker.uid, worker.ways, worker.said_error = item.session_uid, kind.ways, False
    for name in ("_prepare", "_steps", "_found", "_asks", "_stop", "invoke", "modal", "cancel"):
        setattr(worker, name, MethodType(getattr(kind, name), worker))
    worker.context = Window()
    assert worker.invoke(worker.context, None) == {"RUNNING_MODAL"}
    return worker


def turn(worker, event=TIMER):
    return worker.modal(worker.context, event)


def until(worker, wanted):
    for _ in range(3000):
        if wanted(worker):
            return
        assert turn(worker) <= {"RUNNING_MODAL", "PASS_THROUGH"}, worker.said
        threading.Event().wait(0.001)
    raise AssertionError("it never came to that")


def ends(worker):
    for _ in range(3000):
        answer = turn(worker)
        if answer & {"FINISHED", "CANCELLED"}:
            return answer
        threading.Event().wait(0.001)
    raise AssertionError("it never ends")


def test_a_long_line_is_handed_to_the_operator(spoken, ours, monkeypatch):
    live, began = ours("jobs.live"), []
    monkeypatch.setattr(live, "_began_in_turns", lambda item: began.append(item.name) or True)
    spoken.lipwright.jaw = 0.5
    assert live.mix_waiting() is not None
    assert began == ["Head"]
    monkeypatch.setattr(live, "LONG_SECONDS", 100.0)
    spoken.lipwright.jaw = 0.25
    assert live.mix_waiting() is None
    assert began == ["Head"]


def test_the_window_lives_while_it_is_planned(spoken, ours, planning):
    start, state = value_at(spoken, 24), bpy.context.window_manager.lipwright
    spoken.lipwright.jaw = 0.5
    worker = begin(ours, spoken)
    until(worker, lambda _: planning.threads)
    assert planning.threads[0] is not threading.main_thread()
    assert state.running
    assert state.text == "Planning"
    assert turn(worker, PRESS) == {"PASS_THROUGH"}
    planning.go.set()
    until(worker, lambda one: not one.stepping.listens and not one.stepping.may_stop)
    assert turn(worker, PRESS) == {"RUNNING_MODAL"}
    assert turn(worker, RELEASE) == {"PASS_THROUGH"}, "a slider must hear that it was let go"
    assert ends(worker) == {"FINISHED"}
    assert not state.running
    assert value_at(spoken, 24) == pytest.approx(start / 2, rel=1e-3)


def test_esc_before_the_first_key_leaves_it_and_after_it_lets_it_become_whole(
    spoken, ours, planning
):
    start = value_at(spoken, 24)
    spoken.lipwright.jaw = 0.5
    worker = begin(ours, spoken)
    until(worker, lambda _: planning.threads)
    assert turn(worker, ESCAPE) == {"PASS_THROUGH"}
    planning.go.set()
    assert ends(worker) == {"CANCELLED"}
    assert value_at(spoken, 24) == start
    worker = begin(ours, spoken)
    until(worker, lambda one: not one.stepping.listens and not one.stepping.may_stop)
    turn(worker, ESCAPE)
    assert ends(worker) == {"FINISHED"}
    assert value_at(spoken, 24) == pytest.approx(start / 2, rel=1e-3)


def test_a_dial_that_moves_further_begins_anew(spoken, ours, planning):
    start = value_at(spoken, 24)
    spoken.lipwright.jaw = 0.5
    worker = begin(ours, spoken)
    until(worker, lambda _: planning.threads)
    spoken.lipwright.jaw = 0.25
    turn(worker)
    planning.go.set()
    ends(worker)
    assert not worker.said, "nothing to be told of"
    assert value_at(spoken, 24) == start
    assert ends(begin(ours, spoken)) == {"FINISHED"}
    assert value_at(spoken, 24) == pytest.approx(start / 4, rel=1e-3)


def test_what_was_undone_meanwhile_is_not_written_again(spoken, ours, planning):
    spoken.lipwright.jaw = 0.5
    worker = begin(ours, spoken)
    until(worker, lambda _: planning.threads)
    ours("scene.takes.clear").clear_take(
        ours("scene.character.find").character_of(spoken, bpy.context.scene)
    )
    planning.go.set()
    assert ends(worker) == {"CANCELLED"}
    assert not bpy.data.actions
