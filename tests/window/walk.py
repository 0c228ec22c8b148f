# SPDX-License-Identifier: GPL-3.0-or-later
"""The artist's desk in a real Blender window (`make window`): every check is a line.

Buttons and sliders are found by moving the mouse down the sidebar and copying what is under it;
they are pressed, and Esc and Ctrl Z too, by Blender's own simulated events.
"""

import sys
import time
import wave
from collections.abc import Callable

import bpy
import stage

LONG_TIMES = 100  # so long a line that it can be cancelled
LONG_SECONDS, SHORT_SECONDS = 120.0, 60.0  # to wait at most
SETTLED_SECONDS = 1.5  # a dial was moved: its take is there
FIELD = 0.42  # of the sidebar: on a slider, left of the menu that may stand beside it

checks: list[bool] = []


def check(said: str, holds: bool, seen: object = "") -> None:
    """One line of the result."""
    checks.append(bool(holds))
    print(f"{'ok    ' if holds else 'FAILED'} {said}{f': {seen}' if seen != '' else ''}")
    sys.stdout.flush()


def left_out(said: str, why: str) -> None:
    """A line for what could not be tried."""
    print(f"left out: {said}. {why}")


def keys() -> dict[tuple[str, int], tuple[float, ...]]:
    """Every key of every Action: frames and values by path."""
    compat, found = stage.part("scene.compat"), {}
    for item in (*bpy.data.shape_keys, *bpy.data.objects, *bpy.data.armatures):
        data = item.animation_data
        if data is None or data.action is None:
            continue
        for curve in compat.curves(data.action, compat.slot_of(data)):
            numbers = tuple(round(n, 5) for key in curve.keyframe_points for n in key.co)
            found[f"{item.name} {curve.data_path}", curve.array_index] = numbers
    return found


