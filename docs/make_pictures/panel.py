# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in a Blender window (panel.sh): animate the demo head, take pictures of the tab's panels."""

import bpy
import stage

FRAME = 56
FACES_TOP = 530  # pixels of Emotion above them
FACES_SECONDS = 8.0  # Blender loads pictures in the background
# A second mouth, to choose from.
VISEMES = "sil PP FF TH DD kk CH SS nn RR aa E I O U".split()

# Panels that are looked at together, each opened; those above them in the tab are away meanwhile.
TOGETHER = {
    "cast": ("speech", "cast"),
    "faces": ("emotion", "faces"),
    "eyes": ("eyes", "lids", "gaze", "head"),
    "style": ("style", "part", "capture"),
    "phones": ("phones",),
    "mouths": ("rig",),
    "rig": ("rig", "calibrate", "mapping", "poses"),
    "drawing": ("drawing",),
    "export": ("export", "playblast"),
}


def panels() -> dict[str, type]:
    """Every panel of the tab by the end of its name, in the order in which they are registered."""
    made = bpy.types.Panel.__subclasses__()
    for one in made:
        made += [sub for sub in one.__subclasses__() if sub not in made]
    ours = [one for one in made if one.__name__.startswith("LIPWRIGHT_PT_") and one.is_registered]
    ours.sort(key=lambda one: hasattr(one, "bl_parent_id"))
    return {one.__name__.removeprefix("LIPWRIGHT_PT_"): one for one in ours}


def generate() -> None:
    """Press the button with an emotion chosen; the head stays selected, so that its keys show."""
    stage.set_up()
    stage.add_strip("line", stage.SOUND)
    bpy.context.scene.frame_set(FRAME)
    head = stage.head()
    head.parent.lipwright.feelings.happy = 0.6
    done = stage.in_view(bpy.ops.lipwright.generate, "EXEC_DEFAULT")
    assert done == {"FINISHED"}, done
    head.select_set(True)
    bpy.context.view_layer.objects.active = head
    bpy.context.scene.frame_end = 152
    bpy.context.scene.frame_set(FRAME)


def fill() -> None:
    """Something in each panel that would be empty."""
    scene = bpy.context.scene
    assert stage.in_view(bpy.ops.lipwright.fill_cast) == {"FINISHED"}
    for row in scene.lipwright_cast.parts:
        row.character = stage.head()
    scene.lipwright.part_use = True
    scene.lipwright.part_frames = "FRAMES"


def second_mouth() -> None:
    """Visemes that move as some of the head's own shapes do."""
    blocks = stage.head().data.shape_keys.key_blocks
    moving = [one for one in blocks if one.name.startswith(("jawOpen", "mouth"))]
    for viseme, alike in zip(VISEMES, moving, strict=False):
        places = [0.0] * (3 * len(alike.data))
        alike.data.foreach_get("co", places)
        made = stage.head().shape_key_add(name=f"viseme_{viseme}", from_mix=False)
        made.value = 0.0
        made.data.foreach_set("co", places)


def only(known: dict[str, type], names: tuple[str, ...]) -> None:
    """Leave these panels alone in the tab, opened."""
    for one in reversed(list(known.values())):
        if one.is_registered:
            bpy.utils.unregister_class(one)
    for name, one in known.items():
        if name in names:
            bpy.utils.register_class(one)


def walk() -> stage.Walk:
    """First the tab as it comes, then its panels by themselves."""
    generate()
    known = panels()
    print("panels:", ", ".join(known))
    yield stage.DRAWN_SECONDS
    stage.open_tab()
    yield stage.DRAWN_SECONDS
    stage.picture("panel")
    # Closed panels stay closed where Blender has seen them: a name of its own for each, opened.
    fill()
    for one in known.values():
        bpy.utils.unregister_class(one)
    for one in known.values():
        one.bl_idname = f"{one.__name__}_open"
        one.bl_options = set()
        if hasattr(one, "bl_parent_id"):
            one.bl_parent_id = f"{one.bl_parent_id}_open"
    for name, together in TOGETHER.items():
        assert not set(together) - set(known), set(together) - set(known)
        only(known, together)
        if name == "faces":
            drawn = stage.in_view(bpy.ops.lipwright.draw_faces)
            assert drawn == {"FINISHED"}, drawn
        if name == "mouths":
            second_mouth()
        if name == "rig":
            assert stage.in_view(bpy.ops.lipwright.edit_mapping) == {"FINISHED"}
        stage.open_tab()
        yield stage.DRAWN_SECONDS
        if name == "faces":
            yield FACES_SECONDS
        stage.picture(name, stage.sidebar_box(FACES_TOP if name == "faces" else 0))
        if name == "drawing":
            stage.head().parent.lipwright_drawing.kind = "OBJECTS"
            stage.view()[1].tag_redraw()
            yield stage.DRAWN_SECONDS
            stage.picture("drawing_objects", stage.sidebar_box())
    return 0


stage.play(walk())
