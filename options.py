# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that the command line and the bake share, and what they mean."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from .core.dials import Dial, dials_of
from .core.errors import SettingsError
from .core.formats import read_phones, read_track
from .core.motion.captured import CAPTURED_REGIONS, Captured
from .core.motion.envelope import Envelope
from .core.performance.acting import Acting, LookAt
from .core.performance.emotion import AUTO, Strength, most_of, unmixed
from .core.performance.manners import NATURAL, STYLES
from .core.performance.prototypes import BLENDS, BY_SEED, EMOTIONS, FELT, variant_of
from .core.phones import Phone
from .core.transcript.words import LANGUAGES, Transcript, read_transcript
from .models.session import DEVICES
from .pipeline import DEFAULT_LAYERS, LAYERS, Settings, Style


class _Group(Protocol):
    """A parser, or a group of its options."""

    def add_argument(self, *names: str, **how: Any) -> Any: ...


def _number(text: str, low: float, high: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number from {low:g} to {high:g}")
    return value


def _between(low: float, high: float) -> Callable[[str], float]:
    return lambda text: _number(text, low, high)


def _emotion(text: str) -> tuple[str, Strength]:
    """NAME, NAME=0..1.5, or NAME=SECONDS:0..1.5,SECONDS:0..1.5 for a strength that changes."""
    name, _, amount = text.partition("=")
    if name not in (*EMOTIONS, *BLENDS, AUTO):
        known = ", ".join((*EMOTIONS, *BLENDS, AUTO))
        raise argparse.ArgumentTypeError(f"no emotion “{name}”; choose from {known}")
    most = most_of(name)
    try:
        if ":" not in amount:
            return name, _number(amount or "1", 0, most)
        keys = [key.split(":") for key in amount.split(",")]
        values = [_number(value, 0, most) for _, value in keys]
        return name, Envelope.of([float(time) for time, _ in keys], values)
    except (argparse.ArgumentTypeError, ValueError) as error:
        raise argparse.ArgumentTypeError(
            f"the strength of {name} must be a number from 0 to {most:g}, or such as 0:0.2,1.5:1"
        ) from error
    except SettingsError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _variant(text: str) -> tuple[str, str]:
    """NAME=VARIANT of an emotion."""
    name, _, variant = text.partition("=")
    try:
        return name, variant_of(name, variant)
    except SettingsError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _layers(text: str) -> frozenset[str]:
    if text == "all":
        return frozenset(LAYERS)
    names = frozenset(part.strip() for part in text.split(",") if part.strip())
    unknown = sorted(names - set(LAYERS))
    if unknown or not names:
        raise argparse.ArgumentTypeError(f"choose from {', '.join(LAYERS)}, or all")
    return names


def _regions(text: str) -> frozenset[str]:
    names = frozenset(part.strip() for part in text.split(",") if part.strip())
    if names - set(CAPTURED_REGIONS) or not names:
        raise argparse.ArgumentTypeError(f"choose from {', '.join(CAPTURED_REGIONS)}")
    return names


def at_least(lowest: int) -> Callable[[str], int]:
    """Read whole numbers from `lowest` on; argparse says so where it is none."""

    def read(text: str) -> int:
        if not text.isdigit() or int(text) < lowest:
            raise argparse.ArgumentTypeError(f"“{text}” is not a whole number of {lowest} or more")
        return int(text)

    return read


def _channel(text: str) -> int | None:
    """A channel counted from 1 as one from 0; None for their mix."""
    return None if text == "mix" else at_least(1)(text) - 1


def _layer_seed(text: str) -> tuple[str, int]:
    layer, _, number = text.partition("=")
    if layer not in LAYERS:
        raise argparse.ArgumentTypeError(f"no layer “{layer}”; choose from {', '.join(LAYERS)}")
    return layer, at_least(0)(number)


def _amounts(text: str) -> tuple[float, float, float]:
    """One amount for all axes, or PITCH,YAW,ROLL."""
    values = [_number(part, 0, 2) for part in text.split(",")]
    if len(values) not in (1, 3):
        raise argparse.ArgumentTypeError("give one amount, or PITCH,YAW,ROLL")
    return (values[0], values[1 % len(values)], values[2 % len(values)])


def _look_at(text: str) -> LookAt:
    try:
        angles = [float(part) for part in text.split(",")]
        if len(angles) in (2, 3):
            return LookAt.towards(*angles)
    except ValueError:
        pass
    except SettingsError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    raise argparse.ArgumentTypeError("give degrees to the left and up, such as 20,-5 or 20,-5,0.6")


def rate_in_hz(text: str) -> float:
    """Read a frame rate, 1 to 1000; argparse says so where it is none."""
    try:
        return _number(text, 1, 1000)
    except argparse.ArgumentTypeError as error:
        raise argparse.ArgumentTypeError(f"“{text}” is not a frame rate from 1 to 1000") from error


def tolerance_in_units(text: str) -> float:
    """Read how far few keys may stray, 0 to 1; argparse says so where it is no such number."""
    return _number(text, 0, 1)


def add_voice_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that every way of running Lipwright shares."""
    parser.add_argument("--seed", type=at_least(0), default=0, help="another seed, another take")
    parser.add_argument(
        "--layers",
        type=_layers,
        default=None,
        help=f"some of {','.join(LAYERS)}, or all (default: all but head)",
    )
    parser.add_argument(
        "--style",
        choices=tuple(STYLES),
        default=NATURAL,
        help="a manner of speaking, from which single dials may differ (default: %(default)s)",
    )
    for one in dials_of(Style):
        _add_dial(parser, one)
    parser.add_argument(
        "--sync-offset",
        type=float,
        default=0.0,
        metavar="MS",
        help="milliseconds; + is a later mouth",
    )
    parser.add_argument(
        "--transcript",
        type=Path,
        metavar="FILE",
        help="what is said, as text; a folder of <sound>.txt files for a folder of sounds",
    )
    parser.add_argument(
        "--language", choices=("auto", *LANGUAGES), default="auto", help="of the transcript"
    )
    parser.add_argument(
        "--channel",
        type=_channel,
        default=None,
        metavar="mix|N",
        help="which channel of the sound to hear, from 1 (default: their mix)",
    )
    parser.add_argument(
        "--capture",
        type=Path,
        metavar="FILE",
        help="a captured face in the place of ours: Live Link Face's CSV, Audio2Face's JSON",
    )
    parser.add_argument(
        "--capture-parts",
        type=_regions,
        default=frozenset(CAPTURED_REGIONS),
        metavar="PARTS",
        help=f"which parts of it: some of {','.join(CAPTURED_REGIONS)} (default: all)",
    )
    parser.add_argument("--phones", type=Path, metavar="FILE", help="corrected phones with times")
    parser.add_argument(
        "--threads", type=at_least(1), default=1, help="CPU threads of the networks"
    )
    parser.add_argument("--device", choices=DEVICES, default="auto")
    _add_acting_options(parser.add_argument_group("emotion, eyes, head"))


def _add_dial(group: _Group, one: Dial) -> None:
    """Add the option of a dial, if it has one of its own."""
    said = one.help[0].lower() + one.help[1:]
    if one.is_switch:
        group.add_argument(f"--{one.option}", dest=one.name, action="store_true", help=said)
    elif one.option:
        group.add_argument(
            f"--{one.option}",
            dest=one.name,
            type=_between(one.low, one.high),
            default=None,  # what the style says, else the dial itself
            metavar=f"{one.low:g}..{one.high:g}",
            help=f"{said} (default: {one.default:g})",
        )


def _turned(args: argparse.Namespace, owner: type) -> dict[str, Any]:
    """Read the dials of a dataclass that have options of their own; else the style's."""
    styled = STYLES[args.style]
    turned: dict[str, Any] = {}
    for one in dials_of(owner):
        if one.option:
            given = getattr(args, one.name)
            turned[one.name] = styled.get(one.name, one.default) if given is None else given
    return turned


def _add_acting_options(group: _Group) -> None:
    group.add_argument(
        "--emotion",
        type=_emotion,
        action="append",
        default=[],
        metavar="NAME=0..1.5",
        help="repeatable; NAME=SECONDS:0..1.5,… changes over the line; auto=0..1 guesses; mixes: "
        + ", ".join(BLENDS),
    )
    group.add_argument(
        "--variant",
        type=_variant,
        action="append",
        default=[],
        metavar="EMOTION=VARIANT",
        help="; ".join(f"{name}: {', '.join(EMOTIONS[name].variants)}" for name in FELT)
        + f"; {BY_SEED}: the seed chooses",
    )
    group.add_argument(
        "--layer-seed",
        type=_layer_seed,
        action="append",
        default=[],
        metavar="LAYER=N",
        help="another take of one layer alone; repeatable",
    )
    for one in dials_of(Acting):
        _add_dial(group, one)
    group.add_argument(
        "--head-amount",
        type=_amounts,
        default=(1.0, 1.0, 1.0),
        metavar="0..2",
        help="how far the head turns, or PITCH,YAW,ROLL",
    )
    group.add_argument(
        "--look-at",
        type=_look_at,
        metavar="LEFT,UP[,METRES]",
        help="degrees to the character's left and up of what the eyes hold, and its distance",
    )


def settings_from(args: argparse.Namespace) -> Settings:
    """Turn parsed voice options into settings."""
    emotions = unmixed(dict(args.emotion))
    pitch, yaw, roll = args.head_amount
    auto = emotions.pop(AUTO, 0.0)
    acting = _turned(args, Acting)
    return Settings(
        seed=args.seed,
        auto=auto,
        emotions=emotions,
        layers=DEFAULT_LAYERS if args.layers is None else args.layers,
        style=Style(**_turned(args, Style), sync_offset_seconds=args.sync_offset / 1000),
        acting=Acting(
            **acting,
            head_pitch=pitch,
            head_yaw=yaw,
            head_roll=roll,
            look_at=args.look_at,
            variants=dict(args.variant),
        ),
        seeds=dict(args.layer_seed),
        resting=steady(emotions, acting["stays"]),
        captured=None
        if args.capture is None
        else Captured(read_track(args.capture), args.capture_parts, str(args.capture)),
    )


def steady(emotions: Mapping[str, Strength], share: float) -> dict[str, float]:
    """Return what of some feelings goes on between lines: those that do not change over one."""
    if not share:
        return {}
    lasting = {name: one for name, one in emotions.items() if not isinstance(one, Envelope)}
    return {name: share * strength for name, strength in lasting.items() if strength}


def phones_from(args: argparse.Namespace) -> tuple[Phone, ...] | None:
    """Read the phone file that was asked for, if any."""
    return read_phones(args.phones) if args.phones is not None else None


def transcript_from(args: argparse.Namespace, sound: Path) -> Transcript | None:
    """Read the transcript of a sound: the file, or of a folder the .txt of the sound's name."""
    path: Path | None = args.transcript
    if path is not None and path.is_dir():
        path = path / f"{sound.stem}.txt"
        if not path.is_file():
            return None
    return None if path is None else Transcript(read_transcript(path), args.language)
