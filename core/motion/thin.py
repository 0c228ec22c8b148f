# SPDX-License-Identifier: GPL-3.0-or-later
"""Dense keys of curves that belong together, in the way of keying that is wanted."""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import TypeVar

import numpy as np

from .key_poses import key_poses
from .keying import FEW, POSES, TWOS, Keying
from .keys import Keys, few_keys

Name = TypeVar("Name", bound=Hashable)
SMALLEST = 1e-7  # of tolerances: what stands still must have one


def thinned(
    curves: Mapping[Name, Keys], limits: Mapping[Name, float], keying: Keying
) -> dict[Name, Keys]:
    """Key curves that are posed together, such as the channels of an armature's face.

    Parameters
    ----------
    curves : mapping of name to Keys
        All on the same frames.
    limits : mapping of name to float
        How far each may stray, in its own unit.
    keying : Keying

    Returns
    -------
    dict of name to Keys
    """
    if not curves or not keying.thins:
        return {name: replace(keys, held=keying.way == TWOS) for name, keys in curves.items()}
    if keying.way == FEW:
        return {name: few_keys(keys, tolerance=limits[name]) for name, keys in curves.items()}
    assert keying.way == POSES
    frames = next(iter(curves.values())).frames
    table = np.stack([keys.values for keys in curves.values()], axis=1).astype(np.float64)
    allowed = np.array([max(limits[name], SMALLEST) for name in curves])
    poses = key_poses(table, allowed, np.zeros(len(frames), bool))
    return {
        name: Keys(frames[poses.places], keys.values[poses.places], poses.slopes[:, i], poses.kinds)
        for i, (name, keys) in enumerate(curves.items())
    }
