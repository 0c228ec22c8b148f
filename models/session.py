# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a network with ONNX Runtime, opened at first use, window by window."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.errors import Cancelled, ModelError, SettingsError
from .catalogue import Network, find

# What ONNX Runtime calls the devices besides the processor, which every build has.
PROVIDERS = {
    "cuda": "CUDAExecutionProvider",
    "directml": "DmlExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
}
_NAMES = {"cuda": "CUDA", "directml": "DirectML", "coreml": "Core ML"}
_CPU = "CPUExecutionProvider"
DEVICES = ("auto", "cpu", *PROVIDERS)

Progress = Callable[[float], None]
Cancel = Callable[[], bool]


@lru_cache(maxsize=8)
def bundled(name: str) -> Network:
    """Find a network of the package, and check its file once for all lines of this process.

    Parameters
    ----------
    name : str
        A network of the catalogue.

    Returns
    -------
    Network

    Raises
    ------
    ModelError
        If a file is missing, unreadable or altered.
    """
    return find(name)


@lru_cache(maxsize=8)
def open_session(name: str, device: str = "auto", threads: int = 1) -> Any:
    """Open a network once and keep it.

    Parameters
    ----------
    name : str
        A network of the catalogue.
    device : {"auto", "cpu", "cuda", "directml", "coreml"}
        "auto" takes CUDA where ONNX Runtime offers it, else the CPU. One that is not there is
        replaced by the CPU; `device_note` says so.
    threads : int > 0
        CPU threads that one network may use.

    Returns
    -------
    onnxruntime.InferenceSession

    Raises
    ------
    ModelError
        If ONNX Runtime or the network cannot be loaded.
    SettingsError
        If the device is unknown.
    """
    if device not in DEVICES:
        raise SettingsError(f"There is no device “{device}”. Choose one of {', '.join(DEVICES)}")
    try:
        import onnxruntime as ort
    except ImportError as error:
        raise ModelError(
            "ONNX Runtime could not be loaded. Install the Lipwright zip made for this "
            "Blender version and system"
        ) from error
    wanted = PROVIDERS.get("cuda" if device == "auto" else device, _CPU)
    providers = [one for one in (wanted, _CPU) if one in ort.get_available_providers()]
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # The arena keeps the largest block it ever needed; a flat footprint matters more here.
    options.enable_cpu_mem_arena = False
    # Lines differ in length: to plan memory for each costs a tenth of the time.
    options.enable_mem_pattern = False
    network = bundled(name)
    try:
        return _opened(ort, network, options, list(dict.fromkeys(providers)))
    except Exception as error:  # ONNX Runtime raises bare RuntimeErrors and its own classes
        raise ModelError(f"The {name} network could not be opened: {error}") from error


def _opened(ort: Any, network: Network, options: Any, providers: list[str]) -> Any:
    """Open a network on the first of some devices, or on the processor where that fails."""
    try:
        return ort.InferenceSession(str(network.file), options, providers=providers)
    except Exception:
        if providers == [_CPU]:
            raise
        return ort.InferenceSession(str(network.file), options, providers=[_CPU])


def device_note(device: str, threads: int = 1) -> str:
    """Say what is to be said of the device that the networks run on.

    Parameters
    ----------
    device : str
        One of `DEVICES`, as it was asked for.
    threads : int > 0
        As for `open_session`.

    Returns
    -------
    str
        "" where it is the one that was asked for, or none was.
    """
    wanted = PROVIDERS.get(device)
    if wanted is None or wanted in open_session("listener", device, threads).get_providers():
        return ""
    return (
        f"{_NAMES[device]} was asked for, but is not there or did not start, so the processor was "
        "used. Install the build of Lipwright that is made for it, or choose the device Auto"
    )


def windows(frames: int, window: int, margin: int) -> Iterator[tuple[int, int, int, int]]:
    """Cut a length into windows with room on both sides.

    Parameters
    ----------
    frames, window, margin : int
        Length, what a window keeps, what it also sees on each side.

    Yields
    ------
    tuple of int
        ``(first seen, last seen, first kept, last kept)``, all in frames of the whole.
    """
    for start in range(0, frames, window):
        stop = min(start + window, frames)
        yield max(0, start - margin), min(frames, stop + margin), start, stop


def run_windowed(
    session: Any,
    read: Callable[[int, int], NDArray[np.float32]],
    frames: int,
    *,
    window_frames: int,
    margin_frames: int,
    progress: Progress | None = None,
    cancelled: Cancel | None = None,
) -> list[NDArray[np.float32]]:
    """Run a network over a long input in windows that overlap by what it can see.

    Parameters
    ----------
    session : InferenceSession
        Takes ``[1, n, ...]``; every output is ``[1, frames seen, ...]``.
    read : callable
        Gives the input of the frames from a first to before a last; only windows are asked for,
        so that a long input need not lie in memory as the network wants it.
    frames : int
        Of the whole.
    window_frames, margin_frames : int
        Kept and extra frames of a window. A margin of at least the receptive field makes the
        result equal to one run over the whole.
    progress, cancelled : callable, optional
        Told the share done; asked between windows.

    Returns
    -------
    list of ndarray [shape=(frames, ...)], float32

    Raises
    ------
    Cancelled
        If `cancelled` says so.
    ModelError
        If the network cannot be run.
    """
    name = session.get_inputs()[0].name
    whole: list[NDArray[np.float32]] = []
    for first, last, start, stop in windows(frames, window_frames, margin_frames):
        if cancelled is not None and cancelled():
            raise Cancelled
        outputs = _run(session, {name: read(first, last)[None]})
        if not whole:
            whole = [np.empty((frames, *out.shape[2:]), np.float32) for out in outputs]
        for all_frames, out in zip(whole, outputs, strict=True):
            all_frames[start:stop] = out[0, start - first : stop - first]
        if progress is not None:
            progress(stop / frames)
    return whole


def _run(session: Any, inputs: dict[str, NDArray[np.float32]]) -> list[NDArray[np.float32]]:
    try:
        return session.run(None, inputs)
    except Exception as error:  # ONNX Runtime raises bare RuntimeErrors and its own classes
        raise ModelError(
            f"The network could not be run: {error}. Close other programs if memory is short, "
            "or choose the device “cpu”"
        ) from error
