# SPDX-License-Identifier: GPL-3.0-or-later
"""One line from sound to file: what a worker does, wherever it runs."""

import argparse
import copy
import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from ..core.audio.load import Sound, load_sound
from ..core.errors import LipwrightError, SettingsError, sentence_of
from ..core.formats import FORMATS, resampled, shown_name, write_track
from ..core.motion.track import FaceTrack
from ..core.transcript.words import Transcript, lacking, read_transcript
from ..models.catalogue import NAMES
from ..models.session import bundled, device_note, open_session
from ..options import add_voice_options, rate_in_hz, settings_from, transcript_from
from ..pipeline import Analysis, Settings, analyse, perform_to_rest
from ..rigs.families.metahuman import control_track
from .lines import Line
from .row import DONE, FAILED, Row
from .sketch import clipped_seconds, confidence_of, longest_silence, peak_db, sketch_of

MANIFEST = Path(__file__).resolve().parent.parent / "blender_manifest.toml"
_TEXT_SUFFIXES = (".txt", ".srt", ".vtt")


@dataclass(frozen=True)
class Order:
    """What all lines of a batch share; small, and sent to every worker.

    Parameters
    ----------
    args : argparse.Namespace
        The options of the command line, of which a line may have its own.
    form : str
        A key of `core.formats.FORMATS`.
    out, partial : str
        The folder of the batch, and where files lie until they are whole.
    again : bool
        Lines that are done are done again.
    """

    args: argparse.Namespace
    form: str
    out: str
    partial: str
    again: bool = False


@dataclass(frozen=True)
class Task:
    """One line to do, and what is known of it from before."""

    line: Line
    order: Order
    known: Row | None = None


class _LineParser(argparse.ArgumentParser):
    """Raises what the command line would end with."""

    def error(self, message: str) -> NoReturn:
        """Argparse's own word for it."""
        raise SettingsError(message)


@cache
def line_parser() -> argparse.ArgumentParser:
    """Make the parser of the voice options of one line."""
    parser = _LineParser(add_help=False)
    add_voice_options(parser)
    parser.add_argument("--fps", type=rate_in_hz)
    return parser


def _options_of(cells: Mapping[str, str]) -> list[str]:
    """Cells of the list as options: what stands there replaces what the batch says."""
    options: list[str] = []
    for one in re.split(r"[;|]|,(?=\s*[a-z])", cells.get("emotion", "")):
        if one.strip():
            options += ["--emotion", one.strip()]
    for name in ("seed", "fps", "language"):
        if name in cells:
            options += [f"--{name}", cells[name]]
    for one in re.split(r"[;,|\s]+", cells.get("style", "").strip()):
        dial, _, value = one.partition("=")
        if value:
            options += [f"--{dial.replace('_', '-')}={value}"]
        elif dial:
            options += ["--style", dial]
    return options


def arguments_of(line: Line, order: Order) -> argparse.Namespace:
    """Parse the options of a line over those of its batch; raises SettingsError."""
    own = copy.copy(order.args)
    if "emotion" in line.cells:
        own.emotion = []
    try:
        line_parser().parse_args(_options_of(line.cells), own)
    except SettingsError as error:
        raise SettingsError(f"The row’s settings are wrong: {error}") from error
    if "capture" in line.cells:
        own.capture = line.sound.parent / line.cells["capture"]
    return own


def transcript_of(line: Line, args: argparse.Namespace) -> Transcript | None:
    """What a line says: its cell, the file that the cell names, or the batch's folder of texts."""
    cell = line.cells.get("transcript", "")
    if not cell:
        return transcript_from(args, line.sound)
    if cell.lower().endswith(_TEXT_SUFFIXES) and "\n" not in cell:
        path = line.sound.parent / cell
        cell = read_transcript(path if path.is_file() else Path(cell))
    return Transcript(cell, args.language)


def _plain(value: Any) -> Any:
    """Values as JSON has them, always in the same order."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in sorted(value.items())}
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.tolist() if isinstance(value, np.ndarray) else value


@cache
def version() -> str:
    """Sum of this Lipwright's version and its networks: another one makes every line anew."""
    number = tomllib.loads(MANIFEST.read_text("utf8"))["version"]
    sums = [bundled(name).facts["sha256"] for name in NAMES]
    return hashlib.sha256(json.dumps([number, *sums]).encode()).hexdigest()


