# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo: a voice line becomes a talking face through the real extension (`make demo`).

Builds the zip, installs it into a clean profile, bakes a character with the installed bake.py, and
writes a .blend, .fbx, .glb, .csv, a contact sheet and a short film with sound to build/demo/.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "build" / "demo"
PICTURES = ROOT / "docs" / "make_pictures"


def say(text: str) -> None:
    """Write a line to the terminal at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def run(command: Sequence[object], environment: dict[str, str] | None = None) -> str:
    """Run a program and return what it printed; if it fails, stop with what it said."""
    words = [str(word) for word in command]
    merged = {**os.environ, **(environment or {})}
    done = subprocess.run(words, capture_output=True, text=True, env=merged, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)} failed:\n{(done.stdout + done.stderr)[-4000:]}")
    return done.stdout


def zip_for_this_python() -> Path:
    """Build the extension for the Blender that .venv holds."""
    line = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    sys.path.insert(0, str(ROOT))
    import build

    return build.build(build.Target(line, build.this_platform()), build.DIST)


def main() -> int:
    """Make everything and say where it is."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sound", type=Path, default=ROOT / "demo" / "line.wav")
    parser.add_argument("--character", type=Path, help=".blend, .fbx, .glb; default: the demo head")
    args, options = parser.parse_known_args()
    for path in filter(None, (args.sound, args.character)):
        if not path.is_file():
            raise SystemExit(f"There is no file {path}")
    started = time.monotonic()
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    profile = {"BLENDER_USER_RESOURCES": str(OUT / "profile")}

    say("Building the extension")
    archive = zip_for_this_python()
    say(f"Installing {archive.name} into a clean profile")
    head = OUT / "head.blend"
    printed = run([sys.executable, ROOT / "demo" / "prepare.py", archive, "-o", head], profile)
    extension = Path(printed.splitlines()[-1])

    say(f"Listening to {args.sound.name} and animating")
    files = {kind: OUT / f"demo.{kind}" for kind in ("blend", "fbx", "glb", "csv")}
    command = [sys.executable, extension / "bake.py", args.character or head, "--audio", args.sound]
    command += ["--save", files["blend"], "--fbx", files["fbx"], "--glb", files["glb"]]
    say(run([*command, "--csv", files["csv"], *options], profile).strip().splitlines()[-1])
    head.unlink()

    say("Rendering the contact sheet and the film")
    sheet = OUT / "sheet.png"
    command = [sys.executable, PICTURES / "sheet.py", "--sound", args.sound]
    run([*command, "--baked", files["blend"], "-o", sheet])
    movie = OUT / "demo.mp4"
    run([sys.executable, PICTURES / "film.py", files["blend"], args.sound, movie])

    say(f"Done in {time.monotonic() - started:.0f} s:")
    for path in (*files.values(), sheet, movie):
        say(f"  {os.path.relpath(path)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
