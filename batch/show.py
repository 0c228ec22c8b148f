# SPDX-License-Identifier: GPL-3.0-or-later
"""What a batch tells while it works: a bar for people, rows for logs, JSON lines for farms."""

import json
import time
from typing import Protocol, TextIO

from .row import Row

BAR_WIDTH = 28
REDRAW_SECONDS = 0.1


class Shown(Protocol):
    """Whoever is told how a batch goes on."""

    def note(self, text: str) -> None:
        """Something is to be said before the lines."""
        ...

    def advance(self) -> None:
        """One more line is done, in whatever order."""
        ...

    def row(self, row: Row) -> None:
        """The next line of the list is done."""
        ...

    def stop(self) -> None:
        """The batch was stopped."""
        ...

    def end(self, sentence: str, report: str) -> None:
        """All lines are done."""
        ...


class Quiet:
    """Tells nothing."""

    def __init__(self, stream: TextIO, total: int) -> None:
        self.stream, self.total, self.done = stream, total, 0
        self.started = time.monotonic()

    def say(self, text: str) -> None:
        """Write a line."""
        self.stream.write(text + "\n")
        self.stream.flush()

    def note(self, text: str) -> None:
        """Nothing."""

    def advance(self) -> None:
        """Count."""
        self.done += 1

    def row(self, row: Row) -> None:
        """Nothing."""

    def stop(self) -> None:
        """Nothing."""

    def end(self, sentence: str, report: str) -> None:
        """Nothing."""


class Log(Quiet):
    """A row for each line, in the order of the list."""

    def __init__(self, stream: TextIO, total: int) -> None:
        super().__init__(stream, total)
        self.number = 0

    def note(self, text: str) -> None:
        """Say it."""
        self.say(text)

    def row(self, row: Row) -> None:
        """Say which line it is, and what became of it."""
        self.number += 1
        width = len(str(self.total))
        told = f": {row.message}" if row.message else ""
        self.say(f"[{self.number:{width}}/{self.total}] {row.name}: {row.status}{told}")

    def end(self, sentence: str, report: str) -> None:
        """Say how it went."""
        self.say(f"{sentence}. See “{report}”")


class Bar(Log):
    """A bar with the time that is left; below it the lines that need a look."""

    def __init__(self, stream: TextIO, total: int) -> None:
        super().__init__(stream, total)
        self.drawn = 0.0

    def _clear(self) -> None:
        self.stream.write("\r\x1b[K")

    def note(self, text: str) -> None:
        """Say it above the bar."""
        self._clear()
        self.say(text)

    def advance(self) -> None:
        """Draw the bar."""
        super().advance()
        now = time.monotonic()
        if now - self.drawn < REDRAW_SECONDS and self.done < self.total:
            return
        self.drawn = now
        filled = round(BAR_WIDTH * self.done / self.total)
        left = (now - self.started) / self.done * (self.total - self.done)
        bar = "#" * filled + "." * (BAR_WIDTH - filled)
        self.stream.write(
            f"\r[{bar}] {self.done}/{self.total}, {left // 60:.0f}:{left % 60:02.0f} left\x1b[K"
        )
        self.stream.flush()

    def row(self, row: Row) -> None:
        """Say only what needs a look."""
        if row.message:
            self._clear()
            super().row(row)
        else:
            self.number += 1

    def stop(self) -> None:
        """Leave the bar where it is."""
        self.stream.write("\n")

    def end(self, sentence: str, report: str) -> None:
        """Take the bar away and say how it went."""
        self._clear()
        super().end(sentence, report)


class Json(Quiet):
    """One JSON object a row: `start`, `line` for each line in the order of the list, `end`."""

    def __init__(self, stream: TextIO, total: int) -> None:
        super().__init__(stream, total)
        self.number = 0
        self._tell("start", total=total)

    def _tell(self, event: str, **facts: object) -> None:
        self.say(json.dumps({"event": event, **facts}, ensure_ascii=False))

    def note(self, text: str) -> None:
        """Say it."""
        self._tell("note", message=text)

    def row(self, row: Row) -> None:
        """Say which line it is, and what became of it."""
        self.number += 1
        facts = {"name": row.name, "status": row.status, "output": row.output}
        self._tell("line", number=self.number, total=self.total, **facts, message=row.message)

    def stop(self) -> None:
        """Say so."""
        self._tell("stopped", done=self.done, total=self.total)

    def end(self, sentence: str, report: str) -> None:
        """Say how it went."""
        seconds = round(time.monotonic() - self.started, 1)
        self._tell("end", message=sentence, report=report, work_seconds=seconds)


def shown_for(progress: str, stream: TextIO, total: int) -> Shown:
    """Choose who tells: "auto" is a bar on a terminal and a log elsewhere."""
    if progress == "auto":
        progress = "bar" if stream.isatty() else "log"
    return {"bar": Bar, "log": Log, "json": Json, "none": Quiet}[progress](stream, total)
