# SPDX-License-Identifier: GPL-3.0-or-later
"""Many lines without a window: `blender -c lipwright batch FILE LINES -o OUT`.

A file a line, or with `--together` one file with all of them (`together.py`).
Each line begins with the scene as it is in its file, so none knows of another. What is done and
unchanged is left as it is.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ..batch.carry_out import carry_out
from ..batch.journal import Journal
from ..batch.lines import Line
from ..batch.row import Row
from ..batch.work import Wish, sum_of
from ..core.errors import LipwrightError, SettingsError, sentence_of
from .bake import DONE as EXIT_DONE
from .bake import FAILED as EXIT_FAILED
from .bake import OUTPUTS, WRONG_USAGE, add_scene_options, bake, complain
from .manners import missing_part
from .together import Together, Told, refuse_others, told_of

# What may be written for a line: its suffix and the option of a bake that writes it.
WRITES = {
    "fbx": (".fbx", "fbx"),
    "glb": (".glb", "glb"),
    "usd": (".usdc", "usd"),
    "blend": (".blend", "save"),
    "csv": (".csv", "csv"),
}


def _writes(text: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(",") if part.strip())
    if not names or set(names) - set(WRITES):
        raise argparse.ArgumentTypeError(f"choose from {', '.join(WRITES)}")
    return names


def parser(prog: str) -> argparse.ArgumentParser:
    """The options of many lines: those of a bake, and where the lines are."""
    said = argparse.ArgumentParser(
        prog=prog, description="Let a character say many lines; goes on where it was stopped."
    )
    said.add_argument("file", type=Path, help="scene or character: .blend, .fbx, .glb, .vrm")
    said.add_argument("lines", type=Path, help="a CSV or JSON list, captions, or a folder")
    said.add_argument("-o", "--out", type=Path, required=True, help="a folder")
    said.add_argument(
        "--write",
        type=_writes,
        default=("fbx",),
        metavar="|".join(WRITES),
        help="what to write for each line, several with commas (default: fbx)",
    )
    said.add_argument(
        "--together",
        action="store_true",
        help="all lines in one file: takes of an FBX, Actions of a .blend (fbx and blend only)",
    )
    said.add_argument("--again", action="store_true", help="do lines that are done once more")
    said.add_argument("--progress", choices=("log", "json", "none"), default="log")
    add_scene_options(said)
    return said


def main(arguments: Sequence[str], prog: str) -> int:
    """Run it; the exit code is 0 if all is done, 1 if a line failed, 2 for wrong usage."""
    try:
        args = parser(prog).parse_args(list(arguments))
        return run(args)
    except SystemExit as leave:  # argparse has said what is wrong
        return int(leave.code or EXIT_DONE)
    except LipwrightError as error:
        return complain(prog, str(error), WRONG_USAGE)
    except ImportError as error:
        return complain(prog, missing_part(error), EXIT_FAILED)


def run(args: argparse.Namespace) -> int:
    """Do all lines; returns the exit code."""
    scene = sum_of(args.file)
    if not scene:
        raise SettingsError(f"The file “{args.file}” was not found. Check the path")
    if args.mapping is not None and not args.mapping.is_file():
        raise SettingsError(f"The mapping “{args.mapping}” was not found. Check the path")
    if args.together:
        refuse_others(args)
    work = _together if args.together else _rows
    well = carry_out(args, sys.stdout, lambda lines, journal: work(args, scene, lines, journal))
    return EXIT_DONE if well else EXIT_FAILED


def _rows(
    args: argparse.Namespace, scene: str, lines: Sequence[Line], journal: Journal
) -> Iterator[Row]:
    for line in lines:
        told = told_of(line, args, lambda own, wish: _key(own, wish, scene))
        if isinstance(told, Row):
            yield told
            continue
        try:
            yield _do(args, told, journal.known.get(line.name))
        except Exception as error:  # one line's trouble must not end the others
            yield replace(told.blank, message=sentence_of(error))


def _together(
    args: argparse.Namespace, scene: str, lines: Sequence[Line], journal: Journal
) -> Iterator[Row]:
    told = [told_of(line, args, lambda own, wish: _key(own, wish, scene)) for line in lines]
    yield from Together(args, journal).rows(told)


def _do(args: argparse.Namespace, told: Told, known: Row | None) -> Row:
    own, wish, name = told.own, told.wish, told.blank.name
    for output in OUTPUTS:
        setattr(own, output, None)
    places = {WRITES[kind][1]: args.out / f"{name}{WRITES[kind][0]}" for kind in args.write}
    for option, path in places.items():
        setattr(own, option, path)
    known_whole = known and known.key == told.key and known.content == _content(places.values())
    if known and known_whole and not args.again:
        return replace(known, sound=told.blank.sound)
    report, analysis = bake(own, wish.transcript, wish.start_seconds, wish.duration_seconds)
    return replace(
        told.row(report, analysis),
        output=next(iter(places.values())).relative_to(args.out).as_posix(),
        content=_content(places.values()),
    )


def _key(own: argparse.Namespace, wish: Wish, scene: str) -> str:
    """Sum of all that decides what is written: the line, the scene, the mapping, the keys."""
    mapping = "" if own.mapping is None else sum_of(own.mapping)
    rest = [
        scene,
        mapping,
        own.character,
        own.look_at_object,
        own.keys,
        own.few_keys,
        own.layers is None,  # then what is off in the file stays off
        own.fps,
        own.write,
        own.together,
        own.engine,
    ]
    return replace(wish, form=json.dumps(rest)).key(own.audio)


def _content(paths: Iterable[Path]) -> str:
    """Sum of several files; "" if one is missing."""
    sums = [sum_of(path) for path in paths]
    return hashlib.sha256("".join(sums).encode()).hexdigest() if all(sums) else ""
