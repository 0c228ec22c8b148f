# SPDX-License-Identifier: GPL-3.0-or-later
"""The button: one undo step, live dials, reasons instead of silence, a job that can be stopped."""

import time
from pathlib import Path
from types import SimpleNamespace

import bpy
import pytest

from lipwright.tests.blender_fixtures import jaw_curve, value_at, write_wave
from lipwright.tests.operators.windows import Window

NO_STRIPS = not bpy.app.build_options.audaspace
needs_strips = pytest.mark.skipif(NO_STRIPS, reason="this bpy is built without sound strips")


@pytest.fixture
def choose(voice):
    """Choose a file and a face."""

    def do(item: bpy.types.Object) -> bpy.types.PropertyGroup:
        choice = bpy.context.scene.lipwright
        choice.source, choice.file, choice.character = "FILE", str(voice), item
        return choice

    return do


def test_from_a_file_to_keys(face, fake, choose):
    item = face()
    choose(item)
    bpy.context.scene.frame_set(5)
    assert bpy.ops.lipwright.generate() == {"FINISHED"}
    assert value_at(item, 5 + 24) > 0.1
    assert value_at(item, 5 + 24, "mouthPucker") == pytest.approx(value_at(item, 29) / 2, abs=1e-4)
    assert value_at(item, 200) == 0


@needs_strips
def test_the_file_lands_in_the_sequencer_once(face, fake, choose, ours):
    choose(face())
    bpy.context.scene.frame_set(5)
    bpy.ops.lipwright.generate()
    bpy.context.scene.frame_set(50)
    bpy.ops.lipwright.generate()
    strips = ours("scene.sounds.strip").sound_strips(bpy.context.scene)
    assert [strip.frame_final_start for strip in strips] == [5]


@needs_strips
def test_a_strip_that_moved_takes_its_keys_along(face, fake, choose, ours):
    item = face()
    choice = choose(item)
    bpy.ops.lipwright.add_strip()
    assert choice.source == "STRIP"
    bpy.ops.lipwright.generate()
    assert value_at(item, 24) > 0.1
    ours("scene.sounds.strip").sound_strips(bpy.context.scene)[0].frame_start += 100
    bpy.ops.lipwright.generate()
    assert fake.heard == 1, "the same sound is not listened to twice"
    assert value_at(item, 24) == 0
    assert value_at(item, 124) > 0.1


@pytest.fixture
def another_sound(tmp_path):
    """A second file, a little longer."""
    return write_wave(tmp_path / "another.wav", 2.5)


@needs_strips
@pytest.mark.parametrize("earlier", ["REPLACE", "KEEP", "ASK"])
def test_another_sound_for_the_shot_replaces_the_take_where_that_is_wished(
    face, fake, choose, ours, another_sound, earlier
):
    item = face()
    choice = choose(item)
    scene = bpy.context.scene
    theirs = ours("scene.compat").new_sound_strip(scene, "theirs", choice.file, 7, 1)
    theirs.name = "theirs"
    choice.source, choice.strip = "STRIP", "theirs"
    scene.frame_set(300)
    choice.source = "FILE"
    theirs.sound.filepath = str(another_sound)  # no strip of theirs plays the chosen file
    bpy.ops.lipwright.generate()
    old = next(s for s in ours("scene.sounds.strip").sound_strips(scene) if s != theirs)
    assert old.lipwright.added
    channel = old.channel
    third = write_wave(another_sound.with_name("third.wav"), 1.0)
    choice.file = str(third)
    scene.frame_set(310)
    assert value_at(item, 340) > 0.1
    scene.frame_set(310)
    assert bpy.ops.lipwright.generate(earlier=earlier) == {"FINISHED"}
    strips = {s.name: s for s in ours("scene.sounds.strip").sound_strips(scene)}
    notes = bpy.context.window_manager.lipwright.notes
    if earlier == "REPLACE":
        assert set(strips) == {"theirs", "third"}
        assert (strips["third"].frame_final_start, strips["third"].channel) == (300, channel)
        assert value_at(item, 340) == 0, "the first line is longer, and gone"
        assert "“line” was replaced" in notes
    else:
        assert set(strips) == {"theirs", "line", "third"}
        assert strips["third"].frame_final_start == 310
        assert "“line” in the same shot stayed" in notes
    assert theirs.channel == 7


