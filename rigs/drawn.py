# SPDX-License-Identifier: GPL-3.0-or-later
"""Mouths that are drawn, one beside the other: which drawing is shown on which frames.

A drawing cannot be blended: it is held, for two or three frames at least, and changes on twos or
threes as the rest of the animation does. Lips that meet or tuck (M B P, F V) are never lost for
that: they take their frames from the sounds beside them. A mouth is drawn a frame before it is
heard.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.errors import SettingsError
from ..core.formats.cues import RHUBARB, RHUBARB_OF
from ..core.phones import BILABIAL, LABIODENTAL, PHONES, SILENCE, Phone
from ..core.timing import FrameClock

# Preston Blair's mouths (Cartoon Animation) as the breakdowns of Papagayo name them, with the
# sounds that each is drawn for; the tongue of TH shows as that of L does.
PRESTON_BLAIR = {
    "rest": "_",
    "AI": "a ɑ æ ʌ ə ɯ",
    "E": "e ɛ i ɪ ɝ",
    "O": "o ɔ",
    "U": "u ʊ y ø",
    "WQ": "w",
    "MBP": "p b m",
    "FV": "f v",
    "L": "l θ ð",
    "etc": "t d n s z r ɹ ʃ ʒ tʃ dʒ j ɲ ç k ɡ ŋ x ʁ h ʔ",
}
# Identifier: name for the artist, and the sounds of each mouth.
SETS: dict[str, tuple[str, Mapping[str, str]]] = {
    "RHUBARB": ("Rhubarb", RHUBARB),
    "PRESTON_BLAIR": ("Preston Blair", PRESTON_BLAIR),
}
CLOSURES = BILABIAL | LABIODENTAL


@dataclass(frozen=True)
class Drawing:
    """A set of drawn mouths, and how they are held.

    Parameters
    ----------
    sounds : mapping of str to str
        For each mouth by name, the phones that it is drawn for, with spaces between them. The mouth
        of silence, ``_``, is the one at rest; else it is the first.
    hold_frames : int >= 1
        The fewest frames for which a mouth is held.
    step_frames : int >= 1
        Mouths change on ones, twos, threes.
    ahead_frames : float
        How many frames before its sound a mouth is drawn.
    """

    sounds: Mapping[str, str]
    hold_frames: int = 2
    step_frames: int = 2
    ahead_frames: float = 1.0

    def __post_init__(self) -> None:
        if not self.sounds:
            raise SettingsError("The drawing has no mouths. Find or add some")
        if self.hold_frames < 1 or self.step_frames < 1:
            raise SettingsError("Mouths are held for a frame at least. Set 1 or more")
        for mouth, text in self.sounds.items():
            for phone in text.split():
                if phone not in PHONES:
                    raise SettingsError(
                        f"The mouth “{mouth}” is for “{phone}”, which is no sound that Lipwright "
                        f"hears. Use these: {' '.join(PHONES)}"
                    )

    @property
    def rest(self) -> str:
        """The mouth that is shown where nobody speaks."""
        for mouth, text in self.sounds.items():
            if SILENCE in text.split():
                return mouth
        return next(iter(self.sounds))

    @property
    def mouth_of(self) -> dict[str, str]:
        """The mouth of every phone; without one of its own, that of a sound that looks alike."""
        told = {phone: mouth for mouth, text in self.sounds.items() for phone in text.split()}
        alike = {RHUBARB_OF[phone]: mouth for phone, mouth in reversed(told.items())}
        return {
            phone: told.get(phone) or alike.get(RHUBARB_OF[phone]) or self.rest for phone in PHONES
        }


@dataclass
class _Run:
    """A mouth and for how many steps it is held."""

    mouth: str
    steps: int
    closure: bool


def held_mouths(
    phones: Sequence[Phone], drawing: Drawing, clock: FrameClock, frames: NDArray[np.float64]
) -> list[tuple[float, str]]:
    """Decide which mouth is shown when.

    Parameters
    ----------
    phones : sequence of Phone
        In order.
    drawing : Drawing
    clock : FrameClock
    frames : ndarray [shape=(n,)]
        The whole scene frames of the take.

    Returns
    -------
    list of (float, str)
        The frame from which on each mouth is held; no two in a row are the same. The first is at
        ``frames[0]``; all others lie a whole number of steps after it.
    """
    first, step = float(frames[0]), drawing.step_frames
    count = max(1, int(np.ceil((float(frames[-1]) - first + 1) / step)))
    shown = _by_step(phones, drawing, clock, first, count)
    runs: list[_Run] = []
    for mouth, closure in shown:
        if runs and runs[-1].mouth == mouth:
            runs[-1].steps += 1
            runs[-1].closure |= closure
        else:
            runs.append(_Run(mouth, 1, closure))
    held = _long_enough(runs, -(-drawing.hold_frames // step))
    out: list[tuple[float, str]] = []
    at = first
    for run in held:
        if not out or out[-1][1] != run.mouth:
            out.append((at, run.mouth))
        at += run.steps * step
    return out


def _by_step(
    phones: Sequence[Phone], drawing: Drawing, clock: FrameClock, first: float, count: int
) -> list[tuple[str, bool]]:
    """For each step the mouth that is heard longest in it, and whether its lips meet or tuck."""
    mouths, step, ahead = drawing.mouth_of, drawing.step_frames, drawing.ahead_frames
    heard: list[dict[str, float]] = [{} for _ in range(count)]
    closed: dict[int, tuple[float, str]] = {}
    for phone in phones:
        low = float(clock.frames(phone.start_seconds)) - ahead - first
        high = float(clock.frames(phone.end_seconds)) - ahead - first
        mouth = mouths[phone.symbol]
        for place in range(max(0, int(low // step)), min(count - 1, int(high // step)) + 1):
            share = min(high, (place + 1) * step) - max(low, place * step)
            if share > 0:
                heard[place][mouth] = heard[place].get(mouth, 0.0) + share
        if phone.symbol in CLOSURES:
            place = min(max(int((low + high) / 2 // step), 0), count - 1)
            # Two closures in one step: lips that meet are missed more than lips that tuck.
            weight = high - low + 1e3 * (phone.symbol in BILABIAL)
            closed[place] = max(closed.get(place, (0.0, "")), (weight, mouth))
    return [
        (closed[i][1], True)
        if i in closed
        else (max(here, key=lambda mouth: here[mouth]) if here else drawing.rest, False)
        for i, here in enumerate(heard)
    ]


def _long_enough(runs: list[_Run], least: int) -> list[_Run]:
    """Give every mouth its steps: closures take them from their neighbours, others go to these."""
    runs = list(runs)
    while True:
        short = [i for i, run in enumerate(runs) if run.steps < least and not run.closure]
        if not short or len(runs) == 1:
            break
        i = min(short, key=lambda place: runs[place].steps)
        beside = [j for j in (i - 1, i + 1) if 0 <= j < len(runs)]
        # A closure that grows is one that is too short itself; else the mouth before stays.
        needy = [j for j in beside if runs[j].closure and runs[j].steps < least]
        open_ones = [j for j in beside if not runs[j].closure]
        taker = (needy or open_ones or beside)[0]
        runs[taker].steps += runs[i].steps
        del runs[i]
        runs = _joined(runs)
    for i, run in enumerate(runs):
        for j in (i + 1, i - 1):
            if 0 <= j < len(runs) and run.closure and run.steps < least:
                given = min(least - run.steps, max(runs[j].steps - least, 0))
                if not runs[j].closure:
                    run.steps += given
                    runs[j].steps -= given
    return runs


def _joined(runs: Iterable[_Run]) -> list[_Run]:
    out: list[_Run] = []
    for run in runs:
        if out and out[-1].mouth == run.mouth:
            out[-1].steps += run.steps
            out[-1].closure |= run.closure
        else:
            out.append(run)
    return out


def recognised(names: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Find the mouths of a known set among names.

    Parameters
    ----------
    names : sequence of str
        Of objects, shape keys or files, such as ``mouth_MBP`` or ``Mouth A``.

    Returns
    -------
    str
        The set that most of them belong to; "" if fewer than three do.
    dict of str to str
        The name of each of its mouths that was found.
    """
    best: tuple[str, dict[str, str]] = "", {}
    for one, (_, sounds) in SETS.items():
        found: dict[str, str] = {}
        for name in names:
            word = _last_word(name)
            mouth = next((mouth for mouth in sounds if mouth.lower() == word), None)
            if mouth is not None:
                found.setdefault(mouth, name)
        if len(found) > max(len(best[1]), 2):
            best = one, found
    return best


def _last_word(name: str) -> str:
    """Return the last word of a name, without the number that makes it unique."""
    words = [word for word in re.split(r"[\W_]+", re.sub(r"\.\d{3}$", "", name)) if word]
    return words[-1].lower() if words else ""
