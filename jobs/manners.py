# SPDX-License-Identifier: GPL-3.0-or-later
"""Manners that our operators share: say why a button is off, say errors as sentences."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import bpy

from ..core.errors import Cancelled, LipwrightError
from ..core.steps import Steps, at_once
from ..scene.character.chosen import NO_CHARACTER, chosen_character
from ..scene.takes.places import Report
from .worker import Stepping

NOT_HEARD = "Generate the line first: what was heard of it is needed"
STEP_SECONDS = 0.05  # of work before the window is drawn again


class Reasoned:
    """Mixin: `reason(context)` is "" or the sentence that a disabled button shows."""

    said_error: bool
    poll_message_set: Callable[[str], None]

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """Why this cannot be done now; "" if it can."""
        raise NotImplementedError

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Allowed if there is no reason against it; the reason becomes the tooltip."""
        reason = cls.reason(context)
        if reason:
            cls.poll_message_set(reason)
        return not reason


class OfCharacter(Reasoned):
    """Needs a character."""

    @classmethod
    def reason(cls, context: bpy.types.Context) -> str:
        """Only where there is one."""
        return "" if chosen_character(context) is not None else NO_CHARACTER


def busy(context: bpy.types.Context) -> str:
    """The sentence while a line is being worked on; "" while none is."""
    running = context.window_manager.lipwright.running
    return "A line is being worked on. Wait for it, or press Esc" if running else ""


class Stepped:
    """Mixin: an operator whose work is steps on the main thread; a bar shows them, Esc stops them.

    Between steps the window is drawn but takes no other command: the work holds on to the scene.
    """

    said_error: bool
    report: Callable[[set[str], str], None]

    def _steps(self, context: bpy.types.Context) -> Steps[Any]:
        """The work; stopped at any step it leaves all as it was."""
        raise NotImplementedError

    def _end(self, _context: bpy.types.Context, result: Any) -> None:
        """What is done with what the work came to."""
        raise NotImplementedError

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Work through it at once."""
        with speaking(self):
            self._end(context, at_once(self._steps(context)))
        return {"CANCELLED"} if self.said_error else {"FINISHED"}

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> set[str]:
        """Begin, and let the window live between the steps."""
        self.stepping = Stepping(self._steps(context))
        state = context.window_manager.lipwright
        state.running, state.factor, state.text = True, 0.0, ""
        self.timer = context.window_manager.event_timer_add(STEP_SECONDS, window=context.window)
        context.window_manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Some steps a tick; at the end what was found is kept."""
        state = context.window_manager.lipwright
        ended = False
        with speaking(self):
            if event.type == "ESC" or not state.running:
                raise Cancelled
            if event.type == "TIMER":
                ended = self.stepping.advance(STEP_SECONDS)
                state.text, state.factor = self.stepping.said, self.stepping.share
            if ended:
                self._end(context, self.stepping.result)
        redraw(context)
        if not ended and not self.said_error:
            return {"RUNNING_MODAL"}
        self.cancel(context)
        return {"CANCELLED"} if self.said_error else {"FINISHED"}

    def cancel(self, context: bpy.types.Context) -> None:
        """End the work; also where Blender itself ends the operator."""
        self.stepping.close()
        context.window_manager.event_timer_remove(self.timer)
        state = context.window_manager.lipwright
        state.running, state.factor, state.text = False, 0.0, ""
        redraw(context)


def redraw(context: bpy.types.Context) -> None:
    """Draw the tab again."""
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                area.tag_redraw()


def linked(item: bpy.types.Object) -> str:
    """The sentence for a character that this file only links to."""
    return f"“{item.name}” is linked from another file. Make an override of it"


@contextmanager
def speaking(operator: bpy.types.Operator) -> Generator[None, None, None]:
    """Turn our errors into a report; `failed(operator)` tells afterwards."""
    operator.said_error = False
    try:
        yield
    except Cancelled as stop:
        operator.said_error = True
        operator.report({"WARNING"}, str(stop))
    except LipwrightError as error:
        operator.said_error = True
        operator.report({"ERROR"}, str(error))
    except ImportError as error:
        operator.said_error = True
        operator.report({"ERROR"}, missing_part(error))


def missing_part(error: ImportError) -> str:
    """The sentence for a wheel that does not load."""
    return (
        f"A part of Lipwright does not load here ({error.name or error}). "
        "Install the Lipwright package made for this Blender"
    )


def say(operator: bpy.types.Operator, report: Report) -> None:
    """Show what a take came to, and keep the remarks for the panel."""
    bpy.context.window_manager.lipwright.notes = "\n".join(report.notes)
    for note in report.notes:
        operator.report({"WARNING"}, note)
    operator.report({"INFO"}, report.sentence())
