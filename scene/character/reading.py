# SPDX-License-Identifier: GPL-3.0-or-later
"""A face told by what its controls move: keys at once, other controls where they may be tried."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import bpy
import numpy as np

from ...core.errors import RigError
from ...rigs.lips.find import FaceMesh
from ...rigs.lips.fit import skin_of
from ...rigs.match import mouth_of
from ...rigs.reading.rows import Seen, names_are_wrong, names_fit, put_right, read_rig, seen_of
from ...rigs.reading.seen import any_lips, view_of
from ...rigs.schema import Control, RigMap, Row
from ...rigs.systems import best_of
from ...rigs.whole_faces import giving_way
from ..session import memory
from .bones import meshes_on
from .controls import other_controls, within_limits
from .meshes import face_mesh
from .preview import show_values
from .trial import Look, bare_mesh, may_try, show

PROPERTY = re.compile(r'^(?:pose\.bones\["(?P<bone>(?:[^"\\]|\\.)*)"\])?\["(?P<name>.*)"\]$')
MOST_TRIED = 120  # controls; a body has hundreds, a face tens
ENOUGH_KEYS = 4  # that show something make a face without any slider
# Vertices times keys: more takes over half a second to look at, too long while a panel is drawn.
MOST_AT_ONCE = 100_000
NOT_YET = (
    "The names of this face's controls do not say what they do, so they have to be looked at or "
    "tried, which takes a few seconds. Press Read Face in the panel Rig"
)

Free = Sequence[tuple[str, Sequence[str]]]


def told_by_face(
    root: bpy.types.Object,
    meshes: Sequence[bpy.types.Object],
    free: Free,
    named: tuple[RigMap, ...] | RigError,
    fixed: frozenset[Control],
) -> RigMap:
    """The rig by names, put right by what moves; by what moves alone where no name is known.

    Of several mouths that the names tell, the one that does most on the mesh, or that the artist
    chose. `fixed` are keys that cannot be written. Raises the RigError of the names if the face
    cannot be read either.
    """
    wanted = root.lipwright_rig.system
    told = str(named) if isinstance(named, RigError) else named
    # What is locked matters only where there is something to choose.
    state = free, told, _shape(meshes), wanted, fixed if len(told) > 1 else ()
    kept = memory.faces.get(root.session_uid)
    if kept is None or kept[0] != state:
        result = _told(root, meshes, free, named, fixed)
        if result is None:
            raise RigError(NOT_YET)
        kept = state, result
        memory.faces[root.session_uid] = kept
    if isinstance(kept[1], RigError):
        raise kept[1]
    return kept[1]


def _shape(meshes: Sequence[bpy.types.Object]) -> tuple[int, ...]:
    return tuple(len(mesh.data.vertices) for mesh in meshes)


def _told(
    root: bpy.types.Object,
    meshes: Sequence[bpy.types.Object],
    free: Free,
    several: tuple[RigMap, ...] | RigError,
    fixed: frozenset[Control],
) -> RigMap | RigError | None:
    """What is made of a face; None if that has to wait until controls may be tried."""
    keyed = {name: set(keys) for name, keys in free}
    faces = [face_mesh(mesh, keyed[mesh.name]) for mesh in meshes if keyed.get(mesh.name)]
    every = [Control(name, key) for name, keys in free for key in keys]
    if not isinstance(several, RigError):
        others = driving(root, meshes) if mouth_of(several[0]) <= fixed else {}
        if others:  # whatever drives these keys speaks instead of them
            if not may_try(root):
                return None
            rig = _read_by_trial(root, meshes, faces, every, others)
            if rig is not None:
                return rig
        named = best_of(several, faces, fixed, root.lipwright_rig.system)
        found = skin_of(faces, named)
        seen = None if found is None else seen_of(view_of(*found), _keys(found[0]))
        if seen is None or not names_fit(named, seen):
            if _is_much(faces) and not may_try(root):
                return None
            seen = _seen(root, faces)  # lips found by a wrong name are none
        if seen is None:
            return named
        if not names_are_wrong(named, seen):
            return put_right(giving_way(named, seen.view.mesh, seen.view.lips), seen)
        return read_rig(seen, every) or named
    if _is_much(faces) and not may_try(root):
        return None
    rig = _read(root, faces, every)
    others = driving(root, meshes)
    if not others:
        return rig or several
    # One key that happens to open something is no face beside sliders that drive one.
    if rig is not None and len(rig.rows) >= ENOUGH_KEYS:
        return rig
    if not may_try(root):
        return None
    return _read_by_trial(root, meshes, faces, every, others) or rig or several


def _is_much(meshes: Iterable[FaceMesh]) -> bool:
    return sum(len(mesh.vertices) * len(mesh.keys) for mesh in meshes) > MOST_AT_ONCE


def _keys(mesh: FaceMesh) -> dict[Control, np.ndarray]:
    return {Control(mesh.name, key): np.asarray(moved) for key, moved in mesh.keys.items()}


def _sky(root: bpy.types.Object, name: str) -> np.ndarray:
    """The world's up in a mesh's own space."""
    item = bpy.data.objects.get(name, root)
    return np.array(item.matrix_world.to_3x3().transposed()) @ np.array([0.0, 0.0, 1.0])


def _seen(root: bpy.types.Object, meshes: Iterable[FaceMesh]) -> Seen | None:
    """The mesh whose mouth opens, looked at; None if none of them has a mouth."""
    for mesh in sorted(meshes, key=lambda mesh: -len(mesh.keys) - len(mesh.moves)):
        moves = {**_keys(mesh), **{c: np.asarray(m) for c, m in mesh.moves.items()}}
        lips = any_lips(mesh, moves, _sky(root, mesh.name))
        if lips is not None:
            return seen_of(view_of(mesh, lips), moves)
    return None


def _read(
    root: bpy.types.Object, meshes: Sequence[FaceMesh], every: Sequence[Control]
) -> RigMap | None:
    seen = _seen(root, meshes)
    return None if seen is None else read_rig(seen, every)


def driving(root: bpy.types.Object, meshes: Sequence[bpy.types.Object]) -> dict[Control, Row]:
    """Custom properties that drivers of this character read, each as a row with its limits."""
    read: set[tuple[str, str]] = set()
    for block in _blocks(root, meshes):
        data = block.animation_data
        for driver in () if data is None else data.drivers:
            for variable in driver.driver.variables:
                for target in variable.targets:
                    found = PROPERTY.match(target.data_path or "")
                    if found:
                        unescape = bpy.utils.unescape_identifier
                        read.add((unescape(found["bone"] or ""), unescape(found["name"])))
    controls = other_controls(root, meshes, any_name=True)
    rows = [
        Row(control, (("jawOpen", 1.0),))
        for control in controls
        if control.kind != "pose" and (control.bone, control.key) in read
    ]
    rig = within_limits(RigMap("", "", tuple(rows[:MOST_TRIED]), (), ()))
    return {row.control: row for row in rig.rows}


def _blocks(root: bpy.types.Object, meshes: Sequence[bpy.types.Object]) -> list[bpy.types.ID]:
    """Whatever of a character may carry drivers."""
    items = [root, *meshes, *(meshes_on(root) if root.type == "ARMATURE" else ())]
    blocks: list[bpy.types.ID] = []
    for item in items:
        blocks += [item] if item.data is None else [item, item.data]
        keys = getattr(item.data, "shape_keys", None)
        blocks += [] if keys is None else [keys]
    return list(dict.fromkeys(blocks))


def _read_by_trial(
    root: bpy.types.Object,
    meshes: Sequence[bpy.types.Object],
    faces: Sequence[FaceMesh],
    every: Sequence[Control],
    others: Mapping[Control, Row],
) -> RigMap | None:
    """Set each property to its end, and read the face from what moves."""
    items = list(meshes)
    if root.type == "ARMATURE":
        items += [one for one in meshes_on(root) if one not in items and one.data.vertices]
    known = {mesh.name: mesh for mesh in faces}
    moves: dict[str, dict[Control, np.ndarray]] = {item.name: {} for item in items}
    rows: dict[Control, Row] = {}
    # From rest, wherever a take or the artist has moved them now: the same at every frame.
    at_rest = {control: row.rest for control, row in others.items()}
    done = show(root, at_rest)
    try:
        look = Look(items)
        for control, row in others.items():
            for end in _ends(row):

                def put(control: Control = control, end: float = end) -> Callable[[], None]:
                    show_values(root, {control: end})
                    return lambda: show_values(root, {control: at_rest[control]})

                for name, offsets in look.at(put).items():
                    before = moves[name].get(control)
                    if before is None or np.abs(before).sum() < np.abs(offsets).sum():
                        moves[name][control] = offsets
                        rows[control] = _towards(row, end)
    finally:
        done()
        bpy.context.view_layer.update()
    tried_meshes = []
    for item in items:
        mesh = known.get(item.name) or bare_mesh(item, look)
        tried_meshes.append(
            FaceMesh(mesh.name, mesh.vertices, mesh.edges, mesh.keys, moves[item.name])
        )
    rig = _read(root, tried_meshes, [*every, *others])
    if rig is None:
        return None
    limits = {control: (row.low, row.high, row.scale, row.offset) for control, row in rows.items()}
    found = []
    for row in rig.rows:
        low, high, scale, offset = limits.get(row.control, (row.low, row.high, 1.0, 0.0))
        found.append(Row(row.control, row.terms, low, high, row.solved, scale, offset))
    return RigMap(rig.family, rig.label, tuple(found), rig.missing, rig.unused, rig.read)


def _ends(row: Row) -> list[float]:
    """The values worth trying: both ends of what the property may be."""
    return [end for end in (row.high, row.low) if abs(end - row.rest) > 1e-6]


def _towards(row: Row, end: float) -> Row:
    """The row with its whole shape at this end."""
    return Row(row.control, row.terms, row.low, row.high, scale=end - row.rest, offset=row.rest)
