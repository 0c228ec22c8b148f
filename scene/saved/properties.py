# SPDX-License-Identifier: GPL-3.0-or-later
"""What a character remembers: saved in the .blend, with the version of its layout."""

from typing import Annotated, Literal

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ...core.dials import dials_of
from ...core.motion.keying import DENSE, WAYS
from ...core.motion.mix import Style
from ...core.performance.layers import LAYERS
from .. import compat
from .acting import (
    LIPWRIGHT_PG_acting,
    LIPWRIGHT_PG_capture,
    LIPWRIGHT_PG_feelings,
    LIPWRIGHT_PG_line,
    dial_property,
)
from .acting import classes as acting_classes
from .cleared import LIPWRIGHT_PG_cleared
from .declared import OVERRIDABLE, Rows, changed, saved, switch_property
from .scene import LIPWRIGHT_PG_progress, LIPWRIGHT_PG_scene
from .scene import classes as scene_classes

VERSION = 1


def _may_carry_head(_settings: "LIPWRIGHT_PG_character", item: bpy.types.Object) -> bool:
    return item.type in {"ARMATURE", "EMPTY", "MESH"}


@saved(
    {
        **{
            one.saved_as: switch_property(one.label, one.help, one.by_default)
            for one in LAYERS.values()
        },
        **{one.name: dial_property(one) for one in dials_of(Style)},
    }
)
class LIPWRIGHT_PG_character(bpy.types.PropertyGroup):
    """How one character acts; on its armature, or on its mesh where it has none."""

    emote: bool
    blink: bool
    gaze: bool
    head: bool

    version: Annotated[int, IntProperty(default=VERSION, options={"HIDDEN"})]
    feelings: Annotated[LIPWRIGHT_PG_feelings, PointerProperty(type=LIPWRIGHT_PG_feelings)]
    capture: Annotated[LIPWRIGHT_PG_capture, PointerProperty(type=LIPWRIGHT_PG_capture)]
    acting: Annotated[LIPWRIGHT_PG_acting, PointerProperty(type=LIPWRIGHT_PG_acting)]
    seed: Annotated[
        int,
        IntProperty(
            name="Seed",
            description="Another number gives another take: other blinks, glances and nods",
            min=0,
            update=changed,
        ),
    ]
    apart: Annotated[
        bool,
        switch_property(
            "A Track a Layer",
            "Write each layer to an NLA track of its own, so that it can be muted or "
            "blended there; together they are the whole face",
        ),
    ]
    head_object: Annotated[
        bpy.types.Object | None,
        PointerProperty(
            name="Head",
            description="Armature or object that turns with the head motion; empty: the armature",
            type=bpy.types.Object,
            poll=_may_carry_head,
            update=changed,
        ),
    ]
    head_bone: Annotated[
        str,
        StringProperty(
            name="Head Bone",
            description="Head bone of the armature above; empty: the one found by its name",
            update=changed,
        ),
    ]
    fit_lips: Annotated[
        bool,
        switch_property(
            "Fit Lips",
            "Measure this character's lips and close them exactly on M B P; off: as on most heads",
            True,
        ),
    ]
    opening: Annotated[
        float,
        FloatProperty(
            name="Opening",
            description="How far this character's mouth opens at an AH",
            default=1.0,
            min=0.0,
            max=2.0,
            subtype="FACTOR",
            update=changed,
        ),
    ]
    seal: Annotated[
        float,
        FloatProperty(
            name="Seal",
            description="How much lips that meet are pressed together (or, below 0, left apart), "
            "as a share of the mouth's width",
            default=0.0,
            min=-0.05,
            max=0.05,
            precision=3,
            step=0.1,
            update=changed,
        ),
    ]
    sync_offset_ms: Annotated[
        float,
        FloatProperty(
            name="Sync Offset",
            description="Milliseconds by which the mouth comes later (or, below 0, earlier)",
            default=0.0,
            soft_min=-200.0,
            soft_max=200.0,
            min=-1000.0,
            max=1000.0,
            precision=0,
            step=500,
            update=changed,
        ),
    ]
    keying: Annotated[
        str,
        EnumProperty(
            name="Keys",
            description="Which keys are written",
            items=[(way, *said) for way, said in WAYS.items()],
            default=DENSE,
            update=changed,
        ),
    ]
    few: Annotated[bool, BoolProperty(options={"HIDDEN"})]  # of before: `migrate.py`
    tolerance: Annotated[
        float,
        FloatProperty(
            name="Tolerance",
            description="How far key poses and few keys may stray from the exact curve",
            default=0.02,
            min=0.0005,
            max=0.2,
            precision=4,
            update=changed,
        ),
    ]
    cleared: Annotated[Rows[LIPWRIGHT_PG_cleared], CollectionProperty(type=LIPWRIGHT_PG_cleared)]
    other: Annotated[
        str, StringProperty(options={"HIDDEN"}, description="Dials of the take that was kept")
    ]
    over_strips: Annotated[
        bool,
        switch_property(
            "Speak Over My Strips",
            "Shapes that your own NLA strips animate follow the line while it lasts, on a track "
            "above yours, and fade into your strips before and after it; these stay as they are. "
            "Not with a track a layer",
        ),
    ]
    hand_keys: Annotated[
        Literal["VALUE", "CHANGE"],
        EnumProperty(
            name="Hand Keys",
            description="What stays of a key that you changed, or set among ours, when the take "
            "becomes another",
            items=(
                ("VALUE", "Keep Value", "It shows what you set, whatever the take is around it"),
                (
                    "CHANGE",
                    "Keep Change",
                    "It stays as far from the take as you set it: a smile of 0.2 more is 0.2 more "
                    "than the next take, and a pose two frames later is two frames later",
                ),
            ),
            update=changed,
        ),
    ]
    hand_fade_seconds: Annotated[
        float,
        FloatProperty(
            name="Hand Keys Fade",
            description="Seconds over which keys that you set by hand fade into the take beside "
            "them",
            default=0.2,
            min=0.0,
            max=5.0,
            soft_max=1.0,
            precision=2,
            step=5,
            update=changed,
        ),
    ]


classes = (
    *acting_classes,
    LIPWRIGHT_PG_cleared,
    LIPWRIGHT_PG_character,
    *scene_classes,
)
_register_classes, _unregister_classes = bpy.utils.register_classes_factory(classes)


def register() -> None:
    """Add our groups to objects, scenes and the window manager."""
    _register_classes()
    bpy.types.Object.lipwright = PointerProperty(type=LIPWRIGHT_PG_character, override=OVERRIDABLE)
    bpy.types.Object.lipwright_line = PointerProperty(type=LIPWRIGHT_PG_line)  # of a Speaker
    bpy.types.Scene.lipwright = PointerProperty(type=LIPWRIGHT_PG_scene)
    compat.Strip.lipwright = PointerProperty(type=LIPWRIGHT_PG_line)
    bpy.types.WindowManager.lipwright = PointerProperty(type=LIPWRIGHT_PG_progress)


def unregister() -> None:
    """Take our groups away again; what files saved stays in them."""
    del bpy.types.WindowManager.lipwright
    del compat.Strip.lipwright
    del bpy.types.Scene.lipwright
    del bpy.types.Object.lipwright_line
    del bpy.types.Object.lipwright
    _unregister_classes()
