# SPDX-License-Identifier: GPL-3.0-or-later
"""A face told by what its controls move: keys at once, other controls where they may be tried."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import bpy
import numpy as np

from ...core.errors import RigError
from ...core.steps import Step, Steps
from ...rigs.lips.find import FaceMesh
from ...rigs.lips.fit import skin_of
from ...rigs.match import matches, mouth_of
from ...rigs.reading.rows import (
    FAMILY,
    Seen,
    names_are_wrong,
    names_fit,
    put_right,
    read_rig,
    seen_of,
)
from ...rigs.reading.seen import any_lips_steps, view_of
from ...rigs.schema import Control, RigMap, Row, System
from ...rigs.systems import BONES, GOOD, SLIDERS, best_of, filled, marks, measured, mouth_by
from ...rigs.whole_faces import giving_way
from ..session import memory
from .bones import meshes_on
from .controls import other_controls, within_limits
from .meshes import face_mesh
from .preview import show_values
from .trial import TRYING, Look, bare_mesh, may_try, show, tried_steps

PROPERTY = re.compile(r'^(?:pose\.bones\["(?P<bone>(?:[^"\\]|\\.)*)"\])?\["(?P<name>.*)"\]$')
KEY = "shape key"
SLIDES = f"{SLIDERS.lower()} {FAMILY}"
MOST_TRIED = 120  # controls; a body has hundreds, a face tens
ENOUGH_KEYS = 4  # that show something make a face without any slider
# Vertices times keys: more takes over half a second to look at, too long while a panel is drawn.
MOST_AT_ONCE = 100_000
NOT_YET = (
    "The names of this face's controls do not say what they do, so they have to be looked at or "
    "tried, which takes a few seconds. Press Read Face in the panel Rig"
)

Free = Sequence[tuple[str, Sequence[str]]]


def told_by_face_steps(
    root: bpy.types.Object,
    meshes: Sequence[bpy.types.Object],
    free: Free,
    named: tuple[RigMap, ...] | RigError,
    fixed: frozenset[Control],
    others: tuple[Control, ...],
) -> Steps[RigMap]:
    """The rig by names, put right by what moves; by what moves alone where no name is known.

    Of several mouths (keys, bones, sliders) the one that does most on the mesh, or that the artist
    chose. `fixed` are keys that cannot be written, `others` what else there is. Raises the RigError
    of the names if the face cannot be read either.
    """
    told = str(named) if isinstance(named, RigError) else named
    wanted = root.lipwright_rig.system
    # What is locked matters only where there is something to choose.
    state = free, told, _shape(meshes), wanted, fixed if len(told) > 1 or others else (), others
    kept = memory.faces.get(root.session_uid)
    waits = kept is not None and not kept[1][1] and may_try(root)
    if kept is None or kept[0] != state or waits:
        face = _Face(root, tuple(meshes), free, fixed, others)
        kept = state, (yield from _decide(face, named))
        memory.faces[root.session_uid] = kept
    result, _ = kept[1]
    if result is None:
        raise RigError(NOT_YET)
    if isinstance(result, RigError):
        raise result
    return result


def _shape(meshes: Sequence[bpy.types.Object]) -> tuple[int, ...]:
    return tuple(len(mesh.data.vertices) for mesh in meshes)


@dataclass(frozen=True)
class _Face:
    """What is looked at: objects, keys that are free and fixed, and what else moves them."""

    root: bpy.types.Object
    meshes: tuple[bpy.types.Object, ...]
    free: Free
    fixed: frozenset[Control]
    others: tuple[Control, ...]

    @cached_property
    def every(self) -> list[Control]:
        """Its free keys."""
        return [Control(name, key) for name, keys in self.free for key in keys]

    @cached_property
    def shapes(self) -> list[FaceMesh]:
        """Its meshes with what their free keys do."""
        keyed = {name: set(keys) for name, keys in self.free}
        return [face_mesh(one, keyed[one.name]) for one in self.meshes if keyed.get(one.name)]


def _decide(
    face: _Face, named: tuple[RigMap, ...] | RigError
) -> Steps[tuple[RigMap | RigError | None, bool]]:
    """What is made of a face, None if that has to wait until controls may be tried; whether final.

    Where bones or sliders may speak better than keys that do not speak well, they are tried.
    """
    if isinstance(named, RigError):
        told = yield from _of_unknown(face, named)
    else:
        told = yield from _of_names(face, named)
    if told is None:
        return None, False
    return (yield from _beside_rivals(face, told))


def _of_names(face: _Face, several: tuple[RigMap, ...]) -> Steps[RigMap | None]:
    root, shapes = face.root, face.shapes
    named = best_of(several, shapes, face.fixed, root.lipwright_rig.system)
    found = skin_of(shapes, named)
    seen = None if found is None else seen_of(view_of(*found), _keys(found[0]))
    if seen is None or not names_fit(named, seen):
        if _is_much(shapes) and not may_try(root):
            return None
        seen = yield from _seen(root, shapes)  # lips found by a wrong name are none
    if seen is None:
        return named
    if not names_are_wrong(named, seen):
        return put_right(giving_way(named, seen.view.mesh, seen.view.lips), seen)
    return read_rig(seen, face.every) or named


def _of_unknown(face: _Face, error: RigError) -> Steps[RigMap | RigError | None]:
    root = face.root
    if _is_much(face.shapes) and not may_try(root):
        return None
    rig = yield from _read(root, face.shapes, face.every)
    sliders = driving(root, face.meshes)
    # One key that happens to open something is no face beside sliders that drive one.
    if not sliders or (rig is not None and len(rig.rows) >= ENOUGH_KEYS):
        return rig or error
    if not may_try(root):
        return None
    return (yield from _read_by_trial(face, face.shapes, face.every, sliders)) or rig or error


def _beside_rivals(
    face: _Face, told: RigMap | RigError
) -> Steps[tuple[RigMap | RigError | None, bool]]:
    """The best of keys, bones and sliders; whatever drives keys speaks instead of them."""
    root, wanted = face.root, face.root.lipwright_rig.system
    held = isinstance(told, RigError) or mouth_of(told) <= face.fixed
    keys = None if held or isinstance(told, RigError) else told
    bones = _mouths_of_bones(face.others, keys)
    used = set() if keys is None else {row.control for row in keys.rows}
    driven = driving(root, face.meshes)
    sliders = {} if used.issuperset(driven) else driven
    does = None if keys is None or (root.type != "ARMATURE" and not sliders) else _does(keys, face)
    if not (bones or sliders):
        # Bones whose names say nothing may still be worth a try: Read Face asks.
        return (told if keys is None or does is None else _untried(keys, does, (), {})), True
    asked = wanted in (SLIDES, *(one.family for one in bones))
    good = does is not None and marks(does) >= GOOD
    if keys is not None and good and not asked:
        able = [one for one in bones if _has_lips(one)]
        return _untried(keys, does, able, {}), True
    if not may_try(root):
        if keys is None:
            return None, False
        kept = wanted or root.lipwright_rig.best
        first = next((one for one in bones if one.family == kept), keys)
        others = [one for one in (keys, *bones) if one is not first]
        return _untried(first, does if first is keys else None, others, sliders), False
    rivals = [*bones, *(yield from _mouth_of_sliders(face, keys, sliders))]
    if not rivals:
        return told, True
    rigs = ([] if keys is None else [keys]) + rivals
    moving = {row.control: row for rig in rigs for row in rig.rows if row.control.kind != KEY}
    shapes = yield from tried_steps(root, face.meshes, face.shapes, moving)
    chosen = best_of(rigs, shapes, face.fixed, wanted)
    root.lipwright_rig.best = (
        "" if keys is not None and chosen.family == keys.family else (chosen.family)
    )
    more = () if keys is None else keys.systems
    known = {one.family for one in chosen.systems}
    spare = tuple(one for one in more if one.family not in known)
    return replace(chosen, systems=(*chosen.systems, *spare)), True


def _does(rig: RigMap, face: _Face) -> System | None:
    """What a mouth of keys does on the mesh; None if it parts no lips."""
    if rig.systems:
        return rig.systems[0]
    found = skin_of(face.shapes, rig)
    return None if found is None else measured(rig, *found, face.fixed)


def _untried(
    rig: RigMap, does: System | None, others: Sequence[RigMap], sliders: Mapping[Control, Row]
) -> RigMap:
    """A rig with the mouths beside it that were not tried so far."""
    first = rig.systems or (does or System(rig.family, rig.label, tried=False),)
    more = [System(one.family, one.label, tried=False) for one in others]
    if sliders:
        more.append(System(SLIDES, SLIDERS, tried=False))
    return replace(rig, systems=(*first, *more))


def _has_lips(rig: RigMap) -> bool:
    return any(c.startswith("mouth") for row in rig.rows for c, _ in row.terms)


def _mouths_of_bones(others: Iterable[Control], keys: RigMap | None) -> list[RigMap]:
    """Mouths of poses of bones, with keys for what they leave; none that the keys' rig has."""
    poses = [one for one in others if one.kind == "pose"]
    try:
        found = matches({}, poses) if poses else ()
    except RigError:
        return []
    own = set() if keys is None else mouth_of(keys)
    rigs = [mouth_by(BONES, rig) for rig in found if not mouth_of(rig) <= own]
    return rigs if keys is None else [filled(rig, keys) for rig in rigs]


