# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a line when it is done: a row of the report."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DONE, FAILED = "done", "failed"
UNSURE = 0.6  # a mean confidence below which a line is worth a look


@dataclass(frozen=True)
class Row:
    """A line of the report.

    Parameters
    ----------
    name, sound, character : str
        As in the list.
    status : {"done", "failed"}
    message : str
        Why it failed; what is to be said of one that did not, sentence by sentence.
    output : str
        What was written, from the folder of the batch; "" if nothing.
    seconds : float
        Of the sound.
    confidence : float
        Mean of the sounds that were heard, 0..1, weighted by their length; 0 without speech.
    unknown_words : tuple of str
        Words of the transcript that no dictionary has.
    longest_silence_seconds : float
        Before, between or after the words.
    peak_db : float
        The loudest sample, in dB of full scale.
    clipped_seconds : float
        How long the sound stays at its limit.
    key : str
        Sum of everything that decides what is written: sound, settings, text, networks.
    content : str
        Sum of what was written.
    sketch : mapping of str to list of int
        Waveform and mouth in a few numbers, for the page.
    """

    name: str
    sound: str
    status: str
    message: str = ""
    output: str = ""
    character: str = ""
    seconds: float = 0.0
    confidence: float = 0.0
    unknown_words: tuple[str, ...] = ()
    longest_silence_seconds: float = 0.0
    peak_db: float = 0.0
    clipped_seconds: float = 0.0
    key: str = ""
    content: str = ""
    sketch: Mapping[str, list[int]] = dataclasses.field(default_factory=dict)

    @property
    def doubt(self) -> float:
        """Say how much the line is worth a look: 0 not at all, 3 it failed."""
        if self.status == FAILED:
            return 3.0
        unsure = max(0.0, UNSURE - self.confidence) / UNSURE if self.seconds else 0.0
        told = (1.0 if self.message else 0.0) + (0.3 if self.unknown_words else 0.0)
        return told + unsure + min(0.5, 5 * self.clipped_seconds)

    def record(self) -> dict[str, Any]:
        """Return everything as JSON has it; `row_of` reads it."""
        return dataclasses.asdict(self) | {"unknown_words": list(self.unknown_words)}


def row_of(record: object) -> Row:
    """Read a row from `Row.record`; raises TypeError or ValueError if it is none."""
    names = {one.name for one in dataclasses.fields(Row)}
    if not isinstance(record, dict) or set(record) != names:
        raise ValueError("no row of a report")
    return Row(**{**record, "unknown_words": tuple(record["unknown_words"])})
