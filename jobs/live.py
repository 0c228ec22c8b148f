# SPDX-License-Identifier: GPL-3.0-or-later
"""A dial was moved: mix the newest take again, a moment later, without listening."""

import bpy

from ..core.errors import LipwrightError
from ..scene.character.find import character_of
from ..scene.saved import acting as acting_properties
from ..scene.session import memory
from .take import mix_again

WAIT_SECONDS = 0.15  # so that dragging a dial writes now and then, not on every pixel
_waiting: set[int] = set()  # by `session_uid`


def dial_moved(owner: bpy.types.ID) -> None:
    """Remember whose dial it was; headless runs generate when they want to.

    A strip's dials belong to the scene, and a strip may be said by anyone.
    """
    known = set(memory.takes)
    meant = known if isinstance(owner, bpy.types.Scene) else known & {owner.session_uid}
    if bpy.app.background or not meant:
        return
    _waiting.update(meant)
    if not bpy.app.timers.is_registered(mix_waiting):
        bpy.app.timers.register(mix_waiting, first_interval=WAIT_SECONDS)


def mix_waiting() -> float | None:
    """Timer: rewrite the takes whose dials moved. Not while rendering: it would change the film."""
    if bpy.app.is_job_running("RENDER"):
        return WAIT_SECONDS
    state = bpy.context.window_manager.lipwright
    meant = set(_waiting)
    _waiting.clear()
    for item in [one for one in bpy.context.scene.objects if one.session_uid in meant]:
        try:
            character = character_of(item, bpy.context.scene)
            report = mix_again(character)
        except LipwrightError as error:
            state.notes = str(error)
            continue
        state.notes = "" if report is None else "\n".join(report.notes)
    return None


@bpy.app.handlers.persistent
def _forget_on_load(_path: str) -> None:
    """Another file has other characters, perhaps of the same names."""
    memory.forget()
    _waiting.clear()
    state = bpy.context.window_manager.lipwright
    state.running = False
    state.lines.clear()


def register() -> None:
    """Listen to the dials."""
    acting_properties.listeners.append(dial_moved)
    bpy.app.handlers.load_post.append(_forget_on_load)


def unregister() -> None:
    """Stop listening."""
    bpy.app.handlers.load_post.remove(_forget_on_load)
    acting_properties.listeners.remove(dial_moved)
    if bpy.app.timers.is_registered(mix_waiting):
        bpy.app.timers.unregister(mix_waiting)
