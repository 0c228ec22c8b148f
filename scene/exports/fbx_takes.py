# SPDX-License-Identifier: GPL-3.0-or-later
"""More takes for an FBX file that Blender wrote with one.

Blender's exporter plays the scene through for every take, and makes takes of objects only. The
file that it wrote tells all that a further take needs: what hangs where, and (from its first take)
how a bone of the scene becomes one of the file. So further takes are made of what the shapes and
bones do, without playing anything.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from ...core.errors import LipwrightError
from .fbx_records import FbxFile, Record, made, read_records, written
from .read_fbx import NOTHING, TICKS_A_SECOND, name_of, parents_in

Columns = Mapping[str, Mapping[str, NDArray[np.floating]]]  # by mesh and shape key, one a frame
Model = tuple[str, str]  # object, and bone or ""
Matrices = NDArray[np.float64]  # [shape=(frames, 4, 4)]
SAME = 1e-3  # of a turn, and of a bone's size: what a bone of the file may differ from ours by
STILL = 1e-6
AXES: tuple[str, ...] = ("d|X", "d|Y", "d|Z")
# Linear keys, as Blender's exporter marks them.
KEY_VERSION, KEY_FLAGS, KEY_DATA = 4008, 24836, (0.0, 0.0, 9.419963346924634e-30, 0.0)


@dataclass(frozen=True)
class FbxTake:
    """What a take shows: shape keys 0..1, and the local transforms of objects and bones."""

    name: str
    frames: int
    shapes: Columns
    models: Mapping[Model, Matrices]


@dataclass(frozen=True)
class _Target:
    """A curve node of the first take: what it moves, and its axes with their curves."""

    record: Record
    number: int
    prop: str
    axes: tuple[tuple[str, Record], ...]


def add_takes(path: Path, first: FbxTake, more: Iterable[FbxTake], fps: float) -> None:
    """Add takes to a file that has one, `first`; LipwrightError if a bone is not moved alone."""
    file = read_records(path.read_bytes(), path.name)
    path.write_bytes(written(_with_takes(file, first, more, fps)))


def _with_takes(file: FbxFile, first: FbxTake, more: Iterable[FbxTake], fps: float) -> FbxFile:
    root = file.root
    objects, links = root.first("Objects"), root.first("Connections")
    if objects is None or links is None:
        raise LipwrightError("The FBX file holds nothing. Export it again")
    scene = _Scene(root, objects, links)
    frames = _Frames(scene, first)
    numbers = iter(range(max(node.values[0] for node in objects.nodes) + 1, 1 << 62))
    takes = root.first("Takes") or NOTHING
    for take in more:
        found = list(_take(scene, frames, take, numbers, fps))
        objects.nodes.extend([one for one in found if one.name != "C"])
        links.nodes.extend([one for one in found if one.name == "C"])
        span = (0, _ticks(take.frames - 1, fps))
        takes.nodes.append(
            made(
                *("Take", "S", take.name),
                nodes=[
                    made("FileName", "S", f"{take.name}.tak"),
                    made("LocalTime", "LL", *span),
                    made("ReferenceTime", "LL", *span),
                ],
            )
        )
    _count(root, objects)
    return file


class _Scene:
    """What of a file a take is made for."""

    def __init__(self, root: Record, objects: Record, links: Record) -> None:
        self.by_number = {node.values[0]: node for node in objects.nodes if node.count}
        self.parents = parents_in(root)
        self.targets = list(_targets(self.by_number, links))

    def model_of(self, number: int) -> Model | None:
        """The object, and the bone of it, that a number stands for."""
        node = self.by_number[number]
        if node.name != "Model":
            return None
        if node.values[2] != "LimbNode":
            return name_of(node), ""
        bone = name_of(node)
        while node.values[2] == "LimbNode":
            above = (self.by_number.get(one) for one in self.parents.get(node.values[0], ()))
            node = next((one for one in above if one is not None and one.name == "Model"), node)
            if node.values[2] == "LimbNode" and not self.parents.get(node.values[0]):
                return None
        return name_of(node), bone

    def shape_of(self, number: int, prop: str) -> tuple[str, str] | None:
        """The mesh and the shape key that a property of a number stands for.

        Blender's exporter writes each twice: for the shape, and under its name for the mesh.
        """
        node = self.by_number[number]
        if node.name == "Geometry":
            return name_of(node), prop
        if node.name != "Deformer" or node.values[2] != "BlendShapeChannel":
            return None
        for deformer in self.parents.get(number, ()):
            for mesh in self.parents.get(deformer, ()):
                if self.by_number[mesh].name == "Geometry":
                    return name_of(self.by_number[mesh]), name_of(node)
        return None


def _targets(by_number: Mapping[int, Record], links: Record) -> Iterator[_Target]:
    moved: dict[int, tuple[int, str]] = {}
    axes: dict[int, list[tuple[str, Record]]] = {}
    for link in links.all("C"):
        if link.values[0] != "OP":
            continue
        child, parent, prop = by_number[link.values[1]], *link.values[2:4]
        if child.name == "AnimationCurveNode":
            moved[link.values[1]] = parent, prop
        elif child.name == "AnimationCurve":
            axes.setdefault(parent, []).append((prop, child))
    for number, (target, prop) in moved.items():
        yield _Target(by_number[number], target, prop, tuple(axes.get(number, ())))


class _Frames:
    """How a transform of the scene becomes one of the file, learned from the first take."""

    def __init__(self, scene: _Scene, first: FbxTake) -> None:
        self.before: dict[Model, NDArray[np.float64]] = {}
        self.still: dict[Model, NDArray[np.float64]] = {}
        for model, tracks in _tracks_of(scene).items():
            shown = _composed(*(tracks[prop] for prop in _TRANSFORMS))
            self.still[model] = shown[:1]
            ours = first.models.get(model)
            if ours is None:
                if np.abs(shown - shown[:1]).max() > SAME:
                    raise not_alone(model)
                continue
            before = shown[0] @ np.linalg.inv(ours[0])
            # A bone that is shorter than a unit of the file is still held to its own size.
            size = max(1.0, float(np.abs(shown[0]).max()))
            if np.abs(before @ ours - shown).max() > SAME * size:
                raise not_alone(model)
            self.before[model] = before

    def tracks(self, take: FbxTake, model: Model) -> Mapping[str, NDArray[np.float64]]:
        """Location, rotation in degrees and scale of a model in the file, one row a frame."""
        ours = take.models.get(model)
        if ours is not None and model not in self.before:
            raise not_alone(model)
        shown = self.still[model] if ours is None else self.before[model] @ ours
        return _decomposed(shown)


_TRANSFORMS = ("Lcl Translation", "Lcl Rotation", "Lcl Scaling")


def _tracks_of(scene: _Scene) -> dict[Model, dict[str, NDArray[np.float64]]]:
    found: dict[Model, dict[str, NDArray[np.float64]]] = {}
    for target in scene.targets:
        model = scene.model_of(target.number)
        if model is not None and target.prop in _TRANSFORMS:
            columns = dict((axis, _values(curve)) for axis, curve in target.axes)
            found.setdefault(model, {})[target.prop] = np.stack([columns[a] for a in AXES], axis=1)
    return {model: tracks for model, tracks in found.items() if len(tracks) == len(_TRANSFORMS)}


def _values(curve: Record) -> NDArray[np.float64]:
    return np.asarray((curve.first("KeyValueFloat") or NOTHING).values[0], np.float64)


def _composed(
    location: NDArray[np.float64], degrees: NDArray[np.float64], scale: NDArray[np.float64]
) -> Matrices:
    """Transforms of the file: its turns are about X, then Y, then Z."""
    frames = max(len(location), len(degrees), len(scale))
    shown = np.zeros((frames, 4, 4))
    shown[:, :3, :3] = Rotation.from_euler("xyz", degrees, degrees=True).as_matrix()
    shown[:, :3, :3] *= scale[:, None, :]
    shown[:, :3, 3] = location
    shown[:, 3, 3] = 1.0
    return shown


def _decomposed(shown: Matrices) -> Mapping[str, NDArray[np.float64]]:
    turned = shown[:, :3, :3]
    scale = np.linalg.norm(turned, axis=1)
    scale = scale * np.sign(np.linalg.det(turned))[:, None]
    angles = Rotation.from_matrix(turned / scale[:, None, :]).as_euler("xyz")
    degrees = np.degrees(np.unwrap(angles, axis=0))
    return dict(zip(_TRANSFORMS, (shown[:, :3, 3], degrees, scale), strict=True))


def not_alone(model: Model) -> LipwrightError:
    """What is said where a bone does not do what its own channels say."""
    return LipwrightError(
        f"“{model[1] or model[0]}” is moved by others, such as constraints, so that several takes "
        "in one FBX cannot be told apart. Write a file a line instead"
    )


def _take(
    scene: _Scene, frames: _Frames, take: FbxTake, numbers: Iterator[int], fps: float
) -> Iterator[Record]:
    """Make the records of a take: stack, layer, curves, and what they hang on."""
    stack, layer = next(numbers), next(numbers)
    end = _ticks(take.frames - 1, fps)
    span = [made("P", "SSSSL", name, "KTime", "Time", "", end) for name in _ENDS]
    yield made(
        *("AnimationStack", "LSS", stack, f"{take.name}\x00\x01AnimStack", ""),
        nodes=[made("Properties70", "", nodes=span)],
    )
    empty = made("AnimationLayer", "LSS", layer, f"{take.name}\x00\x01AnimLayer", "")
    empty.closed = True  # else Autodesk's own reader finds no curve in any take
    yield empty
    yield made("C", "SLL", "OO", layer, stack)
    tracks: dict[Model, Mapping[str, NDArray[np.float64]]] = {}
    for target in scene.targets:
        model, shape = scene.model_of(target.number), scene.shape_of(target.number, target.prop)
        if model in frames.still and target.prop in _TRANSFORMS:
            if model not in tracks:
                tracks[model] = frames.tracks(take, model)
            columns: dict[str, NDArray[np.floating]] = dict(
                zip(AXES, tracks[model][target.prop].T, strict=True)
            )
        elif shape is not None and shape[1] in take.shapes.get(shape[0], {}):
            columns = {axis: 100.0 * take.shapes[shape[0]][shape[1]] for axis, _ in target.axes}
        else:
            continue
        yield from _curves(target, columns, take.frames, layer, numbers, fps)


_ENDS = ("LocalStop", "ReferenceStop")


def _curves(
    target: _Target,
    columns: Mapping[str, NDArray[np.floating]],
    frames: int,
    layer: int,
    numbers: Iterator[int],
    fps: float,
) -> Iterator[Record]:
    """Make one curve node with a curve an axis, hung on what the first take's moves."""
    number = next(numbers)
    shown = [
        made("P", "SSSSD", axis, "Number", "", "A", float(columns[axis][0]))
        for axis, _ in target.axes
    ]
    yield made(
        *("AnimationCurveNode", "LSS", number, target.record.values[1], ""),
        nodes=[made("Properties70", "", nodes=shown)],
    )
    yield made("C", "SLL", "OO", number, layer)
    yield made("C", "SLLS", "OP", number, target.number, target.prop)
    for axis, _ in target.axes:
        column = columns[axis]
        curve = next(numbers)
        nodes = (
            _still(float(column[0]), frames, fps)
            if np.ptp(column) <= STILL
            else _keys(column, _times(frames, fps, False), frames)
        )
        yield made("AnimationCurve", "LSS", curve, "\x00\x01AnimCurve", "", nodes=nodes)
        yield made("C", "SLLS", "OP", curve, number, axis)


