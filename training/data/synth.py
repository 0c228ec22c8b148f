# SPDX-License-Identifier: GPL-3.0-or-later
"""Speech with exact phone times from flite and espeak-ng, made while the training data is prepared.

Kept out, because they judge: flite `rms`, festival `ked`, and the sentences of tts_dev. espeak's
plain `en-us` and `en-us+f3` are left out as well: our own check on voices not trained on.
"""

import ctypes as C
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from lipwright.core.audio.load import make_sound

from .texts import ENGLISH_FRAMES, SENTENCES

FLITE_VOICES = ("slt", "awb", "kal16")
ENGLISH_ACCENTS = ("en-us", "en-gb-x-rp", "en-gb-scotland", "en-029")
VARIANTS = (
    "",
    "m1",
    "m2",
    "m3",
    "m4",
    "m5",
    "m6",
    "m7",
    "f1",
    "f2",
    "f4",
    "f5",
    "klatt",
    "klatt4",
    "croak",
    "whisper",
    "whisperf",
    "grandma",
    "grandpa",
    "adam",
    "anika",
    "linda",
    "steph",
    "edward",
    "john",
)
CLOSURE_BEFORE_BURST_SECONDS = 0.05  # espeak labels p t k at the burst; the lips close before it


@dataclass(frozen=True)
class Spoken:
    """One synthesised line: 16 kHz samples and (label, start, end) in seconds."""

    samples: NDArray[np.float32]
    phones: list[tuple[str, float, float]]
    phone_set: str


def flite(voice: str, text: str, folder: Path) -> Spoken:
    """Speak with one of flite's own voices."""
    wav = folder / "line.wav"
    done = subprocess.run(
        ["flite", "-voice", voice, "-t", text, "-o", str(wav), "-psdur"],
        capture_output=True,
        text=True,
        check=True,
    )
    samples, rate_hz = sf.read(wav, dtype="float32")
    phones, start = [], 0.0
    for item in done.stdout.split():
        label, _, end = item.rpartition(":")
        phones.append((label, start, float(end)))
        start = float(end)
    return Spoken(make_sound(samples, rate_hz).samples, phones, "arpabet")


class _Name(C.Union):
    _fields_ = [("number", C.c_int), ("name", C.c_char_p), ("string", C.c_char * 8)]


class _Event(C.Structure):
    _fields_ = [
        ("type", C.c_int),
        ("uid", C.c_uint),
        ("text_position", C.c_int),
        ("length", C.c_int),
        ("audio_position", C.c_int),
        ("sample", C.c_int),
        ("user_data", C.c_void_p),
        ("id", _Name),
    ]


