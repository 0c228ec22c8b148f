# SPDX-License-Identifier: GPL-3.0-or-later
"""A film of a character with its sound, by Blender's own encoder: a playblast.

A copy of the scene is rendered, so that nothing of the artist's own settings changes, not even
meanwhile; the film has its name only once it is whole.
"""

import os
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import bpy

from ...core.errors import LipwrightError
from .. import compat
from ..character.find import Character
from ..sounds.mixdown import mixdown_scene
from ..sounds.strip import strip_of_file
from ..takes.write import take_ranges
from .files import reason_of
from .framing import face_camera
from .view import remove_named

DEFAULT_PATH = "//playblast/<scene>.mp4"
SUFFIX = ".mp4"
LINE, SCENE = "LINE", "SCENE"
CAMERA, FACE = "CAMERA", "FACE"
GREY = (0.25, 0.25, 0.25)
SOLID, OWN = "SOLID", "OWN"
NO_ENCODER = "This Blender was built without FFmpeg, so it encodes no films"
NOT_WRITTEN = (
    "No film was written. The solid view needs a graphics card or Mesa: install that, or choose "
    "the scene's own engine"
)


@dataclass(frozen=True)
class Wish:
    """What a film is to show: see the properties of the same names."""

    path: str = DEFAULT_PATH
    frames: str = LINE
    view: str = CAMERA
    engine: str = SOLID
    # A sound that no strip plays, and the frame at which it begins.
    loose: tuple[Path, float] | None = None
    # The scene whose sequencer is heard; None for the one that is filmed (5.0+ may show another).
    heard: bpy.types.Scene | None = None


def film_path(path: str, scene: bpy.types.Scene) -> Path:
    """Where a film goes; beside temporary files while the .blend has no place yet."""
    named = path.replace("<scene>", bpy.path.clean_name(scene.name)) or DEFAULT_PATH
    if named.startswith("//") and not bpy.data.filepath:
        full = Path(tempfile.gettempdir()) / named[2:]
    else:
        full = Path(bpy.path.abspath(named)).absolute()
    return full if full.suffix.lower() == SUFFIX else full.with_name(full.name + SUFFIX)


def film_frames(character: Character, scene: bpy.types.Scene, frames: str) -> tuple[int, int]:
    """First and last frame of a film: all lines of the character, or the scene's own range."""
    spans = list(take_ranges(character).values())
    if frames == LINE and spans:
        first, last = min(low for low, _ in spans), max(high for _, high in spans)
        return max(0, int(first) + 1), int(last)
    if scene.use_preview_range:
        return scene.frame_preview_start, scene.frame_preview_end
    return scene.frame_start, scene.frame_end


