# SPDX-License-Identifier: GPL-3.0-or-later
"""Manners that our operators share: say why a button is off, say errors as sentences."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

import bpy

from ..core.errors import Cancelled, LipwrightError
from ..scene.character.chosen import NO_CHARACTER, chosen_character
from ..scene.takes.places import Report

NOT_HEARD = "Generate the line first: what was heard of it is needed"
Reason = Callable[[bpy.types.Context], str]


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
