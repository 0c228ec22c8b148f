# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames and a sound to a film, by Blender's own encoder.

    .venv/bin/python docs/make_pictures/encode_film.py FRAMES SOUND OUT.mp4 --rate 24

FRAMES is a folder of pictures in the order of their names, all of one size.
"""

import argparse
import os
import sys
from pathlib import Path

import bpy


def encode(frames: list[Path], sound: Path, out: Path, rate: int) -> None:
    """Lay pictures and sound into the sequencer of an empty file and render it."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    scene = bpy.context.scene
    editor = scene.sequence_editor_create()
    strips = editor.strips if hasattr(editor, "strips") else editor.sequences
    picture = bpy.data.images.load(str(frames[0]))
    render = scene.render
    render.resolution_x, render.resolution_y = (2 * (side // 2) for side in picture.size)
    render.resolution_percentage = 100
    render.fps, render.fps_base = rate, 1.0
    scene.view_settings.view_transform = "Standard"  # the pictures are finished
    scene.frame_start, scene.frame_end = 1, len(frames)
    images = strips.new_image("film", str(frames[0]), channel=1, frame_start=1)
    for frame in frames[1:]:
        images.elements.append(frame.name)
    strips.new_sound("voice", str(sound), channel=2, frame_start=1)
    if hasattr(render.image_settings, "media_type"):
        render.image_settings.media_type = "VIDEO"  # Blender 5
    render.image_settings.file_format = "FFMPEG"
    render.ffmpeg.format, render.ffmpeg.codec = "MPEG4", "H264"
    render.ffmpeg.constant_rate_factor = "HIGH"
    render.ffmpeg.audio_codec = "AAC"
    render.filepath = str(out)
    render.use_file_extension = False
    bpy.ops.render.render(animation=True)


def main() -> None:
    """Encode what the command line names."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("frames", type=Path)
    parser.add_argument("sound", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--rate", type=int, default=24)
    args = parser.parse_args()
    frames = sorted(args.frames.absolute().glob("*.png"))
    encode(frames, args.sound.absolute(), args.out.absolute(), args.rate)
    sys.stdout.flush()
    os._exit(0 if args.out.is_file() else 1)


if __name__ == "__main__":
    main()
