# SPDX-License-Identifier: GPL-3.0-or-later
"""What a scene remembers: which sound, which character, which part of a line, which film."""

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

from ...core.transcript.words import LANGUAGES
from ...rigs.regions import REGIONS
from .. import compat
from ..keys import has_shape_keys
from .declared import Rows, saved

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


@saved(on_characters=False)
class LIPWRIGHT_PG_scene(bpy.types.PropertyGroup):
    """Which sound and which character are chosen."""

    version: Annotated[int, IntProperty(default=VERSION, options={"HIDDEN"})]
    source: Annotated[
        Literal["STRIP", "FILE", "SPEAKER"],
        EnumProperty(name="Sound", description="Where the voice comes from", items=SOUND_ITEMS),
    ]
    strip: Annotated[
        str,
        StringProperty(
            name="Strip", description="Sound strip with the voice; empty: the active sound strip"
        ),
    ]
    file: Annotated[
        str,
        StringProperty(
            name="File",
            description="Sound file with the voice",
            subtype="FILE_PATH",
            options=compat.PATH_OPTIONS,
        ),
    ]
    speaker: Annotated[
        bpy.types.Object | None,
        PointerProperty(
            name="Speaker",
            description="Speaker object with the voice",
            type=bpy.types.Object,
            poll=lambda _self, item: item.type == "SPEAKER",
        ),
    ]
    channel: Annotated[
        int,
        IntProperty(
            name="Channel",
            description="Channel of the sound with the voice; 0: the mix of all",
            default=0,
            min=0,
            max=64,
        ),
    ]
    transcript: Annotated[
        str,
        StringProperty(
            name="Transcript",
            description="What is said, to sharpen the mouth; empty: the .txt file beside the "
            "sound, if there is one",
        ),
    ]
    text_beside: Annotated[
        bool,
        BoolProperty(
            name="Use the .txt",
            description="Take what is said from the text file beside the sound",
            default=True,
        ),
    ]
    language: Annotated[
        str,
        EnumProperty(
            name="Language",
            description="Language of the transcript",
            items=LANGUAGE_ITEMS,
        ),
    ]
    character: Annotated[
        bpy.types.Object | None,
        PointerProperty(
            name="Character",
            description="Face mesh or armature of the one who talks; empty: the active object",
            type=bpy.types.Object,
            poll=_may_talk,
        ),
    ]
    part_use: Annotated[
        bool,
        BoolProperty(
            name="Only a Part",
            description="Dials, seeds and Generate draw only this part of a line anew; the rest of "
            "it stays as it is. Switched off, the next change draws all of it",
        ),
    ]
    part_frames: Annotated[
        Literal["LINE", "PREVIEW", "FRAMES"],
        EnumProperty(
            name="Frames",
            description="Which frames of the line are drawn anew",
            items=(
                ("LINE", "Line", "All of it"),
                ("PREVIEW", "Preview", "The preview range (P in the timeline)"),
                ("FRAMES", "Frames", "From a first frame to a last"),
            ),
        ),
    ]
    part_first: Annotated[
        int, IntProperty(name="First", description="First frame of the part", default=1)
    ]
    part_last: Annotated[
        int, IntProperty(name="Last", description="Last frame of the part", default=50)
    ]
    part_blend_seconds: Annotated[
        float,
        FloatProperty(
            name="Blend",
            description="Seconds at both ends of the part over which it goes over into the rest",
            default=0.2,
            min=0.0,
            max=5.0,
            soft_max=1.0,
            precision=2,
            step=5,
        ),
    ]
    part_regions: Annotated[
        set[str],
        EnumProperty(
            name="Regions",
            description="What of the face is drawn anew",
            items=[
                (name, *said, "NONE", 1 << number)
                for number, (name, said) in enumerate(REGIONS.items())
            ],
            options={"ENUM_FLAG"},
            default=set(REGIONS),
        ),
    ]
    film_path: Annotated[
        str,
        StringProperty(
            name="Film",
            description="Where the playblast goes; <scene> stands for the scene's name",
            default="//playblast/<scene>.mp4",
            subtype="FILE_PATH",
            options=compat.PATH_OPTIONS,
        ),
    ]
    film_frames: Annotated[
        Literal["LINE", "SCENE"],
        EnumProperty(
            name="Frames",
            description="Which frames the playblast has",
            items=(
                ("LINE", "Lines", "From the character's first line to its last"),
                ("SCENE", "Scene", "The preview range, or the scene's range without one"),
            ),
        ),
    ]
    film_view: Annotated[
        Literal["CAMERA", "FACE"],
        EnumProperty(
            name="View",
            description="From where the playblast looks",
            items=(
                ("CAMERA", "Camera", "The scene's camera; without one, in front of the face"),
                ("FACE", "Face", "In front of the face"),
            ),
        ),
    ]
    film_engine: Annotated[
        Literal["SOLID", "OWN"],
        EnumProperty(
            name="Look",
            description="How the playblast is drawn",
            items=(
                ("SOLID", "Solid", "Workbench: quick"),
                ("OWN", "Scene's Engine", "As the scene renders: slow, but needs no display"),
            ),
        ),
    ]


@saved(on_characters=False)
class LIPWRIGHT_PG_progress_line(bpy.types.PropertyGroup):
    """A line of the cast; `name` is its strip's."""

    character: Annotated[str, StringProperty()]
    status: Annotated[str, StringProperty()]
    factor: Annotated[float, FloatProperty(min=0.0, max=1.0)]
    note: Annotated[str, StringProperty()]


@saved(on_characters=False)
class LIPWRIGHT_PG_progress(bpy.types.PropertyGroup):
    """What the worker is doing; on the window manager, so it is never saved."""

    running: Annotated[bool, BoolProperty()]
    factor: Annotated[float, FloatProperty(min=0.0, max=1.0, subtype="FACTOR")]
    text: Annotated[str, StringProperty()]
    notes: Annotated[str, StringProperty()]
    lines: Annotated[
        Rows[LIPWRIGHT_PG_progress_line], CollectionProperty(type=LIPWRIGHT_PG_progress_line)
    ]
    film: Annotated[str, StringProperty(description="The newest playblast")]


classes = (LIPWRIGHT_PG_scene, LIPWRIGHT_PG_progress_line, LIPWRIGHT_PG_progress)
