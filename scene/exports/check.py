# SPDX-License-Identifier: GPL-3.0-or-later
"""What was written is read back before success is reported: names, length, first and last value."""

from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np

from ...core.errors import LipwrightError
from .. import compat
from . import read_fbx, read_glb

SAME_SECONDS, SAME_VALUE = 1e-3, 2e-3
# An object of which the keys lie between frames may go on for one more frame at 20 a second.
FRAME_SECONDS = 0.05
MOVES = 1e-4  # a shape that moves less may be left out
Columns = Mapping[str, Mapping[str, np.ndarray]]  # by mesh and shape key, one value a frame


def check_fbx(path: Path, seconds: Mapping[str, float], shown: Mapping[str, Columns]) -> None:
    """Compare an FBX file with what the scene showed in each take; raises LipwrightError.

    `seconds` is how long each take lasts, by its name, in the order of the file.
    """
    found = read_fbx.read_animation(path)
    if found.takes != tuple(seconds):
        told = [f"“{', '.join(names)}”" for names in (found.takes, seconds)]
        raise _wrong(path, f"its takes are {told[0]} and not {told[1]}")
    for take, length in seconds.items():
        _check_take(path, found.shapes, found.curves_of[take], length, shown[take])


def _check_take(
    path: Path,
    shapes: Collection[str],
    curves: Mapping[str, read_fbx.ShapeCurve],
    seconds: float,
    shown: Columns,
) -> None:
    for mesh, columns in shown.items():
        for key, column in columns.items():
            if key not in shapes:
                raise _wrong(path, f"the shape “{key}” of “{mesh}” is missing")
            curve = curves.get(key)
            # Shapes of one name on several meshes move alike, or are not told apart here.
            if np.ptp(column) < MOVES or not _alone(key, shown):
                continue
            if curve is None or not len(curve.values):
                raise _wrong(path, f"the shape “{key}” of “{mesh}” does not move")
            _compare(path, key, curve.times_seconds, curve.values, seconds, column)


def check_glb(path: Path, name: str, seconds: float, shown: Columns) -> None:
    """Compare a glTF file with what the scene showed; LipwrightError names what is wrong."""
    found = read_glb.read_animation(path)
    if name not in found.names:
        raise _wrong(path, f"it has no animation “{name}”")
    if not -SAME_SECONDS <= found.seconds - seconds <= FRAME_SECONDS:
        raise _wrong(path, f"it lasts {found.seconds:.3f} s and not {seconds:.3f} s")
    for mesh, columns in shown.items():
        weights = found.weights.get(mesh)
        moving = [key for key, column in columns.items() if np.ptp(column) >= MOVES]
        if weights is None:
            if mesh not in found.meshes or moving:
                raise _wrong(path, f"the face “{mesh}” is missing or does not move")
            continue
        for key in moving:
            if key not in weights.shapes:
                raise _wrong(path, f"the shape “{key}” of “{mesh}” is missing")
            values = weights.values[:, weights.shapes.index(key)]
            _compare(path, key, weights.times_seconds, values, seconds, columns[key])


def check_usd(path: Path, seconds: float, shown: Columns) -> None:
    """Compare a USD file with what the scene showed, where this Blender can read it back."""
    found = compat.read_usd_shapes(path)
    if found is None:
        if not path.is_file() or not path.stat().st_size:
            raise _wrong(path, "it is empty")
        return
    length, shapes = found
    if abs(length - seconds) > SAME_SECONDS:
        raise _wrong(path, f"it lasts {length:.3f} s and not {seconds:.3f} s")
    count = sum(map(len, shown.values()))
    if len(shapes) < count:
        raise _wrong(path, f"{count - len(shapes)} of its {count} shapes are missing")


def _alone(key: str, shown: Columns) -> bool:
    return sum(key in columns for columns in shown.values()) == 1


def _compare(
    path: Path,
    key: str,
    times_seconds: np.ndarray,
    values: np.ndarray,
    seconds: float,
    column: np.ndarray,
) -> None:
    if abs(times_seconds[0]) > SAME_SECONDS or abs(times_seconds[-1] - seconds) > SAME_SECONDS:
        span = f"{times_seconds[0]:.3f} to {times_seconds[-1]:.3f}"
        raise _wrong(path, f"the shape “{key}” moves from {span} s and not from 0 to {seconds:.3f}")
    ends = np.abs([values[0] - column[0], values[-1] - column[-1]])
    if ends.max() > SAME_VALUE:
        raise _wrong(path, f"the shape “{key}” does not begin or end as in the scene")


def _wrong(path: Path, what: str) -> LipwrightError:
    return LipwrightError(
        f"“{path.name}” was written, but {what}. Please report this with the file, and try another "
        "format meanwhile"
    )
