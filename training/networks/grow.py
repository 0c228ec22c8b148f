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
    if name.startswith("spread."):
        # Its outputs are two frames, one after the other: each has a corner of its own.
        halves = zip(old.chunk(2), fresh.chunk(2), strict=True)
        return torch.cat([_into_corner(mine, new) for mine, new in halves])
    return _into_corner(old, fresh)


def _into_corner(old: Tensor, fresh: Tensor) -> Tensor:
    out = fresh.clone()
    if old.ndim > 1:
        out[: old.shape[0], old.shape[1] :] = 0
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
