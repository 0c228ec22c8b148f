# SPDX-License-Identifier: GPL-3.0-or-later
"""One take of one character to FBX (Unreal, Unity), glTF or USD."""

import math
import re
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ...core.errors import LipwrightError, RigError
from .. import compat
from ..character.drawing import refuse_if_in_no_file
from ..character.find import Character, refuse_if_tweaking
from ..clock import fps_of
from ..takes.write import Range, take_ranges
from .check import check_fbx, check_glb, check_usd
from .drawn import mouths_of, write_mouths
from .staging import key_curves, staged

UNREAL, UNITY = "UNREAL", "UNITY"
# Label, help, and where Blender's exporter puts its hundred centimetres to the metre.
ENGINES = {
    UNREAL: ("Unreal", "Centimetres, as Unreal and most others read it", "FBX_SCALE_NONE"),
    UNITY: (
        "Unity",
        "Metres as the unit of the file, so that nothing has a scale of 100",
        "FBX_SCALE_ALL",
    ),
}


def take_span(character: Character, scene: bpy.types.Scene, name: str = "") -> tuple[str, int, int]:
    """Name and frames of a take: the named one, else the one at the current frame, else the newest.

    Raises RigError if the character has none.
    """
    refuse_if_tweaking(character)
    refuse_if_in_no_file(character.root)
    ranges = take_ranges(character)
    if not ranges:
        raise RigError(f"There is no lip-sync on “{character.name}” yet. Generate it first")
    if name and name not in ranges:
        raise RigError(f"“{character.name}” has no take “{name}”. It has: {', '.join(ranges)}")
    now = scene.frame_current
    here = [take for take, (low, high) in ranges.items() if low <= now <= high]
    chosen = name or (here or list(ranges))[-1]
    span: Range = ranges[chosen]
    # The take's own rest frames stay out: the sound starts with the first frame.
    return chosen, math.floor(span[0]) + 1, math.ceil(span[1]) - 1


def export_fbx(
    path: str | Path,
    character: Character,
    scene: bpy.types.Scene,
    take: str = "",
    engine: str = UNREAL,
) -> str:
    """Write FBX: face and skeleton alone, from time 0, the stack named after the take."""
    name, first, last = take_span(character, scene, take)
    mouths = mouths_of(character, scene, first, last, name)
    write_fbx(path, character, scene, first, last, name, engine)
    write_mouths(path, mouths)
    return name


def export_curves(
    path: str | Path, curves: Mapping[str, np.ndarray], scene: bpy.types.Scene, name: str
) -> None:
    """Write FBX with nothing but curves, one value a frame from time 0.

    Blender's exporter animates no custom properties, but shape keys: each curve becomes one, empty,
    on a triangle with a root bone. Engines read them as animation curves of these names.
    """
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([(0, 0, 0), (0.001, 0, 0), (0, 0.001, 0)], [], [(0, 1, 2)])
    item = bpy.data.objects.new(name, mesh)
    try:
        scene.collection.objects.link(item)
        item.shape_key_add(name="Basis", from_mix=False)
        for curve in curves:
            item.shape_key_add(name=curve, from_mix=False).value = 0.0
        action = key_curves(item, curves, name)
        last = len(next(iter(curves.values()))) - 1
        bpy.context.view_layer.update()
        write_fbx(path, Character(name, item, (item,)), scene, 0, last, name)
        bpy.data.actions.remove(action)
    finally:
        bpy.data.meshes.remove(mesh)  # with the object that shows it


def write_fbx(
    path: str | Path,
    character: Character,
    scene: bpy.types.Scene,
    first: int,
    last: int,
    name: str,
    engine: str = UNREAL,
) -> None:
    """Write FBX of what the scene shows in a span of frames, as one take from time 0."""
    path = place_of(path)
    with staged(character, scene, first, last, name) as stage:
        _run(
            bpy.ops.export_scene.fbx,
            path,
            use_selection=True,
            object_types={"ARMATURE", "MESH", "EMPTY"},
            use_mesh_modifiers=False,  # on: any modifier would remove all shape keys
            add_leaf_bones=False,
            bake_anim=True,
            bake_anim_use_all_actions=False,
            bake_anim_use_nla_strips=False,
            bake_anim_force_startend_keying=True,
            bake_anim_simplify_factor=0.0,
            apply_scale_options=ENGINES[engine][2],
        )
    take = scene_name(name)
    check_fbx(path, {take: (last - first) / fps_of(scene)}, {take: stage.shown})


