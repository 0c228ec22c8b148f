# SPDX-License-Identifier: GPL-3.0-or-later
"""Print how human the eyes and the head of half an hour of generated performance are.

    python -m lipwright.training.measuring.lifelike [--shared ../shared]        (make statistics)

The voice is recordings of the shared folder joined to the wanted length; without the folder one
is made up. Beside each figure stands what was published about people, and for lids and head what
the recorded person of grid_s1 does (25 Hz, three-second sentences).
"""

import argparse
import json
import logging
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import welch

from lipwright.core.audio.load import Sound, load_sound
from lipwright.core.performance.blink import blink_layer, blink_times
from lipwright.core.performance.feeling import suggest
from lipwright.core.performance.gaze import gaze_path, plan_gaze
from lipwright.core.performance.head import head_layer
from lipwright.core.performance.voice import Voice
from lipwright.core.phones import SILENCE, VOWELS, Phone
from lipwright.pipeline import analyse

log = logging.getLogger(__name__)

SPOKEN = "speech/librispeech-train-clean-100"  # sentences of many people
READ = 100  # of them, to see what is guessed where there is little to feel
GAP_SECONDS = 0.6  # of silence between two recordings
FINE_HZ = 1000.0  # saccades last a few hundredths of a second
BANDS_HZ = ((0.0, 1.8), (1.8, 3.7), (3.7, 7.0))  # slow, ordinary, rapid: Hadar et al. 1983
SACCADE_SPEED = 30.0  # degrees a second: the eye moves


@dataclass(frozen=True)
class Line:
    """One figure of the table."""

    what: str
    ours: str
    person: str
    published: str


# --- the voice ------------------------------------------------------------------------------------


def joined(folder: Path, seconds: float) -> Sound:
    """Recordings of a set one after another, with a breath between, until they are long enough."""
    rows = map(json.loads, (folder / "manifest.jsonl").read_text("utf8").splitlines())
    parts: list[NDArray[np.float32]] = []
    length, rate_hz = 0.0, 16_000.0
    for row in rows:
        sound = load_sound(folder / row["file"])
        rate_hz = sound.rate_hz
        parts += [sound.samples, np.zeros(round(GAP_SECONDS * rate_hz), np.float32)]
        length += sound.seconds + GAP_SECONDS
        if length >= seconds:
            break
    return Sound(np.concatenate(parts)[: round(seconds * rate_hz)], int(rate_hz))


def made_up(seconds: float, rate_hz: float = 100.0) -> Voice:
    """A voice without a recording: phrases of syllables, pauses like those of speech."""
    rng = np.random.default_rng(0)
    phones: list[Phone] = []
    now = 0.0
    while now < seconds:
        pause = min(seconds, now + float(rng.lognormal(-0.9, 0.5)))
        phones.append(Phone(SILENCE, now, pause))
        now = pause
        for _ in range(int(rng.integers(4, 20))):
            for symbol in ("m", VOWELS[int(rng.integers(len(VOWELS)))]):
                end = min(seconds, now + float(rng.uniform(0.05, 0.16)))
                phones.append(Phone(symbol, now, end))
                now = end
    frames = round(seconds * rate_hz)
    return Voice(
        phones=tuple(one for one in phones if one.end_seconds > one.start_seconds),
        loudness_db=rng.normal(-20, 5, frames).astype(np.float32),
        voicing=np.ones(frames, np.float32),
        pitch_log2=rng.normal(0.5, 0.2, frames).astype(np.float32),
        rate_hz=rate_hz,
    )


# --- measures -------------------------------------------------------------------------------------


