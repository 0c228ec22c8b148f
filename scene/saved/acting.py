# SPDX-License-Identifier: GPL-3.0-or-later
"""The saved dials of what a face does besides speaking: feelings, eyes, head; whose and when."""

from collections.abc import Callable

import bpy
from bpy.props import (
    BoolProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ...core.performance.acting import PLAIN, RANGES

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


def _feeling(name: str, description: str) -> bpy.types.FloatProperty:
    """A strength 0..1 that may be keyframed."""
    return FloatProperty(
        name=name,
        description=f"{description}. May be keyframed; the words stay readable at 1",
        min=0.0,
        max=1.0,
        subtype="FACTOR",
        update=changed,
        override=OVERRIDABLE,
    )


def _dial(dial: str, name: str, description: str) -> bpy.types.FloatProperty:
    """A dial of `Acting`, as far as it goes."""
    low, high = RANGES[dial]
    return FloatProperty(
        name=name,
        description=description,
        default=getattr(PLAIN, dial),
        min=low,
        max=high,
        subtype="FACTOR" if high <= 2 else "NONE",
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
        description="Another number is another take of this layer alone; -1 follows the seed of "
        "all layers",
        default=FOLLOWS,
        min=FOLLOWS,
        update=changed,
        override=OVERRIDABLE,
    )


class LIPWRIGHT_PG_feelings(bpy.types.PropertyGroup):
    """How strong each emotion is; all at 0 is neutral."""

    happy: _feeling("Happy", "Smile, raised cheeks")
    sad: _feeling("Sad", "Inner brows up, mouth corners down")
    angry: _feeling("Angry", "Brows down, lids tight")
    fearful: _feeling("Fearful", "Brows up and together, eyes wide")
    disgusted: _feeling("Disgusted", "Nose wrinkled, upper lip up")
    surprised: _feeling("Surprised", "Brows up, eyes wide")
    contemptuous: _feeling("Contemptuous", "One mouth corner up")
    auto: _feeling("Auto", "How much is added of what the voice seems to feel: a guess")


class LIPWRIGHT_PG_line(bpy.types.PropertyGroup):
    """What a sound strip says about its own line."""

    own: BoolProperty(
        name="Own Emotion",
        description="This line has emotions of its own instead of the character's",
        update=changed,
    )
    feelings: PointerProperty(type=LIPWRIGHT_PG_feelings)


class LIPWRIGHT_PG_seeds(bpy.types.PropertyGroup):
    """Seeds of single layers, by the layers' names."""

    emotion: _seed("Emotion")
    blink: _seed("Blink")
    gaze: _seed("Gaze")
    brows: _seed("Brows")
    breath: _seed("Breath")
    head: _seed("Head")


class LIPWRIGHT_PG_acting(bpy.types.PropertyGroup):
    """Dials of emotion, eyes, brows, head and breath, and the bones that turn."""

    emotion_mouth: _dial("emotion_mouth", "Mouth", "How much of an emotion the mouth shows")
    emotion_upper: _dial(
        "emotion_upper", "Upper Face", "How much of an emotion brows, eyes, nose and cheeks show"
    )
    blink_rate_per_minute: _dial(
        "blink_rate_per_minute", "Blinks a Minute", "People: 17 at rest, 26 in conversation"
    )
    blink_speed: _dial("blink_speed", "Blink Speed", "2 closes and opens the lids in half the time")
    half_blinks: _dial("half_blinks", "Half Blinks", "Share of blinks that do not close the eye")
    blink_on_emphasis: BoolProperty(
        name="Blink on Emphasis",
        description="Let the lids close while the lips do on a stressed M, B or P",
        update=changed,
        override=OVERRIDABLE,
    )
    glances: _dial("glances", "Glances", "How far the eyes jump")
    aversion: _dial("aversion", "Looking Away", "How much the eyes leave the listener")
    brow: _dial("brow", "Brows", "How high the brows go on stressed words")
    head_pitch: _dial("head_pitch", "Nod", "How far the head nods")
    head_yaw: _dial("head_yaw", "Turn", "How far the head turns to the sides")
    head_roll: _dial("head_roll", "Tilt", "How far the head tilts")
    breath: _dial("breath", "Breath", "How much chest and nostrils move, where they can")
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


classes = (LIPWRIGHT_PG_feelings, LIPWRIGHT_PG_line, LIPWRIGHT_PG_seeds, LIPWRIGHT_PG_acting)
