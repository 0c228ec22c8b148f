# SPDX-License-Identifier: GPL-3.0-or-later
"""Label the speech that has no phone times with the exported listener, where that one is sure.

    python -m lipwright.training.data.pseudo --shared ../shared

The next stretch of training then learns from these voices too (self-training; Xie et al. 2020,
noisy student: the teacher hears clean sound, the student disturbed sound).
"""

import argparse
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from lipwright.core.audio.load import load_sound
from lipwright.models.listener import listen

from ..config import CACHE, HOP
from .prepare import UNLABELLED, Line, line_of, save

log = logging.getLogger(__name__)

SOURCES = (
    "librispeech-train-clean-100",
    "picovoice-intent",
    "kerstin",
    "gcompris-gd",
    "speechocean762",
    "precise-community",
)
SURE = 0.7  # posterior from which a frame counts as labelled
WORTH = 0.75  # share of sure frames from which a line is kept


def pseudo_lines(folder: Path) -> Iterator[Line]:
    """Hear the unlabelled training lines of one source."""
    for row in map(json.loads, (folder / "manifest.jsonl").read_text("utf8").splitlines()):
        if row["split"] != "train" or row["phones"]:
            continue
        sound = load_sound(folder / row["file"])
        frames = len(sound.samples) // HOP
        if frames < 20:
            continue
        posteriors = listen(sound).posteriors[:frames]
        sure = posteriors.max(1) >= SURE
        if sure.mean() < WORTH:
            continue
        labels = np.where(sure, posteriors.argmax(1), UNLABELLED).astype(np.uint8)
        yield line_of(sound.samples, labels)


def main() -> None:
    """Label every source into one cache file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if (CACHE / "pseudo.npz").exists():
        return
    speech = args.shared / "data" / "speech"
    save("pseudo", (line for source in SOURCES for line in pseudo_lines(speech / source)))


if __name__ == "__main__":
    main()
