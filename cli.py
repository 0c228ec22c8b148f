# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line without Blender: sound files to face curves.

    lipwright INPUT -o OUT [--format livelink-csv|arkit-csv|metahuman-csv|json|npz] [--fps N] …
    lipwright batch LINES -o OUT [--jobs N] …       (lipwright batch --help)

Exit 0: all done; 1: some lines failed, the others are written; 2: wrong usage.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from .batch import command as batch
from .batch.work import curves_of
from .core.audio.files import SOUND_SUFFIXES, sounds_in
from .core.audio.load import load_sound
from .core.errors import LipwrightError, SettingsError, sentence_of
from .core.formats import BY_SUFFIX, FORMATS, shown_name, write_track
from .core.phones import Phone
from .models.session import Progress, device_note, open_session
from .options import (
    add_voice_options,
    phones_from,
    rate_in_hz,
    settings_from,
    transcript_from,
)
from .pipeline import Settings, analyse

BAR_WIDTH = 28


def make_parser() -> argparse.ArgumentParser:
    """Make the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="lipwright", description="Sound files to face animation curves."
    )
    parser.add_argument(
        "input", type=Path, metavar="INPUT", help="a sound file, or a folder of them"
    )
    parser.add_argument(
        "-o", "--out", type=Path, required=True, metavar="OUT", help="a file or a folder"
    )
    parser.add_argument(
        "--format", choices=tuple(FORMATS), help="default: by OUT's suffix, else livelink-csv"
    )
    parser.add_argument(
        "--fps", type=rate_in_hz, help="default: 60 for livelink-csv and metahuman-csv, else 100"
    )
    add_voice_options(parser)
    return parser


def _plan(args: argparse.Namespace) -> tuple[str, list[tuple[Path, Path]]]:
    """Decide the format and which file goes where."""
    source, out = args.input, args.out
    if source.is_dir():
        sounds = sounds_in(source)
        if not sounds:
            raise SettingsError(
                f"There is no sound in “{source}”. It should hold {', '.join(SOUND_SUFFIXES)} files"
            )
    elif source.exists():
        sounds = [source]
    else:
        raise SettingsError(f"“{source}” was not found. Give a sound file or a folder of them")
    one_file = not source.is_dir() and out.suffix.lower() in BY_SUFFIX and not out.is_dir()
    form = args.format or (BY_SUFFIX[out.suffix.lower()].name if one_file else "livelink-csv")
    if one_file:
        return form, [(sounds[0], out)]
    stems = [p.stem for p in sounds]
    doubles = sorted({s for s in stems if stems.count(s) > 1})
    if doubles:
        name = shown_name(Path(doubles[0]))
        raise SettingsError(
            f"Two sounds are called “{name}” and would overwrite each other. Rename one"
        )
    return form, [(p, out / f"{p.stem}{FORMATS[form].suffix}") for p in sounds]


def _bar_ends(stream: TextIO) -> None:
    if stream.isatty():
        stream.write("\n")


def _bar(stream: TextIO, done: float, total: int, name: str) -> None:
    if stream.isatty():
        filled = round(BAR_WIDTH * done / total)
        stream.write(
            f"\r[{'#' * filled}{'.' * (BAR_WIDTH - filled)}] {int(done)}/{total} {name[:40]:40}"
        )
        stream.write("\n" if done >= total else "")
        stream.flush()


def _one(
    source: Path,
    target: Path,
    form: str,
    args: argparse.Namespace,
    settings: Settings,
    phones: Sequence[Phone] | None,
    progress: Progress,
) -> None:
    analysis = analyse(
        # Not kept here: analyse lets it go when it has heard it.
        load_sound(source, channel=args.channel),
        device=args.device,
        threads=args.threads,
        phones=phones,
        transcript=transcript_from(args, source),
        progress=progress,
    )
    missing = device_note(args.device, args.threads)
    for note in analysis.notes:
        if note == missing:
            continue  # said once, of all
        _bar_ends(sys.stderr)
        sys.stderr.write(f"lipwright: {shown_name(source)}: {note}\n")
    write_track(target, form, curves_of(analysis, settings, form, args.fps), analysis.phones)


def say_device(device: str, threads: int) -> None:
    """Open the listener, and say on stderr if it runs elsewhere than it was asked to."""
    open_session("listener", device, threads)
    note = device_note(device, threads)
    if note:
        sys.stderr.write(f"lipwright: {note}\n")


def run(args: argparse.Namespace) -> int:
    """Do the work of a parsed command line; returns the exit code."""
    form, jobs = _plan(args)
    settings = settings_from(args)
    if args.phones is not None and len(jobs) > 1:
        raise SettingsError("--phones belongs to one sound. Give that file instead of its folder")
    if args.transcript is not None and not args.transcript.is_dir():
        if len(jobs) > 1:
            raise SettingsError(
                "--transcript FILE belongs to one sound. For a folder of sounds, "
                "give a folder of .txt files"
            )
        transcript_from(args, jobs[0][0])  # a broken one is wrong usage, not a broken line
    phones = phones_from(args)  # a broken phone file is wrong usage, not a broken line
    say_device(args.device, args.threads)
    try:
        jobs[0][1].parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"The folder “{jobs[0][1].parent}” could not be made. Choose another"
        ) from error
    failed = 0
    for number, (source, target) in enumerate(jobs):

        def show(share: float, number: int = number, source: Path = source) -> None:
            _bar(sys.stderr, number + share, len(jobs), shown_name(source))

        try:
            _one(source, target, form, args, settings, phones, show)
        except Exception as error:  # one line's trouble must not end the others
            failed += 1
            _bar_ends(sys.stderr)
            sys.stderr.write(f"lipwright: {shown_name(source)}: {sentence_of(error)}\n")
    return 1 if failed else 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["batch"]:
        return batch.main(arguments[1:])
    args = make_parser().parse_args(arguments)
    try:
        return run(args)
    except LipwrightError as error:
        sys.stderr.write(f"lipwright: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("\nlipwright: stopped; finished lines are kept\n")
        return 1
