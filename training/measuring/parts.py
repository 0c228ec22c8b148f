# SPDX-License-Identifier: GPL-3.0-or-later
"""What is scored together: a data set, which clips of it, what was done to them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..config import KOKORO_DEV
from .conditions import CONDITIONS, Samples
from .heldout import FOLDER as HELD_OUT
from .unheard import FOLDER as UNHEARD


@dataclass(frozen=True)
class Part:
    """Clips to score together: a folder, which rows of its manifest, what is done to them."""

    name: str
    folder: str
    wanted: Callable[[dict[str, Any]], bool]
    change: Callable[[Samples], Samples] | None = None
    transcript: bool = False


def _split(name: str) -> Callable[[dict[str, Any]], bool]:
    return lambda row: row["split"] == name and bool(row["phones"])


def _test(
    oldest: float, youngest: float = 0, sexes: str = "fm"
) -> Callable[[dict[str, Any]], bool]:
    return lambda row: (
        row["split"] == "test"
        and bool(row["phones"])
        and youngest <= float(row["age"]) < oldest
        and row["sex"] in sexes
    )


PARTS = (
    Part("tts_dev", "tts_dev", _split("dev")),
    Part("tts_dev, voices never trained on (espeak)", "tts_dev", lambda r: "en-us" in r["speaker"]),
    Part("grid_s1 dev", "face/grid_s1", _split("dev")),
    Part("grid_s1 test", "face/grid_s1", _split("test")),
    Part("kathleen test", "speech/kathleen", _split("test")),
    Part("speechocean762 test, under 12", "speech/speechocean762", _test(12)),
    Part("speechocean762 test, 12 and older", "speech/speechocean762", _test(200, 12)),
    Part("speechocean762 test, women", "speech/speechocean762", _test(200, 12, "f")),
    Part("speechocean762 test, men", "speech/speechocean762", _test(200, 12, "m")),
    Part("languages never heard (espeak)", str(UNHEARD), _split("test")),
    Part("gcompris, people and languages never trained on", str(HELD_OUT), _split("test")),
    Part("gcompris dev, other languages", str(HELD_OUT), _split("dev")),
    Part("kokoro, voices never trained on", str(KOKORO_DEV), _split("dev")),
    Part("kokoro, women", str(KOKORO_DEV), lambda r: r["sex"] == "f"),
    Part("kokoro, men", str(KOKORO_DEV), lambda r: r["sex"] == "m"),
    Part("tts_dev, transcript given", "tts_dev", _split("dev"), transcript=True),
    Part("grid_s1 test, transcript given", "face/grid_s1", _split("test"), transcript=True),
    Part("kathleen test, transcript given", "speech/kathleen", _split("test"), transcript=True),
    Part(
        "speechocean762 test under 12, transcript given",
        "speech/speechocean762",
        _test(12),
        transcript=True,
    ),
    Part(
        "speechocean762 test 12 and older, transcript given",
        "speech/speechocean762",
        _test(200, 12),
        transcript=True,
    ),
    *(Part(f"tts_dev, {name}", "tts_dev", _split("dev"), c) for name, c in CONDITIONS.items()),
)
