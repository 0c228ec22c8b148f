# SPDX-License-Identifier: GPL-3.0-or-later
"""Print how often sounds without words are heard, and how often speech is taken for one.

    python -m lipwright.training.measuring.wordless.found --shared ../shared     (make wordless)

Recall is that on sounds made in two ways, alone and in the pause between two readers; the rules
were set on those of formants. False alarms are counted on people who speak and sing, where there
are hardly any such sounds: what is found there was not listened to.
"""

import argparse
import json
import logging
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lipwright.core.audio.load import Sound, load_sound
from lipwright.core.performance.asides.heard import heard_in
from lipwright.core.performance.asides.kinds import Aside
from lipwright.core.performance.voice import Voice
from lipwright.models.listener import listen

from ...config import RATE_HZ
from . import by_formants, by_world

log = logging.getLogger(__name__)

Rng = np.random.Generator
Samples = NDArray[np.float64]
SEED = 7
MADE = 40  # of each kind, each way
BESIDE, BESIDE_SECONDS = "librispeech-test-other", 4.0
PEAK, NOISES = 0.4, (1e-4, 1e-3)  # of the sound, and of the room
# Who speaks, and how many of their recordings are heard at most.
SPEAKERS = {
    **{"librispeech-test-other": 100, "librispeech-train-clean-100": 150, "kathleen": 350},
    **{"kerstin": 350, "ljspeech": 32, "nathalie": 250, "flemishguy": 250, "gcompris-gd": 200},
    **{"speechocean762": 500, "gcompris": 700, "picovoice-intent": 200},
    **{"precise-community": 200, "pinyin": 200, "vocobox": 102, "../face/grid_s1": 300},
}


def found_in(sound: Sound) -> tuple[Aside, ...]:
    """Hear a sound as the pipeline does, without drawing a mouth."""
    heard = listen(sound)
    voicing, pitch, loudness, effort = heard.prosody.T
    voice = Voice((), loudness, voicing, pitch, heard.rate_hz, effort_db=effort)
    return heard_in(voice, heard.posteriors)


def _rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "manifest.jsonl").open(encoding="utf8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def made(speech: Path, rng: Rng) -> Iterator[tuple[str, str, Samples]]:
    """Each kind, which way it was made, its samples."""
    readers = [by_world.material_of(speech, name, rng) for name in by_world.READERS]
    for kind in by_formants.MADE:
        for number in range(MADE):
            yield kind, "formants", by_formants.MADE[kind](rng)
            yield kind, "WORLD", by_world.MADE[kind](readers[number % len(readers)], rng)


def in_place(samples: Samples, lines: Sequence[Samples], rng: Rng) -> tuple[Sound, float, float]:
    """Put a sound alone in a room, or between two readers; and between which times it lies."""
    before = behind = np.zeros(round(0.4 * RATE_HZ))
    if rng.random() < 0.7:
        pauses = [np.zeros(round(rng.uniform(0.1, 0.4) * RATE_HZ)) for _ in range(2)]
        one, other = (lines[int(rng.integers(len(lines)))] for _ in range(2))
        before, behind = np.concatenate([one, pauses[0]]), np.concatenate([pauses[1], other])
    loud = samples * PEAK / max(float(np.abs(samples).max()), 1e-9)
    whole = np.concatenate([before, loud, behind])
    whole += rng.choice(NOISES) * rng.standard_normal(len(whole))
    start = len(before) / RATE_HZ
    return Sound(whole.astype(np.float32)), start, start + len(loud) / RATE_HZ


def recall_table(speech: Path) -> str:
    """Share of the made sounds that are found where they are, and as what, as Markdown."""
    rng = np.random.default_rng(SEED)
    rows = _rows(speech / BESIDE)[: 2 * MADE]
    lines = [load_sound(speech / BESIDE / row["file"]).samples for row in rows]
    lines = [line[: round(BESIDE_SECONDS * RATE_HZ)] / np.abs(line).max() / 2 for line in lines]
    told: dict[tuple[str, str], Counter[str]] = {}
    for kind, way, samples in made(speech, rng):
        sound, start, end = in_place(samples, lines, rng)
        there = [
            one.kind
            for one in found_in(sound)
            if one.before_seconds > start and one.after_seconds < end
        ]
        told.setdefault((kind, way), Counter())[there[0] if there else "nothing"] += 1
    heads = ("laugh", "sigh", "scream", "nothing")
    table = [f"| | made by | {' | '.join(f'heard as {one}' for one in heads)} |", "|---" * 6 + "|"]
    for (kind, way), count in told.items():
        cells = " | ".join(f"{count[one] / MADE:.0%}" for one in heads)
        table.append(f"| {kind} | {way} | {cells} |")
    return "\n".join(table)


def alarms_table(speech: Path) -> str:
    """How often speech is taken for a sound without words, by who speaks, as Markdown."""
    table = ["| | minutes | laughs | sighs | screams | a minute |", "|---" * 6 + "|"]
    rng = np.random.default_rng(SEED)
    for name, most in SPEAKERS.items():
        rows, seconds, count = _rows(speech / name), 0.0, Counter[str]()
        for index in rng.permutation(len(rows))[:most]:
            sound = load_sound(speech / name / rows[index]["file"])
            seconds += sound.seconds
            for one in found_in(sound):
                count[one.kind] += 1
                log.debug("%s %s %s %.2f", name, rows[index]["id"], one.kind, one.after_seconds)
        cells = " | ".join(str(count[kind]) for kind in ("laugh", "sigh", "scream"))
        rate = 60 * count.total() / seconds
        table.append(f"| {Path(name).name} | {seconds / 60:.1f} | {cells} | {rate:.2f} |")
    return "\n".join(table)


def main(arguments: Sequence[str] | None = None) -> None:
    """Make, hear, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--say", action="store_true", help="list every false alarm")
    args = parser.parse_args(arguments)
    logging.basicConfig(format="%(message)s", stream=sys.stdout)
    log.setLevel(logging.DEBUG if args.say else logging.INFO)
    speech = args.shared / "data" / "speech"
    log.info("%s\n", recall_table(speech))
    log.info("%s", alarms_table(speech))


if __name__ == "__main__":
    main()
