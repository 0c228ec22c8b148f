# SPDX-License-Identifier: GPL-3.0-or-later
"""What of the view stands aside while something is exported: modes, hiding, selection, names."""

from collections.abc import Iterable
from contextlib import ExitStack
from typing import Any

import bpy

from .. import compat

STAGE = "Lipwright Stage"


def leave_modes(undo: ExitStack) -> None:
    """Bring everything to Object mode; afterwards what was edited or posed is so again."""
    layer = bpy.context.view_layer
    active = layer.objects.active
    modes: dict[str, list[bpy.types.Object]] = {}
    for item in layer.objects:
        if item.mode != "OBJECT":
            modes.setdefault(item.mode, []).append(item)
    chosen = [item for item in layer.objects if item.select_get()]
    for items in modes.values():
        layer.objects.active = items[0]
        bpy.ops.object.mode_set(mode="OBJECT")
    layer.objects.active = active

    def put_back() -> None:
        layer.update()  # a skeleton that was removed is still listed until then
        for mode, items in modes.items():
            for item in layer.objects:
                item.select_set(item in items)
            layer.objects.active = active if active in items else items[0]
            bpy.ops.object.mode_set(mode=mode)
        for item in layer.objects:
            item.select_set(item in chosen)
        layer.objects.active = active

    undo.callback(put_back)


def show(
    items: Iterable[bpy.types.Object], scene: bpy.types.Scene, undo: ExitStack
) -> bpy.types.Collection:
    """Make objects visible and selectable, whatever hides them or the collections they are in.

    Returns a collection of the view layer that holds them, for what else is to be exported.
    """
    items = list(items)
    stage = bpy.data.collections.new(STAGE)
    undo.callback(bpy.data.collections.remove, stage)
    scene.collection.children.link(stage)
    for item in items:
        stage.objects.link(item)
    bpy.context.view_layer.update()
    flags = [(item, item.hide_get(), item.hide_viewport, item.hide_select) for item in items]

    def put_back() -> None:
        for item, hidden, disabled, unselectable in flags:
            item.hide_viewport, item.hide_select = disabled, unselectable
            item.hide_set(hidden)

    undo.callback(put_back)
    for item in items:
        item.hide_viewport = item.hide_select = False
        item.hide_set(False)
    return stage


def select(items: Iterable[bpy.types.Object]) -> None:
    """Select these objects and no others."""
    items = list(items)
    for item in bpy.context.view_layer.objects:
        item.select_set(item in items)


def rename(scene: bpy.types.Scene, name: str, undo: ExitStack) -> None:
    """Call a scene by a take's name, also where another scene has it: FBX names its take so."""
    other = bpy.data.scenes.get(compat.cut_name(name))
    if other is not None and other != scene:
        undo.callback(setattr, other, "name", other.name)
        other.name = f"Lipwright {name}"  # in front: a long name is cut at its end
    undo.callback(setattr, scene, "name", scene.name)
    scene.name = name


def remove_named(things: Any, name: str) -> None:
    """Remove a datablock of a collection of the file, if it is still there."""
    if things.get(name) is not None:
        things.remove(things[name])
