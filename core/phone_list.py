# SPDX-License-Identifier: GPL-3.0-or-later
"""Edit a list of phones by hand: always end to end from 0 to the end of the sound.

What a change touches gets the confidence 1: a person set it.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from .errors import SettingsError
from .phones import SILENCE, Phone
from .timing import Seconds

SHORTEST_SECONDS = 0.01  # one frame of the articulator
OVERHANG_SECONDS = 0.1  # a label track may end this much after the sound
UNSURE = 0.6  # a mean posterior below this is marked
# Where each phone is heard, in English where English has it.
EXAMPLES = {
    symbol: word
    for symbol, _, word in (
        line.partition(" ")
        for line in """_ silence
p pin|b bin|m map|f fan|v van|w win|θ thin|ð then|t tin|d din|n net|s sip|z zip|l lip
r Spanish perro|ɹ red|ʃ ship|ʒ measure|tʃ chip|dʒ jam|j yes|ɲ Spanish año|ç German ich
k cat|ɡ get|ŋ sing|x German Bach|ʁ French rue|h hat|ʔ uh-oh, the stop in it
i see|ɪ sit|e say, its first half|ɛ bed|æ cat|a my, its first half|ɑ father|ʌ cup|ə about
ɝ bird|ɔ law|o go, its first half|ʊ book|u too|y French tu|ø French deux|ɯ Turkish ı""".replace(
            "\n", "|"
        ).split("|")
    )
}


def moved_edge(phones: Sequence[Phone], edge: int, seconds: Seconds) -> tuple[Phone, ...]:
    """Move the time at which one phone ends and the next begins.

    Parameters
    ----------
    phones : sequence of Phone
        End to end.
    edge : int
        The edge before ``phones[edge]``; the first and the last are the sound's own and stay.
    seconds : float
        Where to; kept `SHORTEST_SECONDS` away from the edges beside it.

    Returns
    -------
    tuple of Phone
    """
    if not 0 < edge < len(phones):
        return tuple(phones)
    before, after = phones[edge - 1 : edge + 1]
    low = before.start_seconds + SHORTEST_SECONDS
    high = after.end_seconds - SHORTEST_SECONDS
    if low > high:
        return tuple(phones)
    at = min(max(seconds, low), high)
    before = replace(before, end_seconds=at, confidence=1.0)
    after = replace(after, start_seconds=at, confidence=1.0)
    return (*phones[: edge - 1], before, after, *phones[edge + 1 :])


def split_phone(phones: Sequence[Phone], place: int) -> tuple[Phone, ...]:
    """Halve a phone: the second half is a new one, of the same symbol until it is changed.

    Raises SettingsError if it is too short.
    """
    phone = phones[place]
    if phone.end_seconds - phone.start_seconds < 2 * SHORTEST_SECONDS:
        raise SettingsError(
            f"This “{phone.symbol}” is too short to be split. Move one of its edges first"
        )
    middle = (phone.start_seconds + phone.end_seconds) / 2
    halves = replace(phone, end_seconds=middle), Phone(phone.symbol, middle, phone.end_seconds)
    return (*phones[:place], *halves, *phones[place + 1 :])


def without_phone(phones: Sequence[Phone], place: int) -> tuple[Phone, ...]:
    """Remove a phone; its neighbours meet in the middle, or the only one takes its time.

    Raises SettingsError for the last that is left.
    """
    if len(phones) < 2:
        raise SettingsError("This is the only sound of the line. Change it instead")
    gone, left, right = phones[place], list(phones[:place]), list(phones[place + 1 :])
    middle = (gone.start_seconds + gone.end_seconds) / 2
    meet = middle if left and right else gone.start_seconds if right else gone.end_seconds
    if left:
        left[-1] = replace(left[-1], end_seconds=meet, confidence=1.0)
    if right:
        right[0] = replace(right[0], start_seconds=meet, confidence=1.0)
    return (*left, *right)


def refuse_other_line(phones: Sequence[Phone], seconds: Seconds) -> None:
    """Raise SettingsError if a list is empty, or longer than the line of so many seconds."""
    if not phones:
        raise SettingsError("The file holds no sounds. Choose a list of this line")
    last = max(phone.end_seconds for phone in phones)
    if last > seconds + OVERHANG_SECONDS:
        raise SettingsError(
            f"The list ends at {last:.2f} s, but this line at {seconds:.2f} s. "
            "Choose the list of this line"
        )


def end_to_end(phones: Sequence[Phone], seconds: Seconds) -> tuple[Phone, ...]:
    """Fit a list to a sound: silence in the gaps, cut where two overlap and where the sound ends.

    Parameters
    ----------
    phones : sequence of Phone
        In order of time.
    seconds : float
        Length of the sound.

    Returns
    -------
    tuple of Phone
        From 0 to `seconds`; gaps below `SHORTEST_SECONDS` go to a neighbour.
    """
    fitted: list[Phone] = []
    at = 0.0
    limits = [*(phone.start_seconds for phone in phones), seconds][1:]
    for phone, limit in zip(phones, limits, strict=True):
        start, end = phone.start_seconds, min(phone.end_seconds, limit, seconds)
        if end <= max(start, at):
            continue
        if start - at >= SHORTEST_SECONDS:
            fitted.append(Phone(SILENCE, at, start))
            at = start
        fitted.append(replace(phone, start_seconds=at, end_seconds=end))
        at = end
    if fitted and seconds - at < SHORTEST_SECONDS:
        return (*fitted[:-1], replace(fitted[-1], end_seconds=seconds))
    return (*fitted, Phone(SILENCE, at, seconds))


def laid_over(below: Sequence[Phone], above: Sequence[Phone]) -> tuple[Phone, ...]:
    """Lay a list over another one: it counts wherever it has something.

    Parameters
    ----------
    below, above : sequence of Phone
        In order of time.

    Returns
    -------
    tuple of Phone
        `below` before the first and after the last of `above`, cut there.
    """
    if not above:
        return tuple(below)
    before = clipped(below, 0.0, above[0].start_seconds, SHORTEST_SECONDS / 2)
    return (*before, *above, *clipped(below, above[-1].end_seconds, math.inf, SHORTEST_SECONDS / 2))


def clipped(
    phones: Sequence[Phone], low: Seconds, high: Seconds, shortest: Seconds
) -> tuple[Phone, ...]:
    """Cut a list to a stretch of time.

    Parameters
    ----------
    phones : sequence of Phone
    low, high : float
        Seconds of the list.
    shortest : float
        Phones of which less is left are dropped.

    Returns
    -------
    tuple of Phone
        In the list's own time.
    """
    cut = (
        replace(
            one,
            start_seconds=max(low, one.start_seconds),
            end_seconds=min(high, one.end_seconds),
        )
        for one in phones
    )
    return tuple(one for one in cut if one.end_seconds - one.start_seconds >= shortest)
