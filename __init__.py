# SPDX-License-Identifier: GPL-3.0-or-later
"""Lipwright: lip-sync and a living face from a voice recording.

The line of the data, each word a place in this package:
strip (scene/sounds) -> sound (core/audio) -> listener, articulator (models) -> performance
(core/performance) -> mix (core/motion) -> rig (rigs) -> keys (core/motion) -> F-curves (scene).
pipeline.py is its middle on one page. jobs/ holds what is done with it inside Blender, operators/
are the buttons, panels/ what is drawn, cli.py is the door without Blender, bake.py the one without
a window.

Nothing is imported until Blender registers the extension, so the middle works without bpy.
In Python the verbs of api.py are attributes of the package: `lipwright.animate("line.wav")`.
"""

VERBS = (
    *("FORMATS", "Analysis", "FaceTrack", "LipwrightError", "Phone", "Settings", "Sound"),
    *("animate", "hear", "load_sound", "write"),
)


def __getattr__(name: str) -> object:
    """Bring a verb of api.py in when it is first asked for."""
    if name in VERBS:
        from importlib import import_module

        # Not “from . import”: that would ask this function for “api” first.
        return getattr(import_module(".api", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def register() -> None:
    """Blender switches the extension on; if a part is missing, a panel says what to do."""
    from .panels import trouble

    if trouble.missing_parts():
        trouble.register()
        return
    from . import jobs, operators, panels, scene

    scene.register()
    jobs.register()
    operators.register()
    panels.register()


def unregister() -> None:
    """Blender switches the extension off."""
    from .panels import trouble

    if trouble.is_registered():
        trouble.unregister()
        return
    from . import jobs, operators, panels, scene

    panels.unregister()
    operators.unregister()
    jobs.unregister()
    scene.unregister()