@needs_strips
def test_the_window_asks_once_before_it_replaces(face, fake, choose, modal, another_sound, ours):
    item = face()
    choice = choose(item)
    bpy.context.scene.frame_set(5)
    bpy.ops.lipwright.generate()
    heard = fake.heard
    choice.file = str(another_sound)
    asked: list = []
    assert modal(asked) == {"CANCELLED"}
    assert "“line” is in this shot already" in asked[0][1]["title"]
    assert fake.heard == heard
    buttons: list = []
    menu = SimpleNamespace(layout=SimpleNamespace())
    menu.layout.operator = lambda *_a, **_k: buttons.append(SimpleNamespace()) or buttons[-1]
    asked[0][0](menu, None)
    assert [one.earlier for one in buttons] == ["REPLACE", "KEEP"]
    assert menu.layout.operator_context == "INVOKE_DEFAULT"
    bpy.context.scene.frame_set(100)
    asked.clear()
    assert modal()[0].window_manager.lipwright.running, "elsewhere nothing is asked"
    bpy.context.window_manager.lipwright.running = False


def test_what_is_said_may_be_typed_or_lie_beside_the_sound(face, fake, choose, tmp_path):
    choice = choose(face())
    beside = Path(choice.file).with_suffix(".txt")
    bpy.ops.lipwright.generate()
    assert fake.transcript is None
    beside.write_text("from the file", "utf-8")
    bpy.ops.lipwright.generate()
    assert fake.transcript.text == "from the file"
    choice.transcript = "typed by hand"
    bpy.ops.lipwright.generate()
    assert fake.transcript.text == "typed by hand"
    choice.transcript, choice.text_beside = "", False
    heard = fake.heard
    bpy.ops.lipwright.generate()
    assert fake.heard == heard, "the first take, without a text, is remembered"


def test_a_text_that_does_not_fit_is_told_to_the_artist(face, fake, choose):
    choice = choose(face())
    fake.notes = ("The transcript was left aside",)
    choice.transcript = "six thick thistle sticks"
    bpy.ops.lipwright.generate()
    assert "left aside" in bpy.context.window_manager.lipwright.notes


def test_one_undo_step(face, fake, choose):
    item = face()
    choose(item)
    bpy.ops.ed.undo_push(message="before")
    bpy.ops.lipwright.generate("EXEC_DEFAULT", True)
    assert bpy.data.objects["Head"].data.shape_keys.animation_data is not None
    bpy.ops.ed.undo()
    keys = bpy.data.objects["Head"].data.shape_keys
    assert keys.animation_data is None or keys.animation_data.action is None
    assert not bpy.data.actions


def test_dials_are_mixed_again_without_listening(face, fake, choose, ours):
    item = face()
    choose(item)
    bpy.ops.lipwright.generate()
    before = value_at(item, 24)
    item.lipwright.jaw = 0.5
    item.lipwright.feelings.happy = 0.7
    live = ours("jobs.live")
    live._waiting.add(item.session_uid)
    assert live.mix_waiting() is None
    assert value_at(item, 24) == pytest.approx(before / 2, rel=1e-3)
    assert value_at(item, 24, "eyeBlinkLeft") == pytest.approx(0.7)
    assert fake.heard == 1


def test_a_ten_second_line_is_mixed_again_quickly(face, fake, ours, tmp_path):
    item = face("Head", ours("core.motion.track").ARKIT_NAMES)
    scene = bpy.context.scene
    character = ours("scene.character.find").character_of(item, scene)
    take, settings = ours("jobs.take"), ours("pipeline").Settings()
    clock = ours("scene.clock").clock_of(scene, 1.0)
    take.animate(character, SimpleNamespace(seconds=10.0, notes=()), settings, clock, "line")
    start = time.perf_counter()
    ours("jobs.again").mix_again(character)
    assert time.perf_counter() - start < 0.5  # 0.1 on an idle machine


