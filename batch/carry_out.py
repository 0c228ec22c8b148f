# SPDX-License-Identifier: GPL-3.0-or-later
"""The frame of every batch, whoever does its lines: list, journal, what is told, report."""

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

from ..core.errors import SettingsError
from .journal import Journal
from .lines import Line, read_lines
from .report import as_sentence, write_report
from .row import FAILED, Row
from .show import shown_for

# Does lines in any order; the journal tells what is known of them.
Work = Callable[[Sequence[Line], Journal], Iterable[Row]]


def _in_order(
    rows: Iterable[Row], names: Sequence[str], keep: Callable[[Row], None]
) -> Iterator[Row]:
    """Yield rows in the order of the list; `keep` has each as soon as it is there."""
    waiting: dict[str, Row] = {}
    due = iter(names)
    wanted = next(due, None)
    for row in rows:
        keep(row)
        waiting[row.name] = row
        while wanted in waiting:
            yield waiting.pop(wanted)
            wanted = next(due, None)


def carry_out(args: argparse.Namespace, stream: TextIO, work: Work) -> bool:
    """Have the lines of `args.lines` done into `args.out`; says whether all went well."""
    if args.phones is not None:
        raise SettingsError("--phones belongs to one sound. Leave it out of a batch")
    found = read_lines(args.lines)
    shown = shown_for(args.progress, stream, len(found.lines))
    if found.unused:
        names = ", ".join(f"“{one}”" for one in found.unused)
        shown.note(f"Columns that are not used: {names}")
    names = [line.name for line in found.lines]
    out: Path = args.out
    with Journal(out) as journal:

        def keep(row: Row) -> None:
            if journal.known.get(row.name) != row:
                journal.add(row)
            shown.advance()

        rows: list[Row] = []
        try:
            for row in _in_order(work(found.lines, journal), names, keep):
                shown.row(row)
                rows.append(row)
        except KeyboardInterrupt:
            shown.stop()
            raise
        journal.put_in_order(names)
        write_report(out, rows, journal.partial)
    shown.end(as_sentence(rows), str(out / "report.csv"))
    return not any(row.status == FAILED for row in rows)
