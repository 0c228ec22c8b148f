# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks in the package and the facts that travel with each file."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.errors import ModelError

WEIGHTS = Path(__file__).parent / "weights"
NAMES = ("listener", "articulator")
_REINSTALL = "Install Lipwright again from its zip"


@dataclass(frozen=True)
class Network:
    """One network file that was found whole.

    Parameters
    ----------
    name : str
    file : Path
        The ``.onnx``.
    rate_hz : float
        Frames in a second of what it gives.
    reach_frames : int
        How far it sees to each side.
    facts : dict
        Everything in the ``.json`` beside it.
    """

    name: str
    file: Path
    rate_hz: float
    reach_frames: int
    facts: dict[str, Any]


def find(name: str, folder: Path = WEIGHTS) -> Network:
    """Find a network and check its file against the sum that was written at export.

    Parameters
    ----------
    name : str
        One of `NAMES`.
    folder : Path
        Where the ``.onnx`` and ``.json`` lie.

    Returns
    -------
    Network

    Raises
    ------
    ModelError
        If a file is missing, unreadable or altered.
    """
    file = folder / f"{name}.onnx"
    try:
        facts = json.loads((folder / f"{name}.json").read_text("utf8"))
        content = file.read_bytes()
        expected, rate_hz = facts["sha256"], float(facts["rate_hz"])
        reach_frames = int(facts["reach_frames"])
    except OSError as error:
        raise ModelError(f"The {name} network is missing from the package. {_REINSTALL}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"The {name} network's file is damaged. {_REINSTALL}") from error
    if hashlib.sha256(content).hexdigest() != expected:
        raise ModelError(f"The {name} network's file is damaged. {_REINSTALL}")
    return Network(name, file, rate_hz, reach_frames, facts)
