# SPDX-License-Identifier: GPL-3.0-or-later
"""Every difference between Blender 4.2 and 5.2 that we meet, each under a name of its own."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bpy

from ..core.errors import LipwrightError


def _imports(module: str) -> bool:
    try:
        importlib.import_module(module)
    except ImportError:
        return False
    return True


# As the title bar has it.
VERSION_NAME: str = bpy.app.version_string
# 4.4: an Action animates many datablocks, each through a slot of its own.
HAS_SLOTS: bool = bpy.app.version >= (4, 4, 0)
# From 4.5 an FBX importer that reads ASCII files and keeps 29.97 frames a second exact.
HAS_NEW_FBX_IMPORT: bool = bpy.app.version >= (4, 5, 0)
# The bpy 4.2 wheel is built without its audio library: no sound strips, no decoding.
HAS_SOUND: bool = bool(bpy.app.build_options.audaspace)
# Debian's 4.3 plays sound but offers no `aud`; the module has no spec to ask for it.
HAS_DECODER: bool = HAS_SOUND and _imports("aud")
# Debian's Blenders are built without USD.
HAS_USD: bool = bool(bpy.app.build_options.usd)
# A Blender may be built without FFmpeg.
HAS_ENCODER: bool = bool(bpy.app.build_options.codec_ffmpeg)
# From 4.5 a path property says itself that it may be relative to the .blend (//).
PATH_OPTIONS: set[str] = {"PATH_SUPPORTS_BLEND_RELATIVE"} if bpy.app.version >= (4, 5, 0) else set()
# The type of every strip of the sequencer.
Strip = bpy.types.Strip if hasattr(bpy.types, "Strip") else bpy.types.Sequence


def open_handlers() -> list[Any]:
    """What Blender calls when a file was opened, and (4.3+) when one was appended or linked."""
    handlers = bpy.app.handlers
    found = [handlers.load_post]
    return [
        *found,
        *([handlers.blend_import_post] if hasattr(handlers, "blend_import_post") else []),
    ]


def user_folder(name: str) -> str:
    """A folder of the user's for our files, made if missing; the extension's own if it is one."""
    package = str(__package__).rpartition(".")[0]
    if package.startswith("bl_ext."):
        return bpy.utils.extension_path_user(package, path=name, create=True)
    return bpy.utils.user_resource("CONFIG", path=f"lipwright/{name}", create=True)


# --- the sequencer ----------------------------------------------------------------------------


def all_strips(scene: bpy.types.Scene) -> list[Any]:
    """Every strip of the scene, also those inside meta strips."""
    editor = scene.sequence_editor
    if editor is None:
        return []
    return list(editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all)


def strips_of(scene: bpy.types.Scene) -> Any:
    """The strips of the scene that are in no meta strip, to be added to."""
    editor = scene.sequence_editor or scene.sequence_editor_create()
    return editor.strips if hasattr(editor, "strips") else editor.sequences


def metas_of(strip: Any, scene: bpy.types.Scene) -> list[Any]:
    """The meta strips around a strip, the innermost first."""
    editor = scene.sequence_editor

    def around(holder: Any) -> list[Any] | None:
        inside = holder.strips if hasattr(holder, "strips") else holder.sequences
        if any(one == strip for one in inside):
            return []
        for one in inside:
            found = around(one) if one.type == "META" else None
            if found is not None:
                return [*found, one]
        return None

    return (None if editor is None else around(editor)) or []


def strips_property(scene: bpy.types.Scene) -> str:
    """Name of the sequencer's property that lists all strips, for a search field."""
    return "strips_all" if hasattr(scene.sequence_editor, "strips_all") else "sequences_all"


def hard_cut(strip: Any) -> float:
    """Frames cut off the start of the content for good (a hard cut), before any trimming."""
    new = hasattr(strip, "content_trim_start")
    return float(strip.content_trim_start if new else strip.animation_offset_start)


def is_cut_at_end(strip: Any) -> bool:
    """Say whether something is cut or trimmed off the end of the strip's content."""
    hard = "content_trim_end" if hasattr(strip, "content_trim_end") else "animation_offset_end"
    soft = "right_handle_offset" if hasattr(strip, "right_handle_offset") else "frame_offset_end"
    return bool(getattr(strip, hard)) or getattr(strip, soft) != 0


def sound_delay(strip: Any) -> float:
    """Seconds by which the sound is moved inside its strip (4.4+)."""
    return float(getattr(strip, "sound_offset", 0.0))


