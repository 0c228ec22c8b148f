# SPDX-License-Identifier: GPL-3.0-or-later
"""What a character remembers of a mouth that is drawn: its drawings, and how they are held."""

from typing import Annotated

import bpy
from bpy.props import (
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ...rigs.drawn import SETS
from .declared import OVERRIDABLE, Rows, changed, saved

VERSION = 1
OFF, OBJECTS, KEYS, SEQUENCE = "OFF", "OBJECTS", "KEYS", "SEQUENCE"
SHEET, PENCIL, LAYERS = "SHEET", "PENCIL", "LAYERS"
KINDS = (
    (OFF, "None", "The mouth is no drawing"),
    (OBJECTS, "Objects", "One object a mouth: the one that is said is shown, the others hidden"),
    (KEYS, "Shape Keys", "One shape key a mouth: one at a time is at 1, without blending"),
    (SEQUENCE, "Image Sequence", "One image a mouth: the frame offset of an Image Texture node"),
    (SHEET, "Sprite Sheet", "One cell of an image a mouth: the location of a Mapping node"),
    (PENCIL, "Pencil Frames", "One Grease Pencil frame a mouth: Time Offset, Fixed Frame"),
    (LAYERS, "Pencil Layers", "One Grease Pencil layer a mouth: the others are hidden"),
)
OWN = "OWN"
SET_ITEMS = (
    *((name, label, f"The mouths {', '.join(sounds)}") for name, (label, sounds) in SETS.items()),
    (OWN, "Own", "Mouths that you name, each with the sounds that it is drawn for"),
)


def _not_armature(_owner: object, item: bpy.types.Object) -> bool:
    return item.type != "ARMATURE"


@saved()
class LIPWRIGHT_PG_drawn_mouth(bpy.types.PropertyGroup):
    """One drawing; `name` is the mouth's."""

    sounds: Annotated[
        str,
        StringProperty(
            name="Sounds",
            description="Sounds that the mouth is drawn for, in IPA with spaces between them; _ is "
            "silence",
            update=changed,
        ),
    ]
    item: Annotated[
        bpy.types.Object | None,
        PointerProperty(
            name="Object",
            description="The object that shows this mouth",
            type=bpy.types.Object,
            poll=_not_armature,
        ),
    ]
    key: Annotated[
        str,
        StringProperty(
            name="Shown By",
            description="The shape key or the Grease Pencil layer that shows this mouth",
        ),
    ]
    number: Annotated[
        int,
        IntProperty(
            name="Number",
            description="Number of the image in its sequence, of the cell from the top left (the "
            "first is 0), or of the frame",
            min=-1_000_000,
            max=1_000_000,
        ),
    ]


@saved()
class LIPWRIGHT_PG_drawing(bpy.types.PropertyGroup):
    """A mouth that is drawn; on the same object as the character's dials."""

    version: Annotated[int, IntProperty(default=VERSION, options={"HIDDEN"})]
    kind: Annotated[
        str,
        EnumProperty(
            name="Drawn As",
            description="What shows the mouth",
            items=KINDS,
            update=changed,
        ),
    ]
    chosen_set: Annotated[
        str, EnumProperty(name="Set", description="Which mouths are drawn", items=SET_ITEMS)
    ]
    mouths: Annotated[
        Rows[LIPWRIGHT_PG_drawn_mouth], CollectionProperty(type=LIPWRIGHT_PG_drawn_mouth)
    ]
    active_mouth: Annotated[int, IntProperty(min=0)]
    material: Annotated[
        bpy.types.Material | None,
        PointerProperty(
            name="Material",
            description="Material with the image of the mouth",
            type=bpy.types.Material,
        ),
    ]
    node: Annotated[
        str,
        StringProperty(
            name="Node",
            description="The Image Texture or Mapping node; empty: the only one",
        ),
    ]
    columns: Annotated[
        int,
        IntProperty(
            name="Columns", description="Cells of the sheet side by side", default=3, min=1, max=256
        ),
    ]
    rows: Annotated[
        int,
        IntProperty(
            name="Rows",
            description="Cells of the sheet above each other",
            default=3,
            min=1,
            max=256,
        ),
    ]
    pencil: Annotated[
        bpy.types.Object | None,
        PointerProperty(
            name="Drawing",
            description="Grease Pencil object with one frame or one layer a mouth",
            type=bpy.types.Object,
            poll=_not_armature,
        ),
    ]
    hold: Annotated[
        int,
        IntProperty(
            name="Hold",
            description="The fewest frames for which a mouth is held",
            default=2,
            min=1,
            max=24,
            update=changed,
        ),
    ]
    step: Annotated[
        int,
        IntProperty(
            name="On",
            description="Mouths change on ones, twos or threes",
            default=2,
            min=1,
            max=4,
            update=changed,
        ),
    ]
    ahead: Annotated[
        float,
        FloatProperty(
            name="Ahead",
            description="Frames before its sound at which a mouth is drawn",
            default=1.0,
            min=0.0,
            max=6.0,
            precision=1,
            step=50,
            update=changed,
        ),
    ]


_register_classes, _unregister_classes = bpy.utils.register_classes_factory(
    (LIPWRIGHT_PG_drawn_mouth, LIPWRIGHT_PG_drawing)
)


def register() -> None:
    """Add our group to objects."""
    _register_classes()
    bpy.types.Object.lipwright_drawing = PointerProperty(
        type=LIPWRIGHT_PG_drawing, override=OVERRIDABLE
    )


def unregister() -> None:
    """Take it away again; what files saved stays in them."""
    del bpy.types.Object.lipwright_drawing
    _unregister_classes()