def export_glb(
    path: str | Path, character: Character, scene: bpy.types.Scene, take: str = ""
) -> str:
    """Write binary glTF: one animation named after the take, from time 0."""
    name, first, last = take_span(character, scene, take)
    mouths, path = mouths_of(character, scene, first, last, name), place_of(path, ".glb")
    with staged(character, scene, first, last, name) as stage, gltf_rate(scene):
        _run(
            bpy.ops.export_scene.gltf,
            path,
            export_format="GLB",
            use_selection=True,
            export_animation_mode="ACTIVE_ACTIONS",
            export_nla_strips_merged_animation_name=name,
            export_anim_slide_to_zero=True,
            export_apply=False,
            export_morph_animation=True,
            export_optimize_animation_size=False,
            # On, every Action of an object in the file would be tried on the armature.
            export_anim_single_armature=False,
        )
    check_glb(path, name, (last - first) / fps_of(scene), stage.shown)
    write_mouths(path, mouths)
    return name


def export_usd(
    path: str | Path, character: Character, scene: bpy.types.Scene, take: str = ""
) -> str:
    """Write USD: face and skeleton with blend shapes, from time 0.

    USD allows fewer letters in names, so ``viseme.aa`` becomes ``viseme_aa`` there.
    """
    if not compat.HAS_USD:
        raise LipwrightError("This Blender was built without USD. Export FBX or glTF instead")
    name, first, last = take_span(character, scene, take)
    mouths, path = mouths_of(character, scene, first, last, name), place_of(path)
    with staged(character, scene, first, last, name) as stage:
        _run(
            bpy.ops.wm.usd_export,
            path,
            selected_objects_only=True,
            export_animation=True,
            export_shapekeys=True,
            export_armatures=True,
            export_materials=True,
        )
    check_usd(path, (last - first) / fps_of(scene), stage.shown)
    write_mouths(path, mouths)
    return name


@contextmanager
def gltf_rate(scene: bpy.types.Scene) -> Generator[None, None, None]:
    """Let glTF's exporter know the scene's rate.

    It takes fps times fps_base for the frames in a second (read in the add-ons of Blender 4.2 to
    5.2) where the scene shows fps divided by it.
    """
    render, true_fps = scene.render, fps_of(scene)
    saved = render.fps, render.fps_base
    render.fps = max(1, round(true_fps))
    render.fps_base = true_fps / render.fps
    try:
        yield
    finally:
        render.fps, render.fps_base = saved


def scene_name(name: str) -> str:
    """A take's name as a scene can have it: FBX calls its take after the scene."""
    return compat.cut_name(name)


def file_name(name: str) -> str:
    """A name as every system allows it in a file."""
    return re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", name).strip(" .") or "character"


def place_of(path: str | Path, suffix: str = "") -> Path:
    """Where a file goes, “//” resolved; LipwrightError if nothing can be written there.

    With a suffix it must have that: an exporter that appends it would write somewhere else.
    """
    text = str(path)
    if text.startswith("//") and not bpy.data.filepath:
        raise LipwrightError(f"“{text}” is beside the .blend file. Save that first")
    full = Path(bpy.path.abspath(text))
    if not full.parent.is_dir():
        raise LipwrightError(f"The folder {full.parent} does not exist. Make it, or choose another")
    if suffix and full.suffix.lower() != suffix:
        raise LipwrightError(f"“{full.name}” does not end in {suffix}. Call it {full.name}{suffix}")
    return full


def _run(operator: Callable[..., object], path: Path, **options: object) -> None:
    try:
        # No view: in a local view the exporters would see only what is in it.
        with bpy.context.temp_override(area=None):
            operator(filepath=str(path), **options)
    except RuntimeError as error:
        raise LipwrightError(
            f"Blender could not write “{path.name}”: {reason_of(error)}. Choose another place"
        ) from error
    except AttributeError as error:
        if not _is_there(operator):
            raise LipwrightError(
                f"“{path.name}” could not be written: Blender's exporter for it is switched off. "
                "Enable it in the preferences, under Add-ons"
            ) from error
        raise


def _is_there(operator: Any) -> bool:
    """Say whether an operator is registered: its add-on may be off."""
    try:
        operator.get_rna_type()
    except KeyError:
        return False
    return True


def reason_of(error: RuntimeError) -> str:
    """What Blender says went wrong, without the traceback that an exporter may bring along."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    last = next((line for line in reversed(lines) if not line.startswith("Location:")), "")
    return last.removeprefix("Error:").strip().rstrip(".") or "no reason was given"
