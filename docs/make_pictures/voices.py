# SPDX-License-Identifier: GPL-3.0-or-later
"""Eight voices say a line each: a contact sheet and a film of each, to be looked at.

    .venv/bin/python docs/make_pictures/voices.py --shared ../shared -o build/voices [NAME ...]

People whom the networks have not learnt from, but for the singer; the telephone and the whisper are
made of their recordings. What was seen is told in the model card.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from film import film
from numpy.typing import NDArray
from scipy import signal
from scipy.ndimage import uniform_filter1d
from sheet import bake, make_sheet

from lipwright.core.audio.load import RATE_HZ, load_sound

Samples = NDArray[np.float64]
PAUSE_SECONDS = 0.15  # between recordings that are joined


def as_it_is(samples: Samples) -> Samples:
    """Change nothing."""
    return samples


def over_telephone(samples: Samples) -> Samples:
    """Let through what a telephone does (ITU-T G.712: 300 to 3400 Hz), with some line noise."""
    band = signal.butter(6, (300, 3400), "bandpass", fs=RATE_HZ, output="sos")
    noise = 0.004 * np.random.default_rng(1).standard_normal(len(samples))
    return np.asarray(signal.sosfilt(band, samples + noise))


def whispered(samples: Samples) -> Samples:
    """Keep the spectrum's envelope and put noise in the place of the voice."""
    sizes = {"fs": RATE_HZ, "nperseg": 400, "noverlap": 320, "nfft": 512}
    _, _, voice = signal.stft(samples, **sizes)
    noise = np.random.default_rng(2).standard_normal(len(samples))
    _, _, air = signal.stft(noise, **sizes)
    envelope = uniform_filter1d(np.abs(voice), 11, axis=0)
    hertz = np.linspace(0, RATE_HZ / 2, len(envelope))
    # A whisper has little below its first formant (Ito, Takeda & Itakura 2005).
    envelope *= np.clip(hertz / 1200, 0.05, 1)[:, None]
    _, out = signal.istft(air / np.maximum(np.abs(air), 1e-9) * envelope, **sizes)
    return np.asarray(out[: len(samples)] / max(1e-9, float(np.abs(out).max())) * 0.5)


@dataclass(frozen=True)
class Shown:
    """A voice: its recordings under the speech of the shared data, and what is done to them."""

    files: tuple[str, ...]
    changed: Callable[[Samples], Samples] = as_it_is


VOICES = {
    "woman": Shown(("kathleen/arctic_a0006_1592748435",)),
    "man": Shown(("librispeech-test-other/1688-142285-0003",)),
    "child": Shown(("speechocean762/014220001",)),
    "learner": Shown(("speechocean762/012920268",)),
    "lively": Shown(("librispeech-test-other/2414-128291-0006",)),
    "song": Shown(tuple(f"vocobox/voyels-{v}-c3-2" for v in ("a", "i", "o", "ou", "e"))),
    "telephone": Shown(("librispeech-test-other/1998-15444-0006",), over_telephone),
    "whisper": Shown(("librispeech-test-other/2033-164914-0004",), whispered),
}


def sound_of(shown: Shown, speech: Path) -> Samples:
    """Join a voice's recordings and change them."""
    pause = np.zeros(round(PAUSE_SECONDS * RATE_HZ))
    parts = [
        np.concatenate([load_sound(speech / f"{name}.opus").samples, pause]) for name in shown.files
    ]
    return shown.changed(np.concatenate(parts).astype(np.float64))


def main() -> int:
    """Make the sheets and films of some or all voices."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", choices=[*VOICES, []], default=[])
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--character", type=Path, help=".blend, .fbx, .glb; default: the demo head")
    parser.add_argument("--films", action="store_true", help="films beside the sheets")
    parser.add_argument("-o", "--out", type=Path, default=Path("build/voices"))
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for name in args.names or VOICES:
        sound, baked = args.out / f"{name}.wav", args.out / f"{name}.blend"
        samples = sound_of(VOICES[name], args.shared / "data" / "speech")
        soundfile.write(sound, samples, RATE_HZ, subtype="PCM_16")
        bake(sound, args.character, baked, [])
        make_sheet(sound, baked, args.out / f"{name}.png", title=f"{name}: what was heard")
        if args.films:
            film(baked, sound, args.out / f"{name}.mp4", size=320)
        sys.stdout.write(f"{args.out / name}.png\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
