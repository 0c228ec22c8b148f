# SPDX-License-Identifier: GPL-3.0-or-later
"""Long work in steps: one generator goes through at once, or a little at a time in a window.

What takes seconds on Blender's own data cannot leave the main thread; between its steps a window
lives, and the work may stop. What needs no Blender is handed out as a work, for a thread.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
Work = Callable[[Callable[[float], None] | None, Callable[[], bool] | None], Any]


@dataclass(frozen=True)
class Step:
    """How far a work is between two of its steps.

    Parameters
    ----------
    share : float
        What is done of it, 0..1.
    said : str
        What is being done, for the artist.
    may_stop : bool
        Whether leaving off here changes nothing.
    """

    share: float
    said: str = ""
    may_stop: bool = True


# It yields a `Step`, or a work ``(progress, cancelled) -> value``, whose value is sent back.
Steps = Generator[Step | Work, Any, T]


def at_once(steps: Steps[T]) -> T:
    """Go through a work without a pause.

    Parameters
    ----------
    steps : generator

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
            sent = None if isinstance(asked, Step) else asked(None, None)
        except Exception as failed:  # the steps may have to take something back
            error = failed


def without_pauses(steps: Callable[P, Steps[T]]) -> Callable[P, T]:
    """Make of a function that works in steps one that does all of it in one go.

    Parameters
    ----------
    steps : callable

    Returns
    -------
    callable
        With the same parameters; it returns what the generator returns.
    """

    @wraps(steps)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        return at_once(steps(*args, **kwargs))

    return run
