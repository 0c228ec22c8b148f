# SPDX-License-Identifier: GPL-3.0-or-later
"""Print every number that the model card quotes; also written to build/evaluate.json.

    python -m lipwright.training.measuring.evaluate --shared ../shared        (make evaluate)

Curves come from the command line, one call a set. `$SHARED/eval/score.py` measures them; its
METRICS.md defines the columns.
"""

import argparse
import json
import logging
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soundfile as sf

from lipwright.core.audio.load import load_sound

from ..config import KOKORO_DEV, RATE_HZ, ROOT
from . import ablation, calibration, heldout, invariance, unheard
from .parts import PARTS, Part

log = logging.getLogger(__name__)

WORK = ROOT / "build" / "evaluate"
ABLATED = ("tts_dev", "grid_s1 dev")
BY_SPEAKER = {
    "tts_dev": "By voice",
    "languages never heard (espeak)": "By language",
    "gcompris, people and languages never trained on": "By language",
    "kokoro, voices never trained on": "By voice",
}
COLUMNS = (
    ("M B P skill", "bilabial.skill", ".2f"),
    ("recall, inner", "bilabial.recall_inner", ".2f"),
    ("precision", "bilabial.precision", ".2f"),
    ("F1", "bilabial.f1", ".2f"),
    ("F V inner", "labiodental.recall_inner", ".2f"),
    ("F V shut", "labiodental.closed_share", ".2f"),
    ("round AUC", "rounding_auc", ".2f"),
    ("open AUC", "opening_auc", ".2f"),
    ("t med ms", "timing.median_ms", "+.0f"),
    ("t p95 ms", "timing.p95_abs_ms", ".0f"),
    ("sil open", "silence.open_share", ".2f"),
    ("accel", "motion.acceleration_rms", ".0f"),
    ("turns/s", "motion.turns_per_s", ".1f"),
    ("SLCC", "slcc.median", ".2f"),
    ("gap r", "truth.gap_r.median", ".2f"),
    ("in speech", "truth.gap_r_speech.median", ".2f"),
    ("amplitude", "truth.gap_amplitude.median", ".2f"),
    ("width r", "truth.width_r.median", ".2f"),
)


def gather(part: Part, data: Path) -> Path:
    """Make a small data set of one part: its manifest and links to its files."""
    source = data / part.folder
    folder = WORK / part.name.replace(" ", "_").replace(",", "")
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "in").mkdir(parents=True)
    kept = []
    for line in (source / "manifest.jsonl").read_text("utf8").splitlines():
        row = json.loads(line)
        if not part.wanted(row):
            continue
        kept.append(line)
        sound = folder / "in" / row["file"]
        if part.transcript:
            sound.with_suffix(".txt").write_text(row["text"], "utf8")
        if part.change is None:
            sound.symlink_to((source / row["file"]).resolve())
        else:
            changed = part.change(load_sound(source / row["file"]).samples)
            peak = max(1.0, float(np.abs(changed).max()))
            sf.write(sound.with_suffix(".wav"), changed / peak, RATE_HZ, subtype="PCM_16")
        for name in (row["file"], row.get("truth")):
            if name:
                (folder / name).symlink_to((source / name).resolve())
    (folder / "manifest.jsonl").write_text("\n".join(kept) + "\n", "utf8")
    return folder


def predict(folder: Path, extra: Sequence[str]) -> Path:
    """Run the command line over a part, once."""
    out = folder / "out"
    command = [sys.executable, "-m", "lipwright", str(folder / "in"), "-o", str(out)]
    subprocess.run([*command, "--format", "arkit-csv", *extra], check=True)
    return out


def score(part: Part, shared: Path, extra: Sequence[str]) -> dict[str, Any]:
    """Predict and measure one part."""
    folder = gather(part, shared / "data")
    if part.transcript:
        extra = [*extra, "--transcript", str(folder / "in")]
    return measured(part.name, folder, predict(folder, extra), shared)


