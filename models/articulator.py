# SPDX-License-Identifier: GPL-3.0-or-later
"""The second network: from what was said to how the mouth moves."""

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from ..core.arrays import Floats
from ..core.motion.contact import decide_contacts, decide_tucks
from ..core.motion.rest import moving_share
from ..core.motion.track import CONTACT_NAMES, FACE_NAMES, LIP_CONTACT, LIP_TUCK, FaceTrack
from ..core.phones import BILABIAL, INDEX, LABIODENTAL, SILENCE
from ..core.timing import Hertz
from .listener import Heard
from .session import Cancel, Progress, bundled, open_session, run_windowed

WINDOW_FRAMES = 2_000


def inputs_of(heard: Heard, first: int, last: int) -> NDArray[np.float32]:
    """Put some frames of what was heard into the network's columns: [frames, phones + 4 + e]."""
    part = slice(first, last)
    return np.concatenate([heard.posteriors[part], heard.prosody[part], heard.embedding[part]], 1)


def articulate(
    heard: Heard,
    *,
    device: str = "auto",
    threads: int = 1,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> FaceTrack:
    """Draw the mouth, jaw and tongue of a line.

    Parameters
    ----------
    heard : Heard
    device : {"auto", "cpu", "cuda", "directml", "coreml"}
    threads : int
    progress, cancelled : callable, optional

    Returns
    -------
    FaceTrack
        The mouth, jaw and tongue channels, and `CONTACT_NAMES`; weights 0..1.

    Raises
    ------
    ModelError
        If the network cannot be run.
    Cancelled
        If `cancelled` says so.
    """
    curves = drawn(heard, device=device, threads=threads, progress=progress, cancelled=cancelled)
    rest = moving_share(heard.posteriors[:, INDEX[SILENCE]], heard.rate_hz)
    return on_both_sides(rest_and_meet(curves, heard, rest), heard.rate_hz)


def drawn(
    heard: Heard,
    *,
    device: str = "auto",
    threads: int = 1,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> dict[str, Floats]:
    """Run the network alone; what `articulate` then brings to rest and to a decision.

    Parameters
    ----------
    heard : Heard
    device : {"auto", "cpu", "cuda", "directml", "coreml"}
    threads : int
    progress, cancelled : callable, optional

    Returns
    -------
    dict of str to ndarray [shape=(frames,)], float32
        The network's channels; shapes with two sides have one curve for both.

    Raises
    ------
    ModelError
        If the network cannot be run.
    Cancelled
        If `cancelled` says so.
    """
    network = bundled("articulator")
    (values,) = run_windowed(
        open_session("articulator", device, threads),
        lambda first, last: inputs_of(heard, first, last),
        len(heard.posteriors),
        window_frames=WINDOW_FRAMES,
        margin_frames=network.reach_frames,
        progress=progress,
        cancelled=cancelled,
    )
    return dict(zip(network.facts["channels"], values.T, strict=True))


def rest_and_meet(curves: Mapping[str, Floats], heard: Heard, share: Floats) -> dict[str, Floats]:
    """Bring what the network drew to rest where nobody speaks, and its contacts to a decision.

    Parameters
    ----------
    curves : mapping of str to ndarray [shape=(frames,)]
        As from `drawn`.
    heard : Heard
    share : ndarray [shape=(frames,)]
        Of the motion that stays, 0..1.

    Returns
    -------
    dict of str to ndarray [shape=(frames,)]
    """
    out = {name: curve * share for name, curve in curves.items()}
    closing, tucking = (
        share * probability_of(heard, BILABIAL),
        share * probability_of(heard, LABIODENTAL),
    )
    out[LIP_CONTACT] = decide_contacts(out[LIP_CONTACT], closing, tucking, heard.rate_hz)
    out[LIP_TUCK] = decide_tucks(out[LIP_TUCK], tucking, out[LIP_CONTACT], heard.rate_hz)
    return out


def probability_of(heard: Heard, phones: Collection[str]) -> NDArray[np.float32]:
    """Probability that one of some phones is said.

    Parameters
    ----------
    heard : Heard
    phones : collection of str
        Of `core.phones.PHONES`.

    Returns
    -------
    ndarray [shape=(frames,)]
        0..1.
    """
    return heard.posteriors[:, [INDEX[phone] for phone in sorted(phones)]].sum(axis=1)


def on_both_sides(curves: Mapping[str, Floats], rate_hz: Hertz) -> FaceTrack:
    """Give a channel without a side to both sides where the face has two.

    Parameters
    ----------
    curves : mapping of str to ndarray [shape=(frames,)]
    rate_hz : float

    Returns
    -------
    FaceTrack
        Weights kept within 0..1.
    """
    wanted = set(FACE_NAMES) | set(CONTACT_NAMES)
    spread: dict[str, Floats] = {}
    for name, curve in curves.items():
        sides = [name] if name in wanted else [name + "Left", name + "Right"]
        spread.update(dict.fromkeys(sides, np.clip(curve, 0, 1)))
    return FaceTrack.of(spread, rate_hz)
