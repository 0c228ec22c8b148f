# SPDX-License-Identifier: GPL-3.0-or-later
"""Small pictures of a character's own face in each mood, for the presets of the panel.

Copies of its meshes are rendered in a scene of their own, so that neither the take nor anything
else of the artist's is touched, and nothing that plays has a say.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

import bpy

from ...core.errors import LipwrightError
from ...rigs.schema import Control
from .. import compat
from ..character.find import Character
from ..keys import has_shape_keys
from .files import file_name, reason_of
from .framing import face_camera
from .staging import objects_of
from .view import remove_named

PIXELS = 128
NEARER = 1.35  # than a film is taken from: hair and neck say nothing of a mood
BACKGROUND = (0.22, 0.22, 0.24)
NO_PICTURE = (
    "The faces could not be drawn: the solid view needs a graphics card or Mesa. Install that; "
    "moods work without pictures too"
)
Moods = Mapping[str, Mapping[Control, float]]


def picture_of(character: str, mood: str) -> Path:
    """Where the picture of a mood lies, drawn or not."""
    name = f"{file_name(character)} {file_name(mood)}.png"
    return Path(compat.user_folder("faces")) / name


def draw_faces(
    character: Character,
    scene: bpy.types.Scene,
    moods: Moods,
    progress: Callable[[float], None] = lambda _share: None,
) -> list[Path]:
    """Draw one picture a mood, each from the values of the character's controls.

    Raises LipwrightError for a face of bones or sliders, whose copies would not follow them, for
    one that shows no moods, and where nothing can be rendered.
    """
    if not any(control.kind == "shape key" for values in moods.values() for control in values):
        if any(map(has_shape_keys, character.meshes)):
            raise LipwrightError(
                f"No mood moves a shape key of “{character.name}”, so there is nothing to draw. "
                "Use the names of the moods"
            )
        raise LipwrightError(
            f"“{character.name}” has no shape keys, and faces of bones or sliders are not drawn "
            "here. Use the names of the moods"
        )
    paths: list[Path] = []
    with ExitStack() as undo:
        stage = bpy.data.scenes.new("Lipwright Faces")
        undo.callback(bpy.data.scenes.remove, stage)
        copies = _copied(character, scene, stage, undo)
        _set_up(stage, character, scene, undo)
        for number, (mood, values) in enumerate(moods.items()):
            _stand(copies, values)
            paths.append(_render(stage, picture_of(character.name, mood)))
            progress((number + 1) / len(moods))
    return paths


def _copied(
    character: Character, scene: bpy.types.Scene, stage: bpy.types.Scene, undo: ExitStack
) -> dict[str, bpy.types.Object]:
    """Copies of the character's meshes that nothing animates, by the originals' names."""
    found: dict[str, bpy.types.Object] = {}
    for item in objects_of(character, scene):
        if item.type != "MESH" or item.hide_render:
            continue
        copy = item.copy()
        copy.data = item.data.copy()
        undo.callback(bpy.data.meshes.remove, copy.data)  # with the object
        copy.animation_data_clear()
        if has_shape_keys(copy):
            copy.data.shape_keys.animation_data_clear()
            copy.show_only_shape_key = False
        copy.hide_viewport = copy.hide_render = False
        stage.collection.objects.link(copy)
        found[item.name] = copy
    return found


def _set_up(
    stage: bpy.types.Scene, character: Character, scene: bpy.types.Scene, undo: ExitStack
) -> None:
    render = stage.render
    render.engine = "BLENDER_WORKBENCH"
    render.resolution_x = render.resolution_y = PIXELS
    render.resolution_percentage = 100
    render.film_transparent = False
    compat.set_picture(render)
    stage.display.shading.light = "STUDIO"
    stage.view_settings.view_transform = "Standard"  # else skin is dull
    stage.world = bpy.data.worlds.new("Lipwright Faces")
    stage.world.color = BACKGROUND
    undo.callback(remove_named, bpy.data.worlds, stage.world.name)
    camera = face_camera(character, 1.0, scene.frame_current)
    undo.callback(remove_named, bpy.data.cameras, camera.data.name)  # and its object
    camera.data.lens *= NEARER
    stage.collection.objects.link(camera)
    stage.camera = camera


def _stand(copies: Mapping[str, bpy.types.Object], values: Mapping[Control, float]) -> None:
    for copy in copies.values():
        if has_shape_keys(copy):
            for block in copy.data.shape_keys.key_blocks[1:]:
                block.value = 0.0
    for control, value in values.items():
        copy = copies.get(control.mesh)
        if control.kind == "shape key" and copy is not None:
            copy.data.shape_keys.key_blocks[control.key].value = value


def _render(stage: bpy.types.Scene, path: Path) -> Path:
    path.unlink(missing_ok=True)
    stage.render.filepath = str(path)
    try:
        bpy.ops.render.render(write_still=True, scene=stage.name)
    except RuntimeError as error:
        raise LipwrightError(f"{NO_PICTURE}. Blender says: {reason_of(error)}") from error
    if not path.is_file():
        raise LipwrightError(NO_PICTURE)
    return path