def _mouth_of_sliders(
    face: _Face, keys: RigMap | None, sliders: Mapping[Control, Row]
) -> Steps[list[RigMap]]:
    """The mouth that sliders make, told by what they move."""
    if not sliders:
        return []
    bare = [replace(mesh, keys={}) for mesh in face.shapes]
    rig = yield from _read_by_trial(face, bare, [], sliders)
    if rig is None:
        return []
    rig = replace(rig, family=SLIDES, label=SLIDERS)
    return [rig if keys is None else filled(rig, keys)]


def _is_much(meshes: Iterable[FaceMesh]) -> bool:
    return sum(len(mesh.vertices) * len(mesh.keys) for mesh in meshes) > MOST_AT_ONCE


def _keys(mesh: FaceMesh) -> dict[Control, np.ndarray]:
    return {Control(mesh.name, key): np.asarray(moved) for key, moved in mesh.keys.items()}


def _sky(root: bpy.types.Object, name: str) -> np.ndarray:
    """The world's up in a mesh's own space."""
    item = bpy.data.objects.get(name, root)
    return np.array(item.matrix_world.to_3x3().transposed()) @ np.array([0.0, 0.0, 1.0])


def _seen(root: bpy.types.Object, meshes: Iterable[FaceMesh]) -> Steps[Seen | None]:
    """The mesh whose mouth opens, looked at; None if none of them has a mouth."""
    for mesh in sorted(meshes, key=lambda mesh: -len(mesh.keys) - len(mesh.moves)):
        moves = {**_keys(mesh), **{c: np.asarray(m) for c, m in mesh.moves.items()}}
        lips = yield from any_lips_steps(mesh, moves, _sky(root, mesh.name))
        if lips is not None:
            return seen_of(view_of(mesh, lips), moves)
    return None


def _read(
    root: bpy.types.Object, meshes: Sequence[FaceMesh], every: Sequence[Control]
) -> Steps[RigMap | None]:
    seen = yield from _seen(root, meshes)
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
    face: _Face, shapes: Sequence[FaceMesh], every: Sequence[Control], others: Mapping[Control, Row]
) -> Steps[RigMap | None]:
    """Set each property to its end, and read the face from what moves."""
    root = face.root
    items = list(face.meshes)
    if root.type == "ARMATURE":
        items += [one for one in meshes_on(root) if one not in items and one.data.vertices]
    known = {mesh.name: mesh for mesh in shapes}
    moves: dict[str, dict[Control, np.ndarray]] = {item.name: {} for item in items}
    rows: dict[Control, Row] = {}
    # From rest, wherever a take or the artist has moved them now: the same at every frame.
    at_rest = {control: row.rest for control, row in others.items()}
    done = show(root, at_rest)
    try:
        look = Look(items)
        for number, (control, row) in enumerate(others.items()):
            yield Step(number / len(others), TRYING)
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
    rig = yield from _read(root, tried_meshes, [*every, *others])
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
