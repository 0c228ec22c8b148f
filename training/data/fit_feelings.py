# SPDX-License-Identifier: GPL-3.0-or-later
"""Fit the guess at what a voice feels; writes core/performance/feelings.json.

    python -m lipwright.training.data.fit_feelings --shared ../shared

The listener hears every clip of `acted.py`. Middle and spread of each cue are those of real read
speech. What a mood does is the mean way from the neutral clip to the one in that mood, by the same
speaker with the same words: half of it from the synthetic actress, half from changed readers, so
that neither her voice nor our judgement decides alone. Readers differ by all that is not mood, and
so do machines, flat as they are; against the covariance of both, drawn towards its diagonal, the
directions become linear rules (Fisher 1936). The offsets are set so that read speech is seldom
called aroused or sad, and the glad and the angry are told apart right between them.
"""

import argparse
import json
import logging
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lipwright.core.audio.load import Sound
from lipwright.core.decode import phones_of
from lipwright.core.performance.feeling import (
    CUES,
    FARTHEST,
    FITTED,
    GUESSED,
    NEUTRAL,
    is_enough,
    measures,
    trust_in,
)
from lipwright.core.performance.voice import Voice
from lipwright.models.listener import listen

from ..config import WORK
from .acted import Clip, acted_clips, machine_clips, read_clips

log = logging.getLogger(__name__)

HEARD = WORK / "felt.npz"
SPEAKERS = 5  # as whom the actress says each sentence, herself included
# People on a stage go further than the actress of a reading machine and than our changes.
FARTHER = 1.3
TO_DIAGONAL = 0.5
# How many spreads of read speech's own scores lie between its middle and what is called high, and
# low: not the share that is called so, which a clip more or less would move. Chosen so that hardly
# one in ten of readers who were not fitted on is called anything.
BEYOND = {"high": 2.3, "low": 1.2}
NEUTRALLY_READ = ("read", "machine")
MADE = ("actress", "changed")  # as which of them a mood's way is learnt, one as much as the other
AROUSAL_SPREAD = 0.8  # of read speech's scores


def voice_of(sound: Sound) -> Voice:
    """Hear what the guess needs, without drawing a mouth."""
    heard = listen(sound)
    return Voice(
        phones=tuple(phones_of(heard.posteriors, heard.rate_hz)),
        loudness_db=heard.prosody[:, 2],
        voicing=heard.prosody[:, 0],
        pitch_log2=heard.prosody[:, 1],
        rate_hz=heard.rate_hz,
        effort_db=heard.prosody[:, 3],
    )


def all_clips(shared: Path) -> Iterator[Clip]:
    """Everything that is fitted on, and what is held out."""
    data = shared / "data"
    return chain(
        acted_clips(data / "voices" / "tohoku-f01", SPEAKERS, np.random.default_rng(1)),
        read_clips(data / "speech", np.random.default_rng(2)),
        machine_clips(data / "speech", np.random.default_rng(3)),
    )


def hear(shared: Path) -> None:
    """Measure every clip, once; a quarter of an hour."""
    rows = []
    for clip in all_clips(shared):
        voice = voice_of(clip.sound)
        if is_enough(voice):
            rows.append((clip, measures(voice)[0], trust_in(voice)))
        if len(rows) % 500 == 0:
            log.info("%d clips", len(rows))
    clips, found, counts = zip(*rows, strict=True)
    WORK.mkdir(exist_ok=True)
    np.savez(
        HEARD,
        **{
            name: np.array([getattr(clip, name) for clip in clips])
            for name in ("id", "base", "mood", "made", "held_out")
        },
        measures=np.array(found),
        believed=np.array(counts),
    )


