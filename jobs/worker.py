# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker thread that takes values, returns a value, tells how far it is and can be stopped."""

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any

from ..core.errors import Cancelled

Work = Callable[[Callable[[float], None] | None, Callable[[], bool] | None], Any]


class Job:
    """`work(progress, cancelled)` in a thread; poll it with `advance` from the main thread."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._stop = Event()
        self._said: SimpleQueue[float] = SimpleQueue()
        self._thread = Thread(target=self._run, name="Lipwright", daemon=True)
        self._result: Any = None
        self._error: Exception | None = None

    def start(self) -> "Job":
        """Begin."""
        self._thread.start()
        return self

    def _run(self) -> None:
        try:
            self._result = self._work(self._said.put, self._stop.is_set)
        except Exception as error:  # not swallowed: `result` raises it on the main thread
            self._error = error

    def cancel(self) -> None:
        """Ask the work to stop at its next window."""
        self._stop.set()

    def advance(self) -> float | None:
        """The newest progress in 0..1, None if there is no news."""
        newest = None
        while True:
            try:
                newest = self._said.get_nowait()
            except Empty:
                return newest

    @property
    def done(self) -> bool:
        """Say whether the work has ended, well or not."""
        return not self._thread.is_alive()

    def result(self, timeout_seconds: float | None = None) -> Any:
        """Wait for the work; raises what it raised, or Cancelled if it was stopped."""
        self._thread.join(timeout_seconds)
        if self._stop.is_set():
            raise Cancelled
        if self._error is not None:
            raise self._error
        return self._result
