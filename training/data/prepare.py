# SPDX-License-Identifier: GPL-3.0-or-later
"""Gather speech and phone labels into one cache file for each source.

python -m lipwright.training.data.prepare --shared ../shared [--synthetic-hours 1.2]
"""

import argparse
import json
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lipwright.core.audio.load import load_sound
from lipwright.core.phones import INDEX, split_evenly, to_phones

from ..config import CACHE, FRAME_HZ, HOP, LABEL_SHIFT_SECONDS
from . import festival, synth
from .pitch import pitch_log2

log = logging.getLogger(__name__)

UNLABELLED = 255
LABELLED_SOURCES = tuple(
    (
        "speechocean762 kathleen nathalie ljspeech speech-commands picovoice-wake "
        "precise-community vocobox"
    ).split()
)


@dataclass(frozen=True)
class Line:
    """One utterance, ready to train on: samples, and phone index and pitch for each frame."""

    samples: NDArray[np.int16]
    labels: NDArray[np.uint8]
    pitch: NDArray[np.float16]


def frame_labels(
    phones: Iterable[tuple[str, float, float]], phone_set: str, frames: int, shift_seconds: float
) -> NDArray[np.uint8]:
    """Write phones onto frames of 10 ms; frames without a known label are `UNLABELLED`."""
    labels = np.full(frames, UNLABELLED, np.uint8)
    for label, start, end in phones:
        symbols = to_phones(label, phone_set)
        if symbols is None:
            continue
        for part in split_evenly(symbols, start + shift_seconds, end + shift_seconds):
            first = max(0, round(part.start_seconds * FRAME_HZ))
            last = max(0, round(part.end_seconds * FRAME_HZ))
            labels[first:last] = INDEX[part.symbol]
    if len(labels) and shift_seconds > 0:
        held = round(shift_seconds * FRAME_HZ)
        if labels[min(held, frames - 1)] == INDEX["_"]:
            labels[:held] = INDEX["_"]
    return labels


def make_line(samples, phones, phone_set: str, shift_seconds: float) -> Line:
    """Turn samples and timed labels into a training line."""
    return line_of(samples, frame_labels(phones, phone_set, len(samples) // HOP, shift_seconds))


def line_of(samples: NDArray[np.floating], labels: NDArray[np.uint8]) -> Line:
    """Turn samples in -1..1 and the labels of their whole frames into a training line."""
    samples = samples[: len(labels) * HOP]
    return Line(
        np.round(samples * 32767).astype(np.int16),
        labels,
        pitch_log2(samples, len(labels)).astype(np.float16),
    )


def corpus_lines(folder: Path, split: str, *, shift_seconds: float) -> Iterator[Line]:
    """Read the labelled utterances of one source and split."""
    for row in map(json.loads, (folder / "manifest.jsonl").read_text("utf8").splitlines()):
        if row["split"] != split or not row["phones"]:
            continue
        phones = [(label, start, end) for start, end, label in row["phones"]]
        yield make_line(
            load_sound(folder / row["file"]).samples, phones, row["phone_set"], shift_seconds
        )


def synthetic_lines(spoken: Iterable[synth.Spoken], shift_seconds: float) -> Iterator[Line]:
    """Turn synthesised speech into training lines."""
    for one in spoken:
        yield make_line(one.samples, one.phones, one.phone_set, shift_seconds)


def save(name: str, lines: Iterable[Line]) -> None:
    """Write one cache file: everything end to end, with where each line starts."""
    kept = [line for line in lines if len(line.labels) >= 20]
    if not kept:
        log.warning("%s: nothing to keep", name)
        return
    CACHE.mkdir(parents=True, exist_ok=True)
    np.savez(
        CACHE / f"{name}.npz",
        samples=np.concatenate([line.samples for line in kept]),
        labels=np.concatenate([line.labels for line in kept]),
        pitch=np.concatenate([line.pitch for line in kept]),
        frames=np.array([len(line.labels) for line in kept]),
    )
    hours = sum(len(line.labels) for line in kept) / FRAME_HZ / 3600
    log.info("%s: %d lines, %.2f h", name, len(kept), hours)


def english_material(speech: Path) -> tuple[list[str], list[str]]:
    """Words of the pronouncing dictionary and the texts of the training corpora."""
    rows = (speech / "lexicon" / "cmudict-en-us.dict").read_text("utf8").splitlines()
    words = [row.split()[0] for row in rows if row and row.split()[0].isalpha()]
    prompts = []
    for source in ("kathleen", "ljspeech", "speechocean762"):
        for row in map(
            json.loads, (speech / source / "manifest.jsonl").read_text("utf8").splitlines()
        ):
            if row["split"] == "train" and row["text"]:
                prompts.append(row["text"].lower())
    return words, sorted(set(prompts))


def main() -> None:
    """Prepare every source that has no cache file yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--synthetic-hours", type=float, default=1.2, help="for each flite voice")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    speech = args.shared / "data" / "speech"
    words, prompts = english_material(speech)

    def missing(name: str) -> bool:
        return not (CACHE / f"{name}.npz").exists()

    for source in LABELLED_SOURCES:
        for split in ("train", "test"):
            name = source if split == "train" else f"{source}-test"
            if missing(name):
                shift = LABEL_SHIFT_SECONDS[source]
                save(name, corpus_lines(speech / source, split, shift_seconds=shift))
    for name, folder in (("dev-tts", "tts_dev"), ("dev-grid", "face/grid_s1")):
        if missing(name):
            save(name, corpus_lines(args.shared / "data" / folder, "dev", shift_seconds=0.0))
    for number, voice in enumerate(synth.FLITE_VOICES):
        if missing(f"flite-{voice}"):
            rng = np.random.default_rng(args.seed + number)
            lines = synth.english_lines(words, prompts, rng)
            spoken = synth.speak_flite(voice, lines, args.synthetic_hours * 3600)
            save(f"flite-{voice}", synthetic_lines(spoken, LABEL_SHIFT_SECONDS["flite"]))
    if missing("festival"):
        rng = np.random.default_rng(args.seed + 50)
        hours = 2 * args.synthetic_hours / len(festival.VOICES)
        spoken = (
            one
            for voice in festival.VOICES
            for one in festival.speak_festival(
                voice, synth.foreign_lines(voice.language, rng), hours * 3600
            )
        )
        save("festival", synthetic_lines(spoken, LABEL_SHIFT_SECONDS["festival"]))
    if missing("espeak"):
        rng = np.random.default_rng(args.seed + 100)
        lines = synth.english_lines(words, prompts, rng)
        spoken = synth.speak_espeak(lines, 2 * args.synthetic_hours * 3600, rng)
        save("espeak", synthetic_lines(spoken, LABEL_SHIFT_SECONDS["espeak"]))


if __name__ == "__main__":
    main()
