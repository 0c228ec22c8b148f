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
MIXED_SECONDS = 15.0  # or not yet, where the machine is busy
FIELD = 0.42  # of the sidebar: on a slider, left of the menu that may stand beside it

checks: list[bool] = []
pressed: list[tuple[int, int]] = []  # where Generate was pressed


def check(said: str, holds: bool, seen: object = "") -> None:
    """One line of the result."""
    checks.append(bool(holds))
    print(f"{'ok    ' if holds else 'FAILED'} {said}{f': {seen}' if seen != '' else ''}")
    sys.stdout.flush()


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
        pressed.append(place)
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
    """The X beside the bar, by the mouse: where the button was, at the right."""
    bar, (_, y) = stage.region("UI"), pressed[-1]
    for x in range(bar.x + bar.width - 12, bar.x + bar.width // 2, -12):
        place = x, y
        bpy.context.window_manager.clipboard = ""
        yield from stage.move(place)
        yield from stage.press("C", place, ctrl=True)
        if bpy.context.window_manager.clipboard.startswith("bpy.ops.lipwright.cancel("):
            check("the X of the bar is found under the mouse", True, place)
            yield from stage.press("LEFTMOUSE", place)
            return
    check("the X of the bar is found under the mouse", False)
    stage.in_view(bpy.ops.lipwright.cancel)


def undo(again: bool = False) -> stage.Walk:
    """Ctrl Z over the 3D view, or Ctrl Shift Z."""
    yield from stage.move(stage.middle())
    yield from stage.press("Z", stage.middle(), ctrl=True, shift=again)
    yield SETTLED_SECONDS


def settled(true: Callable[[], bool]) -> stage.Walk:
    """Whether something holds within a while: a take is mixed a moment after a dial or an undo."""
    return (yield from stage.wait_until(true, MIXED_SECONDS))


def finish() -> stage.Walk:
    """A line to its end; undo and redo of it."""
    yield from choose("strip", "long", "line")
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


def choose(field: str, stands: str, wanted: str) -> stage.Walk:
    """Pick something from the list of a field, by mouse and keys."""
    found = yield from stage.pick(stands, wanted, 0.6)
    chosen = getattr(bpy.context.scene.lipwright, field)
    name = getattr(chosen, "name", chosen)
    check(f"the {field} is picked from its list", found and name == wanted, name)
    if name != wanted:  # the rest is tried all the same
        value = bpy.data.objects[wanted] if field == "character" else wanted
        setattr(bpy.context.scene.lipwright, field, value)
        yield stage.DRAWN_SECONDS


def hand_keys() -> stage.Walk:
    """A key that was pulled up keeps its change when a slider makes another take."""
    shape = "mouthSmileLeft"
    compat = stage.part("scene.compat")

    def curve():
        keys = stage.head().data.shape_keys
        path = keys.key_blocks[shape].path_from_id("value")
        data = keys.animation_data
        return compat.curves(data.action, compat.slot_of(data)).find(path)

    carrier = stage.part("scene.character.chosen").meant_character(bpy.context).root
    carrier.lipwright.hand_keys = "CHANGE"
    middle = len(curve().keyframe_points) // 2
    frame, plain = curve().keyframe_points[middle].co
    curve().keyframe_points[middle].co.y = plain + 0.2
    bpy.ops.ed.undo_push(message="A key by hand")
    carrier.lipwright.feelings.happy = 0.31
    more = yield from settled(lambda: curve().evaluate(frame) > plain + 0.21)
    check("a pulled key goes along with the take", more, f"{curve().evaluate(frame):.3f}")
    carrier.lipwright.feelings.happy = 0.0
    same = yield from settled(lambda: abs(curve().evaluate(frame) - plain - 0.2) < 1e-4)
    check("and is 0.2 above it again", same, f"{curve().evaluate(frame) - plain:.5f}")
    stage.picture("hand_key")


def clear_layers() -> stage.Walk:
    """Layers of the line, by its button and dialog."""
    place = yield from stage.find("bpy.ops.lipwright.clear_layers(", 0.85)
    check("the button Layers is found under the mouse", place is not None, place)
    if place is None:
        return
    before = keys()
    yield from stage.press("LEFTMOUSE", place)
    yield stage.DRAWN_SECONDS
    stage.picture("layers_dialog")
    yield from stage.press("RET", place)
    yield SETTLED_SECONDS
    carrier = stage.part("scene.character.chosen").meant_character(bpy.context).root
    check("the emotion is off and gone", not carrier.lipwright.emote and keys() != before, count())
    stage.picture("layers_cleared")
    yield from undo()
    back = yield from settled(lambda: keys() == before)
    carrier = stage.part("scene.character.chosen").meant_character(bpy.context).root
    check("undo brings it back", carrier.lipwright.emote and back, count())


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
            same = yield from settled(lambda: keys() == before)
            check("the slider at 0 gives the first take again", same)
    yield from settled(lambda: keys() != before)
    yield SETTLED_SECONDS
    after = keys()
    check("the slider at 0.6 mixes the take again", after != before, f"{count()} keys")
    check("nothing was listened to again", not heard)
    listening.hear = hear
    stage.picture("slid")
    yield from undo()
    back = yield from settled(lambda: keys() == before)
    check("undo of the slider brings the first take back", back, count())
    yield from undo(again=True)
    back = yield from settled(lambda: keys() == after)
    check("redo of the slider brings the second take back", back, count())


def long_dial() -> stage.Walk:
    """The slider of a line that counts as long: planned while the window goes on, then written."""
    live, before = stage.part("jobs.live"), keys()
    usual, live.LONG_SECONDS = live.LONG_SECONDS, 1.0
    root = stage.part("scene.character.chosen").meant_character(bpy.context).root
    root.lipwright.jaw = 0.6
    ran = yield from stage.wait_until(lambda: stage.state().running, MIXED_SECONDS)
    check("the dial of a long line begins a run of its own", ran, stage.state().text)
    root.lipwright.jaw = 0.8
    changed = yield from settled(lambda: not stage.state().running and keys() != before)
    check("and the take is mixed", changed, count())
    yield SETTLED_SECONDS
    yield from settled(lambda: not stage.state().running)
    in_turns, live.LONG_SECONDS = keys(), usual
    root.lipwright.jaw = 0.5
    yield from settled(lambda: keys() != in_turns)
    root.lipwright.jaw = 0.8
    same = yield from settled(lambda: keys() == in_turns)
    check("as it is without a run", same, count())
    root.lipwright.jaw = 1.0
    back = yield from settled(lambda: keys() == before)
    check("and back", back, count())


def walk() -> stage.Walk:
    """From an empty scene to a take that was changed."""
    long = stage.HERE / "long.wav"
    with wave.open(str(stage.SOUND)) as one, wave.open(str(long), "wb") as many:
        many.setparams(one.getparams())
        many.writeframes(one.readframes(one.getnframes()) * LONG_TIMES)
    stage.set_up()
    stage.add_strip("line", stage.SOUND, 1)
    stage.add_strip("long", long, 2)
    other = bpy.data.objects.new("Other", None)
    bpy.context.scene.collection.objects.link(other)
    bpy.ops.ed.undo_push(message="Before the line")
    yield stage.DRAWN_SECONDS
    stage.open_tab()
    yield stage.DRAWN_SECONDS
    bar = stage.region("UI")
    check("the tab is open", bar.active_panel_category == "Lipwright", f"{bar.width} pixels wide")
    choice = bpy.context.scene.lipwright
    choice.strip, choice.character = "line", bpy.data.objects["Other"]
    yield stage.DRAWN_SECONDS
    yield from choose("character", "Other", "Head")
    yield from choose("strip", "line", "long")
    stage.picture("picked")
    yield from cancel("Esc", escape)
    yield from cancel("Stop", stop_button)
    yield from finish()
    yield from slide()
    yield from clear_layers()
    yield from long_dial()
    yield from hand_keys()
    print(f"{sum(checks)} of {len(checks)} checks hold, Blender {bpy.app.version_string}")
    return 0 if all(checks) else 1


stage.play(walk())
