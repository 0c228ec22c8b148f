# SPDX-License-Identifier: GPL-3.0-or-later
"""How often the mouth opens where nobody speaks: noise and music alone.

    python -m lipwright.training.measuring.muted

Nothing here is drawn as in training (`networks/augment.py`): other chords, drums, hum, rain.
"""

import logging
import sys
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from lipwright.core.audio.load import load_sound, make_sound
from lipwright.pipeline import analyse

from ..config import RATE_HZ, ROOT

log = logging.getLogger(__name__)

Samples = NDArray[np.float64]
SECONDS = 6.0
LEVELS_DB = (-12.0, -30.0, -45.0)  # of the loudest sample
CLIPS = 6  # of each kind and level
OPEN = 0.15  # of the demo line's 95th percentile, as METRICS.md has it for silences
SHOWN = ("jawOpen", "mouthLowerDownLeft", "mouthUpperUpLeft", "mouthFunnel")


def _white(rng: np.random.Generator, time: Samples) -> Samples:
    return rng.standard_normal(len(time))


def _brown(rng: np.random.Generator, time: Samples) -> Samples:
    """Wind and traffic: falling 6 dB an octave, swelling."""
    low = sosfilt(butter(1, 120, "low", fs=RATE_HZ, output="sos"), rng.standard_normal(len(time)))
    return low * (1.2 + np.sin(2 * np.pi * rng.uniform(0.1, 0.6) * time))


def _hum(rng: np.random.Generator, time: Samples) -> Samples:
    """Mains and machines."""
    base = rng.choice([50, 60, 100, 120]) * 1.0
    return sum(np.sin(2 * np.pi * base * k * time) / k**1.5 for k in range(1, 20)) + 0.02 * _white(
        rng, time
    )


def _chords(rng: np.random.Generator, time: Samples) -> Samples:
    """A piano's attack and decay, in thirds and fifths."""
    out = np.zeros(len(time))
    for start in np.arange(0, SECONDS, rng.uniform(0.25, 0.6)):
        envelope = np.where(time >= start, np.exp(-(time - start) / rng.uniform(0.2, 0.9)), 0)
        root = 65.4 * 2 ** (rng.integers(0, 36) / 12)
        for step in (0, rng.choice([3, 4]), 7):
            pitch = root * 2 ** (step / 12)
            out += envelope * sum(
                np.sin(2 * np.pi * pitch * k * time) / k**1.3
                for k in range(1, 12)
                if pitch * k < RATE_HZ / 2
            )
    return out


def _drums(rng: np.random.Generator, time: Samples) -> Samples:
    out = np.zeros(len(time))
    for start in np.arange(rng.uniform(0, 0.3), SECONDS, rng.uniform(0.2, 0.5)):
        since = np.maximum(time - start, 0)
        hit = np.exp(-since / rng.uniform(0.03, 0.15)) * (time >= start)
        kick = np.sin(2 * np.pi * (50 * since + 20 * (1 - np.exp(-since / 0.02))))
        out += hit * (kick if rng.random() < 0.5 else rng.standard_normal(len(time)))
    return out


def _rain(rng: np.random.Generator, time: Samples) -> Samples:
    """Drops on a roof: short clicks over a hiss."""
    out = 0.1 * rng.standard_normal(len(time))
    for place in rng.integers(0, len(time) - 400, 500):
        out[place : place + 400] += rng.standard_normal(400) * np.exp(-np.arange(400) / 60)
    return out


KINDS: dict[str, Callable[[np.random.Generator, Samples], Samples]] = {
    "white noise": _white,
    "wind": _brown,
    "hum": _hum,
    "chords": _chords,
    "drums": _drums,
    "rain": _rain,
}


def opening(samples: Samples) -> NDArray[np.float32]:
    """How far the lips are parted, as the sum of what parts them; shape (frames,)."""
    mouth = analyse(make_sound(samples, RATE_HZ)).mouth
    return np.sum([mouth[name] for name in SHOWN], axis=0)


def measure() -> dict[str, float]:
    """Share of frames with an open mouth, by kind of sound."""
    line = opening(load_sound(ROOT / "demo" / "line.wav").samples)
    limit = OPEN * float(np.percentile(line, 95))
    time = np.arange(round(SECONDS * RATE_HZ)) / RATE_HZ
    out: dict[str, float] = {}
    for number, (kind, make) in enumerate(KINDS.items()):
        shares = []
        for level_db in LEVELS_DB:
            for clip in range(CLIPS):
                samples = make(np.random.default_rng([number, clip]), time)
                samples *= 10 ** (level_db / 20) / np.abs(samples).max()
                shares.append(float((opening(samples) > limit).mean()))
        out[kind] = float(np.mean(shares))
    return out


def main() -> None:
    """Print the shares."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    for kind, share in measure().items():
        log.info("- %s: open in %.1f %% of the frames", kind, 100 * share)


if __name__ == "__main__":
    main()