def is_retimed(strip: Any) -> bool:
    """Say whether the strip plays at another speed than its sound."""
    return len(getattr(strip, "retiming_keys", ())) > 0


def new_sound_strip(scene: bpy.types.Scene, name: str, path: str, channel: int, frame: int) -> Any:
    """Add a sound strip; raises RuntimeError if Blender cannot read the file."""
    return strips_of(scene).new_sound(name=name, filepath=path, channel=channel, frame_start=frame)


def remove_strip(scene: bpy.types.Scene, strip: Any) -> None:
    """Take a strip out of the sequencer, or out of the meta strip that it is in."""
    holder = next(iter(metas_of(strip, scene)), scene.sequence_editor)
    (holder.strips if hasattr(holder, "strips") else holder.sequences).remove(strip)


def active_strip(scene: bpy.types.Scene) -> Any | None:
    """The strip that the artist clicked last."""
    editor = scene.sequence_editor
    return None if editor is None else editor.active_strip


def content_start(strip: Any) -> float:
    """Frame at which the untrimmed sound would start."""
    return float(strip.content_start if hasattr(strip, "content_start") else strip.frame_start)


def left_edge(strip: Any) -> float:
    """First frame of the strip after trimming."""
    return float(strip.left_handle if hasattr(strip, "left_handle") else strip.frame_final_start)


def right_edge(strip: Any) -> float:
    """Frame after the last one of the strip after trimming."""
    return float(strip.right_handle if hasattr(strip, "right_handle") else strip.frame_final_end)


def sequencer_scene(context: bpy.types.Context) -> bpy.types.Scene:
    """The scene whose sequencer the artist sees (5.0+ may show another scene's)."""
    return getattr(context, "sequencer_scene", None) or context.scene


# --- actions ----------------------------------------------------------------------------------


def slot_of(owner: Any) -> Any | None:
    """The slot that an AnimData or an NLA strip uses; None before 4.4."""
    return owner.action_slot if HAS_SLOTS else None


def curve_of(block: bpy.types.ID, path: str) -> Any | None:
    """The F-curve of the active Action on a property of a datablock, if it plays."""
    data = block.animation_data
    if data is None:
        return None
    curve = next((one for one in curves_of(data) if one.data_path == path), None)
    return None if curve is None or curve.mute else curve


def slots(action: bpy.types.Action) -> list[Any | None]:
    """The slots of an action; before 4.4 nothing stands for all of it."""
    return list(action.slots) if HAS_SLOTS else [None]


def find_slot(action: bpy.types.Action, block: bpy.types.ID) -> Any | None:
    """The slot of `action` made for a datablock of this name and type; None before 4.4."""
    if not HAS_SLOTS:
        return None
    for slot in action.slots:
        if slot.target_id_type == block.id_type and slot.name_display == block.name:
            return slot
    return None


def new_slot(action: bpy.types.Action, block: bpy.types.ID) -> Any | None:
    """Make a slot for a datablock, and the layer that holds its curves; None before 4.4."""
    if not HAS_SLOTS:
        return None
    return action.slots.new(id_type=block.id_type, name=block.name)


def curves(action: bpy.types.Action, slot: Any | None, *, make: bool = False) -> Any:
    """The F-curves that `action` holds for a slot: find(path), new(path), remove(curve), iteration.

    Without `make` an empty list stands for a slot that has none yet.
    """
    if not HAS_SLOTS:
        return action.fcurves
    if slot is None:
        return []
    if make and not action.layers:
        action.layers.new("Lipwright")
    for layer in action.layers:
        if make and not layer.strips:
            layer.strips.new(type="KEYFRAME")
        for strip in layer.strips:
            bag = strip.channelbag(slot, ensure=make)
            if bag is not None:
                return bag.fcurves
    return []


def curves_of(owner: Any) -> Any:
    """The F-curves that an AnimData or an NLA strip plays; an empty list where it plays none."""
    return [] if owner.action is None else curves(owner.action, slot_of(owner))


def slot_is_shared(action: bpy.types.Action, slot: Any | None, block: bpy.types.ID) -> bool:
    """Say whether these curves also drive another datablock (a copied character)."""
    if not HAS_SLOTS:
        return action.users - int(action.use_fake_user) > 1
    return slot is not None and any(user != block for user in slot.users())


def slot_is_used(action: bpy.types.Action, slot: Any | None, block: bpy.types.ID) -> bool:
    """Say whether these curves drive anything already, be it this datablock from a stash."""
    if slot is None:
        return action.users - int(action.use_fake_user) > 0
    strips = [] if block.animation_data is None else block.animation_data.nla_tracks
    held = any(
        strip.action == action and strip.action_slot == slot
        for track in strips
        for strip in track.strips
    )
    return held or bool(slot.users())