def stretches(mask: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """First frame and frame after the last of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(int)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def lid_times(lids: NDArray[np.floating], rate_hz: float) -> NDArray[np.float64]:
    """Closing and opening seconds, 5 % to 95 % of the way, of every whole blink; shape (n, 2)."""
    found = []
    for first, end in stretches(lids > 0.02):
        blink = lids[first:end]
        peak = float(blink.max())
        if peak < 0.9:
            continue
        top = np.flatnonzero(blink >= 0.95 * peak)
        low = np.flatnonzero(blink >= 0.05 * peak)
        found.append([top[0] - low[0], low[-1] - top[-1]])
    return np.array(found).reshape(-1, 2) / rate_hz


def saccades(path: NDArray[np.floating], rate_hz: float) -> NDArray[np.float64]:
    """Degrees, seconds and highest speed of every jump of the eyes; shape (n, 3)."""
    speed = np.hypot(*np.diff(path, axis=0).T) * rate_hz
    found = [
        (np.hypot(*(path[end] - path[first])), (end - first) / rate_hz, speed[first:end].max())
        for first, end in stretches(speed > SACCADE_SPEED)
    ]
    return np.array(found).reshape(-1, 3)


def shares_of_bands(turns: NDArray[np.floating], rate_hz: float) -> NDArray[np.float64]:
    """How much of the power of a head's velocity lies in each of `BANDS_HZ`."""
    speed = np.diff(turns, axis=0) * rate_hz
    hz, power = welch(speed, rate_hz, nperseg=min(len(speed), round(4 * rate_hz)), axis=0)
    total = [power[(hz > low) & (hz <= high)].sum() for low, high in BANDS_HZ]
    return np.array(total) / max(sum(total), 1e-12)


def gaze_phases(voice: Voice, seed: int) -> tuple[float, float]:
    """Mean seconds of looking at the listener and of looking away."""
    plan = plan_gaze(voice, seed=seed)
    ends = [one.start_seconds for one in plan[1:]] + [voice.seconds]
    lengths: dict[bool, list[float]] = {True: [], False: []}
    before: bool | None = None
    for fixation, end in zip(plan, ends, strict=True):
        if fixation.away == before:
            lengths[before][-1] += end - fixation.start_seconds
        else:
            lengths[fixation.away].append(end - fixation.start_seconds)
        before = fixation.away
    return float(np.mean(lengths[False])), float(np.mean(lengths[True]))


# --- the table ------------------------------------------------------------------------------------


def lids(voice: Voice, seed: int, person: "Person | None") -> list[Line]:
    """Blinks: how often, how regularly, how fast."""
    times = np.array(blink_times(voice, seed=seed))
    gaps = np.diff(times)
    track = blink_layer(voice, seed=seed)
    down, up = np.median(lid_times(track["eyeBlinkLeft"], track.rate_hz), axis=0) * 1000
    rate = len(times) / voice.seconds * 60
    whose = "" if person is None else f"{person.blinks_per_minute:.0f}"
    return [
        Line(
            "blinks a minute",
            f"{rate:.1f}",
            whose,
            "17 at rest, 26 in conversation, 5 reading (Bentivoglio et al. 1997)",
        ),
        Line(
            "interval, mean / median",
            f"{gaps.mean():.2f} s / {np.median(gaps):.2f} s",
            "",
            "skewed to the right, close to log-normal",
        ),
        Line("interval, spread of its logarithm", f"{np.log(gaps).std():.2f}", "", ""),
        Line(
            "lid closing / opening",
            f"{down:.0f} ms / {up:.0f} ms",
            "",
            "down within 0.1 s, up about twice as long (VanderWerf et al. 2003)",
        ),
    ]


def eyes(voice: Voice, seed: int) -> list[Line]:
    """Saccades and fixations."""
    more = round(FINE_HZ / voice.rate_hz)
    parts = ("loudness_db", "voicing", "pitch_log2")
    fine = replace(
        voice,
        rate_hz=FINE_HZ,
        effort_db=None,
        **{name: np.repeat(getattr(voice, name), more) for name in parts},
    )
    jumps = saccades(gaze_path(fine, seed=seed), FINE_HZ)
    slope, start = np.polyfit(jumps[:, 0], jumps[:, 1] * 1000, 1)
    ten = jumps[np.abs(jumps[:, 0] - 10) < 1.5]
    starts = np.array([one.start_seconds for one in plan_gaze(voice, seed=seed)])
    rests = np.diff(starts)
    here, away = gaze_phases(voice, seed)
    wide = jumps[jumps[:, 0] > 3][:, 0]
    return [
        Line(
            "saccade duration",
            f"{slope:.1f} ms a degree + {start:.0f} ms",
            "",
            "2.2 ms a degree + 21 ms (Carpenter 1988)",
        ),
        Line(
            "highest speed of a 10° saccade",
            f"{ten[:, 2].mean():.0f} °/s",
            "",
            "300 to 450 °/s (Boghen et al. 1974, Bahill et al. 1975)",
        ),
        Line(
            "saccades over 3°, mean",
            f"{wide.mean():.1f}°",
            "",
            "falls off as exp(-A / 6.9°) (Lee et al. 2002)",
        ),
        Line(
            "fixation, median / mean",
            f"{np.median(rests):.2f} s / {rests.mean():.2f} s",
            "",
            "0.2 to 0.6 s (Rayner 1998)",
        ),
        Line(
            "looking at the listener / away, mean",
            f"{here:.1f} s / {away:.1f} s",
            "",
            "3.1 s / 0.9 s while talking (Lee et al. 2002)",
        ),
    ]


def head(voice: Voice, seed: int, person: "Person | None") -> list[Line]:
    """Head turns: how fast, and how the speed spreads over frequencies."""
    turns = head_layer(voice, seed=seed).values
    speed = np.sqrt((np.diff(turns, axis=0) ** 2).mean(axis=0)) * voice.rate_hz
    shares = shares_of_bands(turns, voice.rate_hz)

    def said(values: NDArray[np.floating], form: str) -> str:
        return " / ".join(format(value, form) for value in values)

    return [
        Line(
            "head speed, RMS: pitch / yaw / roll, °/s",
            said(speed, ".1f"),
            "" if person is None else said(person.head_speed, ".1f"),
            "",
        ),
        Line(
            "of its power: under 1.8 / 1.8-3.7 / 3.7-7 Hz",
            said(shares, ".0%"),
            "" if person is None else said(person.head_shares, ".0%"),
            "slow, ordinary and rapid movements (bands of Hadar et al. 1983)",
        ),
    ]


def guesses(folder: Path) -> Line:
    """How often sentences that were read aloud, and so felt little, are guessed to be neutral."""
    rows = map(json.loads, (folder / "manifest.jsonl").read_text("utf8").splitlines())
    told = [suggest(analyse(load_sound(folder / row["file"])).voice) for row in islice(rows, READ)]
    neutral = np.mean([guess.label == "neutral" for guess in told])
    arousal = np.array([np.mean(guess.arousal.values) for guess in told])
    return Line(
        f"{READ} read sentences: guessed neutral; arousal",
        f"{neutral:.0%}; {arousal.mean():.2f} ± {arousal.std():.2f}",
        "",
        "no recording here has a label to compare with",
    )


@dataclass(frozen=True)
class Person:
    """What the recorded speaker of grid_s1 does."""

    blinks_per_minute: float
    head_speed: NDArray[np.float64]
    head_shares: NDArray[np.float64]


def measure_person(folder: Path) -> Person:
    """Measure lids and head in the recordings of the train split."""
    blinks, seconds, squares, shares = 0, 0.0, [], []
    for line in (folder / "manifest.jsonl").read_text("utf8").splitlines():
        row = json.loads(line)
        if row["split"] != "train":
            continue
        with np.load(folder / row["truth"]) as data:
            rate_hz = float(data["fps"])
            closed = data["values"][:, data["names"].tolist().index("eyeBlinkLeft")].astype(float)
            turns = data["head"].astype(float)[:, [1, 0, 2]]  # pitch, yaw, roll
        if np.isnan(turns).any() or np.isnan(closed).any():
            continue
        seconds += len(closed) / rate_hz
        blinks += sum(1 for _ in stretches(closed > 0.5))
        squares.append((np.diff(turns, axis=0) ** 2).mean(axis=0) * rate_hz**2)
        shares.append(shares_of_bands(turns, rate_hz))
    return Person(blinks / seconds * 60, np.sqrt(np.mean(squares, axis=0)), np.mean(shares, axis=0))


def table(lines: Sequence[Line]) -> str:
    """Write the lines as a Markdown table."""
    rows = ["| | Lipwright | grid_s1's speaker | published |", "|---|---|---|---|"]
    rows += [f"| {one.what} | {one.ours} | {one.person} | {one.published} |" for one in lines]
    return "\n".join(rows)


def main(arguments: Sequence[str] | None = None) -> None:
    """Generate, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    person = None
    seconds = args.minutes * 60
    if args.shared is not None and (args.shared / "data" / SPOKEN).is_dir():
        voice = analyse(joined(args.shared / "data" / SPOKEN, seconds)).voice
        person = measure_person(args.shared / "data" / "face" / "grid_s1")
    else:
        log.info("A made-up voice: there are no recordings at hand.\n")
        voice = made_up(seconds)
    lines = [*lids(voice, args.seed, person), *eyes(voice, args.seed)]
    lines += head(voice, args.seed, person)
    if person is not None:
        lines.append(guesses(args.shared / "data" / SPOKEN))
    log.info("%.0f minutes\n\n%s", voice.seconds / 60, table(lines))


if __name__ == "__main__":
    main()