def count() -> int:
    """How many keys there are."""
    return sum(len(numbers) // 2 for numbers in keys().values())


def everything() -> dict[str, object]:
    """What a cancelled run must leave as it is."""
    names = {
        kind: [(one.name, one.users) for one in getattr(bpy.data, kind)]
        for kind in ("actions", "meshes", "objects", "scenes", "shape_keys", "sounds", "texts")
    }
    values = [block.value for item in bpy.data.shape_keys for block in item.key_blocks]
    strips = [(one.name, one.channel) for one in bpy.context.scene.sequence_editor.strips]
    moved = [tuple(map(tuple, item.matrix_basis)) for item in bpy.data.objects]
    own = [sorted(item.keys()) for item in bpy.data.objects]
    return {**names, "values": values, "strips": strips, "moved": moved, "own": own, "keys": keys()}


def click_generate() -> stage.Walk:
    """The button of the panel, by the mouse."""
    place = yield from stage.find("bpy.ops.lipwright.generate(", 0.5)
    check("the button Generate Lip-Sync is found under the mouse", place is not None, place)
    if place is not None:
        yield from stage.press("LEFTMOUSE", place)
        yield from stage.wait_until(lambda: stage.state().running or count() > 0, 5.0)


def watch(enough: Callable[[list[float]], bool], seconds: float) -> stage.Walk:
    """Read the bar until it was seen enough, or the run is over; returns what it showed."""
    seen: list[float] = []
    until = time.monotonic() + seconds
    while stage.state().running and not enough(seen) and time.monotonic() < until:
        if not seen or stage.state().factor > seen[-1]:
            seen.append(stage.state().factor)
        yield 0.05
    return seen


def cancel(by: str, stop: Callable[[], stage.Walk]) -> stage.Walk:
    """Begin a long line, see the bar move, stop it."""
    before = everything()
    yield from click_generate()
    check("the run has begun, and the window goes on", stage.state().running)
    seen = yield from watch(lambda seen: len(seen) > 3, LONG_SECONDS)
    check("the bar moves", len(seen) > 3, ", ".join(f"{one:.0%}" for one in seen))
    stage.picture(f"running_{by}")
    check("the run goes on until it is stopped", stage.state().running)
    yield from stop()
    over = yield from stage.wait_until(lambda: not stage.state().running, LONG_SECONDS)
    check(f"{by} stops the run", over)
    yield stage.DRAWN_SECONDS
    after = everything()
    changed = [name for name in before if before[name] != after[name]]
    check(f"{by} leaves everything as it was", not changed, ", ".join(changed))


def escape() -> stage.Walk:
    """Esc, with the mouse over the 3D view."""
    yield from stage.move(stage.middle())
    yield from stage.press("ESC", stage.middle())


def stop_button() -> stage.Walk:
    """What the X beside the bar does."""
    if bpy.ops.lipwright.cancel.poll():
        stage.in_view(bpy.ops.lipwright.cancel)
    yield stage.EVENT_SECONDS


def undo(again: bool = False) -> stage.Walk:
    """Ctrl Z over the 3D view, or Ctrl Shift Z."""
    yield from stage.move(stage.middle())
    yield from stage.press("Z", stage.middle(), ctrl=True, shift=again)
    yield SETTLED_SECONDS


def finish() -> stage.Walk:
    """A line to its end; undo and redo of it."""
    bpy.context.scene.lipwright.strip = "line"
    yield stage.DRAWN_SECONDS
    yield from click_generate()
    yield from watch(lambda _: False, SHORT_SECONDS)
    check("the line comes to its end", not stage.state().running)
    yield stage.DRAWN_SECONDS
    written = keys()
    check("keys are there", count() > 100, count())
    check("the mouth moves", any("jawOpen" in path for path, _ in written))
    stage.picture("generated")
    yield from undo()
    check("undo takes every key away", count() == 0, count())
    stage.picture("undone")
    yield from undo(again=True)
    check("redo brings the same keys back", keys() == written, count())


def slide() -> stage.Walk:
    """A slider changes the take, without listening; undo and redo of that."""
    listening, heard = stage.part("jobs.listening"), []
    hear = listening.hear
    listening.hear = lambda *args, **options: (heard.append(1), hear(*args, **options))[1]
    before = keys()
    character = stage.part("scene.character.chosen").meant_character(bpy.context)
    feelings = character.root.lipwright.feelings
    feelings.angry = 0.07  # a value to find it by
    yield SETTLED_SECONDS
    place = yield from stage.find("0.07", FIELD)
    check("the slider Angry is found under the mouse", place is not None, place)
    if place is None:
        return
    for number, text in enumerate(("0", "0.6")):
        bpy.context.window_manager.clipboard = text
        yield from stage.press("V", place, ctrl=True)
        yield SETTLED_SECONDS
        if number == 0:
            check("the slider at 0 gives the first take again", keys() == before)
    after = keys()
    check("the slider at 0.6 mixes the take again", after != before, f"{count()} keys")
    check("nothing was listened to again", not heard)
    listening.hear = hear
    stage.picture("slid")
    yield from undo()
    check("undo of the slider brings the first take back", keys() == before, count())
    yield from undo(again=True)
    check("redo of the slider brings the second take back", keys() == after, count())


def walk() -> stage.Walk:
    """From an empty scene to a take that was changed."""
    long = stage.HERE / "long.wav"
    with wave.open(str(stage.SOUND)) as one, wave.open(str(long), "wb") as many:
        many.setparams(one.getparams())
        many.writeframes(one.readframes(one.getnframes()) * LONG_TIMES)
    stage.set_up()
    stage.add_strip("line", stage.SOUND, 1)
    stage.add_strip("long", long, 2)
    bpy.ops.ed.undo_push(message="Before the line")
    yield stage.DRAWN_SECONDS
    stage.open_tab()
    yield stage.DRAWN_SECONDS
    bar = stage.region("UI")
    check("the tab is open", bar.active_panel_category == "Lipwright", f"{bar.width} pixels wide")
    bpy.context.scene.lipwright.strip = "long"
    left_out(
        "picking strip and character from their lists, and the X of the bar, by the mouse",
        "What lies under the mouse is not told there; the fields are set, the operator is called",
    )
    yield stage.DRAWN_SECONDS
    stage.picture("picked")
    yield from cancel("Esc", escape)
    yield from cancel("Stop", stop_button)
    yield from finish()
    yield from slide()
    print(f"{sum(checks)} of {len(checks)} checks hold, Blender {bpy.app.version_string}")
    return 0 if all(checks) else 1


stage.play(walk())
