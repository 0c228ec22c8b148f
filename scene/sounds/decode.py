# SPDX-License-Identifier: GPL-3.0-or-later
"""AudioSpan to samples: our own reader first, Blender's for what it refuses (m4a, video)."""

from dataclasses import replace

import numpy as np

from ...core.audio.load import Sound, fingerprint_of, load_sound, make_sound, no_such_channel
from ...core.errors import SoundError
from .. import compat
from .strip import AudioSpan

RATE_HZ = 16_000
BEST = 3  # aud's resampling quality; 1 already loses 13 dB at 7 kHz


def read_span(span: AudioSpan) -> Sound:
    """Read the sound of a span as 16 kHz mono; safe in a worker thread. SoundError if it cannot."""
    try:
        sound = load_sound(
            span.path,
            start_seconds=span.start_seconds,
            duration_seconds=span.duration_seconds,
            channel=span.channel,
        )
    except SoundError:
        if not span.path.is_file() or not compat.HAS_DECODER:
            raise
        sound = _read_with_blender(span)
    if span.gain == 1.0 and not span.fade:
        return sound
    gain = np.float32(span.gain)
    if span.fade:
        times, gains = zip(*span.fade, strict=True)
        at = np.arange(len(sound.samples)) / sound.rate_hz
        gain = gain * np.interp(at, times, gains).astype(np.float32)
    louder = make_sound(sound.samples * gain, sound.rate_hz)
    return replace(louder, notes=sound.notes, fingerprint=fingerprint_of(sound))


def _read_with_blender(span: AudioSpan) -> Sound:
    import aud

    name = f"The sound file “{span.path.name}”"
    try:
        # cache() decodes and raises; data() on a broken file would end the whole process.
        decoded = aud.Sound(str(span.path)).cache()
        samples = decoded.resample(RATE_HZ, BEST).data()
    except aud.error as error:
        raise SoundError(f"{name} could not be read. Convert it to WAV or FLAC") from error
    start = round(span.start_seconds * RATE_HZ)
    count = len(samples)
    if span.duration_seconds is not None:
        count = round(span.duration_seconds * RATE_HZ)
    # aud's rechannel(1) adds the channels up; make_sound takes their mean.
    stretch = np.asarray(samples)[start : start + count]
    if span.channel is not None:
        if span.channel >= stretch.shape[1]:
            raise no_such_channel(name, span.channel, stretch.shape[1])
        stretch = stretch[:, span.channel]
    return make_sound(stretch, RATE_HZ, name=name)