@pytest.mark.parametrize("way", ["few", "poses"])
def test_fewer_keys_stay_within_the_tolerance(face, fake, choose, way):
    item = face()
    choose(item)
    bpy.context.scene.frame_set(1)
    bpy.ops.lipwright.generate()
    dense = [value_at(item, frame) for frame in range(50)]
    count = len(jaw_curve(item).keyframe_points)
    item.lipwright.keying, item.lipwright.tolerance = way, 0.02
    bpy.context.scene.frame_set(1)  # where a file that is in no strip begins
    bpy.ops.lipwright.generate()
    assert len(jaw_curve(item).keyframe_points) < count / 2
    assert [value_at(item, frame) for frame in range(50)] == pytest.approx(dense, abs=0.0201)


def test_key_poses_live_on_through_a_hand_key_a_retake_and_clear(face, fake, choose):
    item = face()
    choose(item)
    item.lipwright.keying = "poses"
    bpy.context.scene.frame_set(1)
    bpy.ops.lipwright.generate()
    points = jaw_curve(item).keyframe_points
    assert {point.interpolation for point in points} == {"BEZIER"}
    assert {"EXTREME"} <= {point.type for point in points} <= {"EXTREME", "BREAKDOWN", "JITTER"}
    assert {point.handle_left_type for point in points} <= {"ALIGNED", "FREE"}
    hand = points.insert(20.0, 0.77)
    hand.interpolation = "CONSTANT"
    item.lipwright.keying = "twos"
    bpy.context.scene.frame_set(1)
    bpy.ops.lipwright.generate()
    points = jaw_curve(item).keyframe_points
    assert {point.interpolation for point in points} == {"CONSTANT"}
    assert [point.co.y for point in points if point.co.x == 20] == [pytest.approx(0.77)]
    bpy.ops.lipwright.clear()
    assert [tuple(point.co) for point in jaw_curve(item).keyframe_points] == [
        (20.0, pytest.approx(0.77))
    ]


def test_clear(face, fake, choose):
    item = face()
    choose(item)
    assert not bpy.ops.lipwright.clear.poll()
    bpy.ops.lipwright.generate()
    bpy.ops.lipwright.clear()
    assert not bpy.data.actions
    assert value_at(item, 24) == 0


def test_reasons_are_sentences(face, fake, choose, ours):
    operator = ours("operators.generate").LIPWRIGHT_OT_generate
    choice = bpy.context.scene.lipwright
    assert "sequencer" in operator.reason(bpy.context)
    choice.source = "FILE"
    assert "sound file" in operator.reason(bpy.context)
    choice.file = "/nowhere/gone.wav"
    assert "character" in operator.reason(bpy.context)
    plain = face("Cube", ())
    assert "no shape keys" in operator.reason(bpy.context)
    bpy.data.objects.remove(plain)
    face("Odd", ("one", "two"))
    assert operator.reason(bpy.context)
    face("Head")
    assert operator.reason(bpy.context) == ""
    with pytest.raises(RuntimeError, match="was not found"):
        bpy.ops.lipwright.generate()


def test_head_motion_on_the_picked_object(face, fake, choose):
    item = face()
    choose(item)
    item.lipwright.head, item.lipwright.head_object = True, item
    bpy.ops.lipwright.generate()
    value_at(item, 24)
    assert item.delta_rotation_euler[0] > 0.01
    bpy.ops.lipwright.clear()
    assert tuple(item.delta_rotation_euler) == (0, 0, 0)
    assert not bpy.data.actions


