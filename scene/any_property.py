# SPDX-License-Identifier: GPL-3.0-or-later
"""Any number of the file that follows a channel: a light's energy, a node's input, a modifier."""

import re
from collections.abc import Iterable
from typing import Any

import bpy

from ..core.errors import RigError
from ..rigs.mapping import MOST
from ..rigs.schema import ANY, Control, Row, Terms
from .saved.rig import LIPWRIGHT_PG_row

# What Blender's Copy Full Data Path gives: bpy.data.lights["Key"].energy
FULL = re.compile(
    r"^bpy\.data\.(?P<of>\w+)\[(?P<name>\"(?:[^\"\\]|\\.)*\"|'[^']*')\]\.?(?P<path>.+)$"
)
INDEX = re.compile(r"\[(?P<index>\d+)\]$")
TREE = "node_tree."
# Combined with what moves an object already, a place or turn of its own would add up.
PLACED = re.compile(r"^(location|rotation_\w+|scale)(\[\d\])?$")


def control_at(full_path: str) -> Control:
    """The control that a full data path names; RigError if it is no number that can be keyed."""
    found = FULL.match(full_path.strip())
    if found is None:
        raise RigError(
            "This is no full data path. Point at the property, press Ctrl Shift Alt C (Copy Full "
            "Data Path), and paste it here"
        )
    name = bpy.utils.unescape_identifier(found["name"][1:-1])
    control = Control(f"{found['of']}/{name}", found["path"], ANY)
    resolved = resolve(control)
    if resolved is None:
        raise RigError(f"“{full_path.strip()}” is no number that can be keyed. Choose another")
    if isinstance(resolved[0], bpy.types.Object) and PLACED.match(control.key):
        raise RigError(
            "The place, turn and size of an object follow nothing directly, for they may be "
            "animated already. Use its delta transform, or a constraint's influence"
        )
    return control


def block_named(control: Control) -> bpy.types.ID | None:
    """What a control names as its mesh: an object, or a datablock such as ``lights/Key``."""
    if control.kind != ANY:
        return bpy.data.objects.get(control.mesh)
    of, _, name = control.mesh.partition("/")
    block: Any = getattr(bpy.data, of, {}).get(name) if of.isidentifier() else None
    return block if isinstance(block, bpy.types.ID) else None


def name_now(item: LIPWRIGHT_PG_row) -> str:
    """How a stored row's control names its mesh by now: what was renamed is followed."""
    if item.block is None:
        return item.mesh
    if item.kind != ANY:
        return item.block.name
    return f"{item.mesh.partition('/')[0]}/{item.block.name}"


def resolve(control: Control) -> tuple[bpy.types.ID, str, int] | None:
    """Datablock, data path and array index of a control; None if it is not there."""
    block: Any = block_named(control)
    if block is None or block.library is not None:
        return None
    path = control.key
    if path.startswith(TREE) and getattr(block, "node_tree", None) is not None:
        block, path = block.node_tree, path.removeprefix(TREE)
    index = 0
    try:
        value = block.path_resolve(path)
        found = INDEX.search(path)
        if found is not None and isinstance(value, float | int):
            whole = path[: found.start()]
            if not isinstance(block.path_resolve(whole), bpy.types.bpy_prop_collection):
                path, index = whole, int(found["index"])
    except (ValueError, AttributeError, IndexError, TypeError):
        return None
    return (block, path, index) if isinstance(value, float | int) else None


def value_of(control: Control) -> float | None:
    """What a control is at now."""
    found = resolve(control)
    if found is None:
        return None
    block, path, index = found
    value = block.path_resolve(path)
    return float(value if isinstance(value, float | int) else value[index])


def set_value(control: Control, value: float) -> None:
    """Set a control."""
    found = resolve(control)
    if found is None:
        return
    block, path, index = found
    owner, _, name = path.rpartition(".")
    holder: Any = block.path_resolve(owner) if owner else block
    if path.endswith('"]'):
        owner, _, rest = path.rpartition("[")
        holder = block.path_resolve(owner) if owner else block
        holder[bpy.utils.unescape_identifier(rest[1:-2])] = value
        return
    stands = getattr(holder, name)
    if isinstance(stands, float | int):
        setattr(holder, name, type(stands)(round(value) if isinstance(stands, int) else value))
    else:
        stands[index] = value


def row_at(control: Control, terms: Terms) -> Row:
    """A row that moves it from where it stands, within what Blender's slider shows."""
    stands = value_of(control) or 0.0
    low, high = _limits(control)
    return Row(control, terms, min(low, stands), max(high, stands), offset=stands)


def _limits(control: Control) -> tuple[float, float]:
    found = resolve(control)
    if found is None:
        return 0.0, 1.0
    block, path, _ = found
    owner, _, name = path.rpartition(".")
    holder = block.path_resolve(owner) if owner else block
    told = getattr(holder, "bl_rna", None)
    one = None if told is None else told.properties.get(name)
    if one is None or isinstance(one, bpy.types.BoolProperty):
        return 0.0, 1.0
    return max(float(one.soft_min), -MOST), min(float(one.soft_max), MOST)


def any_controls(root: bpy.types.Object) -> list[Control]:
    """Those of a character's rows that are there."""
    rows = [row for row in root.lipwright_rig.rows if row.kind == ANY]
    controls = [Control(name_now(row), row.name, ANY, row.bone) for row in rows]
    return [control for control in controls if resolve(control) is not None]


def written_blocks(root: bpy.types.Object) -> list[bpy.types.ID]:
    """What takes lie on beside the character itself, also where its mapping was changed since."""
    found: list[bpy.types.ID] = []
    for one in root.lipwright_rig.written:
        block = one.block
        if block is not None and one.tree:
            block = getattr(block, "node_tree", None)
        found += [] if block is None else [block]
    return list(dict.fromkeys(found))


def remember_written(root: bpy.types.Object, blocks: Iterable[bpy.types.ID]) -> None:
    """Keep what a take is written on, so that Clear finds it when the mapping was changed."""
    known = set(written_blocks(root))
    for block in dict.fromkeys(blocks):
        if block in known or isinstance(block, bpy.types.Key):
            continue
        one = root.lipwright_rig.written.add()
        owner = _owner_of(block) if isinstance(block, bpy.types.NodeTree) else None
        one.block, one.tree = owner or block, owner is not None


def forget_written(root: bpy.types.Object) -> None:
    """Let go of all of them, after Clear: a datablock that is pointed at is never purged."""
    if root.library is None and len(root.lipwright_rig.written):
        root.lipwright_rig.written.clear()


def _owner_of(tree: bpy.types.NodeTree) -> bpy.types.ID | None:
    """Whose own node tree this is; None for a node group."""
    for every in (bpy.data.materials, bpy.data.worlds, bpy.data.lights, bpy.data.scenes):
        for owner in every:
            if getattr(owner, "node_tree", None) == tree:
                return owner
    return None
