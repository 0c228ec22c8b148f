# SPDX-License-Identifier: GPL-3.0-or-later
"""A mapping onto a character, from a file or read from its face: for the button and bake.py."""

from pathlib import Path

from ..core.errors import RigError, SettingsError
from ..core.steps import Steps, without_pauses
from ..rigs.mapping import anywhere, from_text, poses_from_text, to_text
from ..rigs.schema import Control
from ..rigs.systems import is_weak
from ..scene.any_property import resolve
from ..scene.character.find import (
    Character,
    controls_of,
    matched_rig_steps,
    mouth_is_held,
    rig_of,
)
from ..scene.character.jaw import read_bones_steps
from ..scene.character.mapping import store_rig
from ..scene.character.poses import keep_pose, remove_pose, stored_poses
from ..scene.character.preview import end_previews


def load_mapping(path: Path, character: Character) -> None:
    """Read a mapping file onto a character; nothing changes if anything in it is wrong."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"The mapping “{path.name}” cannot be read. Choose a file that Lipwright saved"
        ) from error
    take_mapping(text, character)


def take_mapping(text: str, character: Character) -> None:
    """Put a mapping on a character; nothing changes if anything in it is wrong."""
    poses, root = poses_from_text(text), character.root
    bones = set() if character.armature is None else set(root.pose.bones.keys())
    for name, moves in poses.items():
        lost = sorted(set(moves) - bones)
        if lost:
            raise SettingsError(
                f"The pose “{name}” of the mapping moves the bone “{lost[0]}”, which is not there. "
                "Rename the bone, or load the mapping onto a character that has it"
            )
    brought = [Control(root.name, name, "pose") for name in poses]
    brought += [one for one in anywhere(text) if resolve(one) is not None]
    rig = from_text(text, tuple(dict.fromkeys((*controls_of(character), *brought))))
    end_previews()
    for name, moves in poses.items():
        keep_pose(root, name, moves)
    store_rig(root, rig)


def mapping_text(character: Character) -> str:
    """What counts now of a character as a file: rows, edited or matched, and stored poses."""
    root = character.root
    poses = {} if character.armature is None else stored_poses(root)
    return to_text(rig_of(character), poses)


def read_face_steps(character: Character) -> Steps[list[str]]:
    """Try the bones of a face that cannot speak yet; returns the poses that were stored of them."""
    root = character.root
    if root.lipwright_rig.edited:
        return []
    try:
        rig = yield from matched_rig_steps(character)
    except RigError:
        return (yield from read_bones_steps(root))
    held = mouth_is_held(character, rig)
    if not held and not is_weak(rig):
        return []
    found = yield from read_bones_steps(root)
    if found and not held:
        better = yield from matched_rig_steps(character)
        if not any(row.control.kind == "pose" and row.control.key in found for row in better.rows):
            for name in found:
                remove_pose(root, name)
            return []
    return found


read_face = without_pauses(read_face_steps)
