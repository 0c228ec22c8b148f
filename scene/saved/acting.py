# SPDX-License-Identifier: GPL-3.0-or-later
"""The saved dials of what a face does besides speaking: feelings, eyes, head; whose and when."""

from collections.abc import Callable, Mapping
from typing import Any

import bpy
from bpy.props import (
    BoolProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ...core.dials import Dial, dials_of
from ...core.performance.acting import Acting
from ...core.performance.emotion import STRONGEST
from ...core.performance.layers import LAYERS, SEEDED
from ...core.performance.prototypes import BY_SEED, EMOTIONS, FELT

OVERRIDABLE = {"LIBRARY_OVERRIDABLE"}
FOLLOWS = -1  # a layer's seed: that of all
EYES_ITEMS = (
    ("AUTO", "Automatic", "The eyeLook shapes, or the eye bones where there are no such shapes"),
    ("SHAPES", "Shapes", "The eyeLook shapes alone"),
    ("BONES", "Bones", "The eye bones alone"),
    ("BOTH", "Both", "Shapes and bones, where the shapes move only the lids"),
)

# Operators put a function here that re-mixes a character whose dial was moved; it is given the
# datablock that carries the dial.
listeners: list[Callable[[bpy.types.ID], None]] = []


def changed(settings: bpy.types.PropertyGroup, _context: bpy.types.Context) -> None:
    """Tell the listeners that a dial moved."""
    for listener in listeners:
        listener(settings.id_data)


def declare(owner: type, properties: Mapping[str, Any]) -> None:
    """Give a property group what a table lists; before it is registered."""
    owner.__annotations__ = {**owner.__annotations__, **properties}


def switch_property(name: str, description: str, default: bool = False) -> bpy.types.BoolProperty:
    """Something on or off that acts at once."""
    return BoolProperty(
        name=name,
        description=description,
        default=default,
        update=changed,
        override=OVERRIDABLE,
    )


def dial_property(one: Dial) -> bpy.types.FloatProperty | bpy.types.BoolProperty:
    """A dial as a saved property."""
    if one.is_switch:
        return switch_property(one.label, one.help, bool(one.default))
    return FloatProperty(
        name=one.label,
        description=one.help,
        default=one.default,
        min=one.low,
        max=one.high,
        subtype="FACTOR" if one.high <= 2 else "NONE",
        update=changed,
        override=OVERRIDABLE,
    )


def _strength(name: str, description: str, most: float = 1.0) -> bpy.types.FloatProperty:
    """A strength from 0 that may be keyframed."""
    return FloatProperty(
        name=name,
        description=f"{description}. May be keyframed; the words stay readable at 1",
        min=0.0,
        max=most,
        soft_max=1.0,
        subtype="FACTOR",
        update=changed,
        override=OVERRIDABLE,
    )


def variant_property(name: str) -> str:
    """Name of the saved property that says which variant of an emotion is shown."""
    return f"{name}_variant"


def _variant(name: str) -> bpy.types.EnumProperty:
    return EnumProperty(
        name=f"{EMOTIONS[name].label} Variant",
        description="Which of its faces the emotion shows",
        # What is saved is the place in this list, so the seed comes last.
        items=[
            *((one, one.capitalize(), "") for one in EMOTIONS[name].variants),
            (BY_SEED, "Automatic", "The seed chooses: another take may show another of them"),
        ],
        update=changed,
        override=OVERRIDABLE,
    )


def _bone(name: str, description: str) -> bpy.types.StringProperty:
    return StringProperty(
        name=name,
        description=f"{description}; empty: the one found by its name",
        update=changed,
        override=OVERRIDABLE,
    )


def _seed(layer: str) -> bpy.types.IntProperty:
    return IntProperty(
        name=f"{layer} Seed",
        description="Another number is another take of this layer alone; without one it follows "
        "the seed of all layers",
        default=FOLLOWS,
        min=FOLLOWS,
        update=changed,
        override=OVERRIDABLE,
    )


class LIPWRIGHT_PG_feelings(bpy.types.PropertyGroup):
    """How strong each emotion is; all at 0 is neutral."""

    auto: _strength("Auto", "How much is added of what the voice seems to feel: a guess")


declare(
    LIPWRIGHT_PG_feelings,
    {
        name: _strength(
            EMOTIONS[name].label, f"{EMOTIONS[name].help}. Above 1 for cartoons", STRONGEST
        )
        for name in FELT
    }
    | {variant_property(name): _variant(name) for name in FELT},
)


class LIPWRIGHT_PG_line(bpy.types.PropertyGroup):
    """What a sound strip says about its own line."""

    own: BoolProperty(
        name="Own Emotion",
        description="This line has emotions of its own instead of the character's",
        update=changed,
    )
    feelings: PointerProperty(type=LIPWRIGHT_PG_feelings)
    uid: StringProperty(options={"HIDDEN"}, description="What takes of this strip are known by")
    added: BoolProperty(options={"HIDDEN"}, description="Lipwright added this strip for a file")


class LIPWRIGHT_PG_seeds(bpy.types.PropertyGroup):
    """Seeds of single layers, by the layers' names."""


declare(LIPWRIGHT_PG_seeds, {name: _seed(LAYERS[name].label) for name in SEEDED})


class LIPWRIGHT_PG_acting(bpy.types.PropertyGroup):
    """Dials of emotion, eyes, brows, head and breath, and the bones that turn."""

    look_at: PointerProperty(
        name="Look At",
        description="Object that the eyes hold, and the head with them; it may move",
        type=bpy.types.Object,
        update=changed,
        override=OVERRIDABLE,
    )
    eyes_by: EnumProperty(
        name="Eyes Turn By",
        description="What turns the eyes",
        items=EYES_ITEMS,
        update=changed,
        override=OVERRIDABLE,
    )
    eye_left: _bone("Left Eye", "Bone of the character's left eye")
    eye_right: _bone("Right Eye", "Bone of the character's right eye")
    neck_bone: _bone("Neck", "Bone that takes its share of the head's turns")
    neck_share: FloatProperty(
        name="Neck Share",
        description="How much of a turn the neck takes; 0 leaves all to the head",
        default=0.35,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
        update=changed,
        override=OVERRIDABLE,
    )
    chest_bone: StringProperty(
        name="Chest",
        description="Bone that lifts with the breath; empty: none, for bodies often move already",
        update=changed,
        override=OVERRIDABLE,
    )
    seeds: PointerProperty(type=LIPWRIGHT_PG_seeds, override=OVERRIDABLE)


declare(LIPWRIGHT_PG_acting, {one.name: dial_property(one) for one in dials_of(Acting)})

classes = (LIPWRIGHT_PG_feelings, LIPWRIGHT_PG_line, LIPWRIGHT_PG_seeds, LIPWRIGHT_PG_acting)