class Heard:
    """What was measured of the clips that are held out, or of the others."""

    def __init__(self, held_out: bool, file: Path = HEARD) -> None:
        with np.load(file) as data:
            of = data["held_out"] == held_out
            self.base, self.mood, self.made = (data[one][of] for one in ("base", "mood", "made"))
            self.measures, self.believed = data["measures"][of], data["believed"][of]
        self.source = np.array([base.split("-")[0] for base in self.base.tolist()])

    def cues(self, middle: NDArray[np.float64], spread: NDArray[np.float64]) -> NDArray[np.float64]:
        """As `feeling.cues_of` counts them, shape (clips, CUES)."""
        cues = np.clip((self.measures - middle) / spread, -FARTHEST, FARTHEST)
        return cues * self.believed[:, None]

    def way_to(self, mood: str, made: str, cues: NDArray[np.float64]) -> NDArray[np.float64]:
        """Mean way from neutral to a mood, by the same speaker with the same words."""
        of = self.made == made
        neutral, felt = of & (self.mood == NEUTRAL), of & (self.mood == mood)
        plain = dict(zip(self.base[neutral], cues[neutral], strict=True))
        ways = [
            there - plain[base]
            for base, there in zip(self.base[felt], cues[felt], strict=True)
            if base in plain
        ]
        return np.mean(ways, axis=0)

    def halfway(self, scores: NDArray[np.float64]) -> float:
        """Right between the mean scores of happy and of angry clips, of either kind as much."""
        kinds = [(made, mood) for made in MADE for mood in ("happy", "angry")]
        means = [scores[(self.made == made) & (self.mood == mood)].mean() for made, mood in kinds]
        return float(np.mean(means))


def fit(heard: Heard) -> dict[str, object]:
    """The rule's numbers; see `feeling.fitted`."""
    by_people = heard.made == "read"
    middle, spread = heard.measures[by_people].mean(axis=0), heard.measures[by_people].std(axis=0)
    cues, read = heard.cues(middle, spread), np.isin(heard.made, NEUTRALLY_READ)
    differ = np.cov(cues[read].T)
    differ = (1 - TO_DIAGONAL) * differ + TO_DIAGONAL * np.diag(np.diag(differ))
    ways = {
        mood: FARTHER * np.mean([heard.way_to(mood, made, cues) for made in MADE], axis=0)
        for mood in GUESSED
    }
    high, low = (ways["happy"] + ways["angry"]) / 2, ways["sad"]
    rules = {name: _rule(way, 0.0, differ) for name, way in (("high", high), ("low", low))}
    rules = {name: (way, _beyond(name, cues @ way, heard)) for name, (way, _) in rules.items()}
    lively = np.linalg.solve(differ, high - low)
    lively *= AROUSAL_SPREAD / (cues[read] @ lively).std()
    rules["arousal"] = lively, -float(np.median(cues[read] @ lively))
    glad, _ = _rule(ways["happy"], ways["angry"], differ)
    rules["glad"] = glad, -heard.halfway(cues @ glad)
    return {
        "middle": _named(middle),
        "spread": _named(spread),
        **{
            name: {"weights": _named(weights), "offset": round(offset, 4)}
            for name, (weights, offset) in rules.items()
        },
    }


Rule = tuple[NDArray[np.float64], float]


def _rule(
    one: NDArray[np.float64], other: NDArray[np.float64] | float, differ: NDArray[np.float64]
) -> Rule:
    """Weights and offset that tell one place from the other."""
    weights = np.linalg.solve(differ, one - other)
    return weights, -0.5 * float(weights @ (one + other))


def _beyond(name: str, scores: NDArray[np.float64], heard: Heard) -> float:
    """Offset of a level beyond read speech's scores; every source counts as much as any other.

    Machines say how low a voice may be that feels nothing, and nothing of how high: some hiss.
    """
    of = np.isin(heard.made, NEUTRALLY_READ if name == "low" else "read")
    scores, (_, place, clips) = (
        scores[of],
        np.unique(heard.source[of], return_inverse=True, return_counts=True),
    )
    share = 1 / clips[place]
    middle = np.average(scores, weights=share)
    spread = np.sqrt(np.average((scores - middle) ** 2, weights=share))
    return -float(middle + BEYOND[name] * spread)


def _named(values: NDArray[np.float64]) -> dict[str, float]:
    return dict(zip(CUES, (round(float(value), 4) for value in values), strict=True))


def main() -> None:
    """Hear, where that was not done, and fit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if not HEARD.exists():
        hear(args.shared)
    FITTED.write_text(json.dumps(fit(Heard(held_out=False)), indent=1) + "\n", "utf-8")
    log.info("Wrote %s", FITTED)


if __name__ == "__main__":
    main()
