# SPDX-License-Identifier: GPL-3.0-or-later
"""The four moods of the Japanese voice tohoku-f01 (CC BY 4.0), for the listener.

    python -m lipwright.training.data.tohoku --shared ../shared

Open JTalk says which phones, the listener that is there where (`read.fit`), as for people.
"""

import argparse
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from lipwright.core.audio.load import make_sound
from lipwright.core.phones import from_ipa

from ..config import CACHE, RATE_HZ
from . import read
from .prepare import Line, line_of, save

log = logging.getLogger(__name__)

# Open JTalk's phones where they are not IPA.
_IPA = {
    "u": "ɯ", "U": "ɯ", "I": "i", "r": "ɾ", "ry": "ɾj", "sh": "ʃ", "ch": "tʃ", "ts": "ts",
    "j": "dʒ", "cl": "ʔ", "f": "ɸ", "y": "j", "ky": "kj", "gy": "ɡj", "hy": "ç", "ny": "ɲ",
    "by": "bj", "py": "pj", "my": "mj", "ty": "tj", "dy": "dj", "g": "ɡ", "kw": "kw",
}  # fmt: skip
_MEETING = frozenset("p py b by m my".split())
LONGEST_WORD = 8  # phones; between words there may be silence


def words_of(labels: list[str]) -> list[tuple[str, ...]]:
    """Phones of full-context labels, in short stretches."""
    names = [re.search(r"-(.+?)\+", label).group(1) for label in labels]  # type: ignore[union-attr]
    out: list[list[str]] = [[]]
    for name, after in zip(names, [*names[1:], "sil"], strict=True):
        if name in ("sil", "pau") or (len(out[-1]) >= LONGEST_WORD and name not in "aiueoN"):
            out.append([])
        if name in ("sil", "pau"):
            continue
        # The moraic nasal shuts the lips before P, B and M.
        ipa = _IPA.get(name, name) if name != "N" else "m" if after in _MEETING else "ŋ"
        out[-1] += from_ipa(ipa) or ()
    return [tuple(word) for word in out if word]


def moody_lines(voices: Path) -> Iterator[Line]:
    """Every sentence in every mood."""
    import pyopenjtalk  # only training has it
    from pyopenjtalk import HTSEngine

    from .acted import MOODS, SENTENCES, spoken

    engines = [HTSEngine(str(voices / f"tohoku-f01-{mood}.htsvoice").encode()) for mood in MOODS]
    tried = kept = 0
    for text in SENTENCES:
        labels = pyopenjtalk.extract_fullcontext(text)
        for engine in engines:
            sound = make_sound(spoken(engine, labels).astype(np.float32), RATE_HZ)
            tried += 1
            found = read.followed(sound, words_of(labels))
            if found is None:
                continue
            kept += 1
            yield line_of(sound.samples, found.labels)
    log.info("tohoku-f01: %d of %d lines fit", kept, tried)


def main() -> None:
    """Write one cache file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if not (CACHE / "tohoku.npz").exists():
        save("tohoku", moody_lines(args.shared / "data" / "voices" / "tohoku-f01"))


if __name__ == "__main__":
    main()