def test_head_motion_on_a_bone(face, fake, choose):
    item = face()
    bpy.ops.object.armature_add()
    rig = bpy.context.object
    item.parent = rig
    choose(rig)
    rig.lipwright.head, rig.lipwright.head_object, rig.lipwright.head_bone = True, rig, "Bone"
    bpy.ops.lipwright.generate()
    value_at(item, 24)
    turned = (
        rig.pose.bones["Bone"].matrix.to_3x3()
        @ rig.data.bones["Bone"].matrix_local.to_3x3().inverted()
    )
    assert turned.to_euler().x > 0.01
    value_at(item, 200)
    assert rig.pose.bones["Bone"].rotation_quaternion.w == pytest.approx(1)
    bpy.ops.lipwright.clear()
    assert rig.pose.bones["Bone"].rotation_quaternion.w == 1


@pytest.fixture
def modal(ours):
    """Drive invoke and modal as a window would: `modal()` gives (operator, context, step)."""

    def start(asked=None):
        module = ours("operators.generate")
        said: list[tuple[set, str]] = []

        class Operator:
            report = staticmethod(lambda kind, text: said.append((kind, text)))

        generate = module.LIPWRIGHT_OT_generate
        methods = (
            "invoke modal _stop _prepare _asks _work _meant _character _steps _found _settle _keep"
        )
        for name in (*methods.split(), "bl_idname", "instead_of", "kept_notes", "ways"):
            setattr(Operator, name, getattr(generate, name))
        Operator.earlier, Operator.add_strip = "ASK", True
        Operator._take_back = lambda _self, _context: None
        Operator._heard_span = lambda self, _context: self.heard_from.span
        operator, context = Operator(), Window()
        if asked is not None:
            context.window_manager.popup_menu = lambda draw, **told: asked.append((draw, told))
            return operator.invoke(context, None)
        assert operator.invoke(context, None) == {"RUNNING_MODAL"}

        def step(kind: str = "TIMER") -> set[str]:
            return operator.modal(context, SimpleNamespace(type=kind))

        return context, step, said

    return start


def run_out(step, kind: str = "TIMER") -> set[str]:
    for _ in range(500):
        result = step(kind)
        if result & {"FINISHED", "CANCELLED"}:
            return result
        time.sleep(0.01)
    raise AssertionError("the job did not end")


def test_modal_runs_to_the_end(face, fake, choose, modal):
    item = face()
    choose(item)
    fake.slow_seconds = 0.1
    context, step, said = modal()
    state = context.window_manager.lipwright
    assert state.running
    assert step("MOUSEMOVE") == {"PASS_THROUGH"}
    assert run_out(step) == {"FINISHED"}
    assert not state.running
    assert not context.timers
    assert context.redrawn
    assert value_at(item, 24) > 0.1
    assert said[-1][0] == {"INFO"}


@pytest.mark.parametrize("how", ["ESC", "button"])
def test_stopping_changes_nothing(face, fake, choose, modal, how):
    item = face()
    choose(item)
    fake.slow_seconds = 30.0
    context, step, said = modal()
    step()
    if how == "ESC":
        step("ESC")
    else:
        bpy.ops.lipwright.cancel()
    assert run_out(step) == {"CANCELLED"}
    assert not context.timers
    assert not context.window_manager.lipwright.running
    assert "Nothing was changed" in said[-1][1]
    assert not bpy.data.actions
    assert item.data.shape_keys.animation_data is None


def test_a_character_deleted_meanwhile_is_a_sentence(face, fake, choose, modal):
    item = face()
    choose(item)
    fake.slow_seconds = 0.05
    _context, step, said = modal()
    bpy.data.objects.remove(item)
    assert run_out(step) == {"CANCELLED"}
    assert "is gone" in said[-1][1]


@pytest.mark.skipif(
    not bpy.app.build_options.audaspace, reason="this bpy is built without sound strips"
)
def test_a_file_and_the_strip_added_for_it_are_the_same_sound(face, fake, tmp_path):
    """Blender rounds strips to whole frames: a second Generate must not be another take."""
    choice, item = bpy.context.scene.lipwright, face()
    choice.source, choice.character = "FILE", item
    choice.file = str(write_wave(tmp_path / "line.wav", 2.01))
    for _ in range(2):
        bpy.context.scene.frame_set(11)
        bpy.ops.lipwright.generate()
    assert fake.heard == 1, "nothing else was heard the second time"
