# SPDX-License-Identifier: GPL-3.0-or-later
"""Print what each emotion at full strength does to the words, on every scoring rig.

    python -m lipwright.training.measuring.emotions --shared ../shared        (make emotions)

Each clip of a set is heard once and acted with every emotion; `$SHARED/eval/score.py` measures the
lips. All numbers are written to build/emotions.json.
"""

import argparse
import json
import logging
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lipwright.core.audio.load import load_sound
from lipwright.core.formats import write_track
from lipwright.core.performance.prototypes import EMOTIONS
from lipwright.pipeline import Analysis, Settings, analyse, perform

from ..config import ROOT
from .evaluate import PARTS, gather, pick
from .named import classifier_table, shapes_table

log = logging.getLogger(__name__)

COLUMNS = (
    ("M B P skill", "bilabial.skill"),
    ("F V inner", "labiodental.recall_inner"),
    ("F V shut", "labiodental.closed_share"),
    ("sil open", "silence.open_share"),
)
RIGS = ("ict", "makehuman", "facecap")


def hear_all(folder: Path) -> dict[str, Analysis]:
    """Listen to every clip of a gathered set, by clip id."""
    rows = map(json.loads, (folder / "manifest.jsonl").read_text("utf8").splitlines())
    return {row["id"]: analyse(load_sound(folder / "in" / row["file"])) for row in rows}


def measure(
    heard: Mapping[str, Analysis], folder: Path, shared: Path, settings: Settings
) -> dict[str, Any]:
    """Act all clips with one setting and score them; the scorer's report."""
    out, report = folder / "out", folder / "score.json"
    out.mkdir(exist_ok=True)
    for clip, analysis in heard.items():
        write_track(out / f"{clip}.csv", "arkit-csv", perform(analysis, settings), ())
    scorer = [sys.executable, str(shared / "eval" / "score.py"), str(folder), str(out)]
    done = subprocess.run([*scorer, "--json", str(report)], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(report.read_text("utf8"))


def table(results: Mapping[str, Mapping[str, Any]]) -> str:
    """Write the scores of each emotion on each rig as a Markdown table."""
    heads = [f"{name}, {rig}" for name, _ in COLUMNS for rig in RIGS]
    lines = ["| | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    for emotion, result in results.items():
        cells = [pick(result, f"rigs.{rig}.{path}") for _, path in COLUMNS for rig in RIGS]
        lines.append(f"| {emotion} | " + " | ".join(f"{cell:.2f}" for cell in cells) + " |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure all emotions on one part of `evaluate.PARTS`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--fer", type=Path, help="python of the environment with the classifier")
    parser.add_argument("--part", choices=[part.name for part in PARTS], default="tts_dev")
    args = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    part = next(part for part in PARTS if part.name == args.part)
    folder = gather(part, args.shared / "data")
    heard = hear_all(folder)
    results = {
        name: measure(heard, folder, args.shared, Settings(emotions={name: 1.0}))
        for name in EMOTIONS
    }
    log.info("%s", table(results))
    line = analyse(load_sound(ROOT / "demo" / "line.wav"))
    log.info("\nThe demo line at strength 1:\n\n%s", shapes_table(line))
    if args.fer is not None:
        head = args.shared / "rigs" / "ict_facekit.blend"
        told = classifier_table(line, head, args.fer)
        log.info("\nMoments of the demo line that a classifier names so:\n\n%s", told)
    target = ROOT / "build" / "emotions.json"
    target.write_text(json.dumps(results, indent=1) + "\n", "utf8")
    log.info("\nAll numbers: %s", target.relative_to(ROOT))


if __name__ == "__main__":
    main()
