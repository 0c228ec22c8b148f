# SPDX-License-Identifier: GPL-3.0-or-later
"""The mean of two checkpoints of one training becomes the committed one.

    python -m lipwright.training.networks.average listener EARLIER.safetensors LATER.safetensors

Wortsman et al. 2022, "Model soups": networks of one training may be averaged weight by weight, and
keep what each is good at.
"""

import argparse
from pathlib import Path

from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from ..config import CHECKPOINTS


def read(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors and notes of a checkpoint."""
    with safe_open(path, "pt") as file:
        return {key: file.get_tensor(key) for key in file.keys()}, file.metadata()


def main() -> None:
    """Average and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=("listener", "articulator"))
    parser.add_argument("earlier", type=Path)
    parser.add_argument("later", type=Path)
    args = parser.parse_args()
    (earlier, _), (later, notes) = read(args.earlier), read(args.later)
    mean = {
        key: ((earlier[key] + tensor) / 2 if tensor.is_floating_point() else tensor)
        for key, tensor in later.items()
    }
    save_file(mean, CHECKPOINTS / f"{args.name}.safetensors", metadata=notes)


if __name__ == "__main__":
    main()
