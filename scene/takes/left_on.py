# SPDX-License-Identifier: GPL-3.0-or-later
"""Face shapes that nobody drives but that are not at rest: they would distort every frame.

Blender 5 makes new keys with the value 1, and many files were saved so.
"""

from collections.abc import Sequence

from ...rigs.match import known
from ...rigs.schema import Control, RigMap
from ..character.find import Character, locked_keys
from ..curves.fcurves import ANY_VALUE
from .places import animated_paths

MOST_NAMES = 5


def left_on(character: Character, rig: RigMap) -> list[Control]:
    """The unused shape keys with a face shape's name that stand still at another value than 0.

    Body shapes (a nose, a weight) have other names and stay as they are, and so does what is
    animated or driven; what an earlier take of ours put to rest stays so.
    """
    found = []
    for mesh in character.meshes:
        names = {one.key for one in rig.unused if one.kind == "shape key" and one.mesh == mesh.name}
        keys = mesh.data.shape_keys
        theirs, ours = (animated_paths(keys, ours=whose) for whose in (False, True))
        for name in sorted(names - locked_keys(mesh).keys()):
            block = keys.key_blocks[name]
            path = block.path_from_id("value")
            stands = path not in theirs and abs(block.value) > ANY_VALUE
            if known(name) and (stands or path in ours):
                found.append(Control(mesh.name, name))
    return found


def tell_left_on(controls: Sequence[Control]) -> str:
    """Say what was put to rest."""
    names = [control.key for control in controls]
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return (
        f"Not at 0, so put to rest while the line plays: {', '.join(names[:MOST_NAMES])}{more}. "
        "Set them to 0 if they were left on by mistake"
    )
