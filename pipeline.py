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
from .core.decode import corrected_posteriors, phones_of
from .core.errors import SettingsError
from .core.motion.envelope import Envelope
from .core.motion.mix import OUTPUT_NAMES, Style, mix_layers
from .core.motion.track import FaceTrack
from .core.performance.acting import PLAIN, Acting
from .core.performance.blink import blink_layer
from .core.performance.breath import breath_layer
from .core.performance.emotion import Strength, emotion_layer, strengths_over
from .core.performance.feeling import suggest
from .core.performance.gaze import gaze_layer, large_shifts, plan_gaze
from .core.performance.head import brow_layer, head_layer
from .core.performance.voice import Voice
from .core.phones import Phone
from .core.timing import Seconds
from .core.transcript.follow import follow
from .core.transcript.words import Transcript
from .models.articulator import articulate
from .models.listener import listen
from .models.session import Cancel, Progress

LAYERS = ("speech", "emotion", "blink", "gaze", "brows", "breath", "head")
# Bodies often move already, so the head is asked for.
DEFAULT_LAYERS = frozenset(LAYERS) - {"head"}
FEELING_SECONDS = 0.1  # between the values of a feeling that changes over the line
_BLOCK_SAMPLES = 1 << 20
_LISTENING_SHARE = 0.9  # of the time that `analyse` takes


