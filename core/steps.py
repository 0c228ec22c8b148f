# SPDX-License-Identifier: GPL-3.0-or-later
"""Long work in steps: each tells what is done and how far, and between two of them it may stop.

What takes seconds on Blender's own data cannot leave the main thread. Written as a generator it
lets a window live between its steps; `drained` runs the same at once where nobody watches.
"""

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")
Steps = Generator[tuple[str, float], None, T]  # what is being done, and its share 0..1


def drained(steps: Steps[T]) -> T:
    """Run all steps at once.

    Parameters
    ----------
    steps : generator

    Returns
    -------
    any
        What the generator returns.
    """
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
