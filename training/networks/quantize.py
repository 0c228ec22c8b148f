# SPDX-License-Identifier: GPL-3.0-or-later
"""The pointwise layers of an exported listener in 8 bits: half the time, a third of the bytes.

Ranges are those that cached training speech needs (Jacob et al. 2018, "Quantization and training
of neural networks for efficient integer-arithmetic-only inference"). Weights take 7 of the bits, so
that sums of products do not overflow on a processor without VNNI and every machine hears the same.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from ..config import ListenerConfig
from . import augment
from .batches import Mixer

POINTWISE = ("up", "down")  # of the blocks; the last layers stay as they are
BATCHES = 3


class _Speech(CalibrationDataReader):
    """Disturbed crops of the training speech, one at a time."""

    def __init__(self, crops: Iterator[NDArray[np.float32]]) -> None:
        self.crops = crops

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        crop = next(self.crops, None)
        return None if crop is None else {"samples": crop[None]}


def speech_crops(config: ListenerConfig, batches: int) -> list[NDArray[np.float32]]:
    """Draw crops of disturbed training speech, [S] each."""
    mixer, rng = Mixer(config.shares, config.seed), np.random.default_rng(config.seed)
    crops: list[NDArray[np.float32]] = []
    for _ in range(batches):
        clean = mixer.batch(config.batch, config.crop_seconds, config.unspoken).samples
        crops += list(augment.disturb(torch.tensor(clean), rng).numpy())
    return crops


def quantize(path: Path, config: ListenerConfig) -> float:
    """Bring a listener to 8 bits in its place.

    Parameters
    ----------
    path : Path
        As `export.write_onnx` wrote it.
    config : ListenerConfig
        Says which cached speech there is.

    Returns
    -------
    float
        Share of the frames of speech, not used for the ranges, whose likeliest phone is the same.
    """
    crops = speech_crops(config, BATCHES + 1)
    with tempfile.TemporaryDirectory() as folder:
        plain, small = Path(folder) / "plain.onnx", Path(folder) / "small.onnx"
        quant_pre_process(str(path), str(plain), skip_symbolic_shape=True)
        nodes = [node.name for node in onnx.load(str(plain)).graph.node if _is_pointwise(node)]
        quantize_static(
            str(plain),
            str(small),
            _Speech(iter(crops[config.batch :])),
            quant_format=QuantFormat.QDQ,
            nodes_to_quantize=nodes,
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        heard = [_likeliest(model, crops[: config.batch]) for model in (path, small)]
        path.write_bytes(small.read_bytes())
    return float((heard[0] == heard[1]).mean())


def _is_pointwise(node: onnx.NodeProto) -> bool:
    return node.op_type == "Conv" and any(part in POINTWISE for part in node.name.split("/"))


def _likeliest(path: Path, crops: list[NDArray[np.float32]]) -> NDArray[np.int64]:
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return np.concatenate(
        [session.run(None, {"samples": crop[None]})[0][0].argmax(1) for crop in crops]
    )
