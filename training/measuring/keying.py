# SPDX-License-Identifier: GPL-3.0-or-later
"""Key poses beside dense keys: how many fewer, how far off, and how far lips stray where they meet.

python -m lipwright.training.measuring.keying demo/line.wav [more sounds]
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from ...core.audio.load import load_sound
from ...core.motion.key_poses import drawn
from ...core.motion.keying import POSES, Keying
from ...core.motion.mouth import CLOSE_PER_JAW
from ...core.motion.track import ARKIT_NAMES
from ...core.timing import FrameClock
from ...pipeline import Settings, TakePlan, analyse, plan_take
from ...rigs.keyed import lip_weights
from ...rigs.match import match

CLOCK = FrameClock(24.0, 1.0)
RIG = match({"Head": list(ARKIT_NAMES)})
TOLERANCES = (0.02, 0.05)
SHUT, AJAR = 0.9, 0.05  # of the jaw's opening that is closed; less opening says nothing


def main() -> int:
    """Print a row a sound and tolerance."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sounds", nargs="+", type=Path)
    for path in parser.parse_args().sounds:
        analysis = analyse(load_sound(path))
        dense = plan_take(analysis, Settings(), RIG, None, CLOCK)
        for tolerance in TOLERANCES:
            keying = Keying(POSES, tolerance)
            posed = plan_take(analysis, Settings(), RIG, None, CLOCK, keying=keying)
            sys.stdout.write(f"{path.name} at {tolerance:g}: {_compared(dense, posed)}\n")
    return 0


def _compared(dense: TakePlan, posed: TakePlan) -> str:
    frames, few = dense.frames, posed.layers[""]
    weights = lip_weights(RIG, None, few)
    full, errors, gap = {}, [], np.zeros(len(frames))
    for control, keys in dense.layers[""].items():
        mine = few[control]
        slopes = np.zeros((len(mine.frames), 2)) if mine.slopes is None else mine.slopes
        error = drawn(mine.frames, mine.values, slopes, frames) - keys.values
        errors.append(np.abs(error).max())
        gap += error * weights[control][0]
        full[control.key] = keys.values
    jaw, close = full["jawOpen"], full["mouthClose"]
    met = (close > SHUT * CLOSE_PER_JAW * jaw) & (jaw > AJAR)
    count = sum(len(keys.frames) for keys in few.values())
    return (
        f"{len(frames) * len(few) / count:.1f} times fewer keys ({count}), "
        f"off by at most {max(errors):.4f}, "
        f"lips that meet by {np.abs(gap[met]).max(initial=0.0):.4f} mouth widths"
    )


if __name__ == "__main__":
    sys.exit(main())