@dataclass(frozen=True)
class Wish:
    """Everything that decides what is written for a line."""

    settings: Settings
    form: str
    rate_hz: float
    transcript: Transcript | None
    channel: int | None
    start_seconds: float
    end_seconds: float | None

    @property
    def duration_seconds(self) -> float | None:
        """How much of the sound is the line; None for all that is left of it."""
        return None if self.end_seconds is None else self.end_seconds - self.start_seconds

    def key(self, sound: Path) -> str:
        """Sum of the wish, the sound's bytes and the networks."""
        try:
            with sound.open("rb") as file:
                heard = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise SettingsError(
                f"The sound file “{shown_name(sound)}” was not found. Check the path, or its rights"
            ) from error
        told = json.dumps([version(), heard, _plain(self)], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(told.encode("utf8", "surrogatepass")).hexdigest()


def _seconds_in(cells: Mapping[str, str], name: str) -> float | None:
    if name not in cells:
        return None
    try:
        seconds = float(cells[name])
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise SettingsError(f"“{cells[name]}” is no {name} in seconds. Write such as 12.5")
    return seconds


def wish_of(line: Line, order: Order, args: argparse.Namespace) -> Wish:
    """Read everything that decides what is written; raises SettingsError."""
    start = _seconds_in(line.cells, "start") or 0.0
    end = _seconds_in(line.cells, "end")
    if end is not None and end <= start:
        raise SettingsError(f"The line ends at {end:g} s, before it starts. Put its times right")
    return Wish(
        settings_from(args),
        order.form,
        args.fps or FORMATS[order.form].rate_hz,
        transcript_of(line, args),
        args.channel,
        start,
        end,
    )


def curves_of(analysis: Analysis, settings: Settings, form: str, fps: float | None) -> FaceTrack:
    """Perform a line as a format wants it: its channels, at its rate or another."""
    track = perform_to_rest(analysis, settings)
    if FORMATS[form].of_controls:
        track = control_track(track)
    return resampled(track, fps or FORMATS[form].rate_hz)


def sum_of(path: Path) -> str:
    """Sum of a file's content; "" where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def failed(line: Line, message: str = "") -> Row:
    """Make the row of a line of which nothing was written."""
    character = line.cells.get("character", "")
    return Row(line.name, str(line.sound), FAILED, message=message, character=character)


def do_line(task: Task) -> Row:
    """Do one line, unless it is done already; what goes wrong is told in its row."""
    blank = failed(task.line)
    try:
        return _do(task, blank)
    except Exception as error:  # one line's trouble must not end the others
        return replace(blank, message=sentence_of(error))


def _do(task: Task, blank: Row) -> Row:
    line, order = task.line, task.order
    args = arguments_of(line, order)
    wish = wish_of(line, order, args)
    key = wish.key(line.sound)
    output = f"{line.name}{FORMATS[order.form].suffix}"
    target = Path(order.out) / output
    known = task.known
    there = sum_of(target)
    if known and known.key == key and known.content == there and there and not order.again:
        return replace(known, name=line.name, sound=blank.sound, character=blank.character)
    sound, analysis = _hear(line, args, wish)
    # That no device was there is said once, not of every line.
    missing = device_note(args.device, args.threads)
    notes = [note for note in analysis.notes if note != missing]
    if known and there and known.content != there and known.output == output:
        notes.append(_set_aside(target, Path(order.out)))
    track = curves_of(analysis, wish.settings, order.form, wish.rate_hz)
    target.parent.mkdir(parents=True, exist_ok=True)
    write_track(target, order.form, track, analysis.phones, Path(order.partial))
    return replace(
        heard_row(blank, analysis, wish, args.language, key),
        message=". ".join(notes),
        output=output,
        peak_db=peak_db(sound.samples),
        clipped_seconds=clipped_seconds(sound.samples, sound.rate_hz),
        content=sum_of(target),
        sketch=sketch_of(sound.samples, analysis.mouth),
    )


def heard_row(blank: Row, analysis: Analysis, wish: Wish, language: str, key: str) -> Row:
    """Make the row of a line that is done; who wrote it adds what, and what is to be said of it."""
    words = wish.transcript.text if wish.transcript else ""
    return replace(
        blank,
        status=DONE,
        seconds=round(analysis.seconds, 3),
        confidence=confidence_of(analysis.phones),
        unknown_words=lacking(words, language),
        longest_silence_seconds=longest_silence(analysis.phones, analysis.seconds),
        key=key,
    )


def _hear(line: Line, args: argparse.Namespace, wish: Wish) -> tuple[Sound, Analysis]:
    """Listen to a line."""
    sound = load_sound(
        line.sound,
        start_seconds=wish.start_seconds,
        duration_seconds=wish.duration_seconds,
        channel=wish.channel,
    )
    return sound, analyse(
        sound, device=args.device, threads=args.threads, transcript=wish.transcript
    )


def _set_aside(target: Path, out: Path) -> str:
    """Keep what somebody changed by hand, since the line is to be written anew."""
    folder = out / "changed"
    place = folder / target.relative_to(out)
    number = 1
    while place.exists():
        number += 1
        place = folder / target.relative_to(out).with_stem(f"{target.stem}.{number}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        target.rename(place)
    except OSError as error:
        raise LipwrightError(
            f"“{target.name}” was changed by hand and could not be kept. Move it away first"
        ) from error
    return f"It had been changed by hand; that is kept as “{place.relative_to(out).as_posix()}”"


def get_ready(device: str, threads: int) -> None:
    """Open the networks in a worker, once for all of its lines."""
    for name in NAMES:
        open_session(name, device, threads)
