# SPDX-License-Identifier: GPL-3.0-or-later
"""Checkpoints as safetensors: weights, their average, the optimiser's state and the settings."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn


def _optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, torch.Tensor]:
    out = {}
    for index, state in optimizer.state_dict()["state"].items():
        for key, value in state.items():
            out[f"optimizer.{index}.{key}"] = torch.as_tensor(value).clone().contiguous()
    return out


def save_checkpoint(
    path: Path,
    model: nn.Module,
    average: nn.Module,
    config: Any,
    step: int,
    optimizer: torch.optim.Optimizer | None = None,
) -> None:
    """Write a checkpoint; without the optimiser it is the small one that is committed.

    Its matrices have 16 bits, which is far finer than what they are exported to.
    """
    tensors = {f"average.{k}": v.contiguous() for k, v in average.state_dict().items()}
    if optimizer is None:
        matrices = {f"average.{k}": v for k, v in average.named_parameters() if v.ndim > 1}
        tensors |= {k: v.detach().half().contiguous() for k, v in matrices.items()}
    if optimizer is not None:
        tensors |= {f"model.{k}": v.contiguous() for k, v in model.state_dict().items()}
        tensors |= _optimizer_tensors(optimizer)
    facts = {"step": str(step), "config": json.dumps(dataclasses.asdict(config))}
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    save_file(tensors, partial, metadata=facts)
    partial.replace(path)


def load_checkpoint(
    path: Path,
    model: nn.Module,
    average: nn.Module | None = None,
    optimizer: torch.optim.Optimizer | None = None,
) -> int:
    """Read a checkpoint into what is given; returns its step.

    A small checkpoint fills the model with the average.
    """
    with safe_open(path, "pt") as file:
        names = set(file.keys())
        prefix = "model." if any(n.startswith("model.") for n in names) else "average."

        def part(start: str) -> dict[str, torch.Tensor]:
            return {n[len(start) :]: file.get_tensor(n) for n in names if n.startswith(start)}

        model.load_state_dict(part(prefix))
        if average is not None:
            average.load_state_dict(part("average."))
        states: dict[int, dict[str, torch.Tensor]] = {}
        for name, tensor in part("optimizer.").items():
            index, key = name.split(".", 1)
            states.setdefault(int(index), {})[key] = tensor
        if optimizer is not None and states:
            optimizer.load_state_dict({**optimizer.state_dict(), "state": states})
        return int(file.metadata()["step"])
