# SPDX-License-Identifier: GPL-3.0-or-later
"""What a scene and a character remember: saved in the .blend, with the version of their layout."""

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
from ...core.transcript.words import LANGUAGES
from ...rigs.regions import REGIONS
from .. import compat
from ..keys import has_shape_keys
from .acting import (
    OVERRIDABLE,
    LIPWRIGHT_PG_acting,
    LIPWRIGHT_PG_feelings,
    LIPWRIGHT_PG_line,
    changed,
    declare,
    dial_property,
    switch_property,
)
from .acting import classes as acting_classes
from .capture import LIPWRIGHT_PG_capture
from .cleared import LIPWRIGHT_PG_cleared

VERSION = 1

SOUND_ITEMS = (
    ("STRIP", "Strip", "A sound strip of the sequencer"),
    ("FILE", "File", "A sound file; it is added to the sequencer so that you hear it"),
    ("SPEAKER", "Speaker", "A Speaker object"),
)
LANGUAGE_ITEMS = (
    ("auto", "Automatic", "The language whose spelling fits the sound best"),
    *((code, code, "Language of the transcript") for code in LANGUAGES),
)


def _may_talk(_scene: "LIPWRIGHT_PG_scene", item: bpy.types.Object) -> bool:
    drawn = item.lipwright_drawing.kind != "OFF"
    return drawn or has_shape_keys(item) or item.type in {"ARMATURE", "EMPTY"}


def _may_carry_head(_settings: "LIPWRIGHT_PG_character", item: bpy.types.Object) -> bool:
    return item.type in {"ARMATURE", "EMPTY", "MESH"}


class LIPWRIGHT_PG_character(bpy.types.PropertyGroup):
    """How one character acts; on its armature, or on its mesh where it has none."""

    version: IntProperty(default=VERSION, options={"HIDDEN"}, override=OVERRIDABLE)
    feelings: PointerProperty(type=LIPWRIGHT_PG_feelings, override=OVERRIDABLE)
    capture: PointerProperty(type=LIPWRIGHT_PG_capture, override=OVERRIDABLE)
    acting: PointerProperty(type=LIPWRIGHT_PG_acting, override=OVERRIDABLE)
    seed: IntProperty(
        name="Seed",
        description="Another number gives another take: other blinks, glances and nods",
        min=0,
        update=changed,
        override=OVERRIDABLE,
    )
    apart: switch_property(
        "A Track a Layer",
        "Write each layer to an NLA track of its own, so that it can be muted or "
        "blended there; together they are the whole face",
    )
    head_object: PointerProperty(
        name="Head",
        description="Armature or object that turns with the head motion; empty: the armature",
        type=bpy.types.Object,
        poll=_may_carry_head,
        update=changed,
        override=OVERRIDABLE,
    )
    head_bone: StringProperty(
        name="Head Bone",
        description="Head bone of the armature above; empty: the one found by its name",
        update=changed,
        override=OVERRIDABLE,
    )
    fit_lips: switch_property(
        "Fit Lips",
        "Measure this character's lips and close them exactly on M B P; off: as on most heads",
        True,
    )
    opening: FloatProperty(
        name="Opening",
        description="How far this character's mouth opens at an AH",
        default=1.0,
        min=0.0,
        max=2.0,
        subtype="FACTOR",
        update=changed,
        override=OVERRIDABLE,
    )
    seal: FloatProperty(
        name="Seal",
        description="How much lips that meet are pressed together (or, below 0, left apart), "
        "as a share of the mouth's width",
        default=0.0,
        min=-0.05,
        max=0.05,
        precision=3,
        step=0.1,
        update=changed,
        override=OVERRIDABLE,
    )
    sync_offset_ms: FloatProperty(
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
        override=OVERRIDABLE,
    )
    keying: EnumProperty(
        name="Keys",
        description="Which keys are written",
        items=[(way, *said) for way, said in WAYS.items()],
        default=DENSE,
        update=changed,
        override=OVERRIDABLE,
    )
    few: BoolProperty(options={"HIDDEN"}, override=OVERRIDABLE)  # of before: `migrate.py`
    tolerance: FloatProperty(
        name="Tolerance",
        description="How far key poses and few keys may stray from the exact curve",
        default=0.02,
        min=0.0005,
        max=0.2,
        precision=4,
        update=changed,
        override=OVERRIDABLE,
    )
    cleared: CollectionProperty(
        type=LIPWRIGHT_PG_cleared, override={"LIBRARY_OVERRIDABLE", "USE_INSERTION"}
    )
    other: StringProperty(
        options={"HIDDEN"}, description="Dials of the take that was kept", override=OVERRIDABLE
    )
    over_strips: switch_property(
        "Speak Over My Strips",
        "Shapes that your own NLA strips animate follow the line while it lasts, on a track above "
        "yours, and fade into your strips before and after it; these stay as they are. Not with a "
        "track a layer",
    )
    hand_keys: EnumProperty(
        name="Hand Keys",
        description="What stays of a key that you changed, or set among ours, when the take "
        "becomes another",
        items=(
            ("VALUE", "Keep Value", "It shows what you set, whatever the take is around it"),
            (
                "CHANGE",
                "Keep Change",
                "It stays as far from the take as you set it: a smile of 0.2 more is 0.2 more than "
                "the next take, and a pose two frames later is two frames later",
            ),
        ),
        update=changed,
        override=OVERRIDABLE,
    )
    hand_fade_seconds: FloatProperty(
        name="Hand Keys Fade",
        description="Seconds over which keys that you set by hand fade into the take beside them",
        default=0.2,
        min=0.0,
        max=5.0,
        soft_max=1.0,
        precision=2,
        step=5,
        update=changed,
        override=OVERRIDABLE,
    )


