# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast a recording becomes curves: .venv/bin/python tests/bench.py [SOUND] (`make bench`)."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from lipwright.core.audio.load import load_sound, make_sound
from lipwright.core.motion.keys import dense_keys, few_keys
from lipwright.core.timing import FrameClock
from lipwright.pipeline import Settings, analyse, perform

LINE = Path(__file__).resolve().parents[1] / "demo" / "line.wav"
LENGTHS_SECONDS = (10, 60)


def best_of(action: Callable[[], object], times: int = 3) -> float:
    """Return the shortest of a few runs, in seconds."""
    took: list[float] = []
    for _ in range(times):
        started = time.perf_counter()
        action()
        took.append(time.perf_counter() - started)
    return min(took)


def main() -> None:
    """Measure each half of the pipeline on the line, repeated to each length."""
    line = load_sound(Path(sys.argv[1]) if len(sys.argv) > 1 else LINE)
    analyse(line)  # opens the networks
    for seconds in LENGTHS_SECONDS:
        samples = np.resize(line.samples, seconds * line.rate_hz)
        sound = make_sound(samples, line.rate_hz)
        for threads in sorted({1, os.cpu_count() or 1}):
            took = best_of(lambda s=sound, t=threads: analyse(s, threads=t))
            say(f"{seconds} s of sound, {threads} threads: heard in {took:.2f} s")
        analysis = analyse(sound)
        settings = Settings(emotions={"happy": 0.7})
        took = best_of(lambda a=analysis, s=settings: perform(a, s))
        say(f"{seconds} s of sound: performed again in {1000 * took:.0f} ms")
        track, clock = perform(analysis, settings), FrameClock(fps=24.0)
        times = track.times_seconds
        dense = [dense_keys(times, track[name], clock) for name in track.names]
        took = best_of(lambda d=dense: [few_keys(keys) for keys in d])
        say(f"{seconds} s of sound: thinned to few keys in {1000 * took:.0f} ms")


def say(text: str) -> None:
    """Write a line to the terminal."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
