# SPDX-License-Identifier: GPL-3.0-or-later
"""The command of a batch: `python -m lipwright batch LINES -o OUT`.

It goes on by itself where it was stopped: lines whose sound, text, settings and networks are as
they were are left as they are. Exit 0: all lines are done; 1: some failed, or it was stopped;
2: wrong usage.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from ..core.errors import LipwrightError, SettingsError
from ..core.formats import FORMATS
from ..models.session import device_note
from ..options import add_voice_options, at_least, rate_in_hz
from .carry_out import carry_out
from .journal import Journal
from .lines import Line
from .pools import cores, on_cluster, on_this_machine
from .row import Row
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


def run(args: argparse.Namespace, stream: TextIO) -> int:
    """Do a batch; returns the exit code."""
    if args.transcript is not None and not args.transcript.is_dir():
        raise SettingsError(
            "--transcript FILE belongs to one sound. Give the list a column “transcript”, "
            "or a folder of .txt files"
        )

    def work(lines: Sequence[Line], journal: Journal) -> Iterable[Row]:
        # Absolute: a cluster's workers are at home elsewhere.
        out, partial = args.out.absolute(), journal.partial.absolute()
        order = Order(args, args.format, str(out), str(partial), args.again)
        tasks = (
            Task(replace(line, sound=line.sound.absolute()), order, journal.known.get(line.name))
            for line in lines
        )
        if args.scheduler:
            return on_cluster(tasks, args.scheduler)
        jobs = min(args.jobs or cores(), len(lines))
        return on_this_machine(tasks, jobs, args.device, args.threads)

    missing = "" if args.scheduler else device_note(args.device, args.threads)
    if missing:
        sys.stderr.write(f"lipwright batch: {missing}\n")
    return 0 if carry_out(args, stream, work) else 1


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
