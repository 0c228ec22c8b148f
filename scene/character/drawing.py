# SPDX-License-Identifier: GPL-3.0-or-later
"""A character's drawn mouth: what it is made of, what is wrong with it, and what moves it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import bpy

from ...core.errors import RigError
from ...rigs.drawn import SETS, Drawing, recognised
from ...rigs.match import MOUTH
from ...rigs.schema import Control, RigMap
from .. import compat
from ..keys import has_shape_keys, shape_keys
from ..saved.drawing import (
    KEYS,
    LAYERS,
    OBJECTS,
    OFF,
    OWN,
    PENCIL,
    SEQUENCE,
    SHEET,
    LIPWRIGHT_PG_drawing,
)

FAMILY, LABEL = "drawn", "Drawn mouth"
NOTHING_ELSE = RigMap(FAMILY, LABEL, (), (), ())
FIXED = "FIX"  # the Time Offset modifier's mode whose offset is the frame itself


@dataclass(frozen=True)
class Cell:
    """One channel that a drawn mouth moves, and its value at each mouth.

    `path`, `index` are the channel of `block`; `values` are by mouth.
    """

    block: bpy.types.ID
    path: str
    index: int
    values: dict[str, float]

    def now(self) -> float:
        """What the channel is at now."""
        value: Any = self.block.path_resolve(self.path)
        return float(value if isinstance(value, bool | int | float) else value[self.index])


def is_drawn(item: bpy.types.Object) -> bool:
    """Say whether the mouth of this object's character is a drawing."""
    return item.lipwright_drawing.kind != OFF


def in_no_file(root: bpy.types.Object) -> bool:
    """Say whether a mouth is drawn so that no exported file holds it."""
    return root.lipwright_drawing.kind not in {OFF, KEYS}


def refuse_if_in_no_file(root: bpy.types.Object) -> None:
    """RigError for a character that is nothing but such a mouth: files have keys and bones."""
    others = root.type == "ARMATURE" or any(map(has_shape_keys, _family(root)))
    if in_no_file(root) and not others:
        raise RigError(
            f"The mouth of “{root.name}” is drawn, which no FBX, glTF or USD can hold, and it has "
            "no shape keys or bones beside it. Make a Playblast of it, or draw the mouths as "
            "shape keys"
        )


def drawing_of(root: bpy.types.Object) -> Drawing | None:
    """The drawing of a character, None if it has none; RigError says what it lacks."""
    stored = root.lipwright_drawing
    if stored.kind == OFF:
        return None
    if not stored.mouths:
        raise RigError(
            f"The drawn mouth of “{root.name}” has no mouths yet. Press Find Mouths in the panel "
            "Drawn Mouth, or add some"
        )
    cells_of(root)
    sounds = {mouth.name: mouth.sounds for mouth in stored.mouths}
    return Drawing(sounds, stored.hold, stored.step, stored.ahead)


def cells_of(root: bpy.types.Object) -> list[Cell]:
    """Every channel that the drawing moves; RigError says what is missing, and what to do."""
    stored = root.lipwright_drawing
    makers = {
        OBJECTS: _objects,
        KEYS: _keys,
        SEQUENCE: _sequence,
        SHEET: _sheet,
        PENCIL: _pencil,
        LAYERS: _layers,
    }
    return makers[stored.kind](root, stored) if stored.kind in makers else []


def _objects(_root: bpy.types.Object, stored: LIPWRIGHT_PG_drawing) -> list[Cell]:
    shown: dict[bpy.types.Object, set[str]] = {}
    for mouth in stored.mouths:
        if mouth.item is None:
            raise RigError(f"The mouth “{mouth.name}” has no object. Pick one, or remove the mouth")
        if mouth.item.library is not None:
            raise RigError(
                f"“{mouth.item.name}” is linked from another file, so its animation would be lost. "
                "Make an override of it (Object > Library Override > Make)"
            )
        shown.setdefault(mouth.item, set()).add(mouth.name)
    names = [mouth.name for mouth in stored.mouths]
    return [
        Cell(item, path, 0, {name: float(name not in own) for name in names})
        for item, own in shown.items()
        for path in ("hide_viewport", "hide_render")
    ]