class Espeak:
    """espeak-ng through its C interface, which tells the time of every phone."""

    _PHONEME_EVENT = 7
    _RATE, _PITCH, _RANGE = 1, 3, 4

    def __init__(self) -> None:
        self.lib = C.CDLL("libespeak-ng.so.1")
        # 2 = synchronous; 1 | 2 = phoneme events, named in IPA.
        self.rate_hz = self.lib.espeak_Initialize(2, 0, None, 1 | 2)
        self.pcm = bytearray()
        self.events: list[tuple[float, str]] = []
        receiver = C.CFUNCTYPE(C.c_int, C.POINTER(C.c_short), C.c_int, C.POINTER(_Event))
        self._receiver = receiver(self._receive)  # kept: C holds only the address
        self.lib.espeak_SetSynthCallback(self._receiver)

    def _receive(self, wav, count, events) -> int:
        if wav and count > 0:
            self.pcm.extend(C.string_at(wav, count * 2))
        place = 0
        while events[place].type:
            if events[place].type == self._PHONEME_EVENT:
                label = events[place].id.string.decode("utf8", "replace")
                self.events.append((events[place].audio_position / 1000, label))
            place += 1
        return 0

    def say(self, voice: str, text: str, *, words_a_minute: int, pitch: int, range_: int) -> Spoken:
        """Speak one line; p t k are widened back over their closure."""
        self.pcm.clear()
        self.events.clear()
        if self.lib.espeak_SetVoiceByName(voice.encode()):
            raise ValueError(f"espeak-ng has no voice {voice}")
        for key, value in (
            (self._RATE, words_a_minute),
            (self._PITCH, pitch),
            (self._RANGE, range_),
        ):
            self.lib.espeak_SetParameter(key, value, 0)
        data = text.encode()
        self.lib.espeak_Synth(data, len(data) + 1, 0, 0, 0, 1, None, None)
        self.lib.espeak_Synchronize()
        samples = np.frombuffer(bytes(self.pcm), np.int16).astype(np.float32) / 32768
        return Spoken(
            make_sound(samples, self.rate_hz).samples,
            self._timed(len(samples) / self.rate_hz),
            "ipa",
        )

    def _timed(self, seconds: float) -> list[tuple[str, float, float]]:
        starts = [time for time, _ in self.events]
        labels = [label for _, label in self.events]
        for i, label in enumerate(labels):
            if label[:1] in ("p", "t", "k") and i and starts[i] > starts[i - 1]:
                room = starts[i] - starts[i - 1]
                starts[i] -= min(CLOSURE_BEFORE_BURST_SECONDS, 0.5 * room)
        ends = [*starts[1:], seconds]
        return [(n, a, b) for n, a, b in zip(labels, starts, ends, strict=True) if b > a]


def english_lines(words: list[str], prompts: list[str], rng: np.random.Generator) -> Iterator[str]:
    """Endless English: read prompts, frames filled with dictionary words, bare word lists."""
    while True:
        kind = rng.random()
        if kind < 0.4 and prompts:
            yield str(rng.choice(prompts))
        elif kind < 0.8:
            frame = str(rng.choice(ENGLISH_FRAMES))
            yield frame.format(*rng.choice(words, frame.count("{}")))
        else:
            yield " ".join(rng.choice(words, int(rng.integers(3, 9))))


def foreign_lines(language: str, rng: np.random.Generator) -> Iterator[str]:
    """Endless lines of one language: its sentences, and their words in new orders."""
    sentences = SENTENCES[language]
    words = sorted({w.strip(".,?!¿¡。，？।") for s in sentences for w in s.split()})
    while True:
        if len(words) < 12 or rng.random() < 0.35:
            yield str(rng.choice(sentences))
        else:
            yield " ".join(rng.choice(words, int(rng.integers(4, 10))))


def speak_flite(voice: str, lines: Iterator[str], seconds: float) -> Iterator[Spoken]:
    """Speak lines with a flite voice until there is enough."""
    with tempfile.TemporaryDirectory() as folder:
        while seconds > 0:
            spoken = flite(voice, next(lines), Path(folder))
            seconds -= len(spoken.samples) / 16_000
            yield spoken


def speak_espeak(
    english: Iterator[str], seconds: float, rng: np.random.Generator
) -> Iterator[Spoken]:
    """Speak with random languages, variants, rates and pitches until there is enough."""
    voice = Espeak()
    foreign = {language: foreign_lines(language, rng) for language in SENTENCES}
    while seconds > 0:
        if rng.random() < 0.25:
            base, line = str(rng.choice(ENGLISH_ACCENTS)), next(english)
        else:
            base = str(rng.choice(list(foreign)))
            line = next(foreign[base])
        variant = str(rng.choice(VARIANTS))
        if base == "en-us" and not variant:
            variant = "m3"  # plain en-us is kept for checking
        spoken = voice.say(
            f"{base}+{variant}" if variant else base,
            line,
            words_a_minute=int(rng.integers(110, 220)),
            pitch=int(rng.integers(20, 85)),
            range_=int(rng.integers(20, 80)),
        )
        if len(spoken.samples) < 8_000 or len(spoken.phones) < 3:
            continue
        seconds -= len(spoken.samples) / 16_000
        yield spoken
