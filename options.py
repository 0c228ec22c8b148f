# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that the command line and the bake share, and what they mean."""

import argparse
from pathlib import Path

from .core.errors import SettingsError
from .core.formats import read_phones
from .core.performance.emotion import EMOTIONS
from .core.phones import Phone
from .models.session import DEVICES
from .pipeline import DEFAULT_LAYERS, LAYERS, Settings, Style


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


def rate_in_hz(text: str) -> float:
    """Read a frame rate, 1 to 1000; argparse says so where it is none."""
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
