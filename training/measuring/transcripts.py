# SPDX-License-Identifier: GPL-3.0-or-later
"""Is a text that fits followed, and one that does not refused? And what does finding out cost?

    python -m lipwright.training.measuring.transcripts --shared ../shared

Right texts; wrong ones (another line's); wrong longer ones on a short sound. Only lines of dev and
train splits that chose the settings of `core.transcript.follow` (kathleen, speechocean762, tts_dev)
and, to report, those of the test splits.
"""

import argparse
import json
import logging
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lipwright.core.audio.load import load_sound
from lipwright.core.transcript.follow import Followed, follow
from lipwright.models.listener import listen

log = logging.getLogger(__name__)

SETS = {
    "tts_dev": ("tts_dev", "dev"),
    "kathleen train": ("speech/kathleen", "train"),
    "speechocean762 train": ("speech/speechocean762", "train"),
    "kathleen test": ("speech/kathleen", "test"),
    "speechocean762 test": ("speech/speechocean762", "test"),
}
SHORT_SECONDS = 1.2
LONGER_WORDS = (5, 8)  # of a wrong text on a short sound


@dataclass(frozen=True)
class Said:
    """One line: what was heard of it, its text, its length, and how long hearing it took."""

    posteriors: NDArray[np.float32]
    text: str
    seconds: float
    listening_seconds: float


def gather(folder: Path, split: str, most: int) -> list[Said]:
    """Hear lines of one split, spread over it."""
    rows = map(json.loads, (folder / "manifest.jsonl").read_text("utf8").strip().split("\n"))
    wanted = [row for row in rows if row["split"] == split and row["text"] and row["phones"]]
    out = []
    for row in wanted[:: max(1, len(wanted) // most)][:most]:
        sound = load_sound(folder / row["file"])
        began = time.perf_counter()
        posteriors = listen(sound).posteriors
        took = time.perf_counter() - began
        out.append(Said(posteriors, row["text"], sound.seconds, took))
    return out


def shortened(one: Said) -> Said:
    """The first words' worth of a line: a short sound that starts with its speech."""
    loud = np.flatnonzero(one.posteriors[:, 0] < 0.5)
    first = int(loud[0]) if len(loud) else 0
    last = first + round(SHORT_SECONDS * 100)
    return Said(one.posteriors[max(0, first - 10) : last], one.text, SHORT_SECONDS, 0.0)


def judge(found: list[Followed]) -> dict[str, float]:
    """Share of the texts that are left aside, and that get a note at all."""
    return {
        "refused": float(np.mean([not one.word_starts for one in found])),
        "warned": float(np.mean([bool(one.note) for one in found])),
    }


def measure(said: list[Said], rng: np.random.Generator) -> dict[str, dict[str, float]]:
    """What becomes of right, wrong and wrong longer texts, and what `auto` costs."""
    began = time.perf_counter()
    right = [follow(one.posteriors, one.text) for one in said]
    took = time.perf_counter() - began
    texts = [one.text for one in said]
    wrong, longer = [], []
    for one in said:
        others = [text for text in texts if text.lower() != one.text.lower()]
        wrong.append(follow(one.posteriors, str(rng.choice(others))))
        short = shortened(one)
        words = " ".join(rng.choice(others, 8)).split()[: int(rng.integers(*LONGER_WORDS) + 1)]
        longer.append(follow(short.posteriors, " ".join(words)))
    listening = sum(one.listening_seconds for one in said)
    return {
        "right": judge(right),
        "wrong": judge(wrong),
        "wrong, longer": judge(longer),
        "auto": {"share of listening": took / max(listening, 1e-9)},
    }


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--lines", type=int, default=150, help="of each set")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    log.info("| | right refused | right warned | wrong refused | wrong warned |")
    log.info("|---|---|---|---|---|")
    for name, (folder, split) in SETS.items():
        said = gather(args.shared / "data" / folder, split, args.lines)
        found = measure(said, np.random.default_rng(1))
        cells = [found[kind][what] for kind in ("right", "wrong") for what in ("refused", "warned")]
        log.info("| %s | %s |", name, " | ".join(f"{100 * cell:.0f} %" for cell in cells))
        log.info(
            "  a wrong, longer text on a short sound: refused %.0f %%; it costs %.2f of listening",
            100 * found["wrong, longer"]["refused"],
            found["auto"]["share of listening"],
        )


if __name__ == "__main__":
    main()
