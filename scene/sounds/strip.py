# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the voice comes from: a sound strip, a file or a Speaker, as one AudioSpan."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b, file_digest
from pathlib import Path
from typing import Any
from uuid import uuid4

import bpy

from ...core.errors import SoundError
from ...core.timing import Seconds
from .. import compat
from ..clock import fps_of, frame_kept
from .mixdown import mixdown

OF_STRIP = "strip:"  # how a source begins that is a strip of the sequencer
OF_SPEAKER = "speaker:"  # and one that is a Speaker


@dataclass(frozen=True)
class AudioSpan:
    """A stretch of a sound file and the scene frame at which it starts.

    `duration_seconds` None means to the end; `gain` is what the strip's volume does. `source` is
    what a take of it is known by, whatever the strip is called and wherever it lies. `fade` is a
    volume that changes: seconds from the span's start, and gain. `channel` counts from 0; None is
    their mix.
    """

    path: Path
    name: str
    first_frame: float
    start_seconds: Seconds = 0.0
    duration_seconds: Seconds | None = None
    gain: float = 1.0
    source: str = ""
    fade: tuple[tuple[Seconds, float], ...] = ()
    channel: int | None = None
    # Of a sound that was rendered, as a retimed strip's: what it is of, and where it begins there.
    rendered_of: str = ""
    rendered_seconds: Seconds = 0.0

    @property
    def recording(self) -> str:
        """A name for what is in its sound file."""
        return self.rendered_of or name_of_recording(self.path)

    @property
    def recording_seconds(self) -> Seconds:
        """Where in its recording the stretch begins."""
        return self.rendered_seconds if self.rendered_of else self.start_seconds


def source_of_strip(strip: "bpy.types.Strip", scene: bpy.types.Scene) -> str:
    """What a strip is known by, or will be once `claim_source` gave it to it.

    A copy of a strip has the same at first, and is another line all the same: Blender gives it the
    later name.
    """
    mine = strip.lipwright.uid
    alike = [one.name for one in sound_strips(scene) if one.lipwright.uid == mine]
    return f"{OF_STRIP}{_uid(mine, strip.name, alike)}"


def _source_of_speaker(item: bpy.types.Object, scene: bpy.types.Scene) -> str:
    """The same of a Speaker; one of another file, which keeps nothing, is known by its name."""
    if item.library is not None:
        return f"{OF_SPEAKER}{item.name}"
    mine = item.lipwright_line.uid
    alike = [one.name for one in _speakers(scene) if one.lipwright_line.uid == mine]
    return f"{OF_SPEAKER}{_uid(mine, item.name, alike)}"


def _uid(mine: str, name: str, alike: list[str]) -> str:
    return mine if mine and name == min(alike, default=name) else uuid4().hex


def _speakers(scene: bpy.types.Scene) -> list[bpy.types.Object]:
    return [item for item in scene.objects if item.type == "SPEAKER"]


def claim_source(span: AudioSpan, scene: bpy.types.Scene) -> None:
    """Let the strip or the Speaker of a span be known by its source from now on."""
    if span.source.startswith(OF_STRIP):
        strip = strip_named(scene, span.name)
        if strip is not None:
            strip.lipwright.uid = span.source.removeprefix(OF_STRIP)
    elif span.source.startswith(OF_SPEAKER):
        item = bpy.data.objects.get(span.name)
        if item is not None and item.library is None:
            item.lipwright_line.uid = span.source.removeprefix(OF_SPEAKER)


def sources_in(scene: bpy.types.Scene) -> frozenset[str]:
    """What all strips of a scene are known by that `claim_source` gave a source."""
    uids = (strip.lipwright.uid for strip in sound_strips(scene))
    return frozenset(f"{OF_STRIP}{uid}" for uid in uids if uid)


def speakers_in(scene: bpy.types.Scene) -> frozenset[str]:
    """The same of all Speakers of a scene."""
    uids = (item.lipwright_line.uid for item in _speakers(scene))
    return frozenset(f"{OF_SPEAKER}{uid}" for uid in uids if uid)


def sound_strips(scene: bpy.types.Scene) -> "list[bpy.types.Strip]":
    """The strips that carry a sound, in the order of time."""
    found = [strip for strip in compat.all_strips(scene) if strip.type == "SOUND"]
    return sorted(found, key=lambda strip: (compat.left_edge(strip), strip.name))


def strip_named(scene: bpy.types.Scene, name: str) -> "bpy.types.Strip | None":
    """The sound strip of that name; with no name the active one, else the only one."""
    strips = sound_strips(scene)
    if name:
        return next((strip for strip in strips if strip.name == name), None)
    active = compat.active_strip(scene)
    if active is not None and active.type == "SOUND":
        return active
    return strips[0] if len(strips) == 1 else None


