# SPDX-License-Identifier: GPL-3.0-or-later
"""Cancel, failure and undo leave every datablock equal; a take changes nothing but what is ours."""

import re
import time

import bpy
import pytest

from lipwright.tests.blender_fixtures import value_at, write_wave
from lipwright.tests.fingerprint import differences, fingerprint
from lipwright.tests.operators.windows import Window

# What a take may change: our own datablocks, what our properties remember, and what the scene
# shows of a control that we move.
OURS = (
    r"^actions\['Lipwright",
    r"\.nla_tracks(#|\[\d+\])",
    r"lipwright",
    r"^scenes\[.*(frame_current|frame_end|frame_float|frame_subframe)",
    r"^scenes\[.*sequence_editor.*",
    r"^sounds\['line",
    r"^shape_keys\['(Head|Bob)', ''\]\.animation_data",
    r"^shape_keys\['(Head|Bob)', ''\]\.key_blocks\[\d+\]\.value$",
)


def not_ours(paths):
    return [path for path in paths if not any(re.search(one, path) for one in OURS)]


@pytest.fixture
def rich(face, fake, voice, tmp_path):
    """A scene with all that an artist may have made; the face whose line is to be generated."""
    scene = bpy.context.scene
    face("Prop", ("jawOpen",))
    library = str(tmp_path / "library.blend")
    bpy.ops.wm.save_as_mainfile(filepath=library, copy=True)
    bpy.data.objects.remove(bpy.data.objects["Prop"])
    with bpy.data.libraries.load(library, link=True) as (_, wanted):
        wanted.objects = ["Prop"]
    linked = bpy.data.objects["Prop"]
    scene.collection.objects.link(linked)
    other = face("Bob", at=(9, 0, 0))
    item = face("Head")
    body(item)
    nla(item)
    drive(item)
    scene.timeline_markers.new("their marker", frame=12)
    item["note"], item["numbers"] = "from the artist", [1.0, 2.0]
    bpy.data.texts.new("notes").write("keep me")
    choice = scene.lipwright
    choice.source, choice.file = "FILE", str(voice)
    choice.character = other
    scene.frame_set(1)
    bpy.ops.lipwright.generate(add_strip=False)
    choice.character = item
    choice.file = str(write_wave(tmp_path / "line.wav", 1.5))
    item.lipwright.feelings.happy = 0.6
    return item


def body(item):
    """Keys on the head's own object, by hand, and a constraint."""
    for frame, x in ((1, 0.0), (20, 1.5)):
        item.location.x = x
        item.keyframe_insert("location", frame=frame)
    item.constraints.new("LIMIT_ROTATION").max_x = 0.5


def nla(item):
    """A shape that the artist's own strip animates, below an Action with a key of theirs."""
    keys = item.data.shape_keys
    data = keys.animation_data_create()
    action = data.action = bpy.data.actions.new("their smile")
    block = keys.key_blocks["mouthSmileRight"]
    for frame, value in ((5, 0.0), (30, 0.7)):
        block.value = value
        block.keyframe_insert("value", frame=frame)
    track = data.nla_tracks.new()
    track.name = "theirs"
    strip = track.strips.new("smile", 5, action)
    if hasattr(strip, "action_slot") and strip.action_slot is None:
        strip.action_slot = action.slots[0]
    strip.blend_in, strip.influence = 3.0, 0.8
    data.action = bpy.data.actions.new("their blink")
    keys.key_blocks["eyeBlinkLeft"].value = 0.4
    keys.key_blocks["eyeBlinkLeft"].keyframe_insert("value", frame=10)


def drive(item):
    driver = item.data.shape_keys.key_blocks["mouthFunnel"].driver_add("value").driver
    variable = driver.variables.new()
    variable.targets[0].id, variable.targets[0].data_path = item, "location.x"
    driver.expression = "var * 0.1"


def printed():
    """A fingerprint at one frame, so that what is animated shows the same."""
    bpy.context.scene.frame_set(1)
    return fingerprint()


