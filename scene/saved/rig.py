# SPDX-License-Identifier: GPL-3.0-or-later
"""What a character remembers of its rig: poses that the artist stored, rows that were edited."""

from collections.abc import Callable
from typing import Annotated, Any

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    FloatProperty,
    FloatVectorProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ...rigs.mapping import MOST
from ...rigs.schema import Kind
from .declared import OVERRIDABLE, Rows, changed, saved, switch_property

VERSION = 1


@saved()
class LIPWRIGHT_PG_move(bpy.types.PropertyGroup):
    """How one bone moves in a pose; `name` is the bone's."""

    location: Annotated[tuple[float, float, float], FloatVectorProperty(size=3)]
    turn: Annotated[
        tuple[float, float, float],
        FloatVectorProperty(size=3, description="Rotation vector, radians"),
    ]
    growth: Annotated[
        tuple[float, float, float],
        FloatVectorProperty(size=3, description="Natural logarithm of the scale"),
    ]


@saved()
class LIPWRIGHT_PG_pose(bpy.types.PropertyGroup):
    """A stored pose; `name` is the face shape that it shows."""

    moves: Annotated[Rows[LIPWRIGHT_PG_move], CollectionProperty(type=LIPWRIGHT_PG_move)]


@saved()
class LIPWRIGHT_PG_term(bpy.types.PropertyGroup):
    """A face channel that a row follows; `name` is the channel's."""

    weight: Annotated[
        float,
        FloatProperty(
            name="Weight",
            description="How much of the face channel goes into the control",
            default=1.0,
            min=-MOST,
            max=MOST,
            soft_min=-1.0,
            soft_max=1.0,
            update=changed,
        ),
    ]


def _number(name: str, description: str, default: float) -> Any:
    return FloatProperty(
        name=name,
        description=description,
        default=default,
        min=-MOST,
        max=MOST,
        soft_min=-2.0,
        soft_max=2.0,
        update=changed,
    )


def _previewed(row: "LIPWRIGHT_PG_row", _context: bpy.types.Context) -> None:
    for listener in preview_listeners:
        listener(row)


@saved()
class LIPWRIGHT_PG_row(bpy.types.PropertyGroup):
    """A row of an edited mapping; `name` is the control's, so that the list can be searched."""

    mesh: Annotated[str, StringProperty()]
    block: Annotated[
        bpy.types.ID | None,
        PointerProperty(
            type=bpy.types.ID,
            description="What `mesh` named when the row was made: it is followed when it is "
            "renamed",
        ),
    ]
    kind: Annotated[Kind, StringProperty(default="shape key")]
    bone: Annotated[str, StringProperty()]
    terms: Annotated[Rows[LIPWRIGHT_PG_term], CollectionProperty(type=LIPWRIGHT_PG_term)]
    solved: Annotated[
        bool,
        switch_property(
            "Whole Mouth",
            "The control is a whole mouth (a viseme): its share of the face is looked for",
        ),
    ]
    scale: Annotated[float, _number("Scale", "What a whole shape adds to the control", 1.0)]
    offset: Annotated[float, _number("Offset", "The control's value while the face rests", 0.0)]
    low: Annotated[float, _number("Low", "The control goes no lower", 0.0)]
    high: Annotated[float, _number("High", "The control goes no higher", 1.0)]
    mute: Annotated[bool, switch_property("Mute", "Leave this control alone")]
    sure: Annotated[
        float,
        FloatProperty(
            name="Sure",
            description="Told by what it moves, so surely; 0 where its name told",
            min=0.0,
            max=1.0,
        ),
    ]
    preview: Annotated[
        float,
        FloatProperty(
            name="Preview",
            description="Try the control; back at 0 it is as it was",
            min=0.0,
            max=1.0,
            subtype="FACTOR",
            options={"SKIP_SAVE"},
            update=_previewed,
        ),
    ]


# What moves a control while its row is previewed; a list, for scene.character.preview to join in.
preview_listeners: list[Callable[[LIPWRIGHT_PG_row], None]] = []


@saved()
class LIPWRIGHT_PG_written(bpy.types.PropertyGroup):
    """A datablock beside the character that a take was written on."""

    block: Annotated[bpy.types.ID | None, PointerProperty(type=bpy.types.ID)]
    tree: Annotated[bool, BoolProperty(description="On its node tree")]


@saved()
class LIPWRIGHT_PG_rig(bpy.types.PropertyGroup):
    """How this character's controls are used; on the same object as its dials."""

    version: Annotated[int, IntProperty(default=VERSION, options={"HIDDEN"})]
    pose_name: Annotated[
        str,
        StringProperty(
            name="Shape",
            description="Face shape or viseme that the pose shows, such as jawOpen, "
            "mouthSmileLeft, eyeBlinkLeft or viseme_PP",
        ),
    ]
    poses: Annotated[Rows[LIPWRIGHT_PG_pose], CollectionProperty(type=LIPWRIGHT_PG_pose)]
    system: Annotated[
        str,
        StringProperty(
            description="Family of the mouth that the artist chose of several; empty chooses by "
            "itself",
        ),
    ]
    best: Annotated[
        str,
        StringProperty(
            description="Family of the mouth that did best when all were tried; empty: one of keys",
        ),
    ]
    edited: Annotated[bool, BoolProperty(description="The rows below count")]
    family: Annotated[str, StringProperty()]
    rows: Annotated[Rows[LIPWRIGHT_PG_row], CollectionProperty(type=LIPWRIGHT_PG_row)]
    active_row: Annotated[int, IntProperty(min=0)]
    written: Annotated[Rows[LIPWRIGHT_PG_written], CollectionProperty(type=LIPWRIGHT_PG_written)]


_register_classes, _unregister_classes = bpy.utils.register_classes_factory(
    (
        LIPWRIGHT_PG_move,
        LIPWRIGHT_PG_pose,
        LIPWRIGHT_PG_term,
        LIPWRIGHT_PG_row,
        LIPWRIGHT_PG_written,
        LIPWRIGHT_PG_rig,
    )
)


def register() -> None:
    """Add our group to objects."""
    _register_classes()
    bpy.types.Object.lipwright_rig = PointerProperty(type=LIPWRIGHT_PG_rig, override=OVERRIDABLE)


def unregister() -> None:
    """Take it away again; what files saved stays in them."""
    del bpy.types.Object.lipwright_rig
    _unregister_classes()
