# SPDX-License-Identifier: GPL-3.0-or-later
"""Every setting of the training, frozen; saved with each checkpoint."""

from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".train"  # caches and full checkpoints, not in the repository
CACHE = WORK / "cache"
CHECKPOINTS = ROOT / "training" / "checkpoints"  # small, committed: training goes on from here
WEIGHTS = ROOT / "models" / "weights"
KOKORO_DEV = ROOT / "build" / "kokoro"  # what its checking voices say

RATE_HZ = 16_000
FRAME_HZ = 100
HOP = RATE_HZ // FRAME_HZ

# The labels of the aligners are early, those of espeak late: see the data's README.
LABEL_SHIFT_SECONDS = {
    "kathleen": 0.015,
    "speechocean762": 0.015,
    "nathalie": 0.010,
    "ljspeech": 0.010,
    "speech-commands": 0.005,
    "picovoice-wake": 0.010,
    "precise-community": 0.010,
    "vocobox": 0.0,
    "flite": 0.008,
    "espeak": -0.008,
    "festival": 0.005,
}


@dataclass(frozen=True)
class ListenerConfig:
    """Size and schedule of the listener."""

    mels: int = 80
    channels: int = 320
    expand: int = 1024
    kernel: int = 15
    blocks: int = 14
    embedding: int = 16
    dropout: float = 0.0  # the disturbed sound varies enough, and it costs a sixth of the time
    batch: int = 24
    crop_seconds: float = 4.0
    unspoken: float = 0.06  # share of the crops in which nobody speaks
    steps: int = 18_300
    peak_rate: float = 2e-3
    final_rate: float = 2e-5
    warmup: int = 300
    weight_decay: float = 0.01
    average: float = 0.999  # of the weights, over steps
    visible: float = 1.0  # weight of the loss on what a viewer sees: shut, tucked, round, other
    pairs: float = 0.5  # weight of the loss on pairs that sound alike and look different
    # The schedule of --tune, which goes on from a listener that has learnt.
    tune_peak_rate: float = 8e-4
    tune_final_rate: float = 1e-5
    tune_warmup: int = 150
    tune_batch: int = 24
    tune_average: float = 0.998
    # How far the logits of the export are softened: log of the temperature at an ear that is sure,
    # and for each nat of doubt around a frame. Printed by `networks/calibrate.py`.
    temperature: tuple[float, float] = (0.015, 0.059)
    seed: int = 1
    # How often each source is drawn, relative to the others.
    shares: dict[str, float] = field(
        default_factory=lambda: {
            "speechocean762": 0.40,
            "kathleen": 0.13,
            "nathalie": 0.08,
            "ljspeech": 0.02,
            "speech-commands": 0.03,
            "picovoice-wake": 0.03,
            "precise-community": 0.03,
            "vocobox": 0.005,
            "flite-slt": 0.08,
            "flite-awb": 0.08,
            "flite-kal16": 0.07,
            "festival": 0.10,
            "espeak": 0.10,
            "pseudo": 0.18,
            "read": 0.35,
            "voices": 0.35,
            "kokoro": 0.30,
            "tohoku": 0.10,
        }
    )


@dataclass(frozen=True)
class ArticulatorConfig:
    """Size and schedule of the articulator."""

    channels: int = 128
    kernel: int = 15
    blocks: int = 5
    dropout: float = 0.05
    batch: int = 20
    crop_frames: int = 260
    steps: int = 2_500
    peak_rate: float = 2e-3
    final_rate: float = 1e-5
    warmup: int = 100
    weight_decay: float = 0.01
    average: float = 0.998
    seed: int = 1
    certain_share: float = 0.15  # crops whose phones are given, not heard: hand-corrected phones
    captured_share: float = 0.3  # crops of captured lips
    forget_embedding: float = 0.3  # crops that hide the embedding
