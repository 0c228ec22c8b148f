# SPDX-License-Identifier: GPL-3.0-or-later
"""The listener beside another recogniser: lip sounds found, and features of phones heard wrongly.

    python -m lipwright.training.measuring.beside --shared ../shared --hama .venv-hama/bin/python

*PFER* is the phone feature error rate: the edit distance of PanPhon's features (Mortensen et al.
2016) over the number of phones that the labels have. P B M count as found where an alignment of
the two lists by fewest edits puts any of them on any of them.
"""

import argparse
import json
import logging
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lipwright.core.audio.load import load_sound
from lipwright.core.decode import phones_of
from lipwright.core.phones import BILABIAL, SILENCE, from_ipa, to_phones
from lipwright.models.listener import listen

from ..config import ROOT
from .evaluate import gather
from .parts import PARTS

log = logging.getLogger(__name__)

WORK = ROOT / "build" / "beside"
SETS = (
    "kathleen test",
    "speechocean762 test, under 12",
    "speechocean762 test, 12 and older",
)


def aligned(heard: Sequence[str], said: Sequence[str]) -> list[tuple[str, str]]:
    """Pair two lists by the fewest edits; "" where the other has nothing.

    Lips on lips cost nothing, whichever they are: a viewer sees no difference.
    """

    def cost(a: str, b: str) -> float:
        same = a == b or (a in BILABIAL and b in BILABIAL)
        return 0.0 if same else 1.0

    table = np.zeros((len(heard) + 1, len(said) + 1))
    table[:, 0], table[0] = np.arange(len(heard) + 1), np.arange(len(said) + 1)
    for i, a in enumerate(heard, 1):
        for j, b in enumerate(said, 1):
            change = table[i - 1, j - 1] + cost(a, b)
            table[i, j] = min(change, table[i - 1, j] + 1, table[i, j - 1] + 1)
    pairs: list[tuple[str, str]] = []
    i, j = len(heard), len(said)
    while i or j:
        if i and j and table[i, j] == table[i - 1, j - 1] + cost(heard[i - 1], said[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((heard[i], said[j]))
        elif i and table[i, j] == table[i - 1, j] + 1:
            i -= 1
            pairs.append((heard[i], ""))
        else:
            j -= 1
            pairs.append(("", said[j]))
    return pairs[::-1]


def lip_counts(pairs: Sequence[tuple[str, str]]) -> tuple[int, int, int]:
    """How many P B M were found, heard and said."""
    found = sum(a in BILABIAL and b in BILABIAL for a, b in pairs)
    return found, sum(a in BILABIAL for a, _ in pairs), sum(b in BILABIAL for _, b in pairs)


def ask(name: str, shared: Path, hama: Path) -> list[dict[str, list[str]]]:
    """What both hear of one set, with what was said."""
    (part,) = (one for one in PARTS if one.name == name)
    folder = gather(part, shared / "data")
    WORK.mkdir(parents=True, exist_ok=True)
    rows, samples = [], {}
    for line in (folder / "manifest.jsonl").read_text("utf8").splitlines():
        row = json.loads(line)
        sound = load_sound(folder / row["file"])
        heard = listen(sound)
        ours = [p.symbol for p in phones_of(heard.posteriors, heard.rate_hz)]
        labels = (to_phones(label, row["phone_set"]) or () for _, _, label in row["phones"])
        said = [phone for phones in labels for phone in phones if phone != SILENCE]
        samples[row["id"]] = sound.samples
        rows.append({"id": row["id"], "said": said, "ours": [p for p in ours if p != SILENCE]})
    task, out = WORK / "task.json", WORK / "heard.json"
    task.write_text(json.dumps(rows), "utf8")
    np.savez(task.with_suffix(".npz"), **samples)
    script = ROOT / "training" / "measuring" / "asked" / "hear_beside.py"
    subprocess.run([str(hama), str(script), str(task), "-o", str(out)], check=True)
    answers = {row["id"]: row for row in json.loads(out.read_text("utf8"))}
    return [row | answers[row["id"]] for row in rows]


def table(shared: Path, hama: Path) -> str:
    """Both beside each other on every set, as Markdown."""
    lines = ["| | P B M found | of those heard, right | PFER |", "|---|---|---|---|"]
    for name in SETS:
        rows = ask(name, shared, hama)
        total = sum(len(row["said"]) for row in rows)
        for who, key, features in (
            ("Lipwright", "ours", "our_features"),
            ("hama 1.7.0", "theirs", "their_features"),
        ):
            counts = np.zeros(3, int)
            for row in rows:
                heard = [phone for one in row[key] for phone in from_ipa(one) or ()]
                counts += lip_counts(aligned([p for p in heard if p != SILENCE], row["said"]))
            found, heard_lips, said_lips = counts
            error = sum(float(row[features]) for row in rows) / total
            lines.append(
                f"| {name}: {who} | {found / said_lips:.2f} | {found / heard_lips:.2f} "
                f"| {error:.2f} |"
            )
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--hama", type=Path, required=True, help="the Python of .venv-hama")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    log.info("%s", table(args.shared, args.hama))


if __name__ == "__main__":
    main()
