# SPDX-License-Identifier: GPL-3.0-or-later
"""What an artist does with the zip: install it, start Blender again, press the buttons.

BLENDER_USER_RESOURCES=PROFILE python -P as_an_artist.py install ZIP
BLENDER_USER_RESOURCES=PROFILE python -P as_an_artist.py animate SOUND     (prints JSON)
"""

import json
import os
import sys

import bpy

MODULE = "bl_ext.user_default.lipwright"


def press_the_buttons(sound: str) -> bpy.types.Object:
    """Add the demo head and generate lip-sync for a file, as an artist would."""
    for item in list(bpy.data.objects):
        bpy.data.objects.remove(item)
    bpy.ops.lipwright.add_demo_head()
    scene = bpy.context.scene
    scene.lipwright.source = "FILE"
    scene.lipwright.file = sound
    scene.lipwright.character = bpy.context.view_layer.objects.active
    done = bpy.ops.lipwright.generate()
    assert done == {"FINISHED"}, done
    return scene.lipwright.character


def install(archive: str) -> None:
    """Install from disk."""
    bpy.ops.extensions.package_install_files(
        filepath=archive, repo="user_default", enable_on_install=True
    )
    assert MODULE in bpy.context.preferences.addons


def animate(sound: str) -> None:
    """Press the buttons and report."""
    # There is no such module before bpy is imported.
    import addon_utils

    # Blender's Python module starts with factory settings, so nothing is enabled yet.
    addon_utils.enable(MODULE, default_set=True)
    head = press_the_buttons(sound)
    keys = head.data.shape_keys
    largest = {block.name: 0.0 for block in keys.key_blocks}
    first, last = keys.animation_data.action.frame_range
    for frame in range(int(first), int(last) + 1):
        bpy.context.scene.frame_set(frame)
        for block in keys.key_blocks:
            largest[block.name] = max(largest[block.name], block.value)
    import onnxruntime
    import scipy
    import soundfile

    found = {
        "module": MODULE,
        "package": sys.modules[MODULE].__file__,
        "onnxruntime": onnxruntime.__file__,
        "scipy": scipy.__file__,
        "soundfile": soundfile.__file__,
        "keys": largest,
        "last_frame": last,
    }
    sys.stdout.write(json.dumps(found))
    sys.stdout.write("\n")


if __name__ == "__main__":
    action, argument = sys.argv[1:]
    {"install": install, "animate": animate}[action](argument)
    sys.stdout.flush()
    # Some Blender modules hang at the interpreter's own exit.
    os._exit(0)
