# SPDX-License-Identifier: GPL-3.0-or-later
"""A long line is written in pieces: one curve at most between two turns of the window."""

import time

import bpy
import numpy as np
import pytest

from lipwright.tests.blender_fixtures import jaw_curve, value_at


@pytest.fixture
def spoken(face, fake, voice):
    item, choice = face(), bpy.context.scene.lipwright
    choice.source, choice.file, choice.character = "FILE", str(voice), item
    return item


def counted(ours, monkeypatch):
    """What the curves of a take cost: planned, and written."""
    rewrite = ours("scene.takes.rewrite")
    done = {"planned": 0, "written": 0}
    plan, put = rewrite.Rewrite.plan, rewrite.put

    def planning(*given):
        done["planned"] += 1
        return plan(*given)

    def putting(*given):
        done["written"] += 1
        put(*given)

    monkeypatch.setattr(rewrite.Rewrite, "plan", planning)
    monkeypatch.setattr(rewrite, "put", putting)
    return done


@pytest.mark.parametrize("apart", [False, True])
def test_a_turn_plans_or_writes_one_curve(spoken, ours, monkeypatch, apart):
    spoken.lipwright.apart = apart
    scene = bpy.context.scene
    take, character = ours("jobs.take"), ours("scene.character.find").character_of(spoken, scene)
    analysis = ours("jobs.hear").analyse(ours("core.audio.load").Sound(silence(2.0)))
    clock = ours("scene.clock").clock_of(scene, 1.0)
    done = counted(ours, monkeypatch)
    for _ in range(2):  # a first take, and another over it
        done.update(planned=0, written=0)
        steps = take.animate_steps(character, analysis, ours("pipeline").Settings(), clock, "line")
        most, asked, pieces = 0, next(steps), 0
        while True:
            before = sum(done.values())
            try:
                asked = steps.send(asked(None, None) if callable(asked) else None)
            except StopIteration:
                break
            most, pieces = max(most, sum(done.values()) - before), pieces + 1
        assert most == 1
        assert done["planned"] >= done["written"] > 0
        assert pieces >= done["planned"] + done["written"]


def silence(seconds):
    return np.zeros(round(seconds * 16000), np.float32)


def test_dials_that_move_while_a_line_is_written_wait_for_it(spoken, ours, monkeypatch):
    bpy.ops.lipwright.generate()
    live, state = ours("jobs.live"), bpy.context.window_manager.lipwright
    before = value_at(spoken, 24)
    live._waiting.add(spoken.session_uid)
    state.running = True
    spoken.lipwright.jaw = 0.5
    assert live.mix_waiting() == live.WAIT_SECONDS
    assert value_at(spoken, 24) == pytest.approx(before)
    state.running = False
    assert live.mix_waiting() is None
    assert value_at(spoken, 24) == pytest.approx(before / 2, rel=1e-3)


def test_a_curve_that_was_changed_meanwhile_is_planned_anew(spoken, ours):
    """Scripts and drivers of others do not wait for us."""
    bpy.ops.lipwright.generate()
    scene = bpy.context.scene
    find, write = ours("scene.character.find"), ours("scene.takes.write")
    keys, control = ours("core.motion.keys").Keys, ours("rigs.schema").Control
    frames = np.arange(1.0, 49.0)
    wanted = {control("Head", "jawOpen"): keys(frames, np.full(48, 0.3, np.float32))}
    source = next(iter(write.takes_of(find.character_of(spoken, scene))))
    take = write.Take("line", (0.0, 49.0), source)
    steps = write.write_take_steps(find.character_of(spoken, scene), wanted, take)
    while next(steps).share < 0.3:
        pass
    point = jaw_curve(spoken).keyframe_points.insert(20.0, 0.9)
    point.interpolation = "LINEAR"
    for _ in steps:
        pass
    assert value_at(spoken, 20) == pytest.approx(0.9), "the key came after it was planned"
    assert value_at(spoken, 40) == pytest.approx(0.3)


def test_a_stepping_goes_on_until_its_turn_is_over(ours):
    worker, step = ours("jobs.worker"), ours("core.steps").Step
    seen = []

    def steps():
        seen.append((yield lambda _progress, _cancelled: 7))
        for number in range(20):
            time.sleep(0.002)
            yield step(number / 20, may_stop=number < 10)
        seen.append("end")

    stepping = worker.Stepping(steps())
    turns = 0
    while not stepping.advance(0.005):
        turns += 1
        if not stepping.may_stop:
            stepping.cancel()  # too late: it goes on
        time.sleep(0.001)
    assert seen == [7, "end"]
    assert turns >= 6


def test_a_character_is_gathered_a_shape_key_a_step(ours, monkeypatch):
    """Reading all keys of a dense head takes longer than a window may stand still."""
    bpy.ops.lipwright.add_demo_head()
    item, scene = bpy.data.objects["Head"], bpy.context.scene
    meshes, character = (
        ours("scene.character.meshes"),
        ours("scene.character.find").character_of(item, scene),
    )
    ours("scene.character.find").rig_of(character)  # it is read already, as by a panel
    read, offsets = [], meshes._offsets
    monkeypatch.setattr(meshes, "_offsets", lambda *given: read.append(1) or offsets(*given))
    most, before = 0, 0
    for _ in ours("jobs.take").gather_steps(character, frozenset({"speech"})):
        most, before = max(most, len(read) - before), len(read)
    assert len(read) > 20
    assert most == 1