def span_of_strip(strip: "bpy.types.Strip", scene: bpy.types.Scene) -> AudioSpan:
    """What is heard of a strip, inside of its meta strips; SoundError if nothing is."""
    metas = compat.metas_of(strip, scene)
    _refuse_silent(strip, metas, scene)
    left = max(compat.left_edge(one) for one in (strip, *metas))
    right = min(compat.right_edge(one) for one in (strip, *metas))
    if right <= left:
        raise SoundError(
            f"Nothing of “{strip.name}” is heard: it lies outside of its meta strip. "
            "Move it, or pick another"
        )
    fps, source = fps_of(scene), source_of_strip(strip, scene)
    fade = _fade(strip, scene, left, range(int(left), int(right) + 2))
    if not fade and strip.volume <= 0:
        raise SoundError(f"The volume of the strip “{strip.name}” is 0. Turn it up")
    if compat.is_retimed(strip):
        if left < 0:
            raise SoundError(
                f"The strip “{strip.name}” is retimed and begins before frame 0, where Blender "
                "cannot render its sound. Move it to frame 0 or later"
            )
        content = compat.content_start(strip)
        return AudioSpan(
            mixdown(strip, scene, left, right),  # with its volume
            strip.name,
            left,
            0.0,
            (right - left) / fps,
            source=source,
            rendered_of=f"{name_of_recording(path_of(strip.sound))}:{strip.frame_duration}",
            rendered_seconds=(left - content) / fps,
        )
    cut = compat.hard_cut(strip)
    start = (left - compat.content_start(strip) + cut) / fps - compat.sound_delay(strip)
    duration = (right - left) / fps
    if right == compat.right_edge(strip) and not compat.is_cut_at_end(strip):
        # Blender rounds a sound to whole frames: all of it is meant, and it is heard as its file.
        duration += 1 / fps
    # A strip that begins before its sound does is silent first: the sound itself starts later.
    late = max(0.0, -start)
    return AudioSpan(
        path_of(strip.sound),
        strip.name,
        left + late * fps,
        start + late,
        max(0.0, duration - late),
        1.0 if fade else float(strip.volume),
        source,
        tuple((seconds - late, gain) for seconds, gain in fade),
    )


def _refuse_silent(strip: "bpy.types.Strip", metas: list[Any], scene: bpy.types.Scene) -> None:
    """Raise SoundError with the fix if a strip, a meta strip around it or a channel is muted."""
    if strip.mute:
        raise SoundError(f"The strip “{strip.name}” is muted. Unmute it (Alt H) or pick another")
    if strip.sound is None:
        raise SoundError(f"The strip “{strip.name}” has lost its sound. Add the file again")
    for meta in metas:
        if meta.mute:
            raise SoundError(
                f"The meta strip “{meta.name}” around “{strip.name}” is muted. Unmute it (Alt H), "
                "or pick another strip"
            )
    holders = [*metas, scene.sequence_editor]
    for one, holder in zip((strip, *metas), holders, strict=True):
        channel = holder.channels[one.channel]
        if channel.mute:
            raise SoundError(
                f"The channel “{channel.name}” of “{one.name}” is muted. Unmute it in the "
                "sequencer, or pick another strip"
            )


def _fade(
    item: Any, holder: bpy.types.ID, first_frame: float, heard: range
) -> tuple[tuple[Seconds, float], ...]:
    """The volume of a strip or a Speaker where it is animated: seconds from a frame on, and gain.

    Whatever the playhead shows now does not matter. SoundError if it is 0 all the time.
    """
    path = item.path_from_id("volume")
    curve = compat.curve_of(holder, path)
    if curve is not None:
        low, high = curve.range()
        frames = range(int(low), int(high) + 2)
        gains = [max(0.0, curve.evaluate(frame)) for frame in frames]
    elif _is_animated(holder, path):
        frames, gains = heard, []
        scene = bpy.context.scene
        with frame_kept(scene):
            for frame in frames:
                scene.frame_set(frame)
                gains.append(max(0.0, float(item.volume)))
    else:
        return ()
    if max(gains) <= 0:
        raise SoundError(f"The volume of “{item.name}” is 0 all the time. Turn it up")
    fps = fps_of(bpy.context.scene)
    return tuple(
        ((frame - first_frame) / fps, gain) for frame, gain in zip(frames, gains, strict=True)
    )


def _is_animated(holder: bpy.types.ID, path: str) -> bool:
    """Say whether a driver or an NLA strip moves a property."""
    data = holder.animation_data
    if data is None:
        return False
    strips = [strip for track in data.nla_tracks for strip in track.strips if strip.action]
    curves = [*data.drivers, *(curve for strip in strips for curve in compat.curves_of(strip))]
    return any(curve.data_path == path for curve in curves)


def span_of_file(path: str | Path, first_frame: float, name: str = "") -> AudioSpan:
    """A whole file that is in no strip, heard from `first_frame` on."""
    path = Path(bpy.path.abspath(str(path)))
    if not path.is_file():
        raise SoundError(f"The sound file “{path.name}” was not found. Check the path")
    place = blake2b(os.fsencode(path), digest_size=6).hexdigest()  # two folders, two files
    source = f"file:{path.name}:{place}"
    return AudioSpan(path, name or path.stem, first_frame, source=source)


