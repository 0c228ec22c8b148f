# SPDX-License-Identifier: GPL-3.0-or-later
"""What the performance layers know of a voice: when it speaks, stresses and pauses."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from ..arrays import Floats
from ..phones import BILABIAL, SILENCE, VOWELS, Phone
from ..timing import Hertz, Seconds

SHORTEST_PAUSE_SECONDS = 0.18  # shorter silences are stops, not the end of a phrase

VOICED = 0.6  # from here on a frame's pitch and effort say something
EMPHATIC = 0.7  # strength of a stress that nothing may distract from


@dataclass(frozen=True)
class Voice:
    """A voice as the performance sees it.

    Parameters
    ----------
    phones : tuple of Phone
    loudness_db, voicing, pitch_log2 : ndarray [shape=(frames,)], float32
        As the listener gives them.
    rate_hz : float
        Frames in a second.
    fingerprint : int
        A number that depends on the sound alone; random choices start from it and the seed.
    effort_db : ndarray [shape=(frames,)], float32, optional
        As the listener gives it.
    """

    phones: tuple[Phone, ...]
    loudness_db: NDArray[np.float32]
    voicing: NDArray[np.float32]
    pitch_log2: NDArray[np.float32]
    rate_hz: Hertz
    fingerprint: int = 0
    effort_db: NDArray[np.float32] | None = None

    @property
    def frames(self) -> int:
        """Number of frames."""
        return len(self.loudness_db)

    @property
    def seconds(self) -> Seconds:
        """Length in seconds."""
        return self.frames / self.rate_hz

    @property
    def times_seconds(self) -> NDArray[np.float64]:
        """Time of every frame."""
        return np.arange(self.frames) / self.rate_hz

    def from_ends(self, seconds: Seconds) -> NDArray[np.float64]:
        """0 at both ends of the line, 1 from so many seconds inside on; shape (frames,)."""
        times = self.times_seconds
        return np.clip(np.minimum(times, times[-1:] - times) / seconds, 0, 1)

    def random(self, seed: int, stream: int) -> np.random.Generator:
        """Make one generator of a layer: the same seed and sound give the same take."""
        return np.random.default_rng([seed, stream, self.fingerprint])

    @cached_property
    def pauses(self) -> tuple[tuple[Seconds, Seconds], ...]:
        """Silences long enough to end a phrase, as (start, end)."""
        return tuple(
            (p.start_seconds, p.end_seconds)
            for p in self.phones
            if p.symbol == SILENCE and p.end_seconds - p.start_seconds >= SHORTEST_PAUSE_SECONDS
        )

    @cached_property
    def speaking(self) -> NDArray[np.float32]:
        """1 while a phrase is spoken, 0 in pauses, with soft edges of 0.1 s; shape (frames,)."""
        active = np.ones(self.frames)
        for start, end in self.pauses:
            active[round(start * self.rate_hz) : round(end * self.rate_hz)] = 0
        return gaussian_filter1d(active, 0.1 * self.rate_hz, mode="nearest").astype(np.float32)

    @cached_property
    def stresses(self) -> tuple[tuple[Seconds, float], ...]:
        """Stressed vowels: time of the peak and strength 0..1.

        A vowel is stressed when it is longer, louder and higher than the others of the line
        (the cues of Fry 1955 and 1958); no two stresses lie within 0.3 s.
        """
        vowels = [p for p in self.phones if p.symbol in VOWELS]
        if len(vowels) < 3:
            return ()
        score = np.array([self._prominence(p) for p in vowels])
        score = (score - np.median(score)) / (score.std() + 1e-6)
        centres = np.array([(p.start_seconds + p.end_seconds) / 2 for p in vowels])
        line = np.zeros(self.frames + 1)
        np.maximum.at(line, np.minimum((centres * self.rate_hz).astype(int), self.frames), score)
        peaks, _ = find_peaks(line, height=0.7, distance=max(1, int(0.3 * self.rate_hz)))
        return tuple((i / self.rate_hz, float(min(1.0, 0.4 + 0.3 * line[i]))) for i in peaks)

    @cached_property
    def emphatic_closures(self) -> tuple[tuple[Seconds, Seconds], ...]:
        """The M B P right before a strongly stressed vowel, as (start, end)."""
        strong = [time for time, strength in self.stresses if strength >= EMPHATIC]
        return tuple(
            (lips.start_seconds, lips.end_seconds)
            for lips, vowel in zip(self.phones, self.phones[1:], strict=False)
            if lips.symbol in BILABIAL
            and any(vowel.start_seconds <= time <= vowel.end_seconds for time in strong)
        )

    def _prominence(self, phone: Phone) -> float:
        a = round(phone.start_seconds * self.rate_hz)
        b = max(a + 1, round(phone.end_seconds * self.rate_hz))
        loud = float(self.loudness_db[a:b].mean()) if a < self.frames else -60.0
        voiced = self.voicing[a:b] > 0.5
        high = float(self.pitch_log2[a:b][voiced].mean()) if voiced.any() else 0.0
        return loud / 6.0 + 2.0 * high + 4.0 * min(phone.end_seconds - phone.start_seconds, 0.3)


def smooth_bump(
    times_seconds: Floats, centre: Seconds, rise: Seconds, fall: Seconds
) -> tuple[slice, NDArray[np.float64]]:
    """Shape a single raised-cosine bump, 1 at its centre.

    Parameters
    ----------
    times_seconds : ndarray [shape=(frames,)]
        Ascending.
    centre, rise, fall : float
        In seconds.

    Returns
    -------
    slice
        The frames that the bump touches, so that a long line costs no more a bump than a short.
    ndarray [shape=(frames of the slice,)], float64
        Its values there; 0 outside.
    """
    first, last = np.searchsorted(times_seconds, [centre - rise, centre + fall])
    offset = times_seconds[first:last] - centre
    phase = np.where(offset < 0, offset / rise, offset / fall)
    return slice(first, last), 0.5 + 0.5 * np.cos(np.pi * phase)
