# SPDX-License-Identifier: GPL-3.0-or-later
"""Render every frame of a talking face and join them with its sound.

.venv/bin/python docs/make_pictures/film.py BAKED.blend SOUND OUT.mp4 [--size 400]
"""

import argparse
import sys
import tempfile
from pathlib import Path

import soundfile
from sheet import run

HERE = Path(__file__).resolve().parent
RATE = 24


def film(baked: Path, sound: Path, out: Path, *, size: int) -> Path:
    """Render in one Blender and encode in another, as a .blend may have settings of its own."""
    seconds = soundfile.info(str(sound)).duration
    with tempfile.TemporaryDirectory() as folder:
        frames = Path(folder)
        options = ["--film", seconds, "--rate", RATE, "--size", size]
        run([sys.executable, HERE / "render_face.py", baked, "-o", frames, *options])
        run([sys.executable, HERE / "encode_film.py", frames, sound, out, "--rate", RATE])
    return out


def main() -> int:
    """Read the command line and make one film."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("baked", type=Path)
    parser.add_argument("sound", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", type=int, default=400, help="pixels of a frame")
    args = parser.parse_args()
    sys.stdout.write(f"{film(args.baked, args.sound, args.out, size=args.size)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