@dataclass(frozen=True)
class Settings:
    """What the artist asked for.

    Parameters
    ----------
    seed : int >= 0
        Another seed is another take of the same words.
    emotions : mapping of str to float or Envelope
        Strength 0..1 of each emotion, constant or animated; neutral if empty.
    auto : float or Envelope
        0..1, how much of what the voice seems to feel is added.
    layers : frozenset of str
        Some of `LAYERS`.
    style : Style
    acting : Acting
        The dials of emotion, eyes, head and breath.
    seeds : mapping of str to int
        Seeds of single layers, where they are not to follow `seed`.
    """

    seed: int = 0
    emotions: Mapping[str, Strength] = field(default_factory=lambda: MappingProxyType({}))
    auto: Strength = 0.0
    layers: frozenset[str] = DEFAULT_LAYERS
    style: Style = field(default_factory=Style)
    acting: Acting = PLAIN
    seeds: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def seed_of(self, layer: str) -> int:
        """The seed of one layer: its own, else the seed of all."""
        return self.seeds.get(layer, self.seed)

    def __post_init__(self) -> None:
        unknown = sorted((self.layers | set(self.seeds)) - set(LAYERS))
        if unknown:
            raise SettingsError(
                f"There is no layer “{unknown[0]}”. Choose from {', '.join(LAYERS)}"
            )
        for seed in (self.seed, *self.seeds.values()):
            if seed < 0:
                raise SettingsError(f"The seed is {seed}. Set it to 0 or more")


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
    notes : tuple of str
        Sentences for the artist, such as that the transcript does not fit.
    """

    seconds: Seconds
    voice: Voice
    mouth: FaceTrack
    notes: tuple[str, ...] = ()

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
    transcript: Transcript | None = None,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> Analysis:
    """Listen to a sound and draw its mouth.

    A `transcript` sharpens what was heard; `phones`, where given, replace it wherever they differ
    or a person set them. The prosody is still the sound's. Raises Cancelled between windows when
    `cancelled` says so, and other LipwrightErrors for what the artist can put right.
    """
    heard = listen(
        sound,
        device=device,
        threads=threads,
        progress=_part(progress, 0.0, _LISTENING_SHARE),
        cancelled=cancelled,
    )
    seconds, fingerprint = sound.seconds, fingerprint_of(sound)
    # An hour of samples is as much as all that follows; who calls need not keep them either.
    del sound
    notes: tuple[str, ...] = ()
    if transcript is not None:
        followed = follow(heard.posteriors, transcript.text, language=transcript.language)
        heard = replace(heard, posteriors=followed.posteriors)
        notes = (followed.note,) if followed.note else ()
    if phones is not None:
        spoken = tuple(phones)
        corrected = corrected_posteriors(heard.posteriors, spoken, heard.rate_hz)
        heard = replace(heard, posteriors=corrected)
    else:
        spoken = phones_of(heard.posteriors, heard.rate_hz)
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
        effort_db=heard.prosody[:, 3],
        fingerprint=fingerprint,
    )
    return Analysis(seconds, voice, mouth, notes)


def feelings(analysis: Analysis, settings: Settings) -> dict[str, Strength]:
    """What the face feels over a line: what was asked for, and as much of the guess as wanted."""
    if settings.auto == 0:
        return dict(settings.emotions)
    wanted = dict(settings.emotions)
    times = np.arange(0.0, analysis.seconds + FEELING_SECONDS, FEELING_SECONDS)
    share = strengths_over("auto", settings.auto, times)
    for name, guessed in suggest(analysis.voice).emotions.items():
        asked = strengths_over(name, wanted.get(name, 0.0), times)
        wanted[name] = Envelope.of(times, np.minimum(asked + share * guessed.at(times), 1.0))
    return wanted


def fingerprint_of(sound: Sound) -> int:
    """Make a number of the sound alone, from which random choices start: CRC-32 as 16-bit PCM."""
    crc = 0
    for start in range(0, len(sound.samples), _BLOCK_SAMPLES):
        block = sound.samples[start : start + _BLOCK_SAMPLES]
        crc = zlib.crc32(np.round(block * 32767).astype("<i2").tobytes(), crc)
    return crc


def layer_tracks(analysis: Analysis, settings: Settings) -> dict[str, FaceTrack]:
    """Make each wanted layer on its own.

    The eyes hold their place against the head's turns, and lids like to close where the gaze
    jumps; so another seed of the head is felt in the gaze, and one of the gaze in the blinks.
    """
    voice, acting, seed_of = analysis.voice, settings.acting, settings.seed_of
    tracks: dict[str, FaceTrack] = {}
    shifts: list[Seconds] = []
    if "head" in settings.layers:
        tracks["head"] = head_layer(voice, seed=seed_of("head"), acting=acting)
    if "gaze" in settings.layers:
        gaze = seed_of("gaze")
        shifts = large_shifts(plan_gaze(voice, seed=gaze, acting=acting))
        tracks["gaze"] = gaze_layer(voice, seed=gaze, acting=acting, head=tracks.get("head"))
    makers: dict[str, Callable[[int], FaceTrack]] = {
        "speech": lambda _: analysis.mouth,
        "emotion": lambda seed: emotion_layer(
            voice, feelings(analysis, settings), seed=seed, acting=acting
        ),
        "blink": lambda seed: blink_layer(voice, seed=seed, acting=acting, shifts=shifts),
        "brows": lambda seed: brow_layer(voice, seed=seed, acting=acting),
        "breath": lambda seed: breath_layer(voice, seed=seed, acting=acting),
    }
    for layer, make in makers.items():
        if layer in settings.layers:
            tracks[layer] = make(seed_of(layer))
    return {layer: tracks[layer] for layer in LAYERS if layer in tracks}


def mix(analysis: Analysis, tracks: Mapping[str, FaceTrack], settings: Settings) -> FaceTrack:
    """Add layers up with the artist's dials."""
    return mix_layers(tracks, settings.style, analysis.voice.frames, analysis.voice.rate_hz)


def steps(analysis: Analysis, settings: Settings) -> dict[str, FaceTrack]:
    """Mix the layers one after another: each name with the face up to and with that layer.

    What a layer adds is its face less the one before. All these differences together are the
    face that `perform` makes, so each can lie on a track of its own.
    """
    tracks = layer_tracks(analysis, settings)
    names = list(tracks)
    return {
        name: mix(analysis, {one: tracks[one] for one in names[: i + 1]}, settings)
        for i, name in enumerate(names)
    }


def perform(analysis: Analysis, settings: Settings) -> FaceTrack:
    """Make all wanted layers and add them up: 100 Hz, the channels of `OUTPUT_NAMES`."""
    return mix(analysis, layer_tracks(analysis, settings), settings)


__all__ = [
    "DEFAULT_LAYERS",
    "LAYERS",
    "OUTPUT_NAMES",
    "Acting",
    "Analysis",
    "Settings",
    "Style",
    "analyse",
    "layer_tracks",
    "mix",
    "perform",
    "steps",
]
