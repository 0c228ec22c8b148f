# SPDX-License-Identifier: GPL-3.0-or-later
"""The program on one page: sound, listener, articulator, performance, mix, one face track.

`analyse` is the slow half (the networks) and is kept; `perform` is the quick half and is done
again whenever a dial moves.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from .core.audio.load import Sound
from .core.decode import phones_of, posteriors_of
from .core.errors import SettingsError
from .core.motion.mix import OUTPUT_NAMES, Style, mix_layers
from .core.motion.track import FaceTrack
from .core.performance.blink import blink_layer
from .core.performance.emotion import emotion_layer
from .core.performance.gaze import gaze_layer
from .core.performance.head import brow_layer, head_layer
from .core.performance.voice import Voice
from .core.phones import Phone
from .core.timing import Seconds
from .models.articulator import articulate
from .models.listener import listen
from .models.session import Cancel, Progress

LAYERS = ("speech", "emotion", "blink", "gaze", "brows", "head")
# Bodies often move already, so the head is asked for.
DEFAULT_LAYERS = frozenset(LAYERS) - {"head"}
_LISTENING_SHARE = 0.9  # of the time that `analyse` takes


@dataclass(frozen=True)
class Settings:
    """What the artist asked for.

    Parameters
    ----------
    seed : int >= 0
        Another seed is another take of the same words.
    emotions : mapping of str to float
        Strength 0..1 of each emotion; neutral if empty.
    layers : frozenset of str
        Some of `LAYERS`.
    style : Style
    """

    seed: int = 0
    emotions: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    layers: frozenset[str] = DEFAULT_LAYERS
    style: Style = field(default_factory=Style)

    def __post_init__(self) -> None:
        unknown = sorted(self.layers - set(LAYERS))
        if unknown:
            raise SettingsError(
                f"There is no layer “{unknown[0]}”. Choose from {', '.join(LAYERS)}"
            )
        if self.seed < 0:
            raise SettingsError(f"The seed is {self.seed}. Set it to 0 or more")


@dataclass(frozen=True)
class Analysis:
    """What the networks made of one sound; keep it and `perform` as often as you like.

    Parameters
    ----------
    seconds : float
        Length of the sound.
    voice : Voice
        Its phones, stresses and pauses.
    mouth : FaceTrack
        The articulator's drawing.
    """

    seconds: Seconds
    voice: Voice
    mouth: FaceTrack

    @property
    def phones(self) -> tuple[Phone, ...]:
        """What was heard (or given), with times."""
        return self.voice.phones


def _part(progress: Progress | None, start: float, stop: float) -> Progress | None:
    if progress is None:
        return None
    return lambda share: progress(start + share * (stop - start))


def analyse(
    sound: Sound,
    *,
    device: str = "auto",
    threads: int = 1,
    phones: Sequence[Phone] | None = None,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Analysis:
    """Listen to a sound and draw its mouth.

    `phones`, where given, replace what was heard; the prosody is still the sound's. Raises
    Cancelled between windows when `cancelled` says so, and other LipwrightErrors for what the
    artist can put right.
    """
    heard = listen(
        sound,
        device=device,
        threads=threads,
        progress=_part(progress, 0.0, _LISTENING_SHARE),
        cancelled=cancelled,
    )
    if phones is None:
        spoken = phones_of(heard.posteriors, heard.rate_hz)
    else:
        spoken = tuple(phones)
        certain = posteriors_of(spoken, len(heard.posteriors), heard.rate_hz)
        heard = replace(heard, posteriors=certain)
    mouth = articulate(
        heard,
        device=device,
        threads=threads,
        progress=_part(progress, _LISTENING_SHARE, 1.0),
        cancelled=cancelled,
    )
    voice = Voice(
        phones=spoken,
        loudness_db=heard.prosody[:, 2],
        voicing=heard.prosody[:, 0],
        pitch_log2=heard.prosody[:, 1],
        rate_hz=heard.rate_hz,
        fingerprint=zlib.crc32(np.round(sound.samples * 32767).astype("<i2").tobytes()),
    )
    return Analysis(sound.seconds, voice, mouth)


def layer_tracks(analysis: Analysis, settings: Settings) -> dict[str, FaceTrack]:
    """Make each wanted layer on its own."""
    voice, seed = analysis.voice, settings.seed
    makers: dict[str, Callable[[], FaceTrack]] = {
        "speech": lambda: analysis.mouth,
        "emotion": lambda: emotion_layer(voice, settings.emotions, seed=seed),
        "blink": lambda: blink_layer(voice, seed=seed),
        "gaze": lambda: gaze_layer(voice, seed=seed),
        "brows": lambda: brow_layer(voice, seed=seed),
        "head": lambda: head_layer(voice, seed=seed),
    }
    return {layer: makers[layer]() for layer in LAYERS if layer in settings.layers}


def mix(analysis: Analysis, tracks: Mapping[str, FaceTrack], settings: Settings) -> FaceTrack:
    """Add layers up with the artist's dials."""
    return mix_layers(tracks, settings.style, analysis.voice.frames, analysis.voice.rate_hz)


def perform(analysis: Analysis, settings: Settings) -> FaceTrack:
    """Make all wanted layers and add them up: 100 Hz, the channels of `OUTPUT_NAMES`."""
    return mix(analysis, layer_tracks(analysis, settings), settings)


__all__ = [
    "DEFAULT_LAYERS",
    "LAYERS",
    "OUTPUT_NAMES",
    "Analysis",
    "Settings",
    "Style",
    "analyse",
    "layer_tracks",
    "mix",
    "perform",
]
