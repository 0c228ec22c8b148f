# SPDX-License-Identifier: GPL-3.0-or-later
"""From frame-wise probabilities to a list of phones with times, and back."""

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats
from .errors import SettingsError
from .phones import INDEX, PHONES, Phone
from .timing import Hertz

# Cost of changing to another phone, in nats: about one false phone a second less than without,
# and short closures survive. Chosen on the dev splits.
CHANGE_COST = 2.0


def viterbi(
    posteriors: NDArray[np.float32], *, change_cost: float = CHANGE_COST
) -> NDArray[np.int64]:
    """Find the most likely sequence of phones when every change costs the same.

    Viterbi (1967) over fully connected states; with one cost for all changes each step needs
    only the best state so far, so the time is linear in frames and phones.

    Parameters
    ----------
    posteriors : ndarray [shape=(frames, phones)]
    change_cost : float >= 0
        In nats.

    Returns
    -------
    ndarray [shape=(frames,)], int64
        Index of the phone of each frame.
    """
    score = np.maximum(posteriors, 1e-6)
    np.log(score, out=score)  # in place: an hour is 69 MB
    frames = len(score)
    stays = np.empty(score.shape, bool)
    leaders = [0] * frames
    best = score[0].astype(np.float64)  # sums of a whole hour
    for i, (gain, stay) in enumerate(zip(score[1:], stays[1:], strict=True), 1):
        leaders[i] = leader = int(best.argmax())
        switch = best[leader] - change_cost
        np.greater_equal(best, switch, out=stay)
        np.maximum(best, switch, out=best)
        best += gain
    path = np.empty(frames, np.int64)
    path[-1] = best.argmax()
    for i in range(frames - 1, 0, -1):
        path[i - 1] = path[i] if stays[i, path[i]] else leaders[i]
    return path


def phones_of(posteriors: NDArray[np.float32], rate_hz: Hertz) -> tuple[Phone, ...]:
    """List the phones that were heard.

    Parameters
    ----------
    posteriors : ndarray [shape=(frames, phones)]
    rate_hz : float

    Returns
    -------
    tuple of Phone
        End to end from 0 s; the confidence is the mean posterior.
    """
    if not len(posteriors):
        return ()
    path = viterbi(posteriors)
    edges = np.flatnonzero(np.diff(path)) + 1
    bounds = [0, *edges.tolist(), len(path)]
    return tuple(
        Phone(
            PHONES[int(path[a])],
            a / rate_hz,
            b / rate_hz,
            round(float(posteriors[a:b, path[a]].mean()), 3),
        )
        for a, b in itertools.pairwise(bounds)
    )


def posteriors_of(phones: Sequence[Phone], frames: int, rate_hz: Hertz) -> NDArray[np.float32]:
    """Turn a phone list into certain posteriors, as if it had been heard so.

    Parameters
    ----------
    phones : sequence of Phone
        In order of time; what none covers is silence.
    frames : int
    rate_hz : float

    Returns
    -------
    ndarray [shape=(frames, phones)], float32

    Raises
    ------
    SettingsError
        If a symbol is unknown or a time makes no sense.
    """
    path = np.full(frames, INDEX["_"])
    for phone in phones:
        if phone.symbol not in INDEX:
            raise SettingsError(
                f"“{phone.symbol}” is not a known phone. Use one of: {' '.join(PHONES)}"
            )
        if not 0 <= phone.start_seconds <= phone.end_seconds < np.inf:
            raise SettingsError(
                f"The phone “{phone.symbol}” goes from {phone.start_seconds:g} s to "
                f"{phone.end_seconds:g} s. Let it start at 0 or later and end after it starts"
            )
        first, last = round(phone.start_seconds * rate_hz), round(phone.end_seconds * rate_hz)
        path[first:last] = INDEX[phone.symbol]
    return np.eye(len(PHONES), dtype=np.float32)[path]


def corrected_posteriors(posteriors: Floats, phones: Sequence[Phone], rate_hz: Hertz) -> Floats:
    """Make what was heard certain where a person set it or says otherwise.

    So a list that was heard and not changed is heard again, and a change is felt near it only.

    Parameters
    ----------
    posteriors : ndarray [shape=(frames, phones)]
        What was heard.
    phones : sequence of Phone
        Set by hand where the confidence is 1.
    rate_hz : float

    Returns
    -------
    ndarray [shape=(frames, phones)]

    Raises
    ------
    SettingsError
        As `posteriors_of`.
    """
    certain = posteriors_of(phones, len(posteriors), rate_hz)
    by_hand = certain.argmax(axis=1) != viterbi(posteriors)
    for phone in phones:
        if phone.confidence >= 1:
            first, last = round(phone.start_seconds * rate_hz), round(phone.end_seconds * rate_hz)
            by_hand[first:last] = True
    return np.where(by_hand[:, None], certain, posteriors)
