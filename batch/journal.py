# SPDX-License-Identifier: GPL-3.0-or-later
"""What a folder remembers of its batches, so that a stopped one goes on where it was.

Every line that is done adds its row to a file. A row that was cut off by the end of the program is
no row; a line without one is done again.
"""

import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from ..core.errors import SettingsError
from ..core.formats import write_whole
from .row import Row, row_of

FOLDER = ".lipwright"


class Journal:
    """The memory of one folder; held by one batch at a time.

    Parameters
    ----------
    out : Path
        The folder of the batch; made if missing.

    Raises
    ------
    SettingsError
        If the folder cannot be made or written to, or another batch is at work in it.
    """

    def __init__(self, out: Path) -> None:
        folder = out / FOLDER
        self.partial = folder / "partial"
        self._rows = folder / "rows.jsonl"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = (folder / "lock").open("a+b")
            if not _taken(self._lock.fileno()):
                raise SettingsError(
                    f"Another batch is at work in “{out}”. Wait for it, or choose another folder"
                )
            # What a killed batch left half-written.
            shutil.rmtree(self.partial, ignore_errors=True)
            self.partial.mkdir(exist_ok=True)
            self.known = dict(_read(self._rows))
            self._file = self._rows.open("a", encoding="utf8")
        except OSError as error:
            raise SettingsError(
                f"The folder “{out}” cannot be written to. Choose another"
            ) from error
        if self.known and not _ends_whole(self._rows):
            self._file.write("\n")

    def __enter__(self) -> "Journal":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()
        shutil.rmtree(self.partial, ignore_errors=True)
        self._lock.close()

    def add(self, row: Row) -> None:
        """Remember a line; it is on the disk when this returns."""
        self.known[row.name] = row
        self._file.write(_text(row))
        self._file.flush()

    def put_in_order(self, names: Iterable[str]) -> None:
        """Write it anew, each line once, in the order of the list."""
        self._file.close()
        rest = dict(self.known)
        rows = [rest.pop(name) for name in names if name in rest]
        write_whole(self._rows, (_text(row) for row in [*rows, *rest.values()]), self.partial)
        self._file = self._rows.open("a", encoding="utf8")


def _text(row: Row) -> str:
    return json.dumps(row.record(), ensure_ascii=True, separators=(",", ":")) + "\n"


def _read(path: Path) -> Iterable[tuple[str, Row]]:
    """Read the rows that are whole, the last one of a name last."""
    if not path.is_file():
        return
    with path.open(encoding="utf8", errors="replace") as file:
        for text in file:
            try:
                row = row_of(json.loads(text))
            except (ValueError, TypeError, RecursionError):
                continue  # cut off, or of another version: that line is done again
            yield row.name, row


def _ends_whole(path: Path) -> bool:
    """Say whether the last row was written to its end."""
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        if not file.tell():
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _taken(handle: int) -> bool:
    """Lock a file for this program, which ends with the program however that ends."""
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
