# SPDX-License-Identifier: GPL-3.0-or-later
"""What another recogniser hears, and how far two phone lists differ; runs in `.venv-hama`.

    .venv-hama/bin/python training/measuring/asked/hear_beside.py task.json -o heard.json

The recogniser is the package `hama` (Apache-2.0; its training data are not documented), the
features are PanPhon's (MIT). Nothing of either is part of Lipwright, which learns nothing from
them.
"""

import argparse
import json
from pathlib import Path

import hama
import numpy as np
from panphon.distance import Distance

NOT_SOUNDS = frozenset(("<wb>", "<unk>", "<blank>", "<pad>", "<sos>", "<eos>", ""))


def main() -> None:
    """Hear every sound of the task and rate both lists of phones against the labels."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("task", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True)
    args = parser.parse_args()
    rows = json.loads(args.task.read_text("utf8"))
    samples = np.load(args.task.with_suffix(".npz"))
    model, distance = hama.ASRModel(), Distance()
    out = []
    for row in rows:
        heard = model.transcribe_waveform(samples[row["id"]], 16_000).phonemes
        theirs = [one for one in heard if one not in NOT_SOUNDS]
        said = "".join(row["said"])
        out.append(
            {
                "id": row["id"],
                "theirs": theirs,
                "their_features": distance.feature_edit_distance("".join(theirs), said),
                "our_features": distance.feature_edit_distance("".join(row["ours"]), said),
            }
        )
    args.out.write_text(json.dumps(out), "utf8")


if __name__ == "__main__":
    main()
