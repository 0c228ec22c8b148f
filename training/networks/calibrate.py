# SPDX-License-Identifier: GPL-3.0-or-later
"""Fit the temperature of the committed listener on checking speech, clean and as it may arrive.

    python -m lipwright.training.networks.calibrate

Prints what `ListenerConfig.temperature` is to be; the listener is exported with that.
"""

import dataclasses
import logging
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from ..config import CACHE, HOP, ListenerConfig
from ..data.prepare import UNLABELLED
from . import augment
from .batches import Source
from .checkpoint import load_checkpoint
from .listener import Listener, doubt_around
from .train_listener import SMALL

log = logging.getLogger(__name__)

CHECKED = ("dev-tts", "dev-grid")
DISTURBED = 2  # times that each line is heard on a random way to the ear, beside once clean
EVERY = 4  # lines
STEPS = 60


@torch.no_grad()
def heard(listener: Listener) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Yield logits [F, P], doubt around each frame [F] and labels [F] of each sound."""
    rng = np.random.default_rng(1)
    for name in CHECKED:
        source = Source(CACHE / f"{name}.npz")
        for index in range(0, len(source.frames), EVERY):
            voice, labels, _ = source.line(index)
            frames = len(labels) // 2 * 2
            known = torch.tensor(labels[:frames] != UNLABELLED)
            clean = torch.tensor(voice[: frames * HOP])[None]
            ways = (augment.disturb(clean, rng) for _ in range(DISTURBED))
            for samples in (clean, *ways):
                logits = listener.hear(listener.log_mel(samples))[0]
                doubt = doubt_around(logits)
                said = torch.tensor(labels[:frames].astype(np.int64))
                yield logits[0].T[known], doubt[0, 0][known], said[known]


def fit(logits: Tensor, doubt: Tensor, said: Tensor) -> tuple[float, float]:
    """Find the two numbers of the temperature under which the labels are likeliest."""
    numbers = torch.zeros(2, requires_grad=True)
    optimizer = torch.optim.LBFGS([numbers], max_iter=STEPS)

    def closure() -> Tensor:
        optimizer.zero_grad()
        softened = logits * torch.exp(-numbers[0] - numbers[1] * doubt)[:, None]
        loss = F.cross_entropy(softened, said)
        loss.backward()
        return loss

    optimizer.step(closure)
    sure, of_doubt = numbers.tolist()
    return round(sure, 3), round(of_doubt, 3)


def main() -> None:
    """Hear, fit, print."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    listener = Listener(dataclasses.replace(ListenerConfig(), temperature=(0.0, 0.0))).eval()
    load_checkpoint(SMALL, listener)
    logits, doubt, said = (torch.cat(part) for part in zip(*heard(listener), strict=True))
    log.info("%d frames: temperature = %s", len(said), fit(logits, doubt, said))


if __name__ == "__main__":
    main()