def _keys(root: bpy.types.Object, stored: LIPWRIGHT_PG_drawing) -> list[Cell]:
    names = [mouth.name for mouth in stored.mouths]
    found = []
    for mouth in stored.mouths:
        holders = [item for item in _family(root) if _has_key(item, mouth.key)]
        # The mouth at rest may be the Basis itself.
        if not holders and mouth.key:
            raise RigError(
                f"There is no shape key “{mouth.key}” for the mouth “{mouth.name}”. Choose one"
            )
        for item in holders:
            block = item.data.shape_keys.key_blocks[mouth.key]
            values = {name: float(name == mouth.name) for name in names}
            found.append(Cell(item.data.shape_keys, block.path_from_id("value"), 0, values))
    if not found:
        raise RigError("None of the mouths has a shape key. Choose one for each but that at rest")
    return found


def _has_key(item: bpy.types.Object, name: str) -> bool:
    return has_shape_keys(item) and any(block.name == name for block in shape_keys(item))


def _sequence(_root: bpy.types.Object, stored: LIPWRIGHT_PG_drawing) -> list[Cell]:
    node = _node(stored, "TEX_IMAGE", "Image Texture")
    if node.image is None or node.image.source != "SEQUENCE":
        raise RigError(
            f"The node “{node.name}” shows no image sequence. Open its images as a sequence"
        )
    if node.image_user.frame_duration != 1 or not node.image_user.use_auto_refresh:
        raise RigError(
            f"Set Frames of “{node.name}” to 1 and tick Auto Refresh, so that its Offset alone "
            "says which image is shown"
        )
    start = node.image_user.frame_start
    if start > bpy.context.scene.frame_start and not node.image_user.use_cyclic:
        raise RigError(
            f"The sequence of “{node.name}” starts at frame {start}, after the scene does. Set its "
            "Start Frame to the first frame of the scene or before"
        )
    # One image long, a sequence shows the image after its offset, at any frame.
    values = {mouth.name: float(mouth.number - 1) for mouth in stored.mouths}
    path = node.path_from_id("image_user") + ".frame_offset"
    return [Cell(node.id_data, path, 0, values)]


def _sheet(_root: bpy.types.Object, stored: LIPWRIGHT_PG_drawing) -> list[Cell]:
    node = _node(stored, "MAPPING", "Mapping")
    path = node.inputs["Location"].path_from_id("default_value")
    across, down = {}, {}
    for mouth in stored.mouths:
        if not 0 <= mouth.number < stored.columns * stored.rows:
            raise RigError(
                f"The mouth “{mouth.name}” is cell {mouth.number}, but the sheet has "
                f"{stored.columns * stored.rows}, counted from 0. Give it another number"
            )
        row, column = divmod(mouth.number, stored.columns)
        across[mouth.name], down[mouth.name] = column / stored.columns, -row / stored.rows
    return [Cell(node.id_data, path, 0, across), Cell(node.id_data, path, 1, down)]


def _node(stored: LIPWRIGHT_PG_drawing, kind: str, said: str) -> bpy.types.Node:
    """The node of the drawing's material that is to be moved."""
    material = stored.material
    if material is None or material.node_tree is None:
        raise RigError("Pick the material with the drawn mouth")
    if material.node_tree.library is not None or material.library is not None:
        raise RigError(f"“{material.name}” is linked from another file. Make it local")
    able = [node for node in material.node_tree.nodes if node.type == kind]
    chosen = [node for node in able if node.name == stored.node] if stored.node else able
    if len(chosen) != 1:
        raise RigError(
            f"“{material.name}” has {len(able) or 'no'} {said} nodes"
            + (f", and none is “{stored.node}”" if stored.node and able else "")
            + f". Choose the {said} node of the mouth"
        )
    return chosen[0]


def _layers(_root: bpy.types.Object, stored: LIPWRIGHT_PG_drawing) -> list[Cell]:
    if stored.pencil is None:
        raise RigError("Pick the Grease Pencil object whose layers draw the mouths")
    data = stored.pencil.data
    if data.library is not None:
        raise RigError(
            f"“{data.name}” is linked from another file, so its animation would be lost. "
            "Make an override of it (Object > Library Override > Make)"
        )
    layers = compat.pencil_layers(stored.pencil)
    shown: dict[str, set[str]] = {}
    for mouth in stored.mouths:
        if mouth.key not in layers:
            raise RigError(
                f"“{stored.pencil.name}” has no layer “{mouth.key}” for the mouth “{mouth.name}”. "
                "Choose one, or remove the mouth"
            )
        shown.setdefault(mouth.key, set()).add(mouth.name)
    names = [mouth.name for mouth in stored.mouths]
    return [
        Cell(data, layers[layer].path_from_id("hide"), 0, {n: float(n not in own) for n in names})
        for layer, own in shown.items()
    ]


