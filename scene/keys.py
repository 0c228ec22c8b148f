# SPDX-License-Identifier: GPL-3.0-or-later
"""Shape keys of an object, as every room needs them."""

from collections.abc import Sequence

import bpy
import numpy as np
from numpy.typing import NDArray


def shape_keys(mesh: bpy.types.Object) -> Sequence[bpy.types.ShapeKey]:
    """The shape keys of an object without its reference key."""
    keys = getattr(mesh.data, "shape_keys", None)
    if keys is None:
        return ()
    return [block for block in keys.key_blocks if block != keys.reference_key]


def has_shape_keys(item: bpy.types.Object) -> bool:
    """Say whether this object can be (a part of) a face."""
    if item.type != "MESH":
        return False
    keys = item.data.shape_keys
    return keys is not None and len(keys.key_blocks) > 1


def points_of(block: bpy.types.ShapeKey) -> NDArray[np.float32]:
    """Where a key puts every vertex, in the mesh's own space: shape (vertices, 3)."""
    flat = np.empty(3 * len(block.data), np.float32)
    block.data.foreach_get("co", flat)
    return flat.reshape(-1, 3)
