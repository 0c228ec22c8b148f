# SPDX-License-Identifier: GPL-3.0-or-later
"""A check on real people never trained on: the languages of gcompris that `read` leaves out.

Their labels come from the text, placed by the listener that is there when they are made, so
compare two listeners on one `build/heldout`: it is made once.
"""

import ctypes
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lipwright.core.audio.load import load_sound
from lipwright.models.listener import listen

from ..config import HOP, ROOT
from ..data import read

FOLDER = ROOT / "build" / "heldout"
AGREED = 0.3  # less than for training: what is heard badly is to be measured


def make(shared: Path) -> bool:
    """Write links and a manifest into `FOLDER`; False where espeak-ng or the source is missing."""
    if (FOLDER / "manifest.jsonl").exists():
        return True
    source = shared / "data" / "speech" / "gcompris"
    try:
        ctypes.CDLL("libespeak-ng.so.1")
    except OSError:
        return False
    if not source.exists():
        return False
    FOLDER.mkdir(parents=True, exist_ok=True)
    kept = [json.dumps(row, ensure_ascii=True) for row in _rows(source)]
    (FOLDER / "manifest.jsonl").write_text("\n".join(kept) + "\n", "utf8")
    return True


def _rows(source: Path) -> Iterator[dict[str, Any]]:
    reader = read.Reader()
    for row in read.rows(source):
        strangers = row["language"] in read.HELD_OUT
        if row["split"] != "dev" and not strangers:
            continue
        words = reader.words(row["text"], row["language"])
        sound = load_sound(source / row["file"])
        frames = len(sound.samples) // HOP
        if not words or frames < 20:
            continue
        found = read.fit(listen(sound).posteriors[:frames], words)
        if found.agreed < AGREED or found.strange > read.STRANGE:
            continue
        name = Path(row["file"]).name
        link = FOLDER / name
        link.unlink(missing_ok=True)
        link.symlink_to((source / row["file"]).resolve())
        yield row | {
            "file": name,
            "speaker": row["language"],
            "split": "test" if strangers else "dev",
            "phones": read.segments(found.labels),
            "phone_set": "ipa",
        }
