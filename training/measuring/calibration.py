# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the listener know how sure it is? Its confidence beside how often it is right."""

import json
from pathlib import Path

import numpy as np

from lipwright.core.audio.load import load_sound
from lipwright.models.listener import listen

from ..config import LABEL_SHIFT_SECONDS
from ..data.prepare import UNLABELLED, frame_labels

SETS = {"tts_dev": ("tts_dev", "dev"), "kathleen test": ("speech/kathleen", "test")}
SETS["speechocean762 test"] = ("speech/speechocean762", "test")
BINS = 10
EVERY = 4  # lines; the figures hardly change with more


def measure(data: Path) -> dict[str, dict[str, float]]:
    """Frame accuracy, mean confidence and expected calibration error of each set.

    The error is the mean distance of confidence and accuracy over ten bins of confidence, weighted
    by their frames (Guo et al. 2017, "On calibration of modern neural networks").
    """
    return {name: _of_set(data / folder, split) for name, (folder, split) in SETS.items()}


def _of_set(folder: Path, split: str) -> dict[str, float]:
    sure, right = [], []
    rows = map(json.loads, (folder / "manifest.jsonl").read_text("utf8").splitlines())
    wanted = [row for row in rows if row["split"] == split and row["phones"]]
    for row in wanted[::EVERY]:
        posteriors = listen(load_sound(folder / row["file"])).posteriors
        phones = [(label, start, end) for start, end, label in row["phones"]]
        shift = LABEL_SHIFT_SECONDS.get(folder.name, 0.0)
        labels = frame_labels(phones, row["phone_set"], len(posteriors), shift)
        known = labels != UNLABELLED
        sure.append(posteriors[known].max(1))
        right.append(posteriors[known].argmax(1) == labels[known])
    confidence, hit = np.concatenate(sure), np.concatenate(right)
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    error = sum(
        abs(confidence[place == i].mean() - hit[place == i].mean()) * (place == i).mean()
        for i in np.unique(place)
    )
    return {
        "accuracy": float(hit.mean()),
        "confidence": float(confidence.mean()),
        "error": float(error),
    }
