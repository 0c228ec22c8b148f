# SPDX-License-Identifier: GPL-3.0-or-later
"""Random crops of the cached speech, mixed over the sources."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader, IterableDataset

from lipwright.core.phones import INDEX

from ..config import CACHE, FRAME_HZ, HOP, ListenerConfig
from ..data.prepare import UNLABELLED
from . import augment

SILENCE = INDEX["_"]


@dataclass(frozen=True)
class Batch:
    """Crops ready for the network: samples [B, S], labels [B, F], pitch [B, F] (NaN = unvoiced)."""

    samples: NDArray[np.float32]
    labels: NDArray[np.uint8]
    pitch: NDArray[np.float32]


class Source:
    """One cache file, and random lines of it."""

    def __init__(self, path: Path) -> None:
        data = np.load(path)
        self.samples, self.labels, self.pitch = data["samples"], data["labels"], data["pitch"]
        self.frames = data["frames"]
        self.first = np.concatenate([[0], np.cumsum(self.frames)[:-1]])

    def line(self, index: int) -> tuple[NDArray, NDArray, NDArray]:
        """One whole line: samples in -1..1, labels, pitch."""
        a = self.first[index]
        b = a + self.frames[index]
        voice = self.samples[a * HOP : b * HOP].astype(np.float32) / 32768
        return voice, self.labels[a:b], self.pitch[a:b].astype(np.float32)


class Mixer:
    """Draw batches from many sources by their shares."""

    def __init__(self, shares: dict[str, float], seed: int) -> None:
        self.names = [n for n, s in shares.items() if s > 0 and (CACHE / f"{n}.npz").exists()]
        self.sources = [Source(CACHE / f"{name}.npz") for name in self.names]
        weights = np.array([shares[name] for name in self.names])
        self.shares = weights / weights.sum()
        self.rng = np.random.default_rng(seed)

    def _stretched(self, source: Source) -> tuple[NDArray, NDArray, NDArray]:
        """One line at another speed, pitch and formants together."""
        voice, labels, pitch = source.line(int(self.rng.integers(len(source.frames))))
        speed = float(self.rng.choice([1.0, self.rng.uniform(0.82, 1.25)], p=[0.4, 0.6]))
        if speed == 1.0:
            return voice, labels, pitch
        frames = int(len(labels) / speed)
        voice = np.interp(np.arange(frames * HOP) * speed, np.arange(len(voice)), voice)
        at = np.minimum((np.arange(frames) * speed).astype(int), len(labels) - 1)
        return voice.astype(np.float32), labels[at], pitch[at] + np.log2(speed)

    def batch(self, size: int, crop_seconds: float, unspoken: float) -> Batch:
        """Fill crops with lines, silence between them; short lines share a crop.

        A share of the crops, `unspoken`, stays empty: what is added there is no speech.
        """
        frames = round(crop_seconds * FRAME_HZ)
        samples = np.zeros((size, frames * HOP), np.float32)
        labels = np.full((size, frames), SILENCE, np.uint8)
        pitch = np.full((size, frames), np.nan, np.float32)
        for i in range(size):
            place = frames if self.rng.random() < unspoken else 0
            while place < frames - 20:
                source = self.sources[self.rng.choice(len(self.sources), p=self.shares)]
                voice, label, tone = self._stretched(source)
                room = frames - place
                start = int(self.rng.integers(0, len(label) - room + 1)) if len(label) > room else 0
                stop = min(len(label), start + room)
                end = place + stop - start
                samples[i, place * HOP : end * HOP] = voice[start * HOP : stop * HOP]
                labels[i, place:end] = label[start:stop]
                pitch[i, place:end] = tone[start:stop]
                place = end + int(self.rng.integers(5, 60))
        return Batch(samples, labels, pitch)


class _Disturbed(IterableDataset):
    """Batches of one mixer without end, as they sound after their way to the ear."""

    def __init__(self, config: ListenerConfig, seed: int) -> None:
        self.config, self.seed = config, seed

    def __iter__(self) -> Iterator[Batch]:
        c, rng = self.config, np.random.default_rng([self.seed, 1])
        mixer = Mixer(c.shares, self.seed)
        while True:
            clean = mixer.batch(c.batch, c.crop_seconds, c.unspoken)
            samples = augment.disturb(torch.tensor(clean.samples), rng).numpy()
            yield Batch(samples, clean.labels, clean.pitch)


def disturbed_batches(config: ListenerConfig, seed: int) -> Iterator[Batch]:
    """Draw and disturb batches in a process of their own, while the network learns."""
    loader = DataLoader(_Disturbed(config, seed), batch_size=None, num_workers=1, prefetch_factor=4)
    return iter(loader)


def unlabelled(labels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Labels as int64 with -100 (ignored by the loss) where nothing is known."""
    wide = labels.astype(np.int64)
    wide[labels == UNLABELLED] = -100
    return wide
