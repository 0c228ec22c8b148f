# SPDX-License-Identifier: GPL-3.0-or-later
"""Small pictures of a character's own face: in each mood, and with each of its controls alone.

Copies of its meshes are rendered in a scene of their own, so that neither the take nor anything
else of the artist's is touched, and nothing that plays has a say.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import bpy

from ...core.errors import LipwrightError
from ...core.steps import Step, Steps
from ...rigs.schema import Control, Row
from .. import compat
from ..character.bones import meshes_on
from ..character.find import Character
from ..character.preview import show_values
from ..character.trial import resting
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
    "all works without pictures too"
)
Faces = Mapping[str, Mapping[Control, float]]
DRAWING = "Drawing"


def picture_of(character: str, face: str) -> Path:
    """Where the picture of a face lies, drawn or not."""
    name = f"{file_name(character)} {file_name(face)}.png"
    return Path(compat.user_folder("faces")) / name


def name_of(control: Control) -> str:
    """What the picture of a control alone is called, apart from those of moods."""
    return " ".join(filter(None, ("shape", control.mesh, control.bone, control.key)))


def draw_faces_steps(
    character: Character, scene: bpy.types.Scene, faces: Faces, rows: Sequence[Row]
) -> Steps[list[Path]]:
    """Draw one picture a face, each from the values of the character's controls.

    `rows` say where these rest. Raises LipwrightError for a character without any mesh, for one
    that nothing moves, and where nothing can be rendered.
    """
    kinds = {control.kind for values in faces.values() for control in values}
    if not kinds:
        raise LipwrightError(
            f"Nothing of “{character.name}” is moved in these faces, so there is nothing to draw. "
            "Use the names of the moods"
        )
    paths: list[Path] = []
    with ExitStack() as undo:
        stage = bpy.data.scenes.new("Lipwright Faces")
        undo.callback(bpy.data.scenes.remove, stage)
        items = [
            item
            for item in _shown_of(character, scene)
            if item.type == "MESH" and not item.hide_render
        ]
        _set_up(stage, character, scene, undo)
        if kinds == {"shape key"}:
            show = _copies(items, stage, undo)
        else:
            show = _casts(items, stage, character.root, rows)
        for number, (face, values) in enumerate(faces.items()):
            yield Step(number / len(faces), DRAWING)
            with show(values):
                paths.append(_render(stage, picture_of(character.name, face)))
    return paths


def _shown_of(character: Character, scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """What hangs on a character, or follows its skeleton from elsewhere."""
    items = objects_of(character, scene)
    skin = [] if character.armature is None else meshes_on(character.armature)
    return [*items, *(item for item in skin if item not in items and item in set(scene.objects))]


Show = Callable[[Mapping[Control, float]], AbstractContextManager[None]]


def _casts(
    items: Sequence[bpy.types.Object],
    stage: bpy.types.Scene,
    root: bpy.types.Object,
    rows: Sequence[Row],
) -> Show:
    """Faces of bones and sliders: cast from what the artist's scene shows while they hold it."""

    @contextmanager
    def show(values: Mapping[Control, float]) -> Generator[None, None, None]:
        with ExitStack() as undo:
            with resting(root, rows):
                show_values(root, values)
                bpy.context.view_layer.update()
                graph = bpy.context.evaluated_depsgraph_get()
                for item in items:
                    shown = item.evaluated_get(graph)
                    cast = bpy.data.meshes.new_from_object(shown, depsgraph=graph)
                    undo.callback(bpy.data.meshes.remove, cast)  # with the object
                    body = bpy.data.objects.new(item.name, cast)
                    body.matrix_world = shown.matrix_world.copy()
                    stage.collection.objects.link(body)
            yield

    return show


def _copies(items: Sequence[bpy.types.Object], stage: bpy.types.Scene, undo: ExitStack) -> Show:
    """Faces of shape keys: copies of the meshes that nothing animates, by the originals' names."""
    found: dict[str, bpy.types.Object] = {}
    for item in items:
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

    @contextmanager
    def show(values: Mapping[Control, float]) -> Generator[None, None, None]:
        _stand(found, values)
        yield

    return show


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
