# SPDX-License-Identifier: GPL-3.0-or-later
"""Print how well the guess at a feeling does on voices that it was not fitted on.

    python -m lipwright.training.measuring.felt --shared ../shared        (make feelings)

Sentences of the synthetic actress that were held out, as herself and as other speakers; readers
that were held out, as they are and changed to each mood; machines that read. Nobody at hand acts.
"""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from lipwright.core.performance.feeling import (
    GUESSED,
    NEUTRAL,
    arousal_of,
    fitted,
    judge,
    levels_of,
    strengths_of,
)

from ..data.fit_feelings import HEARD, NEUTRALLY_READ, Heard, hear

log = logging.getLogger(__name__)

LABELS = (NEUTRAL, *GUESSED)
VALENCE = {"neutral": "neutral", "happy": "positive", "angry": "negative", "sad": "negative"}
AROUSAL = {"neutral": "middle", "happy": "high", "angry": "high", "sad": "low"}
SETS = (
    ("actress", "the actress, sentences held out"),
    ("changed", "readers held out, changed to each mood"),
)


def recall(truth: NDArray, told: NDArray) -> float:
    """Unweighted mean recall of the classes that occur."""
    return float(np.mean([np.mean(told[truth == one] == one) for one in sorted(set(truth))]))


def auc(scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """How often a positive one is ranked above another."""
    ranks, n = rankdata(scores), int(positive.sum())
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * (len(scores) - n)))


def _mapped(words: NDArray, to: dict[str, str]) -> NDArray:
    return np.array([to[word] for word in words])


def report(heard: Heard) -> str:
    """Write all tables as Markdown."""
    numbers = fitted()
    middle, spread = (np.array(list(numbers[one].values())) for one in ("middle", "spread"))
    cues = heard.cues(middle, spread)
    level = arousal_of(cues)
    told = np.array([judge(one)[0] for one in cues])
    aroused = np.array(["middle", "high", "low"])[levels_of(cues).argmax(axis=1)]
    lines = [
        "| | clips | label of 4 | valence of 3 | arousal of 3 | high ranked above the rest |",
        "|---|---|---|---|---|---|",
    ]
    for made, what in SETS:
        of = (heard.made == made) & np.isin(heard.mood, LABELS)
        truth = heard.mood[of]
        cells = (
            recall(truth, told[of]),
            recall(_mapped(truth, VALENCE), _mapped(told[of], VALENCE)),
            recall(_mapped(truth, AROUSAL), aroused[of]),
            auc(level[of], _mapped(truth, AROUSAL) == "high"),
        )
        lines.append(f"| {what} | {of.sum()} | " + " | ".join(f"{one:.2f}" for one in cells) + " |")
    lines += ["", f"| | {' | '.join(f'called {one}' for one in LABELS)} | shown at | arousal |"]
    lines.append("|---" * (len(LABELS) + 3) + "|")
    shown = np.array([max(map(np.max, strengths_of(one[None], one).values())) for one in cues])
    groups = [("actress", mood) for mood in LABELS] + [("changed", mood) for mood in LABELS]
    for made in NEUTRALLY_READ:
        sources = set(heard.source[heard.made == made].tolist())
        groups += [(made, source) for source in sorted(sources)]
    for made, kind in groups:
        of = heard.made == made
        of &= (heard.source if made in NEUTRALLY_READ else heard.mood) == kind
        rates = [f"{np.mean(told[of] == one):.0%}" for one in LABELS]
        strengths = f"{shown[of].mean():.2f}, at most {np.quantile(shown[of], 0.95):.2f} in 95%"
        mean = f"{level[of].mean():.2f} ± {level[of].std():.2f}"
        lines.append(f"| {made}, {kind} | {' | '.join(rates)} | {strengths} | {mean} |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Hear, where that was not done, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True)
    args = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    if not HEARD.exists():
        hear(args.shared)
    log.info("%s", report(Heard(held_out=True)))


if __name__ == "__main__":
    main()