def assign(owner: Any, action: bpy.types.Action, slot: Any | None) -> None:
    """Give an AnimData or an NLA strip its action and slot."""
    owner.action = action
    if slot is not None:
        owner.action_slot = slot


def drop_slot(action: bpy.types.Action, slot: Any | None) -> None:
    """Remove a slot with its curves."""
    if slot is not None:
        action.slots.remove(slot)


def is_empty(action: bpy.types.Action) -> bool:
    """Say whether no curve is left in any slot."""
    return not any(True for _ in every_curve(action))


def every_curve(action: bpy.types.Action) -> Iterator[Any]:
    """All F-curves of an action, whatever datablock they are for."""
    if not HAS_SLOTS:
        yield from action.fcurves
        return
    for layer in action.layers:
        for strip in layer.strips:
            for bag in strip.channelbags:
                yield from bag.fcurves


def cut_name(name: str) -> str:
    """A name as long as a datablock's may be: 63 bytes before 5.0, 255 from then on."""
    most = 255 if bpy.app.version >= (5, 0, 0) else 63
    return name.encode()[:most].decode(errors="ignore")


# --- import and export ------------------------------------------------------------------------


def set_film(render: bpy.types.RenderSettings, path: str) -> None:
    """Let a render be an MP4 of H.264 with AAC, with exactly this path."""
    if hasattr(render.image_settings, "media_type"):  # 5.0+: films are no file format of pictures
        render.image_settings.media_type = "VIDEO"
    render.image_settings.file_format = "FFMPEG"
    render.image_settings.color_mode = "RGB"
    render.ffmpeg.format, render.ffmpeg.codec = "MPEG4", "H264"
    render.ffmpeg.constant_rate_factor = "HIGH"
    render.ffmpeg.audio_codec, render.ffmpeg.audio_channels = "AAC", "STEREO"
    render.ffmpeg.use_autosplit = False
    render.filepath, render.use_file_extension = path, False


def set_picture(render: bpy.types.RenderSettings) -> None:
    """Let a render be a PNG with exactly its path."""
    if hasattr(render.image_settings, "media_type"):
        render.image_settings.media_type = "IMAGE"
    render.image_settings.file_format = "PNG"
    render.image_settings.color_mode = "RGB"
    render.use_file_extension = False


def read_usd_shapes(path: Path) -> tuple[float, list[str]] | None:
    """Length in seconds and blend shapes of a USD file; None where it cannot be read (4.2)."""
    if not hasattr(bpy.utils, "expose_bundled_modules"):
        return None
    bpy.utils.expose_bundled_modules()
    from pxr import Usd

    stage = Usd.Stage.Open(str(path))
    rate = stage.GetTimeCodesPerSecond()
    shapes = [str(one.GetPath()) for one in stage.Traverse() if one.GetTypeName() == "BlendShape"]
    return (stage.GetEndTimeCode() - stage.GetStartTimeCode()) / rate, shapes


BINARY_FBX = b"Kaydara FBX Binary"  # how the format's files begin


def import_fbx(path: str) -> None:
    """Read an FBX file into the open scene."""
    if HAS_NEW_FBX_IMPORT:
        bpy.ops.wm.fbx_import(filepath=path)
    elif Path(path).read_bytes()[: len(BINARY_FBX)] != BINARY_FBX:
        raise LipwrightError(
            f"“{Path(path).name}” is no binary FBX; text files are read from Blender 4.5 on. "
            "Open it there, or convert it to a binary FBX"
        )
    else:
        bpy.ops.import_scene.fbx(filepath=path)


PENCILS = {"GPENCIL", "GREASEPENCIL"}  # types of Grease Pencil objects, before 4.3 and since


def pencil_layers(item: bpy.types.Object) -> dict[str, Any]:
    """The layers of a Grease Pencil object by name; those of 4.2 call it their info."""
    if item.type not in PENCILS:
        return {}
    return {getattr(layer, "name", None) or layer.info: layer for layer in item.data.layers}


def time_offset_of(item: bpy.types.Object) -> Any | None:
    """The Time Offset modifier of a Grease Pencil object, which 4.3 put among all others."""
    if item.type == "GPENCIL":
        every, kind = item.grease_pencil_modifiers, "GP_TIME"
    else:
        every, kind = item.modifiers, "GREASE_PENCIL_TIME"
    return next((modifier for modifier in every if modifier.type == kind), None)
