# SPDX-License-Identifier: GPL-3.0-or-later
"""The articulator network: what was heard in; mouth, jaw and tongue out.

B batch, F frames, C columns.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lipwright.core.phones import PHONES

from ..config import ArticulatorConfig
from ..prior.curves import CHANNELS
from .listener import Block, over_time

PROSODY = 4
EMBEDDING = 16
INPUTS = len(PHONES) + PROSODY + EMBEDDING
LOUD_REACH = 301  # frames: loudness is heard relative to the loudest within 1.5 s


class Articulator(nn.Module):
    """[B, F, INPUTS] to [B, F, channels]; every weight from 0 to 1."""

    def __init__(self, config: ArticulatorConfig) -> None:
        super().__init__()
        self.config = c = config
        self.enter = over_time(INPUTS, c.channels, 5)
        self.blocks = nn.ModuleList(
            Block(c.channels, 2 * c.channels, c.kernel, c.dropout) for _ in range(c.blocks)
        )
        self.leave_norm = nn.BatchNorm2d(c.channels)
        self.leave = over_time(c.channels, len(CHANNELS))

    @property
    def reach_frames(self) -> int:
        """How far a frame sees to each side, the loudest frame around it included."""
        return len(self.blocks) * (self.config.kernel // 2) + 2 + LOUD_REACH // 2

    def columns(self, heard: Tensor) -> Tensor:
        """Make the columns comparable, whatever the level of the recording: [B, C, 1, F]."""
        x = heard.transpose(1, 2)  # [B, C, F]
        phones, rest = x[:, : len(PHONES)], x[:, len(PHONES) :]
        voicing, pitch, loudness, effort = rest[:, :PROSODY].split(1, 1)
        loudest = F.max_pool1d(loudness, LOUD_REACH, 1, LOUD_REACH // 2)
        relative = ((loudness - loudest) / 20).clamp(-2, 0)
        parts = [phones, voicing, pitch * voicing, relative, effort / 20, rest[:, PROSODY:]]
        return torch.cat(parts, 1)[:, :, None]

    def raw(self, heard: Tensor) -> Tensor:
        """Draw without limits: [B, channels, F]."""
        x = self.columns(heard)
        x = self.enter(x.contiguous(memory_format=torch.channels_last))
        for block in self.blocks:
            x = block(x)
        return self.leave(self.leave_norm(F.silu(x)))[:, :, 0]

    def forward(self, heard: Tensor) -> Tensor:
        """What is exported."""
        return self.raw(heard).clamp(0, 1).transpose(1, 2)
