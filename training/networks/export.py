# SPDX-License-Identifier: GPL-3.0-or-later
"""Checkpoint to ONNX with its facts; compares both outputs before anything is written.

python -m lipwright.training.networks.export listener|articulator
"""

import argparse
import hashlib
import json
import logging
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
from torch import nn

from lipwright.core.phones import PHONES

from ..config import (
    CHECKPOINTS,
    FRAME_HZ,
    HOP,
    RATE_HZ,
    ROOT,
    WEIGHTS,
    ArticulatorConfig,
    ListenerConfig,
)
from ..prior.curves import CHANNELS
from .articulator import INPUTS, Articulator
from .checkpoint import load_checkpoint
from .listener import Listener
from .quantize import quantize
from .train_articulator import LINES

log = logging.getLogger(__name__)

OPSET = 17  # ONNX Runtime 1.20.1, the oldest that is shipped, reads up to 21
TOLERANCE = 1e-3
AGREEMENT = 0.96  # share of frames of disturbed speech in which 8 bits must hear the same phone


def _commit() -> str:
    done = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "unknown"


def write_onnx(
    model: nn.Module, example: torch.Tensor, inputs: str, outputs: list[str], path: Path
) -> float:
    """Export, run both, and return the largest difference over two lengths."""
    model.eval()
    axes = {name: {1: "frames"} for name in outputs} | {inputs: {1: "length"}}
    with torch.no_grad():
        torch.onnx.export(
            model,
            (example,),
            str(path),
            input_names=[inputs],
            output_names=outputs,
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
    graph = onnx.load(str(path))
    graph.ir_version = min(graph.ir_version, 10)
    onnx.checker.check_model(graph)
    onnx.save(graph, str(path))
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    worst = 0.0
    for part in (example, example[:, : example.shape[1] // 2]):
        with torch.no_grad():
            expected = model(part)
        expected = expected if isinstance(expected, tuple) else (expected,)
        found = session.run(None, {inputs: part.numpy()})
        for a, b in zip(expected, found, strict=True):
            worst = max(worst, float(np.abs(a.numpy() - b).max()))
    return worst


def build(name: str) -> tuple[nn.Module, torch.Tensor, str, list[str], dict]:
    """Load a network from its committed checkpoint, with an example and its own facts."""
    torch.manual_seed(0)
    if name == "listener":
        listener = Listener(ListenerConfig())
        step = load_checkpoint(CHECKPOINTS / "listener.safetensors", listener)
        example = 0.1 * torch.randn(1, 8 * RATE_HZ)
        facts = {
            "phones": list(PHONES),
            "sample_rate_hz": RATE_HZ,
            "samples_per_frame": HOP,
            "reach_frames": listener.reach_frames,
        }
        return (
            listener,
            example,
            "samples",
            ["posteriors", "prosody", "embedding"],
            facts | {"step": step},
        )
    articulator = Articulator(ArticulatorConfig())
    step = load_checkpoint(CHECKPOINTS / "articulator.safetensors", articulator)
    example = torch.rand(1, 800, INPUTS)
    facts = {
        "channels": list(CHANNELS),
        "phones": list(PHONES),
        "reach_frames": articulator.reach_frames,
        "step": step,
    }
    return articulator, example, "heard", ["face"], facts


def main() -> None:
    """Export one network."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=("listener", "articulator"))
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    model, example, inputs, outputs, facts = build(args.name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{args.name}.onnx"
        worst = write_onnx(model, example, inputs, outputs, path)
        if worst > TOLERANCE:
            raise SystemExit(
                f"{args.name}: torch and ONNX differ by {worst:.2g}; nothing was written"
            )
        same = quantize(path, ListenerConfig()) if args.name == "listener" else 1.0
        if same < AGREEMENT:
            raise SystemExit(f"{args.name}: 8 bits hear only {same:.3f} alike; nothing was written")
        content = path.read_bytes()
    sources = {
        "listener": [name for name, share in ListenerConfig().shares.items() if share > 0],
        "articulator": [*LINES, "grid_s1 train"],
    }
    facts |= {
        "rate_hz": FRAME_HZ,
        "sha256": hashlib.sha256(content).hexdigest(),
        "opset": OPSET,
        "parameters": sum(p.numel() for p in model.parameters()),
        "training_commit": _commit(),
        "largest_difference_torch_onnx": worst,
        "heard_alike_in_8_bits": same,
        "data": sources[args.name],
        "scores": "models/CARD.md",
    }
    WEIGHTS.mkdir(parents=True, exist_ok=True)
    (WEIGHTS / f"{args.name}.onnx").write_bytes(content)
    text = json.dumps(facts, ensure_ascii=False, indent=1) + "\n"
    (WEIGHTS / f"{args.name}.json").write_text(text, "utf8")
    log.info(
        "%s: %.2f MB, torch and ONNX differ by %.2g, alike in 8 bits %.3f",
        *(args.name, len(content) / 1e6, worst, same),
    )


if __name__ == "__main__":
    main()
