# SPDX-License-Identifier: GPL-3.0-or-later
"""Label speech that has a text and no phone times: espeak-ng says which phones, the listener where.

    python -m lipwright.training.data.read --shared ../shared

Only what the exported listener agrees with is kept: a name may be read in a longer or an older
form than the text has. The committed listener's ear is needed for the place of a phone alone, so it
learns from these lines what it hears wrongly: where the text has M and it hears N, the label is M.
"""

import argparse
import ctypes as C
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lipwright.core.audio.load import Sound, load_sound
from lipwright.core.phones import INDEX, PHONES, SILENCE, from_ipa
from lipwright.core.transcript.align import SIMILARITY, align
from lipwright.models.listener import listen

from ..config import CACHE, FRAME_HZ, HOP
from .prepare import UNLABELLED, Line, line_of, save

log = logging.getLogger(__name__)

SOURCES = ("flemishguy", "kerstin", "gcompris", "pinyin")
# Languages of gcompris whose speakers are never trained on: they judge (`measuring/heldout.py`).
HELD_OUT = ("da", "eo", "eu", "lt", "nb", "ur")
# espeak-ng's names of languages that the sources name otherwise.
ESPEAK_NAMES = {"nl-BE": "nl", "zh": "cmn-latn-pinyin", "fr": "fr-fr"}
# espeak-ng lacks Asturian, Breton and Somali, and the rules of Hebrew, Thai and Chinese characters.
UNREADABLE = frozenset("ast br he so th zh-CN zh-TW".split())
AGREED = 0.35  # mean share of the listener's belief in the phones of the text, or in like ones
WORD_AGREED = 0.25  # the same for one word, below which it stays unlabelled
STRANGE = 0.2  # share of the speech that the text may lack


class Reader:
    """espeak-ng's rules of pronunciation, through its C interface."""

    _IPA = 2

    def __init__(self) -> None:
        self.lib = C.CDLL("libespeak-ng.so.1")
        self.lib.espeak_TextToPhonemes.restype = C.c_char_p
        self.lib.espeak_Initialize(2, 0, None, 0)

    def ipa(self, text: str, language: str) -> list[str]:
        """What espeak-ng says of each word; nothing where it doesn't know the language."""
        name = ESPEAK_NAMES.get(language, language)
        if language in UNREADABLE or self.lib.espeak_SetVoiceByName(name.encode()):
            return []
        place = C.c_char_p(text.encode())
        said = ""
        while place.value:
            said += (
                self.lib.espeak_TextToPhonemes(C.byref(place), 1, self._IPA) or b""
            ).decode() + " "
        # Marks of another language, "(en)", and of a pause.
        return [word for word in re.sub(r"\([a-z-]+\)", "", said).split() if _spelt(word)]

    def words(self, text: str, language: str) -> list[tuple[str, ...]]:
        """Our phones of each word; none where espeak-ng doesn't know the language."""
        return [_spelt(word) for word in self.ipa(text, language)]


def _spelt(word: str) -> tuple[str, ...]:
    """Our phones of a word in IPA, long ones once."""
    return tuple(p for p in from_ipa(word) or () if p != SILENCE)


@dataclass(frozen=True)
class Fit:
    """Where the phones of a text lie, and how far the listener agrees.

    Parameters
    ----------
    labels : ndarray [shape=(frames,)], uint8
        Phone index; `UNLABELLED` where the text and the voice differ.
    word : ndarray [shape=(frames,)], int64
        Index of the word; -1 between words.
    agreed : float
        Mean share of the listener's belief in the phones of the text, or in like ones, 0..1.
    strange : float
        Share of the speech that is not in the text, 0..1.
    """

    labels: NDArray[np.uint8]
    word: NDArray[np.int64]
    agreed: float
    strange: float


def fit(posteriors: NDArray[np.float32], words: list[tuple[str, ...]]) -> Fit:
    """Align the phones of a text."""
    found = align(posteriors, [(word,) for word in words])
    labels = np.where(found.phone >= 0, found.phone, UNLABELLED).astype(np.uint8)
    belief = np.minimum(posteriors @ SIMILARITY, 1.0)
    share = belief[np.arange(len(labels)), np.maximum(found.phone, 0)]
    inside = found.word >= 0
    for word in range(len(words)):
        of_word = found.word == word
        if of_word.any() and share[of_word].mean() < WORD_AGREED:
            labels[of_word] = UNLABELLED
    speech = posteriors.argmax(1) != INDEX[SILENCE]
    strange = float((speech & ~inside).sum() / max(1, speech.sum()))
    said = len(np.unique(found.word[inside])) / max(1, len(words))
    agreed = float(share[inside].mean()) * said if inside.any() else 0.0
    return Fit(labels, found.word, agreed, strange)


def followed(sound: Sound, words: list[tuple[str, ...]]) -> Fit | None:
    """Hear a sound and align the phones of its text; None where too little of either fits."""
    frames = len(sound.samples) // HOP
    found = fit(listen(sound).posteriors[:frames], words)
    return None if found.agreed < AGREED or found.strange > STRANGE else found


def segments(labels: NDArray[np.uint8]) -> list[tuple[float, float, str]]:
    """Runs of one label as (start, end, phone) in seconds; unlabelled frames are left out."""
    out, frame = [], 0
    for label, run in groupby(labels.tolist()):
        start, frame = frame, frame + len(list(run))
        if label != UNLABELLED:
            symbol = "SIL" if label == 0 else PHONES[label]
            out.append((start / FRAME_HZ, frame / FRAME_HZ, symbol))
    return out


def rows(folder: Path) -> Iterator[dict]:
    """Yield the lines of a source that have a text."""
    # Not splitlines: some names hold separators of their own.
    for line in (folder / "manifest.jsonl").read_text("utf8").split("\n"):
        if line and (row := json.loads(line))["text"]:
            yield row


def read_lines(folder: Path, reader: Reader) -> Iterator[Line]:
    """Label the training lines of one source whose text fits."""
    tried = kept = 0
    for row in rows(folder):
        if row["split"] != "train" or row["language"] in HELD_OUT:
            continue
        words = reader.words(row["text"], row["language"])
        sound = load_sound(folder / row["file"])
        frames = len(sound.samples) // HOP
        if not words or frames < 20:
            continue
        tried += 1
        found = followed(sound, words)
        if found is None:
            continue
        kept += 1
        yield line_of(sound.samples, found.labels)
    log.info("%s: %d of %d lines fit", folder.name, kept, tried)


def main() -> None:
    """Label every source into one cache file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if (CACHE / "read.npz").exists():
        return
    speech = args.shared / "data" / "speech"
    reader = Reader()
    save("read", (line for source in SOURCES for line in read_lines(speech / source, reader)))


if __name__ == "__main__":
    main()
