# SPDX-License-Identifier: GPL-3.0-or-later
"""Mouths one after another: Rhubarb's shapes and Oculus' visemes, for pipelines that read those."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..phones import OCULUS_OF, Phone
from ..timing import Seconds

# Rhubarb Lip Sync's nine mouths (its README, "Mouth shapes"): A closed, B teeth together, C open,
# D wide open, E a little round, F puckered, G lower lip under the teeth, H tongue up, X idle.
RHUBARB = {
    "X": "_",
    "A": "p b m",
    "B": "k ɡ ŋ s z t d n θ ð ʃ ʒ tʃ dʒ i ɪ j h x ʁ ɲ ç ʔ ɯ",
    "C": "e ɛ æ ə ʌ",
    "D": "a ɑ",
    "E": "ɔ ɝ ø ɹ",
    "F": "u ʊ o w y",
    "G": "f v",
    "H": "l r",
}
RHUBARB_OF = {phone: shape for shape, phones in RHUBARB.items() for phone in phones.split()}
SHORTEST_SECONDS = 0.04  # a frame of film: what is shorter is not seen
KEPT = frozenset("AG")  # lips that meet or tuck are kept however short


@dataclass(frozen=True)
class MouthCue:
    """One mouth and when it is held.

    Parameters
    ----------
    mouth : str
    start_seconds, end_seconds : float
    """

    mouth: str
    start_seconds: Seconds
    end_seconds: Seconds


def cues_from(
    phones: Sequence[Phone],
    mouths: Mapping[str, str],
    *,
    shortest_seconds: Seconds = 0.0,
    kept: frozenset[str] = frozenset(),
) -> list[MouthCue]:
    """Join sounds of one mouth, end to end; one that is too short goes to the mouth before it.

    Parameters
    ----------
    phones : sequence of Phone
        End to end.
    mouths : mapping of str to str
        Phone to mouth.
    shortest_seconds : float
    kept : frozenset of str
        Mouths that may be shorter.

    Returns
    -------
    list of MouthCue
    """
    cues: list[MouthCue] = []
    for phone in phones:
        mouth = mouths[phone.symbol]
        short = phone.end_seconds - phone.start_seconds < shortest_seconds and mouth not in kept
        if cues and (short or cues[-1].mouth == mouth):
            cues[-1] = MouthCue(cues[-1].mouth, cues[-1].start_seconds, phone.end_seconds)
        else:
            cues.append(MouthCue(mouth, phone.start_seconds, phone.end_seconds))
    return cues


def _rhubarb(phones: Sequence[Phone]) -> list[MouthCue]:
    return cues_from(phones, RHUBARB_OF, shortest_seconds=SHORTEST_SECONDS, kept=KEPT)


def rhubarb_tsv(phones: Sequence[Phone]) -> Iterator[str]:
    """Write mouth cues as Rhubarb's TSV: the start of each, and X where the sound ends.

    Parameters
    ----------
    phones : sequence of Phone

    Yields
    ------
    str
    """
    cues = _rhubarb(phones)
    for cue in cues:
        yield f"{cue.start_seconds:.2f}\t{cue.mouth}\n"
    if cues:
        yield f"{cues[-1].end_seconds:.2f}\tX\n"


def rhubarb_json(phones: Sequence[Phone]) -> Iterator[str]:
    """Write mouth cues as Rhubarb's JSON.

    Parameters
    ----------
    phones : sequence of Phone

    Yields
    ------
    str
    """
    cues = _rhubarb(phones)
    content = {
        "metadata": {"soundFile": "", "duration": round(cues[-1].end_seconds, 2) if cues else 0.0},
        "mouthCues": [
            {
                "start": round(cue.start_seconds, 2),
                "end": round(cue.end_seconds, 2),
                "value": cue.mouth,
            }
            for cue in cues
        ],
    }
    yield json.dumps(content, indent=2) + "\n"


def oculus_json(phones: Sequence[Phone]) -> Iterator[str]:
    """Write the fifteen visemes of Oculus LipSync with their times.

    Parameters
    ----------
    phones : sequence of Phone

    Yields
    ------
    str
    """
    cues = cues_from(phones, OCULUS_OF)
    rows = [
        {
            "viseme": cue.mouth,
            "start": round(cue.start_seconds, 3),
            "end": round(cue.end_seconds, 3),
        }
        for cue in cues
    ]
    yield json.dumps({"format": "oculus-visemes", "visemes": rows}, indent=1) + "\n"