declare(
    LIPWRIGHT_PG_character,
    {
        **{
            one.saved_as: switch_property(one.label, one.help, one.by_default)
            for one in LAYERS.values()
        },
        **{one.name: dial_property(one) for one in dials_of(Style)},
    },
)


class LIPWRIGHT_PG_scene(bpy.types.PropertyGroup):
    """Which sound and which character are chosen."""

    version: IntProperty(default=VERSION, options={"HIDDEN"})
    source: EnumProperty(name="Sound", description="Where the voice comes from", items=SOUND_ITEMS)
    strip: StringProperty(
        name="Strip", description="Sound strip with the voice; empty: the active sound strip"
    )
    file: StringProperty(
        name="File",
        description="Sound file with the voice",
        subtype="FILE_PATH",
        options=compat.PATH_OPTIONS,
    )
    speaker: PointerProperty(
        name="Speaker",
        description="Speaker object with the voice",
        type=bpy.types.Object,
        poll=lambda _self, item: item.type == "SPEAKER",
    )
    channel: IntProperty(
        name="Channel",
        description="Channel of the sound with the voice; 0: the mix of all",
        default=0,
        min=0,
        max=64,
    )
    transcript: StringProperty(
        name="Transcript",
        description="What is said, to sharpen the mouth; empty: the .txt file beside the sound, "
        "if there is one",
    )
    text_beside: BoolProperty(
        name="Use the .txt",
        description="Take what is said from the text file beside the sound",
        default=True,
    )
    language: EnumProperty(
        name="Language",
        description="Language of the transcript",
        items=LANGUAGE_ITEMS,
    )
    character: PointerProperty(
        name="Character",
        description="Face mesh or armature of the one who talks; empty: the active object",
        type=bpy.types.Object,
        poll=_may_talk,
    )


declare(
    LIPWRIGHT_PG_scene,
    {
        "part_use": BoolProperty(
            name="Only a Part",
            description="Dials, seeds and Generate draw only this part of a line anew; the rest of "
            "it stays as it is. Switched off, the next change draws all of it",
        ),
        "part_frames": EnumProperty(
            name="Frames",
            description="Which frames of the line are drawn anew",
            items=(
                ("LINE", "Line", "All of it"),
                ("PREVIEW", "Preview", "The preview range (P in the timeline)"),
                ("FRAMES", "Frames", "From a first frame to a last"),
            ),
        ),
        "part_first": IntProperty(name="First", description="First frame of the part", default=1),
        "part_last": IntProperty(name="Last", description="Last frame of the part", default=50),
        "part_blend_seconds": FloatProperty(
            name="Blend",
            description="Seconds at both ends of the part over which it goes over into the rest",
            default=0.2,
            min=0.0,
            max=5.0,
            soft_max=1.0,
            precision=2,
            step=5,
        ),
        "part_regions": EnumProperty(
            name="Regions",
            description="What of the face is drawn anew",
            items=[
                (name, *said, "NONE", 1 << number)
                for number, (name, said) in enumerate(REGIONS.items())
            ],
            options={"ENUM_FLAG"},
            default=set(REGIONS),
        ),
        "film_path": StringProperty(
            name="Film",
            description="Where the playblast goes; <scene> stands for the scene's name",
            default="//playblast/<scene>.mp4",
            subtype="FILE_PATH",
            options=compat.PATH_OPTIONS,
        ),
        "film_frames": EnumProperty(
            name="Frames",
            description="Which frames the playblast has",
            items=(
                ("LINE", "Lines", "From the character's first line to its last"),
                ("SCENE", "Scene", "The preview range, or the scene's range without one"),
            ),
        ),
        "film_view": EnumProperty(
            name="View",
            description="From where the playblast looks",
            items=(
                ("CAMERA", "Camera", "The scene's camera; without one, in front of the face"),
                ("FACE", "Face", "In front of the face"),
            ),
        ),
        "film_engine": EnumProperty(
            name="Look",
            description="How the playblast is drawn",
            items=(
                ("SOLID", "Solid", "Workbench: quick"),
                ("OWN", "Scene's Engine", "As the scene renders: slow, but needs no display"),
            ),
        ),
    },
)


class LIPWRIGHT_PG_progress_line(bpy.types.PropertyGroup):
    """A line of the cast; `name` is its strip's."""

    character: StringProperty()
    status: StringProperty()
    factor: FloatProperty(min=0.0, max=1.0)
    note: StringProperty()


class LIPWRIGHT_PG_progress(bpy.types.PropertyGroup):
    """What the worker is doing; on the window manager, so it is never saved."""

    running: BoolProperty()
    factor: FloatProperty(min=0.0, max=1.0, subtype="FACTOR")
    text: StringProperty()
    notes: StringProperty()
    lines: CollectionProperty(type=LIPWRIGHT_PG_progress_line)
    film: StringProperty(description="The newest playblast")


classes = (
    *acting_classes,
    LIPWRIGHT_PG_capture,
    LIPWRIGHT_PG_cleared,
    LIPWRIGHT_PG_character,
    LIPWRIGHT_PG_scene,
    LIPWRIGHT_PG_progress_line,
    LIPWRIGHT_PG_progress,
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
