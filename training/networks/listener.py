# SPDX-License-Identifier: GPL-3.0-or-later
"""The listener network: waveform in, phones, prosody and a small embedding out.

Shapes are written at each line: B batch, S samples, F frames of 10 ms, M mels, H channels.
"""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lipwright.core.phones import PHONES

from ..config import HOP, RATE_HZ, ListenerConfig

WINDOW = 400  # 25 ms
BINS = WINDOW // 2 + 1
FLOOR = 1e-7  # just above the quantisation noise of 16-bit samples
DOUBT_FRAMES = 51  # of whose doubt the temperature of a frame depends
MEL_CENTRE, MEL_SPREAD = -6.0, 4.0  # brings log-mels of usual speech near 0 and 1


def mel_matrix(mels: int, warp: float = 1.0) -> np.ndarray:
    """Triangular mel filters (O'Shaughnessy's 2595 log10(1 + f/700)), shape (mels, BINS).

    `warp` moves every filter up or down in frequency: a longer or shorter vocal tract
    (Jaitly and Hinton 2013, vocal tract length perturbation).
    """
    top = 2595 * np.log10(1 + RATE_HZ / 2 / 700)
    edges = 700 * (10 ** (np.linspace(0, top, mels + 2) / 2595) - 1) * warp
    hertz = np.linspace(0, RATE_HZ / 2, BINS)
    rise = (hertz - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - hertz) / (edges[2:] - edges[1:-1])[:, None]
    weights = np.maximum(0, np.minimum(rise, fall))
    return (weights / np.maximum(weights.sum(1, keepdims=True), 1e-9)).astype(np.float32)


class LogMel(nn.Module):
    """Log-mel spectrum as two convolutions, so that ONNX holds the very same front end."""

    def __init__(self, mels: int) -> None:
        super().__init__()
        angle = 2 * np.pi * np.arange(BINS)[:, None] * np.arange(WINDOW) / WINDOW
        window = np.hanning(WINDOW + 1)[:WINDOW]
        kernel = np.concatenate([np.cos(angle) * window, np.sin(angle) * window])
        self.register_buffer("kernel", torch.tensor(kernel, dtype=torch.float32)[:, None])
        self.register_buffer("mel", torch.tensor(mel_matrix(mels)))

    def forward(self, samples: Tensor, mel: Tensor | None = None) -> Tensor:
        """Turn [B, S] into [B, M, F], F = S // HOP; frame i is centred on its own 10 ms."""
        side = (WINDOW - HOP) // 2
        padded = F.pad(samples, (side, side))[:, None]
        wave = F.conv1d(padded, self.kernel, stride=HOP)  # [B, 2 * BINS, F]
        power = wave[:, :BINS] ** 2 + wave[:, BINS:] ** 2  # [B, BINS, F]
        bands = torch.matmul(self.mel if mel is None else mel, power)  # [B, M, F]
        return (torch.log(bands + FLOOR) - MEL_CENTRE) / MEL_SPREAD