def measured(name: str, folder: Path, curves: Path, shared: Path) -> dict[str, Any]:
    """What score.py says of curves; the data set is `folder`."""
    report = folder / "score.json"
    done = subprocess.run(
        [
            sys.executable,
            str(shared / "eval" / "score.py"),
            str(folder),
            str(curves),
            "--json",
            str(report),
        ],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{name}: {done.stderr}")
    return json.loads(report.read_text("utf8"))


def pick(tree: Any, path: str) -> Any:
    """Follow a dotted path through nested dicts; None where it ends."""
    for key in path.split("."):
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree


def table(rows: dict[str, dict[str, Any]]) -> str:
    """Write scores as a Markdown table."""
    lines = ["| | " + " | ".join(name for name, _, _ in COLUMNS) + " |"]
    lines.append("|---" * (len(COLUMNS) + 1) + "|")
    for name, scores in rows.items():
        cells = [(pick(scores, path), form) for _, path, form in COLUMNS]
        text = [format(value, form) if value is not None else "" for value, form in cells]
        lines.append(f"| {name} | " + " | ".join(text) + " |")
    return "\n".join(lines)


def _asked(name: str, words: Sequence[str]) -> bool:
    """A word that is a whole name means that part alone."""
    names = {part.name for part in PARTS}
    return any(name == word if word in names else word in name for word in words)


def ablated(shared: Path) -> dict[str, dict[str, Any]]:
    """Scores of every variant of `ablation`, for each of its data sets."""
    rows: dict[str, dict[str, Any]] = {}
    for part in PARTS:
        if part.name in ABLATED:
            folder = gather(part, shared / "data")
            for name, draw in ablation.VARIANTS.items():
                out = folder / "ablation" / name.replace(" ", "_")
                ablation.write(draw, folder / "in", out)
                scores = measured(name, folder, out, shared)
                rows[f"{part.name}: {name}"] = scores["overall"]
    return rows


def main() -> None:
    """Score every part, or those whose names are given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--only", action="append", help="a name or a part of one; repeatable")
    parser.add_argument("--ablation", action="store_true", help="also beside --only")
    # What is not ours goes to the command line of Lipwright: --emotion angry=1.0, say.
    args, extra = parser.parse_known_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    parts = [part for part in PARTS if not args.only or _asked(part.name, args.only)]
    if not unheard.make():
        log.info("espeak-ng is missing, so the languages never heard are left out")
        parts = [part for part in parts if part.folder != str(unheard.FOLDER)]
    if any(part.folder == str(heldout.FOLDER) for part in parts) and not heldout.make(args.shared):
        log.info("espeak-ng or gcompris is missing, so the people never trained on are left out")
        parts = [part for part in parts if part.folder != str(heldout.FOLDER)]
    if not (KOKORO_DEV / "manifest.jsonl").exists():
        log.info("Kokoro has not spoken yet (training/data/kokoro.py), so its voices are left out")
        parts = [part for part in parts if part.folder != str(KOKORO_DEV)]
    results: dict[str, Any] = {part.name: score(part, args.shared, extra) for part in parts}
    log.info("%s", table({name: result["overall"] for name, result in results.items()}))
    for name, title in BY_SPEAKER.items():
        if name in results:
            log.info("\n%s of %s:\n\n%s", title, name, table(results[name]["speakers"]))
    if not args.only:
        results["calibration"] = calibration.measure(args.shared / "data")
        log.info("\nHow sure the listener is of a frame, and how often it is right:\n")
        for name, row in results["calibration"].items():
            log.info(
                "- %s: sure %.2f, right %.2f, calibration error %.3f",
                *(name, row["confidence"], row["accuracy"], row["error"]),
            )
        results["invariance"] = invariance.measure(ROOT / "demo" / "line.wav")
        log.info("\nLargest difference from the whole sound in one run:\n")
        for name, difference in results["invariance"].items():
            log.info("- %s: %.1e", name, difference)
    if not args.only or args.ablation:
        results["ablation"] = ablated(args.shared)
        log.info("\nWithout one ingredient:\n\n%s", table(results["ablation"]))
    WORK.mkdir(parents=True, exist_ok=True)
    target = WORK.parent / "evaluate.json"
    target.write_text(json.dumps(results, indent=1) + "\n", "utf8")
    log.info("\nAll numbers: %s", target.relative_to(ROOT))


if __name__ == "__main__":
    main()
