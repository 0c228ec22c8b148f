# SPDX-License-Identifier: GPL-3.0-or-later
"""A dial was moved, undone or redone: mix the newest take again, a moment later, unheard."""

from collections.abc import Callable
from typing import Any

import bpy

from ..core.errors import LipwrightError
from ..scene import compat
from ..scene.character.find import character_of
from ..scene.curves.fcurves import coordinates
from ..scene.saved.declared import listeners
from ..scene.session import memory
from ..scene.sounds.strip import sound_strips
from .again import mix_again

Values = tuple[object, ...]

LONG_SECONDS = 60.0  # of sound: a shorter line is there before one would see a bar
WAIT_SECONDS = 0.15  # so that dragging a dial writes now and then, not on every pixel
_waiting: set[int] = set()  # by `session_uid`
_before: dict[int, Values] = {}  # what the dials said before a step of undo or redo


def dial_moved(owner: bpy.types.ID) -> None:
    """Remember whose dial it was; headless runs generate when they want to.

    A strip's dials belong to the scene, and a strip may be said by anyone.
    """
    known = set(memory.takes)
    meant = known if isinstance(owner, bpy.types.Scene) else known & {owner.session_uid}
    _wait_for(meant)


def _wait_for(meant: set[int]) -> None:
    if bpy.app.background or not meant:
        return
    _waiting.update(meant)
    if not bpy.app.timers.is_registered(mix_waiting):
        bpy.app.timers.register(mix_waiting, first_interval=WAIT_SECONDS)


def mix_waiting() -> float | None:
    """Timer: rewrite the takes whose dials moved.

    Not while rendering, since it would change the film, nor while a line is being written.
    """
    state = bpy.context.window_manager.lipwright
    if bpy.app.is_job_running("RENDER") or state.running:
        return WAIT_SECONDS
    meant = set(_waiting)
    _waiting.clear()
    for item in [one for one in bpy.context.scene.objects if one.session_uid in meant]:
        meant.discard(item.session_uid)
        try:
            character = character_of(item, bpy.context.scene)
            if _takes_long(item) and _began_in_turns(item):
                _waiting.update(meant)  # the others wait for it
                return WAIT_SECONDS
            report = mix_again(character)
        except LipwrightError as error:
            state.notes = str(error)
            continue
        state.notes = "" if report is None else "\n".join(report.notes)
    return None


def waits_for(uid: int) -> bool:
    """Say whether a dial of a character was moved since its take was mixed last."""
    return uid in _waiting


def _takes_long(item: bpy.types.Object) -> bool:
    """Say whether its line is so long that Blender would stand still while it is planned."""
    last = memory.takes.get(item.session_uid)
    return last is not None and last.analysis.seconds > LONG_SECONDS


def _began_in_turns(item: bpy.types.Object) -> bool:
    """Begin to mix a line in a thread while the window stays alive; False without a window."""
    windows = bpy.context.window_manager.windows
    if bpy.app.background or not windows:
        return False
    with bpy.context.temp_override(window=windows[0]):
        bpy.ops.lipwright.mix_again("INVOKE_DEFAULT", uid=item.session_uid)
    return True


def _values_of(dials: bpy.types.PropertyGroup) -> Values:
    """The values of dials, and of those inside of them, to be compared."""
    names = (name for name in dials.bl_rna.properties.keys() if name != "rna_type")
    values = [getattr(dials, name) for name in names]
    plain = [one for one in values if isinstance(one, (bool, int, float, str, set))]
    inside = [_values_of(one) for one in values if isinstance(one, bpy.types.PropertyGroup)]
    uids = [one.session_uid for one in values if isinstance(one, bpy.types.ID)]
    return (*plain, *inside, *uids)


def _keyed(item: bpy.types.Object) -> Values:
    """The keyframes of a character's sliders: they may change where the sliders show the same."""
    data = item.animation_data
    curves = () if data is None else compat.curves_of(data)
    ours = [curve for curve in curves if curve.data_path.startswith("lipwright.")]
    return tuple((one.data_path, one.mute, coordinates(one).tobytes()) for one in ours)


def _read_all() -> dict[int, Values]:
    """What the dials of every character with a take say, and those of the strips."""
    strips = [_values_of(one.lipwright) for scene in bpy.data.scenes for one in sound_strips(scene)]
    known = [item for item in bpy.data.objects if item.session_uid in memory.takes]
    return {one.session_uid: (_values_of(one.lipwright), _keyed(one), *strips) for one in known}


@bpy.app.handlers.persistent
def _before_step(*_: object) -> None:
    _before.clear()
    _before.update(_read_all())


@bpy.app.handlers.persistent
def _after_step(*_: object) -> None:
    """Undo and redo bring a dial as it was then, but keys from before it was mixed."""
    now = _read_all()
    _wait_for({uid for uid, said in now.items() if said != _before.get(uid, said)})


@bpy.app.handlers.persistent
def _forget_on_load(_path: str) -> None:
    """Another file has other characters, perhaps of the same names."""
    memory.forget()
    _waiting.clear()
    _before.clear()
    state = bpy.context.window_manager.lipwright
    state.running = False
    state.lines.clear()


def _handlers() -> tuple[tuple[list[Any], Callable[..., None]], ...]:
    """What Blender calls, and with what."""
    calls = bpy.app.handlers
    return (
        *((one, _before_step) for one in (calls.undo_pre, calls.redo_pre)),
        *((one, _after_step) for one in (calls.undo_post, calls.redo_post)),
        (calls.load_post, _forget_on_load),
    )


def register() -> None:
    """Listen to the dials."""
    listeners.append(dial_moved)
    for handlers, handler in _handlers():
        handlers.append(handler)


def unregister() -> None:
    """Stop listening."""
    for handlers, handler in _handlers():
        handlers.remove(handler)
    listeners.remove(dial_moved)
    if bpy.app.timers.is_registered(mix_waiting):
        bpy.app.timers.unregister(mix_waiting)