class Film:
    """One film being made: `render`, then `finish` or `drop`."""

    def __init__(self, character: Character, scene: bpy.types.Scene, wish: Wish) -> None:
        if not compat.HAS_ENCODER:
            raise LipwrightError(NO_ENCODER)
        self.path = film_path(wish.path, scene)
        self._part = self.path.with_name(f".{self.path.stem}.part{SUFFIX}")
        self._undo = ExitStack()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._part.unlink(missing_ok=True)
            self._part.touch()
            self._part.unlink()
        except OSError as error:
            raise LipwrightError(
                f"“{self.path}” cannot be written: {error.strerror}. Choose another place"
            ) from error
        self.first, self.last = film_frames(character, scene, wish.frames)
        self.stage, self._scene_name = scene.copy(), scene.name
        self.stage.name = f"Playblast {scene.name}"
        self._uid = self.stage.session_uid
        self._set_up(character, wish)

    def _set_up(self, character: Character, wish: Wish) -> None:
        stage, render = self.stage, self.stage.render
        stage.frame_start, stage.frame_end, stage.frame_step = self.first, self.last, 1
        stage.use_preview_range = False
        if wish.engine == SOLID:
            render.engine = "BLENDER_WORKBENCH"
        if stage.world is None:  # else the face is before black
            stage.world = bpy.data.worlds.new("Playblast")
            stage.world.color = GREY
            self._undo.callback(remove_named, bpy.data.worlds, stage.world.name)
        share = render.resolution_percentage / 100
        # The encoder takes even sides only.
        render.resolution_x = max(2, round(render.resolution_x * share / 2) * 2)
        render.resolution_y = max(2, round(render.resolution_y * share / 2) * 2)
        render.resolution_percentage = 100
        render.use_compositing = False
        render.use_border = render.use_multiview = render.film_transparent = False
        compat.set_film(render, str(self._part))
        if wish.view == FACE or stage.camera is None:
            aspect = render.resolution_x * render.pixel_aspect_x
            aspect /= render.resolution_y * render.pixel_aspect_y
            camera = face_camera(character, aspect, self.first)
            self._undo.callback(remove_named, bpy.data.cameras, camera.data.name)  # and its object
            stage.collection.objects.link(camera)
            stage.camera = camera
        if compat.HAS_SOUND:
            self._sound(wish)

    def _sound(self, wish: Wish) -> None:
        """Leave the sequencer's sounds alone: a strip that is seen would hide the scene."""
        stage = self.stage
        other = wish.heard is not None and wish.heard.name != self._scene_name
        if wish.heard is not None and other:
            self._mix_down(wish.heard.copy(), drop=True)
            return
        if wish.loose is not None and strip_of_file(stage, wish.loose[0]) is None:
            path, frame = wish.loose
            self._add_sound(path, round(frame))
        heard = [one for one in compat.all_strips(stage) if one.type == "META" and not one.mute]
        if heard:  # which count as seen, also where they hold nothing but sounds
            self._mix_down(stage)
        for strip in list(compat.strips_of(stage)):
            strip.mute = strip.mute or strip.type != "SOUND"

    def _mix_down(self, scene: bpy.types.Scene, *, drop: bool = False) -> None:
        """Let one strip play what is heard of a scene, in place of all others."""
        mixed = Path(bpy.app.tempdir) / "lipwright-playblast.wav"
        scene.frame_start, scene.frame_end = self.first, self.last
        layer = scene.view_layers[0]
        layer.update()  # its sounds are made only then
        with bpy.context.temp_override(scene=scene, view_layer=layer):
            mixdown_scene(mixed)
        if drop:
            bpy.data.scenes.remove(scene)
        for strip in list(compat.strips_of(self.stage)):
            compat.remove_strip(self.stage, strip)
        self._add_sound(mixed, self.first)
        self.stage.audio_volume = 1.0

    def _add_sound(self, path: Path, frame: int) -> None:
        strip = compat.new_sound_strip(self.stage, "playblast", str(path), 128, frame)
        self._undo.callback(remove_named, bpy.data.sounds, strip.sound.name)

    def render(self, context: str = "EXEC_DEFAULT") -> None:
        """Render it; with INVOKE_DEFAULT as a job of Blender's, which Esc stops."""
        try:
            bpy.ops.render.render(context, animation=True, scene=self.stage.name)
        except RuntimeError as error:
            self.drop()
            raise LipwrightError(f"{NOT_WRITTEN}. Blender says: {reason_of(error)}") from error

    def finish(self) -> Path:
        """Give a whole film its name; LipwrightError if there is none."""
        self._leave()
        if not self._part.is_file() or not self._part.stat().st_size:
            self._part.unlink(missing_ok=True)
            raise LipwrightError(NOT_WRITTEN)
        try:
            os.replace(self._part, self.path)
        except OSError as error:
            self._part.unlink(missing_ok=True)
            raise LipwrightError(
                f"“{self.path}” cannot be replaced: {error.strerror}. Close it where it plays"
            ) from error
        return self.path

    def drop(self) -> None:
        """Leave nothing behind; a film of before stays."""
        self._leave()
        self._part.unlink(missing_ok=True)

    def _leave(self) -> None:
        # Looked for again: undo may have come meanwhile.
        for stage in [one for one in bpy.data.scenes if one.session_uid == self._uid]:
            bpy.data.scenes.remove(stage)
        self._undo.close()


def hidden_note(character: Character) -> str:
    """The sentence for a face that renders do not show; "" if they do."""
    hidden = [mesh.name for mesh in character.meshes if mesh.hide_render]
    names = ", ".join(f"“{name}”" for name in hidden)
    return f"Not in the film, for renders hide them: {names}" if hidden else ""
