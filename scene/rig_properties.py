# SPDX-License-Identifier: GPL-3.0-or-later
"""What a character remembers of its rig: poses that the artist stored, rows that were edited."""

import bpy
from bpy.props import (
    CollectionProperty,
    FloatVectorProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

VERSION = 1
OVERRIDABLE = {"LIBRARY_OVERRIDABLE"}
GROWING = {"LIBRARY_OVERRIDABLE", "USE_INSERTION"}


class LIPWRIGHT_PG_move(bpy.types.PropertyGroup):
    """How one bone moves in a pose; `name` is the bone's."""

    location: FloatVectorProperty(size=3, override=OVERRIDABLE)
    turn: FloatVectorProperty(size=3, description="Rotation vector, radians", override=OVERRIDABLE)
    growth: FloatVectorProperty(
        size=3, description="Natural logarithm of the scale", override=OVERRIDABLE
    )


class LIPWRIGHT_PG_pose(bpy.types.PropertyGroup):
    """A stored pose; `name` is the face shape that it shows."""

    moves: CollectionProperty(type=LIPWRIGHT_PG_move, override=GROWING)


class LIPWRIGHT_PG_rig(bpy.types.PropertyGroup):
    """How this character's controls are used; on the same object as its dials."""

    version: IntProperty(default=VERSION, options={"HIDDEN"}, override=OVERRIDABLE)
    pose_name: StringProperty(
        name="Shape",
        description="Face shape or viseme that the pose shows, such as jawOpen, mouthSmileLeft, "
        "eyeBlinkLeft or viseme_PP",
        override=OVERRIDABLE,
    )
    poses: CollectionProperty(type=LIPWRIGHT_PG_pose, override=GROWING)


_register_classes, _unregister_classes = bpy.utils.register_classes_factory(
    (LIPWRIGHT_PG_move, LIPWRIGHT_PG_pose, LIPWRIGHT_PG_rig)
)


def register() -> None:
    """Add our group to objects."""
    _register_classes()
    bpy.types.Object.lipwright_rig = PointerProperty(type=LIPWRIGHT_PG_rig, override=OVERRIDABLE)


def unregister() -> None:
    """Take it away again; what files saved stays in them."""
    del bpy.types.Object.lipwright_rig
    _unregister_classes()
