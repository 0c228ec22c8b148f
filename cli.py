# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line without Blender: sound files to face curves.

    lipwright INPUT -o OUT [--format livelink-csv|arkit-csv|json|npz] [--fps N] …

Exit 0: all done; 1: some lines failed, the others are written; 2: wrong usage.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from .core.audio.load import SOUND_SUFFIXES, load_sound
from .core.errors import LipwrightError, SettingsError
from .core.formats import DEFAULT_RATE_HZ, FORMATS, read_phones, resampled, write_track
from .core.performance.emotion import EMOTIONS
from .core.phones import Phone
from .models.session import DEVICES, Progress, open_session
from .pipeline import DEFAULT_LAYERS, LAYERS, Settings, Style, analyse, perform

BAR_WIDTH = 28


def _emotion(text: str) -> tuple[str, float]:
    name, _, amount = text.partition("=")
    if name not in EMOTIONS:
        raise argparse.ArgumentTypeError(f"no emotion “{name}”; choose from {', '.join(EMOTIONS)}")
    try:
        strength = float(amount or "1")
    except ValueError:
        strength = -1.0
    if not 0 <= strength <= 1:
        raise argparse.ArgumentTypeError(f"the strength of {name} must be a number from 0 to 1")
    return name, strength


def _layers(text: str) -> frozenset[str]:
    if text == "all":
        return frozenset(LAYERS)
    names = frozenset(part.strip() for part in text.split(",") if part.strip())
    unknown = sorted(names - set(LAYERS))
    if unknown or not names:
        raise argparse.ArgumentTypeError(f"choose from {', '.join(LAYERS)}, or all")
    return names


def _count(lowest: int):
    def read(text: str) -> int:
        if not text.isdigit() or int(text) < lowest:
            raise argparse.ArgumentTypeError(f"“{text}” is not a whole number of {lowest} or more")
        return int(text)

    return read


def _rate(text: str) -> float:
    try:
        rate_hz = float(text)
    except ValueError:
        rate_hz = 0.0
    if not 1 <= rate_hz <= 1000:
        raise argparse.ArgumentTypeError(f"“{text}” is not a frame rate from 1 to 1000")
    return rate_hz


def _dial(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 2:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number from 0 to 2")
    return value


def add_voice_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that every way of running Lipwright shares."""
    parser.add_argument(
        "--emotion",
        type=_emotion,
        action="append",
        default=[],
        metavar="NAME=0..1",
        help="repeatable",
    )
    parser.add_argument("--seed", type=_count(0), default=0, help="another seed, another take")
    parser.add_argument(
        "--layers",
        type=_layers,
        default=DEFAULT_LAYERS,
        help=f"some of {','.join(LAYERS)}, or all (default: all but head)",
    )
    for name in ("jaw", "lips", "upper-face"):
        parser.add_argument(
            f"--{name}", type=_dial, default=1.0, metavar="0..2", help="how strongly it moves"
        )
    parser.add_argument(
        "--sync-offset",
        type=float,
        default=0.0,
        metavar="MS",
        help="milliseconds; + is a later mouth",
    )
    parser.add_argument("--transcript", type=Path, metavar="FILE", help="not there yet")
    parser.add_argument("--phones", type=Path, metavar="FILE", help="corrected phones with times")
    parser.add_argument("--threads", type=_count(1), default=1, help="CPU threads of the networks")
    parser.add_argument("--device", choices=DEVICES, default="auto")


def settings_from(args: argparse.Namespace) -> Settings:
    """Turn parsed voice options into settings.

    Raises SettingsError for what cannot be done yet or makes no sense.
    """
    if args.transcript is not None:
        raise SettingsError(
            "--transcript is not there yet. Leave it out, or give corrected --phones"
        )
    return Settings(
        seed=args.seed,
        emotions=dict(args.emotion),
        layers=args.layers,
        style=Style(
            jaw=args.jaw,
            lips=args.lips,
            upper_face=args.upper_face,
            sync_offset_seconds=args.sync_offset / 1000,
        ),
    )


def phones_from(args: argparse.Namespace) -> tuple[Phone, ...] | None:
    """Read the phone file that was asked for, if any."""
    return read_phones(args.phones) if args.phones is not None else None


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
    parser.add_argument("--fps", type=_rate, help="default: 60 for livelink-csv, else 100")
    add_voice_options(parser)
    return parser


def _plan(args: argparse.Namespace) -> tuple[str, list[tuple[Path, Path]]]:
    """Decide the format and which file goes where."""
    by_suffix = {".csv": "livelink-csv", ".json": "json", ".npz": "npz"}
    source, out = args.input, args.out
    if source.is_dir():
        sounds = sorted(
            p for p in source.iterdir() if p.suffix.lower() in SOUND_SUFFIXES and p.is_file()
        )
        if not sounds:
            raise SettingsError(
                f"There is no sound in “{source}”. It should hold {', '.join(SOUND_SUFFIXES)} files"
            )
    elif source.exists():
        sounds = [source]
    else:
        raise SettingsError(f"“{source}” was not found. Give a sound file or a folder of them")
    one_file = not source.is_dir() and out.suffix.lower() in by_suffix and not out.is_dir()
    form = args.format or (by_suffix[out.suffix.lower()] if one_file else "livelink-csv")
    if one_file:
        return form, [(sounds[0], out)]
    stems = [p.stem for p in sounds]
    doubles = sorted({s for s in stems if stems.count(s) > 1})
    if doubles:
        raise SettingsError(
            f"Two sounds are called “{doubles[0]}” and would overwrite each other. Rename one"
        )
    return form, [(p, out / f"{p.stem}{FORMATS[form]}") for p in sounds]


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
    sound = load_sound(source)
    analysis = analyse(
        sound, device=args.device, threads=args.threads, phones=phones, progress=progress
    )
    track = perform(analysis, settings)
    write_track(target, form, resampled(track, args.fps or DEFAULT_RATE_HZ[form]), analysis.phones)


def run(args: argparse.Namespace) -> int:
    """Do the work of a parsed command line; returns the exit code."""
    form, jobs = _plan(args)
    settings = settings_from(args)
    if args.phones is not None and len(jobs) > 1:
        raise SettingsError("--phones belongs to one sound. Give that file instead of its folder")
    phones = phones_from(args)  # a broken phone file is wrong usage, not a broken line
    open_session("listener", args.device, args.threads)
    try:
        jobs[0][1].parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"The folder “{jobs[0][1].parent}” could not be made. Choose another"
        ) from error
    failed = 0
    for number, (source, target) in enumerate(jobs):

        def show(share: float, number: int = number, source: Path = source) -> None:
            _bar(sys.stderr, number + share, len(jobs), source.name)

        try:
            _one(source, target, form, args, settings, phones, show)
        except LipwrightError as error:
            failed += 1
            _bar_ends(sys.stderr)
            sys.stderr.write(f"lipwright: {source.name}: {error}\n")
    return 1 if failed else 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    args = make_parser().parse_args(argv)
    try:
        return run(args)
    except LipwrightError as error:
        sys.stderr.write(f"lipwright: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("\nlipwright: stopped; finished lines are kept\n")
        return 1
