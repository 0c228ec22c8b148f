# What the product calls of soundfile.
from collections.abc import Iterator
from os import PathLike
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

_File = str | bytes | int | PathLike[str] | BinaryIO

class SoundFileError(Exception): ...
class SoundFileRuntimeError(SoundFileError, RuntimeError): ...

class LibsndfileError(SoundFileRuntimeError):
    code: int

class SoundFile:
    samplerate: int
    channels: int
    frames: int
    format: str
    subtype: str
    def __init__(self, file: _File, mode: str = "r") -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
    def seek(self, frames: int, whence: int = 0) -> int: ...
    def tell(self) -> int: ...
    def seekable(self) -> bool: ...
    def close(self) -> None: ...
    def read(
        self, frames: int = -1, dtype: str = "float64", always_2d: bool = False
    ) -> NDArray[np.floating[Any]]: ...
    def write(self, data: ArrayLike) -> None: ...
    def blocks(
        self,
        blocksize: int | None = None,
        overlap: int = 0,
        frames: int = -1,
        dtype: str = "float64",
        always_2d: bool = False,
    ) -> Iterator[NDArray[np.floating[Any]]]: ...

class _Info:
    samplerate: int
    channels: int
    frames: int
    duration: float
    format: str
    subtype: str

def info(file: _File, verbose: bool = False) -> _Info: ...
def read(
    file: _File,
    frames: int = -1,
    start: int = 0,
    stop: int | None = None,
    dtype: str = "float64",
    always_2d: bool = False,
) -> tuple[NDArray[np.floating[Any]], int]: ...
def write(
    file: _File,
    data: ArrayLike,
    samplerate: int,
    subtype: str | None = None,
    endian: str | None = None,
    format: str | None = None,
) -> None: ...