@pytest.fixture
def run(ours):
    """Drive Generate turn by turn; `run(stop)` ends it when `stop(stepping)` is true."""

    def start(stop):
        module = ours("operators.generate")

        class Operator:
            report = staticmethod(lambda kind, text: said.append(text))

        said: list[str] = []
        generate = module.LIPWRIGHT_OT_generate
        methods = "_prepare _work _meant _character _steps _found _settle _keep"
        for name in (*methods.split(), "_heard_span", "_take_back", "added", "instead_of"):
            setattr(Operator, name, getattr(generate, name))
        Operator.kept_notes, Operator.corrected = (), ()
        Operator.earlier, Operator.add_strip = "ASK", True
        operator, context = Operator(), Window()
        operator._prepare(context)
        stepping = ours("jobs.worker").Stepping(operator._steps(context))
        steps = 0
        while True:
            if stop(stepping, steps):
                stepping.cancel()
                stop = lambda *_: False  # noqa: E731
            try:
                if stepping.advance(0.0):
                    return steps, said
            except ours("core.errors").Cancelled:
                return -1, said
            steps += 1
            time.sleep(0 if not stepping.listens else 0.002)

    return start


def test_the_fingerprint_sees_what_is_small(rich):
    before = printed()
    left = differences(before, printed())
    assert not left
    action = bpy.data.actions["their blink"]
    for change in (
        lambda: setattr(rich.constraints[0], "max_x", 0.51),
        lambda: rich.__setitem__("note", "other"),
        lambda: setattr(action, "use_fake_user", True),
        lambda: setattr(bpy.context.scene.timeline_markers[0], "frame", 13),
        lambda: setattr(
            rich.data.shape_keys.animation_data.nla_tracks[0].strips[0], "influence", 0.79
        ),
        lambda: setattr(rich.data.shape_keys.animation_data.drivers[0].driver, "expression", "1"),
        lambda: bpy.data.texts["notes"].write("more"),
    ):
        before = fingerprint()
        change()
        found = differences(before, fingerprint())
        assert found


def test_leaving_off_at_any_step_leaves_everything_equal(rich, run):
    """Also a line that is there already: the second time."""
    for _ in range(2):
        before = printed()
        # Counted by what is not a thread's: that takes as long as it takes.
        for wanted in range(60):
            seen = [0]

            def stop(stepping, _steps, wanted=wanted, seen=seen):
                seen[0] += not stepping.listens
                return seen[0] > wanted and stepping.may_stop

            steps, _said = run(stop)
            if steps >= 0:  # it went to its end: there was no such step any more
                break
            left = differences(before, printed())
            assert left == [], f"left off at step {wanted}"
        assert wanted > 10, "there are steps between which one can leave off"
        assert value_at(rich, 20) > 0.05, "and at last it is written"


def test_what_is_pressed_too_late_lets_the_line_become_whole(rich, run):
    steps, said = run(lambda stepping, _steps: not stepping.may_stop)
    assert steps > 0
    assert value_at(rich, 20) > 0.05
    assert "keys on" in said[-1]


@pytest.mark.parametrize("at", [1, 4])
def test_what_blender_itself_ends_amid_the_keys_leaves_everything_equal(rich, run, at):
    """As on loading a file, which may fail and leave the artist in this one."""
    bpy.ops.lipwright.generate()
    rich.lipwright.jaw = 0.5
    before, written = printed(), [0]

    class Ended(Exception):
        pass

    def end(stepping, _steps):
        written[0] += not stepping.may_stop
        if written[0] > at:
            stepping.close()
            raise Ended

    with pytest.raises(Ended):
        run(end)
    assert not [one for one in bpy.data.actions if one.name.startswith("Lipwright Before")]
    assert differences(before, printed()) == []


def fails_while(ours, monkeypatch, where):
    """Let something go wrong at a station."""
    error = ours("core.errors").RigError("something is wrong. Put it right")

    def fail(*_args, **_more):
        raise error

    module, name = where.rsplit(".", 1)
    monkeypatch.setattr(ours(module), name, fail)


