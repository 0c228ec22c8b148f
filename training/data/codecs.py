# SPDX-License-Identifier: GPL-3.0-or-later
"""Lossy codecs, as training and evaluation use them."""

import io
from typing import Any

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from lipwright.core.audio.load import make_sound

from ..config import RATE_HZ

MP3_DELAY = 1105  # samples; LAME's 576 and any decoder's 529
CODECS: dict[str, dict[str, Any]] = {
    "mp3": {"format": "MP3", "subtype": "MPEG_LAYER_III", "bitrate_mode": "CONSTANT"},
    "opus": {"format": "OGG", "subtype": "OPUS"},
}

Samples = NDArray[np.float32]


def coded(samples: Samples, codec: str, compression: float) -> Samples:
    """Through a codec and back, in memory; as long as before and at the same times.

    `compression` is from 0 to 1; at 16 kHz 24 kbit/s are 0.9 for MP3 and 0.928 for Opus.
    """
    held = io.BytesIO()
    sf.write(held, samples, RATE_HZ, compression_level=compression, **CODECS[codec])
    held.seek(0)
    back = make_sound(*sf.read(held, dtype="float32")).samples
    if len(back) > len(samples) + MP3_DELAY:
        back = back[MP3_DELAY:]  # too short a frame for the tag that tells players the delay
    back = back[: len(samples)]
    return np.pad(back, (0, len(samples) - len(back)))
