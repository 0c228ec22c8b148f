# SPDX-License-Identifier: GPL-3.0-or-later
"""Lip-sync without a window.

    blender -b FILE.blend --python-exit-code 1 --python bake.py -- --audio line.wav --fbx line.fbx
    python bake.py FILE.blend --audio line.wav --save out.blend      (with pip's bpy)
    python bake.py batch FILE.blend LINES -o FOLDER                  (many lines, a file a line)

FILE may also be .fbx, .glb or .vrm; `--help` lists the options. Exit code 0: done, 1: it failed
(a sentence on stderr says why), 2: wrong usage.
"""

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parent
PACKAGE = "lipwright"


def installed_name() -> str | None:
    """The name under which Blender knows the extension that this file lies in."""
    import addon_utils

    for module in addon_utils.modules():
        file = getattr(module, "__file__", None)
        if file is not None and Path(file).resolve().parent == ROOT:
            return module.__name__
    return None


def load() -> ModuleType:
    """Lipwright with its properties registered: as the enabled extension, else as a package."""
    import addon_utils

    name = installed_name()
    if name is not None:
        if not addon_utils.check(name)[1]:
            addon_utils.enable(name, default_set=False)
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(
        PACKAGE, ROOT / "__init__.py", submodule_search_locations=[str(ROOT)]
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = package
    spec.loader.exec_module(package)
    package.register()
    return package


def arguments() -> list[str]:
    """Ours follow `--` inside Blender; with pip's bpy all are ours."""
    import bpy

    if not bpy.app.binary_path:
        return sys.argv[1:]
    return sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else []


def main() -> int:
    """Load Lipwright, then do what `blender -c lipwright bake` does."""
    package = load()
    given = arguments()
    if given[:1] == ["batch"]:
        many = importlib.import_module(".jobs.many", package.__name__)
        return many.main(given[1:], "bake.py batch")
    return importlib.import_module(".jobs.bake", package.__name__).main(given)


def leave(code: int) -> None:
    """End the bpy module hard: below 5.0 it crashes or hangs with our classes registered."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def leave_with_traceback(*error: Any) -> None:
    """What is not foreseen is shown, but does not hang."""
    sys.__excepthook__(*error)
    leave(1)


if __name__ == "__main__":
    import bpy

    if bpy.app.binary_path:
        sys.exit(main())
    sys.excepthook = leave_with_traceback
    leave(main())
