# SPDX-License-Identifier: GPL-3.0-or-later
"""Work in steps: the same generator goes through at once, or a little at a time in a window."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Step:
    """How far a work is between two of its steps.

    Parameters
    ----------
    share : float
        What is done of it, 0..1.
    may_stop : bool
        Whether nothing has been changed yet, so that leaving off here changes nothing.
    """

    share: float
    may_stop: bool = True


def at_once(steps: Generator[Any, Any, T]) -> T:
    """Go through a work without a pause.

    Parameters
    ----------
    steps : generator
        It yields a `Step`, or a work ``(progress, cancelled) -> value`` that needs no Blender; the
        value is sent back.

    Returns
    -------
    object
        What the generator returns.
    """
    sent: Any = None
    error: Exception | None = None
    while True:
        try:
            asked = steps.send(sent) if error is None else steps.throw(error)
        except StopIteration as end:
            return end.value
        sent = error = None
        try:
            sent = asked(None, None) if callable(asked) else None
        except Exception as failed:  # the steps may have to take something back
            error = failed
