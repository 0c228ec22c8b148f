# SPDX-License-Identifier: GPL-3.0-or-later
"""The command of a batch: `python -m lipwright batch LINES -o OUT`.

It goes on by itself where it was stopped: lines whose sound, text, settings and networks are as
they were are left as they are. Exit 0: all lines are done; 1: some failed, or it was stopped;
2: wrong usage.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

from ..core.errors import LipwrightError, SettingsError
from ..core.formats import FORMATS
from ..options import add_voice_options, at_least, rate_in_hz
from .journal import Journal
from .lines import Line, read_lines
from .pools import cores, on_cluster, on_this_machine
from .report import as_sentence, write_report
from .row import FAILED, Row
from .show import Shown, shown_for
from .work import Order, Task

PROGRESS = ("auto", "bar", "log", "json", "none")


def make_parser() -> argparse.ArgumentParser:
    """Make the parser of the command."""
    parser = argparse.ArgumentParser(
        prog="lipwright batch",
        description="Many sounds to face animation curves; goes on by itself where it was stopped.",
    )
    parser.add_argument(
        "lines",
        type=Path,
        metavar="LINES",
        help="a CSV or JSON list with a column “sound” (optional: name, transcript, language, "
        "character, emotion, seed, style, fps, start, end), captions beside their sound, "
        "or a folder of sounds",
    )
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="OUT", help="a folder")
    parser.add_argument(
        "--format", choices=tuple(FORMATS), default="livelink-csv", help="default: %(default)s"
    )
    parser.add_argument("--fps", type=rate_in_hz, help="default: the format's")
    parser.add_argument(
        "--jobs",
        type=at_least(1),
        default=None,
        metavar="N",
        help="processes that work side by side (default: the machine's cores)",
    )
    parser.add_argument(
        "--scheduler", metavar="tcp://HOST:PORT", help="of a Dask cluster that sees the same files"
    )
    parser.add_argument(
        "--again", action="store_true", help="do lines that are done already once more"
    )
    parser.add_argument(
        "--progress",
        choices=PROGRESS,
        default="auto",
        help="what is told: a bar, a row a line, JSON lines for farms (default: bar or log)",
    )
    add_voice_options(parser)
    return parser


def _tasks(lines: Sequence[Line], order: Order, journal: Journal) -> Iterator[Task]:
    for line in lines:
        yield Task(line, order, journal.known.get(line.name))


def _in_order(
    rows: Iterator[Row], names: Sequence[str], keep: Callable[[Row], None]
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


def run(args: argparse.Namespace, stream: TextIO) -> int:
    """Do a batch; returns the exit code."""
    if args.phones is not None:
        raise SettingsError("--phones belongs to one sound. Leave it out of a batch")
    found = read_lines(args.lines)
    if args.transcript is not None and not args.transcript.is_dir():
        raise SettingsError(
            "--transcript FILE belongs to one sound. Give the list a column “transcript”, "
            "or a folder of .txt files"
        )
    shown = shown_for(args.progress, stream, len(found.lines))
    if found.unused:
        names = ", ".join(f"“{one}”" for one in found.unused)
        shown.note(f"Columns that are not used: {names}")
    names = [line.name for line in found.lines]
    with Journal(args.out) as journal:
        # Absolute: a cluster's workers are at home elsewhere.
        out, partial = args.out.absolute(), journal.partial.absolute()
        order = Order(args, args.format, str(out), str(partial), args.again)
        rows = _rows(args, order, found.lines, journal, shown)
        journal.put_in_order(names)
        write_report(args.out, rows, journal.partial)
    shown.end(as_sentence(rows), str(args.out / "report.csv"))
    return 1 if any(row.status == FAILED for row in rows) else 0


def _rows(
    args: argparse.Namespace,
    order: Order,
    lines: Sequence[Line],
    journal: Journal,
    shown: Shown,
) -> list[Row]:
    """Have all lines done, remembering each as soon as it is; in the order of the list."""
    tasks = _tasks([_absolute(line) for line in lines], order, journal)
    jobs = min(args.jobs or cores(), len(lines))
    if args.scheduler:
        rows = on_cluster(tasks, args.scheduler)
    else:
        rows = on_this_machine(tasks, jobs, args.device, args.threads)
    done: list[Row] = []

    def keep(row: Row) -> None:
        if journal.known.get(row.name) != row:
            journal.add(row)
        shown.advance()

    try:
        for row in _in_order(rows, [line.name for line in lines], keep):
            shown.row(row)
            done.append(row)
    except KeyboardInterrupt:
        shown.stop()
        raise
    return done


def _absolute(line: Line) -> Line:
    return Line(line.name, line.sound.absolute(), line.cells)


def main(arguments: Sequence[str]) -> int:
    """Run the command; returns the exit code."""
    args = make_parser().parse_args(list(arguments))
    try:
        return run(args, sys.stdout)
    except LipwrightError as error:
        sys.stderr.write(f"lipwright: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write(
            "\nlipwright: stopped; finished lines are kept, and the same command goes on\n"
        )
        return 1
