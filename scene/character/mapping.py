# SPDX-License-Identifier: GPL-3.0-or-later
"""The mapping that an artist edited, between its properties on the character and a RigMap."""

from collections.abc import Collection
from dataclasses import replace

import bpy

from ...core.errors import RigError
from ...rigs.mapping import mapped
from ...rigs.schema import Control, RigMap, Row
from ..any_property import block_named, name_now
from ..saved.rig import LIPWRIGHT_PG_row

NUMBERS = ("low", "high", "scale", "offset")
FLAGS = ("solved", "mute")


def edited_rig(root: bpy.types.Object, controls: Collection[Control]) -> RigMap:
    """The edited rows whose controls are still there; RigError if there are none."""
    stored = root.lipwright_rig
    here = frozenset(controls)
    rows = [row_of(item) for item in stored.rows if control_of(item) in here and len(item.terms)]
    if not rows:
        raise RigError(
            f"No row of the mapping of “{root.name}” fits this character. Add rows in the panel "
            "Rig, or reset it to what matched"
        )
    told = {control_of(item): item.sure for item in stored.rows if item.sure > 0}
    read = tuple((row.control, told[row.control]) for row in rows if row.control in told)
    return replace(mapped(stored.family, rows, controls), read=read)


def control_of(item: LIPWRIGHT_PG_row) -> Control:
    """The control of a stored row."""
    return Control(name_now(item), item.name, item.kind, item.bone)


def lost_rows(root: bpy.types.Object, controls: Collection[Control]) -> list[str]:
    """Names of the edited rows whose control is gone."""
    stored = root.lipwright_rig
    here = frozenset(controls)
    return [item.name for item in stored.rows if stored.edited and control_of(item) not in here]


def row_of(item: LIPWRIGHT_PG_row) -> Row:
    """A stored row as the mapper wants it."""
    terms = tuple((term.name, term.weight) for term in item.terms)
    low, high = sorted((item.low, item.high))
    flags = {name: getattr(item, name) for name in FLAGS}
    return Row(control_of(item), terms, low, high, scale=item.scale, offset=item.offset, **flags)


def store_rig(root: bpy.types.Object, rig: RigMap) -> None:
    """Make a rig's rows the character's own, to be edited; `drive` follows them from now on."""
    stored = root.lipwright_rig
    stored.rows.clear()
    sure = dict(rig.read)
    for row in rig.rows:
        item = stored.rows.add()
        fill_row(item, row)
        item.sure = sure.get(row.control, 0.0)
    stored.family, stored.edited, stored.active_row = rig.family, True, 0


def fill_row(item: LIPWRIGHT_PG_row, row: Row) -> None:
    """Put a row into its properties."""
    put_control(item, row.control)
    item.terms.clear()
    for channel, weight in row.terms:
        term = item.terms.add()
        term.name, term.weight = channel, weight
    for name in (*NUMBERS, *FLAGS):
        setattr(item, name, getattr(row, name))


def put_control(item: LIPWRIGHT_PG_row, control: Control) -> None:
    """Let a row move another control."""
    item.name, item.mesh, item.kind, item.bone = (
        *(control.key, control.mesh),
        *(control.kind, control.bone),
    )
    item.block, item.sure = block_named(control), 0.0


def forget_rig(root: bpy.types.Object) -> None:
    """Go back to what the names match."""
    root.lipwright_rig.rows.clear()
    root.lipwright_rig.edited = False
