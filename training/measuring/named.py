# SPDX-License-Identifier: GPL-3.0-or-later
"""What a line looks like under each emotion: named by a classifier, and in numbers of its shapes.

ICT-FaceKit speaks the demo line, rendered from the front; beside it FACS prototypes that were set
by hand on the same head, for what the classifier can see on it at all.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lipwright.core.motion.mouth import stem_of
from lipwright.core.motion.track import ARKIT_NAMES, FaceTrack
from lipwright.core.performance.prototypes import FELT, pose
from lipwright.pipeline import Analysis, Settings, perform

from ..config import ROOT

MOMENTS = 24  # of the line, evenly
STRENGTHS = (1.0, 0.6, 0.3)
NEUTRAL = "neutral"
# FACS prototypes (EMFACS) at intensity E, one side spelt for both; not what the product shows.
BY_HAND: dict[str, dict[str, float]] = {
    NEUTRAL: {},
    "happy": {"mouthSmile": 1.0, "cheekSquint": 1.0, "eyeSquint": 0.4, "mouthUpperUp": 0.3},
    "sad": {"browInnerUp": 1.0, "browDown": 0.3, "mouthFrown": 1.0, "mouthShrugLower": 0.6},
    "angry": {
        **{"browDown": 1.0, "eyeWide": 0.6, "eyeSquint": 0.5, "noseSneer": 0.6, "jawOpen": 0.3},
        **{"mouthUpperUp": 0.4, "mouthLowerDown": 0.5, "mouthStretch": 0.3},
    },
    "fearful": {
        **{"browInnerUp": 1.0, "browOuterUp": 0.6, "browDown": 0.4, "eyeWide": 1.0},
        **{"mouthStretch": 0.9, "jawOpen": 0.2, "mouthLowerDown": 0.3},
    },
    "disgusted": {
        **{"noseSneer": 1.0, "mouthUpperUp": 0.7, "browDown": 0.6, "mouthFrown": 0.5},
        **{"cheekSquint": 0.5, "eyeSquint": 0.4, "mouthShrugLower": 0.4},
    },
    "surprised": {"browInnerUp": 1.0, "browOuterUp": 1.0, "eyeWide": 1.0, "jawOpen": 0.5},
}
# Shapes whose size in people who act and speak is known, with their mean and 95th percentile.
PEOPLE: tuple[tuple[str, str, str], ...] = (
    ("happy", "mouthSmileLeft", ".40, .82"),
    ("disgusted", "mouthUpperUpLeft", ".24 to .37, .5 to .8"),
    ("disgusted", "browDownLeft", ".6 to .7 from end to end"),
    ("surprised", "browInnerUp", ".74"),
    ("surprised", "browOuterUpLeft", ".74"),
    ("angry", "eyeSquintLeft", ".7"),
)


def rows_of(track: FaceTrack) -> NDArray[np.float32]:
    """Weights of `MOMENTS` moments of a take, shape (MOMENTS, ARKIT_NAMES)."""
    times = np.linspace(0.0, track.seconds, MOMENTS + 2)[1:-1]
    columns = [track.names.index(name) for name in ARKIT_NAMES]
    return track.at(times)[:, columns]


def by_hand(name: str) -> NDArray[np.float32]:
    """One row of weights of a prototype."""
    shapes = BY_HAND[name]
    weights = [shapes.get(stem_of(one), 0.0) for one in ARKIT_NAMES]
    return np.array([weights], np.float32)


def named(groups: Mapping[str, NDArray[np.float32]], head: Path, fer: Path) -> dict[str, list[str]]:
    """What the classifier calls each row of weights, by group."""
    folder = ROOT / "build" / "named"
    folder.mkdir(parents=True, exist_ok=True)
    weights, pictures, out = (folder / one for one in ("weights.npz", "faces.npy", "named.json"))
    np.savez(weights, weights=np.concatenate(list(groups.values())), names=np.array(ARKIT_NAMES))
    render = [sys.executable, ROOT / "docs" / "make_pictures" / "portraits.py", head]
    ask = [fer, ROOT / "training" / "measuring" / "asked" / "name_faces.py", pictures, "-o", out]
    for command in ([*render, "--weights", weights, "-o", pictures], ask):
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
        if not (pictures if command is not ask else out).is_file():
            raise SystemExit(done.stderr)
    answers = iter(json.loads(out.read_text("utf8")))
    return {name: [next(answers) for _ in rows] for name, rows in groups.items()}


def classifier_table(analysis: Analysis, head: Path, fer: Path) -> str:
    """Which share of the moments of a line the classifier calls by its emotion, as Markdown."""
    groups = {f"{name} by hand": by_hand(name) for name in BY_HAND}
    groups[NEUTRAL] = rows_of(perform(analysis, Settings()))
    for name in FELT:
        for strength in STRENGTHS:
            take = perform(analysis, Settings(emotions={name: strength}))
            groups[f"{name} {strength:g}"] = rows_of(take)
    found = named(groups, head, fer)

    def share(group: str, name: str) -> str:
        answers = found[group]
        return f"{answers.count(name) / len(answers):.0%}"

    heads = ("", "by hand it is called", *(f"at {strength:g}" for strength in STRENGTHS))
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    lines.append(
        f"| {NEUTRAL} | {found[f'{NEUTRAL} by hand'][0]} | {share(NEUTRAL, NEUTRAL)} | | |"
    )
    for name in FELT:
        hand = found[f"{name} by hand"][0] if name in BY_HAND else "(it knows none)"
        cells = [share(f"{name} {strength:g}", name) for strength in STRENGTHS]
        lines.append(f"| {name} | {hand} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def shapes_table(analysis: Analysis) -> str:
    """Means, peaks and ends of what an emotion moves at full strength, as Markdown."""
    lines = [
        "| | mean | 95th percentile | share of the prototype | first, last | people |",
        "|---" * 6 + "|",
    ]
    people = {(emotion, shape): said for emotion, shape, said in PEOPLE}
    for name in FELT:
        take = perform(analysis, Settings(emotions={name: 1.0}))
        for shape, amount in pose(name).items():
            if shape.endswith("Right") or amount < 0.3:
                continue
            curve = take[shape]
            peak = float(np.percentile(curve, 95))
            cells: Sequence[str] = (
                f"{float(curve.mean()):.2f}",
                f"{peak:.2f}",
                f"{peak / amount:.0%}",
                f"{curve[0]:.2f}, {curve[-1]:.2f}",
                people.get((name, shape), ""),
            )
            lines.append(f"| {name} {stem_of(shape)} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
