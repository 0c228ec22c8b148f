# SPDX-License-Identifier: GPL-3.0-or-later
"""Install a zip of the extension into this profile, and save a file with the demo head.

    BLENDER_USER_RESOURCES=PROFILE .venv/bin/python demo/prepare.py ZIP -o character.blend

Prints the folder into which Blender unpacked the extension, last.
"""

import argparse
import os
import sys
from pathlib import Path

import bpy

MODULE = "bl_ext.user_default.lipwright"


def install(archive: Path) -> Path:
    """Install and enable the zip as Preferences > Get Extensions > Install from Disk does."""
    bpy.ops.extensions.package_install_files(
        filepath=str(archive.resolve()), repo="user_default", enable_on_install=True
    )
    if MODULE not in bpy.context.preferences.addons:
        raise SystemExit(f"Blender did not enable {archive.name}")
    return Path(sys.modules[MODULE].__file__).parent


def save_demo_head(path: Path) -> None:
    """Add the head as Add > Mesh > Lipwright Demo Head does, alone in an empty file."""
    for item in list(bpy.data.objects):
        bpy.data.objects.remove(item)
    bpy.ops.lipwright.add_demo_head()
    bpy.ops.wm.save_as_mainfile(filepath=str(path.resolve()))


def main() -> None:
    """Read the command line and do both."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("archive", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True)
    args = parser.parse_args()
    folder = install(args.archive)
    save_demo_head(args.out)
    sys.stdout.write(f"{folder}\n")


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    # Some Blender modules hang at the interpreter's own exit.
    os._exit(0)