def doubt_around(logits: Tensor) -> Tensor:
    """Mean entropy around each frame in nats: [B, P, F] to [B, 1, F]."""
    likely = torch.log_softmax(logits, 1)
    doubt = -(likely.exp() * likely).sum(1, keepdim=True)
    return F.avg_pool1d(doubt, DOUBT_FRAMES, 1, DOUBT_FRAMES // 2, False, False)


def over_time(into: int, out: int, kernel: int = 1, **options: int) -> nn.Conv2d:
    """Convolve [B, C, 1, F] over time; 2-D: channels-last is several times faster on a CPU."""
    return nn.Conv2d(into, out, (1, kernel), padding=(0, kernel // 2), **options)


class Block(nn.Module):
    """Depthwise over time, then two pointwise layers, added to the input."""

    def __init__(self, channels: int, expand: int, kernel: int, dropout: float) -> None:
        super().__init__()
        self.depthwise = over_time(channels, channels, kernel, groups=channels)
        self.norm = nn.BatchNorm2d(channels)
        self.up = over_time(channels, expand)
        self.down = over_time(expand, channels)
        self.dropout = nn.Dropout(dropout)
        nn.init.zeros_(self.down.weight)  # a new block changes nothing yet
        nn.init.zeros_(self.down.bias)

    def forward(self, x: Tensor) -> Tensor:
        """[B, H, 1, F] to the same shape."""
        inner = F.silu(self.up(self.norm(self.depthwise(x))))
        return x + self.dropout(self.down(inner))


class Listener(nn.Module):
    """Waveform to frame-wise phone logits, voicing, pitch, loudness and an embedding."""

    def __init__(self, config: ListenerConfig) -> None:
        super().__init__()
        self.config = c = config
        self.log_mel = LogMel(c.mels)
        self.enter = over_time(c.mels, c.channels, 5, stride=(1, 2))
        self.enter_norm = nn.BatchNorm2d(c.channels)
        self.blocks = nn.ModuleList(
            Block(c.channels, c.expand, c.kernel, c.dropout) for _ in range(c.blocks)
        )
        self.leave_norm = nn.BatchNorm2d(c.channels)
        # One 20 ms step becomes two 10 ms frames; the raw mels sharpen the edges again.
        self.spread = over_time(c.channels, 2 * c.channels)
        self.fine = over_time(c.mels, c.channels, 5)
        self.phones = over_time(c.channels, len(PHONES))
        self.prosody = over_time(c.channels, 2)  # voicing logit, log2(pitch / 100 Hz)
        self.embed = over_time(c.channels, c.embedding)

    @property
    def reach_frames(self) -> int:
        """How far a frame sees to each side: steps of 20 ms, the layers around them, the doubt.

        Even, or a window would begin in the middle of a step.
        """
        steps = self.config.blocks * (self.config.kernel // 2)
        return 2 * steps + 10 + 2 * (DOUBT_FRAMES // 4 + 1)

    def hear(self, mels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """[B, M, F], F even, to phone logits [B, P, F], prosody [B, 2, F], embedding [B, E, F]."""
        mels = mels[:, :, None].contiguous(memory_format=torch.channels_last)  # [B, M, 1, F]
        x = F.silu(self.enter_norm(self.enter(mels)))  # [B, H, 1, F/2]
        for block in self.blocks:
            x = block(x)
        x = self.spread(self.leave_norm(x))  # [B, 2H, 1, F/2]
        even, odd = x.chunk(2, 1)
        x = torch.stack([even, odd], -1).flatten(3)  # [B, H, 1, F]
        x = F.silu(x + self.fine(mels))
        return (
            self.phones(x)[:, :, 0],
            self.prosody(x)[:, :, 0],
            torch.tanh(self.embed(x)[:, :, 0]),
        )

    def calibrated(self, logits: Tensor) -> Tensor:
        """Soften logits [B, P, F] where the ear is less right than it is sure.

        Temperature scaling (Guo et al. 2017, "On calibration of modern neural networks"), of which
        a noisy or strange voice needs more: it grows with the doubt around a frame.
        """
        sure, of_doubt = self.config.temperature
        return logits * torch.exp(-sure - of_doubt * doubt_around(logits))

    def forward(self, samples: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What is exported: [B, S] to phone probabilities, prosody and embedding, each [B, F, .].

        Prosody is voicing 0..1, log2(pitch / 100 Hz), loudness in dB of full scale, and
        effort (dB of the 1-4 kHz band over the band below 1 kHz: speech at higher effort
        has a flatter spectrum, Traunmueller and Eriksson 2000).
        """
        mels = self.log_mel(samples)
        logits, prosody, embedding = self.hear(mels)
        power = torch.exp(mels * MEL_SPREAD + MEL_CENTRE)  # [B, M, F]
        loudness = 4.3429448 * torch.log(power.mean(1, keepdim=True) + FLOOR)
        low, high = power[:, :28].mean(1, keepdim=True), power[:, 28:60].mean(1, keepdim=True)
        effort = 4.3429448 * (torch.log(high + FLOOR) - torch.log(low + FLOOR))
        heard = torch.cat([torch.sigmoid(prosody[:, :1]), prosody[:, 1:], loudness, effort], 1)
        return (
            torch.softmax(self.calibrated(logits), 1).transpose(1, 2),
            heard.transpose(1, 2),
            embedding.transpose(1, 2),
        )