def _keys(column: NDArray[np.floating], times: Record, count: int) -> tuple[Record, ...]:
    """Make what is inside of a curve."""
    return (
        made("Default", "D", float(column[0])),
        _KEY_VERSION,
        times,
        made("KeyValueFloat", "f", column),
        *_KEY_KINDS,
        made("KeyAttrRefCount", "i", [count]),
    )


@lru_cache(maxsize=256)  # most curves of a line are still, and many at the same value
def _still(value: float, frames: int, fps: float) -> tuple[Record, ...]:
    """Make what is inside of a curve that does not move."""
    return _keys(np.array([value, value]), _times(frames, fps, True), 2)


# What all curves have alike.
_KEY_VERSION = made("KeyVer", "I", KEY_VERSION)
_KEY_KINDS = (
    made("KeyAttrFlags", "i", [KEY_FLAGS]),
    made("KeyAttrDataFloat", "f", KEY_DATA),
)


@lru_cache(maxsize=4)
def _times(frames: int, fps: float, still: bool) -> Record:
    """Times of the keys: all frames, or the ends where nothing moves."""
    at = np.array([0, frames - 1]) if still else np.arange(frames)
    return made("KeyTime", "l", _ticks(at, fps))


def _ticks(frames: "int | NDArray[np.int64]", fps: float) -> "NDArray[np.int64]":
    """Times of frames as the format has them."""
    return (np.asarray(frames) / fps * TICKS_A_SECOND).astype(np.int64)


def _count(root: Record, objects: Record) -> None:
    """Say anew how many objects of each type the file defines."""
    found: dict[str, int] = {}
    for node in objects.nodes:
        found[node.name] = found.get(node.name, 0) + 1
    definitions = root.first("Definitions") or NOTHING
    total = 0
    for kind in definitions.all("ObjectType"):
        number = found.get(kind.values[0], 1)
        total += number
        _replace(kind.nodes, "Count", number)
    _replace(definitions.nodes, "Count", total)


def _replace(nodes: list[Record], name: str, number: int) -> None:
    for place, node in enumerate(nodes):
        if node.name == name:
            nodes[place] = made(name, "I", number)
