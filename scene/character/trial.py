# SPDX-License-Identifier: GPL-3.0-or-later
"""Controls that are no keys, tried: set, looked at on the evaluated mesh, and put back."""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

import bpy
import numpy as np

from ...core.steps import Step, Steps
from ...rigs.bones.poses import Stance
from ...rigs.lips.find import FaceMesh
from ...rigs.schema import ANY, Control, Row
from .bones import meshes_on
from .poses import poses_of, put_stance
from .preview import end_previews, show_values

SHARE = 0.35  # of a whole shape: bones turn, and lips meet where the jaw is nearly shut
TRYING = "Trying controls"
STILL = 1e-7
BOUND = Stance(np.zeros(3), np.array([1.0, 0.0, 0.0, 0.0]), np.ones(3))


def may_try(root: bpy.types.Object) -> bool:
    """Say whether values may be set now: not while Blender draws, nor on linked data."""
    if root.library is not None:
        return False
    try:
        root.lipwright_rig.pose_name = root.lipwright_rig.pose_name
    except AttributeError:  # Blender is drawing
        return False
    return True


def tried_steps(
    root: bpy.types.Object,
    keyed: Sequence[bpy.types.Object],
    meshes: Sequence[FaceMesh],
    rows: Mapping[Control, Row],
) -> Steps[list[FaceMesh]]:
    """The meshes with what these rows' controls do to them at a whole shape, a step a control.

    Meshes without keys that follow the armature come along, as they stand. All is put back
    wherever it is stopped.
    """
    items = list(keyed)
    if root.type == "ARMATURE":
        items += [one for one in meshes_on(root) if one not in items and one.data.vertices]
    known = {mesh.name: mesh for mesh in meshes}
    moves: dict[str, dict[Control, np.ndarray]] = {item.name: {} for item in items}
    with resting(root, rows.values()) as put_back:
        look = Look(items)
        for number, (control, row) in enumerate(rows.items()):
            yield Step(number / len(rows), TRYING)
            value = SHARE if control.kind == "pose" else row.offset + SHARE * row.scale

            def put(control: Control = control, value: float = value) -> Callable[[], None]:
                show_values(root, {control: value})
                return lambda: put_back(control)

            for name, offsets in look.at(put).items():
                moves[name][control] = offsets / SHARE
    found = []
    for item in items:
        mesh = known.get(item.name) or _bare(item, look.stood[item.name])
        found.append(replace(mesh, moves=moves[item.name]))
    return found


@contextmanager
def resting(
    root: bpy.types.Object, rows: Iterable[Row]
) -> Generator[Callable[[Control], None], None, None]:
    """Hold the controls of rows at rest, wherever a take or the artist has moved them now.

    What is given takes one of them back to rest after it was tried; at the end all is put back.
    """
    at_rest = {
        row.control: row.rest if row.control.kind != "pose" else 0.0
        for row in rows
        if row.control.kind != ANY
    }
    done = show(root, at_rest)
    try:
        _put_at_rest(root, at_rest)
        yield lambda control: _put_at_rest(root, {control: at_rest.get(control, 0.0)})
    finally:
        done()
        bpy.context.view_layer.update()


def _put_at_rest(root: bpy.types.Object, rests: Mapping[Control, float]) -> None:
    """Put the bones of poses where the armature was bound, and other controls to these values."""
    show_values(root, {control: rest for control, rest in rests.items() if control.kind != "pose"})
    poses = [control.key for control in rests if control.kind == "pose"]
    stored = poses_of(root) if poses else {}
    for bone in {bone for name in poses for bone in stored.get(name, {})}:
        if bone in root.pose.bones:
            put_stance(root.pose.bones[bone], BOUND)


def show(root: bpy.types.Object, values: Mapping[Control, float]) -> Callable[[], None]:
    """Set controls; what is returned puts them back."""
    show_values(root, values)
    return end_previews


class Look:
    """Some meshes as the scene shows them, in their own space, and how they differ after a try."""

    def __init__(self, items: Sequence[bpy.types.Object]) -> None:
        self.items = list(items)
        bpy.context.view_layer.update()
        self.stood = {item.name: self._points(item) for item in self.items}

    def at(self, put: Callable[[], Callable[[], None]]) -> dict[str, np.ndarray]:
        """By mesh, how far vertices move while what `put` sets holds; still meshes left out."""
        undo = put()
        try:
            bpy.context.view_layer.update()
            shown = {item.name: self._points(item) for item in self.items}
        finally:
            undo()
            bpy.context.view_layer.update()
        moved = {name: points - self.stood[name] for name, points in shown.items()}
        return {name: one for name, one in moved.items() if np.abs(one).max(initial=0.0) > STILL}

    @staticmethod
    def _points(item: bpy.types.Object) -> np.ndarray:
        """The mesh's own vertices: modifiers that add some put theirs after them."""
        count = len(item.data.vertices)
        body = item.evaluated_get(bpy.context.evaluated_depsgraph_get())
        mesh = body.to_mesh()
        flat = np.empty(3 * len(mesh.vertices), np.float32)
        mesh.vertices.foreach_get("co", flat)
        body.to_mesh_clear()
        points = flat.reshape(-1, 3).astype(np.float64)
        if len(points) >= count:
            return points[:count]
        item.data.vertices.foreach_get("co", flat := np.empty(3 * count, np.float32))
        return flat.reshape(-1, 3).astype(np.float64)  # a modifier that removes some hides it


def _bare(item: bpy.types.Object, points: np.ndarray) -> FaceMesh:
    edges = np.empty(2 * len(item.data.edges), np.int32)
    item.data.edges.foreach_get("vertices", edges)
    return FaceMesh(item.name, points, edges.reshape(-1, 2), {})


def bare_mesh(item: bpy.types.Object, look: Look) -> FaceMesh:
    """A mesh as it stands, without what moves it."""
    return _bare(item, look.stood[item.name])
