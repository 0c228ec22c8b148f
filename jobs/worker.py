# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker thread that takes values, returns a value, tells how far it is and can be stopped."""

from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import perf_counter
from typing import Any

from ..core.errors import Cancelled
from ..core.steps import Step, Steps, Work

TURN_SECONDS = 0.03  # of Blender's time in one turn, then the window is drawn


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


class Stepping:
    """Goes through `Steps` turn by turn, from a timer; `core.steps.at_once` does it without one."""

    def __init__(self, steps: Steps[Any]) -> None:
        self._steps, self._stop = steps, False
        self._job: Job | None = None
        self.share, self.said, self.works = 0.0, "", 0
        self.result: Any = None
        self.may_stop = True

    @property
    def listens(self) -> bool:
        """Say whether a thread works, and Blender is the artist's meanwhile."""
        return self._job is not None or not self.works

    def cancel(self) -> None:
        """Leave off where nothing has been changed yet; else it goes on to its end."""
        self._stop = self.may_stop
        if self._job is not None and self._stop:
            self._job.cancel()

    def close(self) -> None:
        """Leave off at once: Blender itself ends it, as on loading a file."""
        if self._job is not None:
            self._job.cancel()
        self._steps.close()

    def advance(self, turn_seconds: float = TURN_SECONDS) -> bool:
        """Go on a little; True at the end. Raises what a step raises, and Cancelled."""
        began = perf_counter()
        sent: Any = None
        error: Exception | None = None
        while True:
            if self._job is not None:
                news = self._job.advance()
                self.share = self.share if news is None else news
                if not self._job.done:
                    return False
                job, self._job = self._job, None
                try:
                    sent = job.result()
                except Exception as failed:  # the steps may have to take something back
                    error = failed
            if self._stop:
                error = Cancelled()
            try:
                asked = self._steps.send(sent) if error is None else self._steps.throw(error)
            except StopIteration as end:
                self.result = end.value
                return True
            sent = None
            if isinstance(asked, Step):
                self.share, self.said, self.may_stop = asked.share, asked.said, asked.may_stop
            else:
                self._job, self.works = Job(asked).start(), self.works + 1
                self.share, self.may_stop = 0.0, True
            if perf_counter() - began >= turn_seconds:
                return False
