# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether lips meet and tuck: once for each M, B and P, F and V, wholly or not at all."""

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from ..arrays import Floats
from ..timing import Hertz
from .ease import ramp

# A likely contact is drawn whole, an unlikely one not at all: half-shut lips read as mush. Well
# below one half, because lips that miss an M are seen sooner than lips that meet on a V. Chosen on
# the dev splits and on training voices (`training/measuring/evaluate.py`).
CONTACT_FROM, CONTACT_WHOLE = 0.15, 0.3
CONTACT_SECONDS = 0.06  # to each side: a contact with the way there and back
# Of a contact's height: below the first the lips are still on their way, from the second they meet.
WAY_FROM, WAY_WHOLE = 0.3, 0.9
BLUR_SECONDS = 0.02
# A lower lip that may tuck does so wholly, and rather for nothing than not. Chosen on the dev
# splits and on the training speech of readers and learners: six frames in a thousand tuck for
# nothing there.
TUCK_FROM, TUCK_WHOLE = 0.1, 0.25


def decide_contacts(
    contact: Floats,
    closing: Floats,
    tucking: Floats,
    rate_hz: Hertz,
) -> Floats:
    """Turn a contact that wavers where it is unsure into lips that meet or do not.

    The network's contact gives the way there and back; whether the lips meet at all is decided
    once for each contact, by its height and by how surely the listener heard M, B or P, and not
    rather F or V.

    Parameters
    ----------
    contact : ndarray [shape=(frames,)]
        As the network draws it, 0..1.
    closing : ndarray [shape=(frames,)]
        Probability of M, B and P together, 0..1.
    tucking : ndarray [shape=(frames,)]
        Of F and V, likewise.
    rate_hz : float

    Returns
    -------
    ndarray [shape=(frames,)]
        1 where the lips meet, 0 up to the evidence `CONTACT_FROM`, smooth in between.
    """
    blur = BLUR_SECONDS * rate_hz
    rival = gaussian_filter1d(tucking, blur) - gaussian_filter1d(closing, blur)
    return _whole(contact, closing, np.maximum(rival, 0), CONTACT_FROM, CONTACT_WHOLE, rate_hz)


def decide_tucks(
    tuck: Floats,
    tucking: Floats,
    contact: Floats,
    rate_hz: Hertz,
) -> Floats:
    """Let a lower lip tuck wholly for an F or V that is likely, as lips meet wholly.

    Parameters
    ----------
    tuck : ndarray [shape=(frames,)]
        As the network draws it, 0..1.
    tucking : ndarray [shape=(frames,)]
        Probability of F and V, 0..1.
    contact : ndarray [shape=(frames,)]
        As `decide_contacts` gives it: lips that meet do not tuck.
    rate_hz : float

    Returns
    -------
    ndarray [shape=(frames,)]
        At least `tuck`.
    """
    whole = _whole(tuck, tucking, np.zeros(len(tuck)), TUCK_FROM, TUCK_WHOLE, rate_hz)
    met = maximum_filter1d(contact, _reach_frames(rate_hz), mode="nearest")
    return np.maximum(tuck, whole * (1 - met))


def _reach_frames(rate_hz: Hertz) -> int:
    return 2 * round(CONTACT_SECONDS * rate_hz) + 1


def _whole(
    drawn: Floats,
    said: Floats,
    rival: Floats,
    start: float,
    end: float,
    rate_hz: Hertz,
) -> Floats:
    """Make one decision for each hump of `drawn`, between two evidences, with its way there."""
    reach = _reach_frames(rate_hz)
    evidence = maximum_filter1d((drawn + said) / 2 - rival, reach, mode="nearest")
    height = 0.8 * drawn + 0.2 * gaussian_filter1d(said, BLUR_SECONDS * rate_hz)
    way = height / np.maximum(maximum_filter1d(height, reach, mode="nearest"), 1e-6)
    decided: Floats = ramp(evidence, start, end)
    return decided * ramp(way, WAY_FROM, WAY_WHOLE)