def _pencil(_root: bpy.types.Object, stored: LIPWRIGHT_PG_drawing) -> list[Cell]:
    item = stored.pencil
    if item is None:
        raise RigError("Pick the Grease Pencil object that draws the mouth")
    modifier = compat.time_offset_of(item)
    if modifier is None or modifier.mode != FIXED:
        raise RigError(
            f"“{item.name}” needs a Time Offset modifier of mode Fixed Frame, which shows one "
            "frame a mouth. Add it"
        )
    values = {mouth.name: float(mouth.number) for mouth in stored.mouths}
    return [Cell(item, modifier.path_from_id("offset"), 0, values)]


def _family(root: bpy.types.Object) -> list[bpy.types.Object]:
    """An object and all that hang on it."""
    return [root, *root.children_recursive]


def shown_by(root: bpy.types.Object) -> dict[str, str]:
    """The object, key, layer or number that shows each mouth."""
    stored = root.lipwright_drawing
    return {
        mouth.name: ("" if mouth.item is None else mouth.item.name)
        if stored.kind == OBJECTS
        else mouth.key or str(mouth.number)
        for mouth in stored.mouths
    }


def find_mouths(root: bpy.types.Object) -> int:
    """Fill the list of mouths: by names, else the chosen set in order; returns how many."""
    stored = root.lipwright_drawing
    before = stored.kind, stored.pencil
    try:
        return _found(root, stored)
    except RigError:
        stored.kind, stored.pencil = before
        raise


def _found(root: bpy.types.Object, stored: LIPWRIGHT_PG_drawing) -> int:
    if stored.kind in (OFF, PENCIL, LAYERS) and stored.pencil is None:
        stored.pencil = next((one for one in _near(root) if one.type in compat.PENCILS), None)
    every = _names(root, stored)
    if stored.kind == OFF:
        told = {kind: len(recognised(names)[1]) for kind, names in every.items()}
        # Keys of these names may also blend: objects and layers come first.
        stored.kind = max(told.items(), key=lambda pair: pair[1])[0]
    names = every.get(stored.kind)
    chosen, found = ("", {}) if names is None else recognised(names)
    if names is not None and not found:
        raise RigError(
            "No mouths of a known set were found by name. Name them mouth_A, mouth_B and so on "
            "(Rhubarb) or mouth_MBP, mouth_AI and so on (Preston Blair), or add your own"
        )
    if chosen:
        stored.chosen_set = chosen
    elif stored.chosen_set == OWN:
        raise RigError("Choose a set of mouths, or add your own one by one")
    sounds = SETS[stored.chosen_set][1]
    stored.mouths.clear()
    for number, (name, told) in enumerate(sounds.items()):
        if names is not None and name not in found:
            continue
        mouth = stored.mouths.add()
        mouth.name, mouth.sounds = name, told
        mouth.number = number if stored.kind == SHEET else number + 1
        mouth.key = found.get(name, "") if stored.kind in (KEYS, LAYERS) else ""
        mouth.item = bpy.data.objects[found[name]] if stored.kind == OBJECTS else None
    stored.active_mouth = 0
    return len(stored.mouths)


def _names(root: bpy.types.Object, stored: LIPWRIGHT_PG_drawing) -> dict[str, list[str]]:
    """What may be called as the mouths are, by the kind of drawing."""
    layers = [] if stored.pencil is None else list(compat.pencil_layers(stored.pencil))
    return {
        OBJECTS: [item.name for item in _near(root) if item != root],
        LAYERS: layers,
        KEYS: [block.name for item in _family(root) for block in _blocks(item)],
    }


def _blocks(item: bpy.types.Object) -> Sequence[bpy.types.ShapeKey]:
    return shape_keys(item) if has_shape_keys(item) else ()


def _near(root: bpy.types.Object) -> list[bpy.types.Object]:
    """What hangs on an object, and what lies in its own collections."""
    beside = [item for group in root.users_collection for item in group.objects]
    return list(dict.fromkeys([*_family(root), *beside]))


def beside_drawing(rig: RigMap, root: bpy.types.Object) -> RigMap:
    """The rest of a face whose mouth is drawn: without rows of the mouth, and of its drawings."""
    stored = root.lipwright_drawing
    keys = {mouth.key for mouth in stored.mouths} if stored.kind == KEYS else set()

    def stays(control: Control, channels: Iterable[str], solved: bool) -> bool:
        return not (solved or control.key in keys or any(c.startswith(MOUTH) for c in channels))

    rows = tuple(
        row for row in rig.rows if stays(row.control, (c for c, _ in row.terms), row.solved)
    )
    return replace(rig, label=f"{LABEL}, {rig.label}", rows=rows, missing=())
