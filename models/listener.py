# SPDX-License-Identifier: GPL-3.0-or-later
"""The first network: from a voice to what was said, frame by frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.audio.load import RATE_HZ as SOUND_RATE_HZ
from ..core.audio.load import Sound, make_sound
from ..core.errors import ModelError
from ..core.phones import PHONES
from ..core.timing import Hertz
from .session import Cancel, Progress, bundled, open_session, run_windowed

WINDOW_SECONDS = 20
PROSODY = ("voicing", "pitch_log2", "loudness_db", "effort_db")


@dataclass(frozen=True)
class Heard:
    """What the listener made of a sound.

    Parameters
    ----------
    posteriors : ndarray [shape=(frames, phones)], float32
        Probability of each of `core.phones.PHONES`.
    prosody : ndarray [shape=(frames, 4)], float32
        Voicing 0..1; log2(pitch / 100 Hz), meaningful where voiced; loudness in dB of full
        scale; effort, the dB of 1-4 kHz over the dB below 1 kHz.
    embedding : ndarray [shape=(frames, e)], float32
        -1..1.
    rate_hz : float
    """

    posteriors: NDArray[np.float32]
    prosody: NDArray[np.float32]
    embedding: NDArray[np.float32]
    rate_hz: Hertz


def listen(
    sound: Sound,
    *,
    device: str = "auto",
    threads: int = 1,
    window_seconds: float = WINDOW_SECONDS,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Heard:
    """Hear the phones and the prosody of a voice.

    Parameters
    ----------
    sound : Sound
        Brought to 16 kHz where it is not.
    device : {"auto", "cpu", "cuda", "directml", "coreml"}
    threads : int
    window_seconds : float
        The result does not depend on it; memory does.
    progress, cancelled : callable, optional

    Returns
    -------
    Heard
        One frame each 10 ms; ``ceil(n / 160)`` rounded up to an even number.

    Raises
    ------
    SoundError
        If the sound is empty or its rate is unusable.
    ModelError
        If the network cannot be run, or it was made for other phones.
    Cancelled
        If `cancelled` says so.
    """
    network = bundled("listener")
    if tuple(network.facts["phones"]) != PHONES:
        raise ModelError("The listener network is of another version. Install Lipwright again")
    if not len(sound.samples) or sound.rate_hz != SOUND_RATE_HZ:
        sound = make_sound(sound.samples, sound.rate_hz)
    samples = sound.samples
    hop = int(network.facts["samples_per_frame"])
    frames = 2 * -(-len(samples) // (2 * hop))

    def read(first: int, last: int) -> NDArray[np.float32]:
        seen = samples[first * hop : last * hop]
        return np.pad(seen, (0, (last - first) * hop - len(seen)))  # the end is padded

    posteriors, prosody, embedding = run_windowed(
        open_session("listener", device, threads),
        read,
        frames,
        # Even frame numbers keep the network's 20 ms steps where they are in one whole run.
        window_frames=max(2, 2 * round(window_seconds * network.rate_hz / 2)),
        margin_frames=network.reach_frames,
        progress=progress,
        cancelled=cancelled,
    )
    return Heard(posteriors, prosody, embedding, network.rate_hz)