def span_of_speaker(item: bpy.types.Object, scene: bpy.types.Scene) -> AudioSpan:
    """The sound of a Speaker object, from its first NLA sound strip on."""
    speaker = item.data if item.type == "SPEAKER" else None
    if speaker is None or speaker.sound is None:
        raise SoundError(f"“{item.name}” is no Speaker with a sound. Choose a sound for it")
    if speaker.muted:
        raise SoundError(f"The Speaker “{item.name}” is muted. Unmute it or pick another sound")
    if abs(speaker.pitch - 1.0) > 1e-4 or compat.curve_of(speaker, "pitch") is not None:
        raise SoundError(
            f"The Speaker “{item.name}” plays at another pitch, so faster or slower than its file. "
            "Set its pitch to 1, or retime a strip of the sequencer instead"
        )
    starts = [
        strip.frame_start
        for block in (item, speaker)
        if block.animation_data is not None
        for track in block.animation_data.nla_tracks
        for strip in track.strips
        if strip.type == "SOUND" and not strip.mute and not track.mute
    ]
    first = min(starts, default=float(scene.frame_start))
    fade = _fade(speaker, speaker, first, range(scene.frame_start, scene.frame_end + 1))
    return AudioSpan(
        path_of(speaker.sound),
        item.name,
        first,
        gain=1.0 if fade else max(0.0, speaker.volume),
        source=_source_of_speaker(item, scene),
        fade=fade,
    )


def path_of(sound: bpy.types.Sound) -> Path:
    """The sound as a file on disk; a packed one is written to Blender's temporary folder."""
    path = Path(bpy.path.abspath(sound.filepath, library=sound.library))
    if sound.packed_file is None:
        return path
    data = sound.packed_file.data
    digest = blake2b(data, digest_size=8).hexdigest()
    unpacked = Path(bpy.app.tempdir) / f"lipwright-{digest}{path.suffix or '.wav'}"
    if not unpacked.is_file():
        unpacked.write_bytes(data)
    return unpacked


def name_of_recording(path: Path) -> str:
    """A name for what is in a sound file, wherever it lies and however it is used."""
    with path.open("rb") as file:
        return file_digest(file, "blake2b").hexdigest()[:32]


def add_to_sequencer(scene: bpy.types.Scene, path: str | Path, frame: int) -> "bpy.types.Strip":
    """Put a sound file on a free channel; SoundError if Blender cannot read it."""
    full = str(Path(bpy.path.abspath(str(path))))
    taken = {
        strip.channel
        for strip in compat.all_strips(scene)
        if compat.right_edge(strip) > frame  # its length is known only once it is there
    }
    channel = next(number for number in range(1, 130) if number not in taken)
    try:
        strip = compat.new_sound_strip(scene, Path(full).stem, full, min(channel, 128), frame)
    except RuntimeError as error:
        raise SoundError(
            f"Blender could not add “{Path(full).name}” to the sequencer. Convert it to WAV"
        ) from error
    strip.lipwright.added = True
    return strip


class Added:
    """A strip that was put into the sequencer for a file, and may be taken back."""

    def __init__(self, scene: bpy.types.Scene, path: str | Path, frame: int) -> None:
        self.scene, self.had_editor = scene, scene.sequence_editor is not None
        known = {sound.session_uid for sound in bpy.data.sounds}
        self.strip = add_to_sequencer(scene, path, frame)
        self.is_new = self.strip.sound.session_uid not in known

    def take_back(self) -> None:
        """Leave the sequencer as it was."""
        sound = self.strip.sound
        compat.remove_strip(self.scene, self.strip)
        if self.is_new:
            bpy.data.sounds.remove(sound)
        if not self.had_editor:
            self.scene.sequence_editor_clear()


def strip_of_source(scene: bpy.types.Scene, source: str) -> "bpy.types.Strip | None":
    """The strip that takes of a source are of, if it is still there."""
    uid = source.removeprefix(OF_STRIP) if source.startswith(OF_STRIP) else ""
    return next((one for one in sound_strips(scene) if uid and one.lipwright.uid == uid), None)


def plays_at(scene: bpy.types.Scene, path: Path, frame: int) -> bool:
    """Say whether a strip plays this file from this frame on."""
    return any(round(compat.left_edge(strip)) == frame for strip in _strips_of_file(scene, path))


def strip_of_file(scene: bpy.types.Scene, path: str | Path) -> "bpy.types.Strip | None":
    """The sound strip that already plays this file."""
    return next(_strips_of_file(scene, path), None)


def _strips_of_file(scene: bpy.types.Scene, path: str | Path) -> "Iterator[bpy.types.Strip]":
    """The sound strips that play a file, in the order of time."""
    wanted = _plain(path)
    for strip in sound_strips(scene):
        if strip.sound is not None and _plain(strip.sound.filepath) == wanted:
            yield strip


def _plain(path: str | Path) -> str:
    """A whole path, without the detours that a path relative to the .blend makes."""
    return os.path.normcase(os.path.normpath(bpy.path.abspath(str(path))))
