# SPDX-License-Identifier: GPL-3.0-or-later
"""The saved dials of what a face does besides speaking: feelings, eyes, head, a captured face."""

from typing import Annotated, Any, Literal

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
from ...core.motion.captured import CAPTURED_REGIONS
from ...core.performance.acting import Acting
from ...core.performance.emotion import STRONGEST
from ...core.performance.layers import LAYERS, SEEDED
from ...core.performance.prototypes import BY_SEED, EMOTIONS, FELT
from .. import compat
from .declared import changed, saved, switch_property

FOLLOWS = -1  # a layer's seed: that of all
EYES_ITEMS = (
    ("AUTO", "Automatic", "The eyeLook shapes, or the eye bones where there are no such shapes"),
    ("SHAPES", "Shapes", "The eyeLook shapes alone"),
    ("BONES", "Bones", "The eye bones alone"),
    ("BOTH", "Both", "Shapes and bones, where the shapes move only the lids"),
)


def dial_property(one: Dial) -> Any:
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
    )


def _strength(name: str, description: str, most: float = 1.0) -> Any:
    """A strength from 0 that may be keyframed."""
    return FloatProperty(
        name=name,
        description=f"{description}. May be keyframed; the words stay readable at 1",
        min=0.0,
        max=most,
        soft_max=1.0,
        subtype="FACTOR",
        update=changed,
    )


def variant_property(name: str) -> str:
    """Name of the saved property that says which variant of an emotion is shown."""
    return f"{name}_variant"


def _variant(name: str) -> Any:
    return EnumProperty(
        name=f"{EMOTIONS[name].label} Variant",
        description="Which of its faces the emotion shows",
        # What is saved is the place in this list, so the seed comes last.
        items=[
            *((one, one.capitalize(), "") for one in EMOTIONS[name].variants),
            (BY_SEED, "Automatic", "The seed chooses: another take may show another of them"),
        ],
        update=changed,
    )


def _bone(name: str, description: str) -> Any:
    return StringProperty(
        name=name,
        description=f"{description}; empty: the one found by its name",
        update=changed,
    )


def _seed(layer: str) -> Any:
    return IntProperty(
        name=f"{layer} Seed",
        description="Another number is another take of this layer alone; without one it follows "
        "the seed of all layers",
        default=FOLLOWS,
        min=FOLLOWS,
        update=changed,
    )


@saved(
    {
        name: _strength(
            EMOTIONS[name].label, f"{EMOTIONS[name].help}. Above 1 for cartoons", STRONGEST
        )
        for name in FELT
    }
    | {variant_property(name): _variant(name) for name in FELT}
)
class LIPWRIGHT_PG_feelings(bpy.types.PropertyGroup):
    """How strong each emotion is; all at 0 is neutral."""

    auto: Annotated[
        float, _strength("Auto", "How much is added of what the voice seems to feel: a guess")
    ]


@saved(on_characters=False)
class LIPWRIGHT_PG_line(bpy.types.PropertyGroup):
    """What a sound strip says about its own line."""

    own: Annotated[
        bool,
        BoolProperty(
            name="Own Emotion",
            description="This line has emotions of its own instead of the character's",
            update=changed,
        ),
    ]
    feelings: Annotated[LIPWRIGHT_PG_feelings, PointerProperty(type=LIPWRIGHT_PG_feelings)]
    uid: Annotated[
        str, StringProperty(options={"HIDDEN"}, description="What takes of this strip are known by")
    ]
    added: Annotated[
        bool, BoolProperty(options={"HIDDEN"}, description="Lipwright added this strip for a file")
    ]


@saved({name: _seed(LAYERS[name].label) for name in SEEDED})
class LIPWRIGHT_PG_seeds(bpy.types.PropertyGroup):
    """Seeds of single layers, by the layers' names."""


@saved({one.name: dial_property(one) for one in dials_of(Acting)})
class LIPWRIGHT_PG_acting(bpy.types.PropertyGroup):
    """Dials of emotion, eyes, brows, head and breath, and the bones that turn."""

    emotion_mouth: float
    emotion_upper: float
    stays: float
    heard: float

    look_at: Annotated[
        bpy.types.Object | None,
        PointerProperty(
            name="Look At",
            description="Object that the eyes hold, and the head with them; it may move",
            type=bpy.types.Object,
            update=changed,
        ),
    ]
    eyes_by: Annotated[
        Literal["AUTO", "SHAPES", "BONES", "BOTH"],
        EnumProperty(
            name="Eyes Turn By",
            description="What turns the eyes",
            items=EYES_ITEMS,
            update=changed,
        ),
    ]
    eye_left: Annotated[str, _bone("Left Eye", "Bone of the character's left eye")]
    eye_right: Annotated[str, _bone("Right Eye", "Bone of the character's right eye")]
    neck_bone: Annotated[str, _bone("Neck", "Bone that takes its share of the head's turns")]
    neck_share: Annotated[
        float,
        FloatProperty(
            name="Neck Share",
            description="How much of a turn the neck takes; 0 leaves all to the head",
            default=0.35,
            min=0.0,
            max=1.0,
            subtype="FACTOR",
            update=changed,
        ),
    ]
    chest_bone: Annotated[
        str,
        StringProperty(
            name="Chest",
            description="Bone that lifts with the breath; empty: none, for bodies often move "
            "already",
            update=changed,
        ),
    ]
    seeds: Annotated[LIPWRIGHT_PG_seeds, PointerProperty(type=LIPWRIGHT_PG_seeds)]


@saved(
    {
        part: switch_property(part.capitalize(), f"Take the {part} from the capture", True)
        for part in CAPTURED_REGIONS
    }
)
class LIPWRIGHT_PG_capture(bpy.types.PropertyGroup):
    """A file with somebody's face, and what of it goes on top of ours."""

    file: Annotated[
        str,
        StringProperty(
            name="Capture",
            description="Captured face (Live Link Face's CSV, Audio2Face's JSON) of which parts "
            "take the place of ours; it begins where the sound begins",
            subtype="FILE_PATH",
            options=compat.PATH_OPTIONS,
            update=changed,
        ),
    ]


classes = (
    LIPWRIGHT_PG_feelings,
    LIPWRIGHT_PG_line,
    LIPWRIGHT_PG_seeds,
    LIPWRIGHT_PG_acting,
    LIPWRIGHT_PG_capture,
)
