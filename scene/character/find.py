# SPDX-License-Identifier: GPL-3.0-or-later
"""What one character is: the meshes with shape keys that belong together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import bpy
from mathutils import Vector

from ...core.errors import RigError, SettingsError
from ...core.steps import Steps, without_pauses
from ...rigs.match import beside_a_drawing, matches, mouth_of
from ...rigs.reading.rows import FAMILY
from ...rigs.schema import Control, RigMap
from ..any_property import any_controls
from ..keys import has_shape_keys, shape_keys
from .bones import meshes_on
from .controls import other_controls, within_limits
from .drawing import NOTHING_ELSE, beside_drawing, drawing_of, is_drawn
from .mapping import edited_rig
from .poses import beside_keys
from .reading import SLIDES, told_by_face_steps

Names = tuple[tuple[str, tuple[str, ...]], ...]
TOUCH = 0.1  # bounding boxes are grown by this part of their size before they are compared


@dataclass(frozen=True)
class Character:
    """A face that can talk: meshes with shape keys, or a skeleton, or both.

    `root` carries the saved settings: the armature, else the topmost parent, else the mesh.
    """

    name: str
    root: bpy.types.Object
    meshes: tuple[bpy.types.Object, ...]

    @property
    def key_names(self) -> dict[str, tuple[str, ...]]:
        """Shape keys of each mesh without the Basis."""
        return {mesh.name: tuple(block.name for block in shape_keys(mesh)) for mesh in self.meshes}

    @property
    def armature(self) -> bpy.types.Object | None:
        """The skeleton, if the character has one."""
        return self.root if self.root.type == "ARMATURE" else None


def root_of(item: bpy.types.Object) -> bpy.types.Object:
    """The object that stands for the whole character this one belongs to."""
    if item.type == "ARMATURE":
        return item
    armature = item.find_armature()
    if armature is not None:
        return armature
    while item.parent is not None:
        item = item.parent
        if item.type == "ARMATURE":
            return item
    return item


def character_of(item: bpy.types.Object, scene: bpy.types.Scene) -> Character:
    """The character that an object (a mesh, its armature, its parent) belongs to.

    Raises RigError if it has neither a mesh with shape keys nor an armature.
    """
    root = item if is_drawn(item) else root_of(item)
    keyed = {keys.user for keys in bpy.data.shape_keys}  # few, where objects may be thousands
    faces = [item for item in scene.objects if item.data in keyed and has_shape_keys(item)]
    meshes = [mesh for mesh in faces if root_of(mesh) == root]
    if root.type != "ARMATURE" and root.parent is None and not root.children:
        meshes += [mesh for mesh in _neighbours(root, scene) if mesh not in meshes]
    if not meshes and root.type != "ARMATURE" and not _is_set_up(root):
        raise RigError(
            f"“{item.name}” has no shape keys. Pick the face mesh of a character, or its armature"
        )
    heads = heads_of(meshes)
    if len(heads) > 1:
        meshes = next((head for head in heads if item in head), None) or heads[0]
        root = max(meshes, key=lambda mesh: (len(shape_keys(mesh)), mesh.name))
    elif root.type != "ARMATURE":
        root = _with_settings(root, meshes)
    return Character(root.name, root, _one_per_mesh_data(meshes))


def _is_set_up(item: bpy.types.Object) -> bool:
    """Say whether an object speaks without a face: by a drawing, or by rows of its mapping."""
    return is_drawn(item) or (item.lipwright_rig.edited and len(item.lipwright_rig.rows) > 0)


def _with_settings(root: bpy.types.Object, meshes: Sequence[bpy.types.Object]) -> bpy.types.Object:
    """What carries the dials: a head that had some before it got a parent keeps them."""
    if is_drawn(root) or _was_set(root.lipwright):
        return root
    return next((mesh for mesh in meshes if _was_set(mesh.lipwright)), root)


def _was_set(group: bpy.types.PropertyGroup) -> bool:
    """Say whether anything of a saved group was ever set; merely reading it makes the group."""
    for one in group.bl_rna.properties:
        if one.identifier in ("rna_type", "name"):
            continue
        value = getattr(group, one.identifier)
        if isinstance(value, bpy.types.PropertyGroup):
            if _was_set(value):
                return True
        elif value is not None and group.is_property_set(one.identifier):
            return True
    return False


def heads_of(meshes: Sequence[bpy.types.Object]) -> list[list[bpy.types.Object]]:
    """Tell the heads apart that share a parent or an armature, by what can speak and touches.

    Eyes, teeth and brows go with the head that they touch.
    """
    heads: list[list[bpy.types.Object]] = []
    for mesh in sorted(filter(_speaks, meshes), key=lambda mesh: mesh.name):
        near = [head for head in heads if any(_touch(mesh, other) for other in head)]
        heads = [head for head in heads if head not in near]
        heads.append([*(one for head in near for one in head), mesh])
    if len(heads) < 2:
        return [list(meshes)]
    for mesh in meshes:
        if not any(mesh in head for head in heads):
            touched = [head for head in heads if any(_touch(mesh, other) for other in head)]
            (touched or heads)[0].append(mesh)
    return heads


def _speaks(mesh: bpy.types.Object) -> bool:
    """Say whether the keys of one mesh alone make a face that talks."""
    names = tuple(block.name for block in shape_keys(mesh))
    return not isinstance(_matched((("", names),), ()), RigError)


def _one_per_mesh_data(meshes: Iterable[bpy.types.Object]) -> tuple[bpy.types.Object, ...]:
    """Linked copies share their keys, so the first stands for all."""
    found: dict[bpy.types.ID, bpy.types.Object] = {}
    for mesh in sorted(meshes, key=lambda mesh: mesh.name):
        found.setdefault(mesh.data, mesh)
    return tuple(found.values())


def _neighbours(item: bpy.types.Object, scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """Loose meshes of the same collection that lie in the same place: eyes, teeth, tongue."""
    shared = [group for group in item.users_collection if group != scene.collection]
    loose = {
        mesh.name: mesh
        for group in shared
        for mesh in group.objects
        if has_shape_keys(mesh) and mesh.parent is None and mesh.find_armature() is None
    }
    return [mesh for mesh in loose.values() if mesh == item or _touch(mesh, item)]


def _touch(one: bpy.types.Object, other: bpy.types.Object) -> bool:
    bounds = []
    for item in (one, other):
        corners = [item.matrix_world @ Vector(corner) for corner in item.bound_box]
        low = [min(corner[axis] for corner in corners) for axis in range(3)]
        high = [max(corner[axis] for corner in corners) for axis in range(3)]
        grow = TOUCH * max(top - bottom for bottom, top in zip(low, high, strict=True))
        bounds.append(([v - grow for v in low], [v + grow for v in high]))
    (low_a, high_a), (low_b, high_b) = bounds
    return all(low_a[i] <= high_b[i] and low_b[i] <= high_a[i] for i in range(3))


def characters(scene: bpy.types.Scene) -> list[Character]:
    """Every face of the scene, matched or not, and every skinned armature that can talk."""
    found: dict[tuple[bpy.types.ID | None, ...], Character] = {}
    for item in scene.objects:
        if has_shape_keys(item) or item.type == "ARMATURE" or _is_set_up(item):
            character = character_of(item, scene)
            drawn = _is_set_up(character.root)
            if character.meshes or drawn or (meshes_on(item) and can_talk(character)):
                parts = character.meshes or (character.root,)
                # Linked copies share their keys: whoever moves one moves all.
                key = (character.root,) if drawn else tuple(part.data for part in parts)
                found.setdefault(key, character)
    return list(found.values())


def talking_characters(scene: bpy.types.Scene) -> list[Character]:
    """The characters whose shape keys Lipwright knows."""
    return [one for one in characters(scene) if can_talk(one)]


def character_named(name: str, scene: bpy.types.Scene) -> Character:
    """The character to which an object or collection of this name belongs, else SettingsError."""
    item = scene.objects.get(name)
    if item is not None:
        return character_of(item, scene)
    group = bpy.data.collections.get(name)
    faces = [mesh for mesh in group.all_objects if has_shape_keys(mesh)] if group else []
    faces = [mesh for mesh in faces if mesh.name in scene.objects]
    if faces:
        whole = character_of(faces[0], scene)
        return Character(name, whole.root, _one_per_mesh_data({*whole.meshes, *faces}))
    known = ", ".join(one.name for one in characters(scene)) or "none at all"
    raise SettingsError(f"There is no character “{name}” in this scene. It has: {known}")


def only_character(scene: bpy.types.Scene) -> Character:
    """The one character that can talk; SettingsError names them if there are several."""
    able = talking_characters(scene)
    if len(able) == 1:
        return able[0]
    if able:
        names = ", ".join(f"“{one.name}”" for one in able)
        raise SettingsError(f"Several characters can talk here. Name one of them: {names}")
    some = characters(scene)
    if len(some) == 1:
        rig_of(some[0])  # raises the reason
    raise RigError(
        "No character with face shape keys was found. Pick a file with one, or add the demo head"
    )


def rig_of(character: Character) -> RigMap:
    """How Lipwright drives this character; RigError says why it cannot."""
    drawing = drawing_of(character.root)
    try:
        if character.root.lipwright_rig.edited:
            rig = edited_rig(character.root, controls_of(character))
        else:
            rig = matched_rig(character)
    except RigError:
        if drawing is None:
            raise
        others = other_controls(character.root, character.meshes)
        few = beside_a_drawing(character.key_names, others)
        if few is None:
            return NOTHING_ELSE
        rig = within_limits(few)
    return rig if drawing is None else beside_drawing(rig, character.root)


def why_no_rig(character: Character) -> str:
    """The sentence that says why this character cannot be driven; "" if it can."""
    try:
        rig_of(character)
    except RigError as error:
        return str(error)
    return ""


def can_talk(character: Character) -> bool:
    """Say whether Lipwright can drive this character."""
    return not why_no_rig(character)


def controls_of(character: Character) -> tuple[Control, ...]:
    """Everything that a row of a mapping can move on this character."""
    names = character.key_names
    keys = [Control(mesh, key) for mesh, known in names.items() for key in known]
    others = other_controls(character.root, character.meshes, any_name=True)
    return (*keys, *others, *any_controls(character.root))


def matched_rig_steps(character: Character) -> Steps[RigMap]:
    """The rows that names and what moves ask for; RigError if they ask for none.

    Keys with drivers follow something else, often a property that we can move.
    """
    root, every = character.root, tuple(character.key_names.items())
    others = other_controls(root, character.meshes)
    beside = _beside_keys(character, others)
    driven = {mesh.name: driven_keys(mesh) for mesh in character.meshes}
    free = tuple((mesh, tuple(k for k in keys if k not in driven[mesh])) for mesh, keys in every)
    named = _matched(free, beside)
    if isinstance(named, RigError):
        known = _matched(every, beside)
        named, free = (named, free) if isinstance(known, RigError) else (known, every)
    elif all(one.kind == "pose" for one in mouth_of(named[0])):
        named = _matched(free, others)  # no key speaks: all of the bones do
    told = yield from told_by_face_steps(
        root, character.meshes, free, named, fixed_keys(character), others
    )
    # Properties that were read have their limits already.
    return within_limits(told, keys_only=told.family in (FAMILY, SLIDES))


matched_rig = without_pauses(matched_rig_steps)


def _beside_keys(character: Character, others: tuple[Control, ...]) -> tuple[Control, ...]:
    """What helps shape keys: of bones that were found by themselves at most a jaw."""
    if character.armature is None or not any(character.key_names.values()):
        return others
    known = set(beside_keys(character.armature))
    return tuple(one for one in others if one.kind != "pose" or one.key in known)


@lru_cache(maxsize=64)  # panels ask on every redraw
def _matched(names: Names, others: tuple[Control, ...]) -> tuple[RigMap, ...] | RigError:
    """What `matches` makes of the names, its refusal too: both are remembered."""
    try:
        return matches(dict(names), others)
    except RigError as error:
        return error


def fixed_keys(character: Character) -> frozenset[Control]:
    """The shape keys that cannot be written."""
    return frozenset(
        Control(mesh.name, key) for mesh in character.meshes for key in locked_keys(mesh)
    )


def mouth_is_held(character: Character, rig: RigMap) -> bool:
    """Say whether nothing of what makes this character speak can be written."""
    return mouth_of(rig) <= fixed_keys(character)


def driven_faces(character: Character, rig: RigMap) -> dict[str, list[str]]:
    """By mesh, the keys of a face that drivers move and that nothing of ours replaces."""
    driven = {mesh.name: driven_keys(mesh) for mesh in character.meshes}
    if not any(driven.values()):
        return {}
    others = _beside_keys(character, other_controls(character.root, character.meshes))
    whole = _matched(tuple(character.key_names.items()), others)
    if isinstance(whole, RigError):
        return {}
    moved = set(rig.matched)
    found: dict[str, list[str]] = {}
    for row in whole[0].rows:
        one = row.control
        if one.kind == "shape key" and one.key in driven[one.mesh]:
            if moved.isdisjoint(channel for channel, _ in row.terms):
                found.setdefault(one.mesh, []).append(one.key)
    return found


def refuse_if_not_writable(character: Character) -> None:
    """Raise RigError if keys on this character would be lost or do nothing, with the fix."""
    root = character.root
    refuse_if_tweaking(character)
    if not character.meshes and root.library is not None:
        raise RigError(
            f"“{root.name}” is linked from another file, so its animation would be lost on saving. "
            "Make an override of it (Object > Library Override > Make)"
        )
    for mesh in character.meshes:
        keys = mesh.data.shape_keys
        if not keys.is_editable:
            raise RigError(
                f"The mesh of “{mesh.name}” is linked from another file, so its animation would be "
                "lost on saving. Make it local, or override the mesh data too "
                "(Object > Relations > Make Local, or Library Override > Make on the mesh)"
            )
        if not keys.use_relative:
            raise RigError(
                f"The shape keys of “{mesh.name}” are absolute. "
                "Tick Relative in its shape key settings"
            )


def tweaking_reason(character: Character, *others: bpy.types.ID) -> str:
    """The sentence for an NLA strip of the character (or of others) that is being edited; or ""."""
    keys = [mesh.data.shape_keys for mesh in character.meshes]
    for block in (*keys, *character.meshes, character.root, *others):
        data = block.animation_data
        if data is not None and data.use_tweak_mode:
            name = block.user.name if isinstance(block, bpy.types.Key) else block.name
            return f"An NLA strip of “{name}” is being edited. Leave its tweak mode (Tab) first"
    return ""


def refuse_if_tweaking(character: Character, *others: bpy.types.ID) -> None:
    """Raise RigError with the sentence of `tweaking_reason`, if there is one."""
    reason = tweaking_reason(character, *others)
    if reason:
        raise RigError(reason)


def driven_keys(mesh: bpy.types.Object) -> set[str]:
    """Names of the shape keys that a driver moves."""
    keys = mesh.data.shape_keys
    drivers = keys.animation_data.drivers if keys.animation_data is not None else ()
    driven = {driver.data_path for driver in drivers}
    return {block.name for block in keys.key_blocks if block.path_from_id("value") in driven}


def locked_keys(mesh: bpy.types.Object) -> dict[str, str]:
    """The shape keys that we must leave alone, each with the reason."""
    reasons: dict[str, str] = dict.fromkeys(driven_keys(mesh), "driven")
    for block in mesh.data.shape_keys.key_blocks:
        if block.name in reasons:
            continue
        if block.lock_shape:
            reasons[block.name] = "locked"
        elif block.mute:
            reasons[block.name] = "muted"
    return reasons
