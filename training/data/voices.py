# SPDX-License-Identifier: GPL-3.0-or-later
"""Cached speech of real people in other voices: pitch, formants and effort apart.

    python -m lipwright.training.data.voices [--hours 1.6]

WORLD (Morise et al. 2016, `pyworld`) takes a voice apart into pitch, envelope and breath. Pitch
goes up without the mouth becoming small, as in acted speech, or both change, as in children; the
melody is widened, the spectrum tilted as a raised or lowered voice tilts it (Traunmueller and
Eriksson 2000), and pitch and breath roughened. Times, and so the labels, stay.
"""

import argparse
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyworld
from numpy.typing import NDArray

from ..config import CACHE, FRAME_HZ, HOP, RATE_HZ
from .prepare import Line, save

log = logging.getLogger(__name__)

# Whose recordings, and how much of each.
SHARES = {
    "speechocean762": 0.35,
    "kathleen": 0.2,
    "nathalie": 0.1,
    "read": 0.35,
}
STEP_MS = 5.0
LOWEST_HZ, HIGHEST_HZ = 60.0, 720.0
FORMANTS = (0.8, 1.35)
LOUDEST_TILT_DB = 9.0  # at 4 kHz over 500 Hz, a shout; half of it the other way, a murmur


@dataclass(frozen=True)
class Parts:
    """A voice taken apart, a row each `STEP_MS`."""

    pitch: NDArray[np.float64]  # Hz, 0 where unvoiced
    envelope: NDArray[np.float64]
    breath: NDArray[np.float64]


def take_apart(samples: NDArray[np.float64]) -> Parts:
    """Find pitch, spectral envelope and breath."""
    pitch, times = pyworld.dio(samples, RATE_HZ, f0_floor=LOWEST_HZ, frame_period=STEP_MS)
    pitch = pyworld.stonemask(samples, pitch, times, RATE_HZ)
    envelope = pyworld.cheaptrick(samples, pitch, times, RATE_HZ)
    return Parts(pitch, envelope, pyworld.d4c(samples, pitch, times, RATE_HZ))


def put_together(
    parts: Parts, *, size: float, tilt_db: float, breath: float, tempo: float = 1.0
) -> NDArray[np.float64]:
    """Say the parts with formants `size` times as high and so much more at 4 kHz than at 500 Hz."""
    bins = np.arange(parts.envelope.shape[1])
    source = np.minimum(bins / size, bins[-1])
    low = np.minimum(source.astype(int), bins[-1] - 1)
    part = source - low
    log_envelope = np.log(parts.envelope)
    moved = log_envelope[:, low] * (1 - part) + log_envelope[:, low + 1] * part
    octaves = np.log2(np.maximum(bins / bins[-1] * RATE_HZ / 2, 500) / 500)
    moved += tilt_db * octaves / 3 * np.log(10) / 10
    return pyworld.synthesize(
        parts.pitch,
        np.ascontiguousarray(np.exp(moved)),
        parts.breath**breath,
        RATE_HZ,
        STEP_MS / tempo,
    )


def other_voice(
    samples: NDArray[np.float64], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Say the same in another voice; returns samples and log2(pitch / 100 Hz), NaN unvoiced."""
    parts = take_apart(samples)
    pitch = parts.pitch
    new_pitch = _other_pitch(pitch, rng)
    change = float(np.median(new_pitch[pitch > 0] / pitch[pitch > 0])) if pitch.any() else 1.0
    # A higher voice is rather of a shorter tract, but far from always: actors squeak.
    size = float(np.clip(change ** rng.uniform(0.0, 0.4) * rng.uniform(0.9, 1.12), *FORMANTS))
    tilt_db = rng.uniform(-0.5, 1.0) * LOUDEST_TILT_DB
    said = put_together(
        replace(parts, pitch=new_pitch), size=size, tilt_db=tilt_db, breath=rng.uniform(0.5, 1.2)
    )[: len(samples)]
    said = np.pad(said, (0, len(samples) - len(said)))
    loudness = np.sqrt(np.mean(samples**2)) / max(1e-6, float(np.sqrt(np.mean(said**2))))
    said = said * min(loudness, 0.99 / max(1e-6, float(np.abs(said).max())))
    with np.errstate(divide="ignore"):
        tone = np.log2(new_pitch / 100)
    each = round(1000 / FRAME_HZ / STEP_MS)
    tone = np.where(np.isfinite(tone), tone, np.nan)[each // 2 :: each]
    return said, tone.astype(np.float32)


def _other_pitch(pitch: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Another height, another width of the melody, and sometimes a tremor or a creak."""
    voiced = pitch > 0
    if not voiced.any():
        return pitch
    middle = float(np.exp(np.log(pitch[voiced]).mean()))
    # Mostly up: low voices are what the sources have.
    height = middle * 2 ** rng.choice(
        [rng.uniform(0.2, 1.2), rng.uniform(-0.6, 0.2)], p=[0.75, 0.25]
    )
    melody = np.log(np.maximum(pitch, 1.0) / middle) * rng.uniform(0.6, 2.0)
    time = np.arange(len(pitch)) * STEP_MS / 1000
    if rng.random() < 0.3:
        melody += rng.uniform(0.02, 0.12) * np.sin(2 * np.pi * rng.uniform(4, 9) * time)
    if rng.random() < 0.3:
        melody += rng.uniform(0.01, 0.06) * rng.standard_normal(len(pitch))
    return np.where(voiced, np.clip(height * np.exp(melody), LOWEST_HZ, HIGHEST_HZ), 0.0)


def voiced_lines(hours: float, seed: int) -> Iterator[Line]:
    """Change randomly drawn lines until there is enough."""
    rng = np.random.default_rng(seed)
    for name, share in SHARES.items():
        if not (CACHE / f"{name}.npz").exists():
            log.warning("%s is not prepared, so it gets no other voices", name)
            continue
        data = np.load(CACHE / f"{name}.npz")
        samples, labels, frames = data["samples"], data["labels"], data["frames"]
        first = np.concatenate([[0], np.cumsum(frames)[:-1]])
        wanted = share * hours * 3600 * FRAME_HZ
        for index in rng.permutation(len(frames)):
            if wanted <= 0:
                break
            a, b = int(first[index]), int(first[index] + frames[index])
            voice = samples[a * HOP : b * HOP].astype(np.float64) / 32768
            said, tone = other_voice(voice, rng)
            pitch = np.full(b - a, np.nan, np.float32)
            pitch[: len(tone)] = tone[: b - a]
            wanted -= b - a
            yield Line(
                np.round(said * 32767).astype(np.int16), labels[a:b], pitch.astype(np.float16)
            )


def main() -> None:
    """Write one cache file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=1.6)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if not (CACHE / "voices.npz").exists():
        save("voices", voiced_lines(args.hours, args.seed))


if __name__ == "__main__":
    main()
