# SPDX-License-Identifier: GPL-3.0-or-later
"""Save a .blend with the demo head alone: save_demo_head.py -o X.blend."""

import argparse
import os
import sys
from pathlib import Path

import bpy

from lipwright.scene.character.demo_head import add_demo_head


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("-o", "--out", type=Path, required=True)
    args = parser.parse_args()
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    add_demo_head(bpy.context)
    bpy.ops.wm.save_as_mainfile(filepath=str(args.out.resolve()))


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    # Some Blender modules hang at the interpreter's own exit.
    os._exit(0)
