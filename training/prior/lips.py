# SPDX-License-Identifier: GPL-3.0-or-later
"""Mouth channels to lip distances, and the lips of the captured speaker.

A weight means another distance on every head, so captured lips are compared as distances. The
linear effect of each channel is the mean over the heads whose shape keys are given.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lipwright.core.motion.mix import (
    CLOSED_IN_TUCK,
    LEFT_IN_CONTACT,
    LEFT_IN_TUCK,
    PARTING,
)
from lipwright.core.motion.mouth import CLOSE_PER_JAW
from lipwright.core.motion.track import LIP_CONTACT, LIP_TUCK
from lipwright.core.phones import BILABIAL, LABIODENTAL, SILENCE, Phone, split_evenly, to_phones

from ..config import FRAME_HZ
from .curves import CHANNELS, COLUMN

FLOOR = 0.045  # mouth widths: away from M B P measured lips of 65 px touch where real ones do not
AJAR = 0.05  # lips at rest that are this little apart should be shut
TUCKED = 0.06  # between the lips while the lower one touches the teeth (F V)
WIDTH_GAIN = (
    1.8  # the captured speaker's lips move little to the sides; the timing is his, the size is not
)
LABEL_SHIFT_SECONDS = 0.010  # the aligner's times are early


@dataclass(frozen=True)
class LipModel:
    """Effect of each channel on lip distance and mouth width, in mouth widths: (channels,)."""

    gap: NDArray[np.float64]
    width: NDArray[np.float64]
    close: float  # effect of mouthClose on the gap

    @classmethod
    def load(cls, folder: Path) -> "LipModel":
        """Average over the heads in a folder of ``rig_*.npz``."""
        rows = [cls._one(path) for path in sorted(folder.glob("rig_*.npz"))]
        gap, width, close = (np.mean(part, axis=0) for part in zip(*rows, strict=True))
        return cls(gap, width, float(close))

    @staticmethod
    def _one(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
        with np.load(path) as data:
            names = [str(n) for n in data["names"]]
            point = {str(p): i for i, p in enumerate(data["points"])}
            delta = data["delta"]
        opening = delta[:, point["upper_centre"], 1] - delta[:, point["lower_centre"], 1]
        spread = delta[:, point["corner_left"], 0] - delta[:, point["corner_right"], 0]
        gap, width = np.zeros(len(CHANNELS)), np.zeros(len(CHANNELS))
        for i, channel in enumerate(CHANNELS):
            for name in (channel, f"{channel}Left", f"{channel}Right"):
                if name in names:
                    gap[i] += opening[names.index(name)]
                    width[i] += spread[names.index(name)]
        return gap, width, float(opening[names.index("mouthClose")])

    @property
    def parting(self) -> NDArray[np.bool_]:
        """Channels that give way while the lips must meet, as in the mix."""
        return np.array([c in PARTING or f"{c}Left" in PARTING for c in CHANNELS])

    def measure(self, face):
        """Gap and width of curves [..., channels], numpy or torch, as the mix will show them."""
        contact = face[..., COLUMN[LIP_CONTACT]].clip(0, 1)
        tuck = face[..., COLUMN[LIP_TUCK]].clip(0, 1)
        jaw = face[..., COLUMN["jawOpen"]]
        way = 1 - (1 - LEFT_IN_CONTACT) * contact
        gap = self.close * CLOSE_PER_JAW * (contact + CLOSED_IN_TUCK * tuck).clip(0, 1) * jaw
        width = 0.0 * jaw
        for i, parts in enumerate(self.parting):
            value = face[..., i] * way if parts else face[..., i]
            if CHANNELS[i] == "mouthLowerDown":
                value = value * (1 - (1 - LEFT_IN_TUCK) * tuck)
            gap = gap + float(self.gap[i]) * value
            width = width + float(self.width[i]) * value
        return gap, width


@dataclass(frozen=True)
class Captured:
    """One recorded clip: its phones, and its lips at 100 Hz in mouth widths."""

    file: Path
    phones: tuple[Phone, ...]
    gap: NDArray[np.float32]
    width: NDArray[np.float32]


def captured_clips(folder: Path, split: str) -> Iterator[Captured]:
    """Read the clips of one split."""
    for row in map(json.loads, (folder / "manifest.jsonl").read_text("utf8").splitlines()):
        if row["split"] != split:
            continue
        phones = [
            part
            for start, end, label in row["phones"]
            for part in split_evenly(
                to_phones(label, row["phone_set"]) or (SILENCE,),
                start + LABEL_SHIFT_SECONDS,
                end + LABEL_SHIFT_SECONDS,
            )
        ]
        with np.load(folder / row["truth"]) as data:
            times, gap, width = data["times"], data["lip_gap"], data["mouth_width"]
        unit = np.nanmedian(width)
        good = np.isfinite(gap) & np.isfinite(width)
        at = (np.arange(int(row["seconds"] * FRAME_HZ)) + 0.5) / FRAME_HZ
        gap = np.interp(at, times[good], gap[good] / unit).astype(np.float32)
        width = np.interp(at, times[good], WIDTH_GAIN * (width[good] / unit - 1)).astype(np.float32)
        yield Captured(folder / row["file"], tuple(phones), wanted_gap(gap, phones), width)


def wanted_gap(gap: NDArray[np.float32], phones: list[Phone]) -> NDArray[np.float32]:
    """Correct what the camera could not see: rest is shut, speech away from M B P is not."""
    out = gap.copy()
    for phone in phones:
        a, b = round(phone.start_seconds * FRAME_HZ), round(phone.end_seconds * FRAME_HZ)
        if phone.symbol == SILENCE:
            out[a:b] = np.maximum(out[a:b] - AJAR, 0)
        elif phone.symbol in LABIODENTAL:
            out[a:b] = np.clip(out[a:b], FLOOR, TUCKED)
        elif phone.symbol not in BILABIAL:
            out[a:b] = np.maximum(out[a:b], FLOOR)
    return out
