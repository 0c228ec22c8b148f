# SPDX-License-Identifier: GPL-3.0-or-later
"""The committed listener checkpoint becomes one of the size that `config` asks for.

    python -m lipwright.training.networks.grow

It hears the same as before: what is new adds nothing until it has learnt (Chen et al. 2016,
"Net2Net"). So training of a wider and deeper listener goes on instead of starting again.
"""

import logging

import torch
from torch import Tensor

from ..config import ListenerConfig
from .average import read
from .checkpoint import save_checkpoint
from .listener import Listener
from .train_listener import SMALL

log = logging.getLogger(__name__)


def grown(name: str, old: Tensor, fresh: Tensor) -> Tensor:
    """Put an old tensor into the corner of a fresh one; old outputs must not hear new inputs."""
    if old.shape == fresh.shape:
        return old
    out = fresh.clone()
    if name.endswith("down.weight"):
        out.zero_()
    out[tuple(slice(0, size) for size in old.shape)] = old
    return out


def main() -> None:
    """Read, grow, write."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    tensors, notes = read(SMALL)
    config = ListenerConfig()
    torch.manual_seed(config.seed)
    model = Listener(config)
    state = model.state_dict()
    for key, old in tensors.items():
        name = key.removeprefix("average.")
        state[name] = grown(name, old, state[name])
    model.load_state_dict(state)
    save_checkpoint(SMALL, model, model, config, int(notes["step"]))
    log.info("%d parameters", sum(p.numel() for p in model.parameters()))


if __name__ == "__main__":
    main()