@pytest.mark.parametrize(
    "where",
    [
        "jobs.hear.analyse",
        "jobs.listening.gather_steps",
        "jobs.listening.looked_at",
        "jobs.take.plan_take",
        "jobs.take.plan_writings",
        "scene.takes.write.keys_by_block",
        "scene.takes.block.value_of",
        "scene.takes.rewrite.beside",
    ],
)
@pytest.mark.parametrize("again", [False, True])
def test_a_failure_leaves_everything_equal(rich, ours, monkeypatch, where, again):
    if again:
        bpy.ops.lipwright.generate()
        rich.lipwright.jaw = 0.5
    before = printed()
    with monkeypatch.context() as patch:
        fails_while(ours, patch, where)
        ours("scene.session").memory.analyses.clear()
        with pytest.raises(RuntimeError, match="Put it right"):
            bpy.ops.lipwright.generate()
    left = differences(before, printed())
    assert left == []


# Each of these changes something before it fails: without `Before.put_back` none of them passes.
@pytest.mark.parametrize(
    ("way", "where", "at"),
    [
        ("first", "rewrite.put", 0),
        ("first", "rewrite.put", 1),
        *(
            (way, where, 0)
            for way in ("first", "again", "apart", "over")
            for where in ("block.fit_strips", "block.write_ledger")
        ),
        *((way, "rewrite.put", 1) for way in ("again", "apart", "over")),
        ("over", "block.write_ledger", 1),
    ],
)
def test_a_failure_amid_the_keys_leaves_everything_equal(rich, ours, monkeypatch, where, at, way):
    """Not a refusal: something that nobody thought of, when half of the curves are written."""
    rich.lipwright.apart, rich.lipwright.over_strips = way == "apart", way == "over"
    if way != "first":
        bpy.ops.lipwright.generate()
        rich.lipwright.jaw = 0.5
    before, left = printed(), [at]
    module, name = ours("scene.takes." + where.split(".")[0]), where.split(".")[1]
    done = getattr(module, name)

    def fail(*given):
        left[0] -= 1
        if left[0] < 0:
            raise ZeroDivisionError("nobody thought of this")
        return done(*given)

    with monkeypatch.context() as patch:
        patch.setattr(module, name, fail)
        assert _fails(), "there is such a station in this file"
    assert differences(before, printed()) == []
    bpy.ops.lipwright.generate()
    assert value_at(rich, 20) > 0.05, "and once it goes well it is written"


def _fails():
    try:
        bpy.ops.lipwright.generate()
    except RuntimeError:
        return True
    return False


@pytest.mark.parametrize("refused", ["missing file", "linked", "absolute keys"])
def test_a_refusal_leaves_everything_equal(rich, refused):
    choice = bpy.context.scene.lipwright
    if refused == "missing file":
        choice.file = "/nowhere/gone.wav"
    elif refused == "linked":
        choice.character = bpy.data.objects["Prop"]
    else:
        rich.data.shape_keys.use_relative = False
    before = printed()
    with pytest.raises(RuntimeError):
        bpy.ops.lipwright.generate()
    left = differences(before, printed())
    assert left == []


def test_undo_leaves_everything_equal(rich):
    bpy.context.scene.frame_set(1)
    bpy.ops.ed.undo_push(message="before")
    before = printed()
    for name, act in (
        ("generate", bpy.ops.lipwright.generate),
        ("free", bpy.ops.lipwright.free_keys),
        ("clear", bpy.ops.lipwright.clear),
    ):
        assert act() == {"FINISHED"}
        bpy.ops.ed.undo_push(message=name)
    for _ in range(3):
        bpy.ops.ed.undo()
    left = differences(before, printed())
    assert left == []


def test_a_take_changes_only_what_is_ours(rich):
    before = printed()
    bpy.ops.lipwright.generate()
    first = printed()
    found = differences(before, first)
    assert found, "something it does change"
    left = not_ours(found)
    assert left == []
    rich.lipwright.jaw = 0.5
    bpy.ops.lipwright.redo_part()
    left = not_ours(differences(first, printed()))
    assert left == []


def test_clear_brings_everything_back(rich):
    """But for the strip with the sound, which is the artist's to keep."""
    before = printed()
    bpy.ops.lipwright.generate(add_strip=False)
    bpy.ops.lipwright.clear()
    left = [path for path in differences(before, printed()) if "lipwright" not in path]
    assert left == []
