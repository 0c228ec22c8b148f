# SPDX-License-Identifier: GPL-3.0-or-later
"""A character's curves layer by layer: what lies below, and what each layer adds to it."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .schema import ANY, Control

Curves = Mapping[Control, NDArray[np.float32]]
LEAST = 1e-4  # below this a layer adds nothing
# Turns of bones do not add up; a property may be a switch, or not be 0 by itself.
WHOLE = frozenset({"pose", ANY})


def split(
    driven: Mapping[str, Curves],
) -> tuple[dict[Control, NDArray[np.float32]], dict[str, dict[Control, NDArray[np.float32]]]]:
    """Take the faces of `pipeline.steps`, as controls, apart.

    Parameters
    ----------
    driven : mapping of str to mapping of Control to ndarray [shape=(frames,)]
        By layer, in order: the controls of the face up to and with that layer.

    Returns
    -------
    dict of Control to ndarray
        The first layer's face; what is `WHOLE` is that of the last.
    dict of str to dict of Control to ndarray
        What every other layer adds; its sum with all before it is the face of the last layer.
    """
    faces = list(driven.items())
    if not faces:
        return {}, {}
    whole = faces[-1][1]
    base = {
        control: whole[control] if control.kind in WHOLE else curve
        for control, curve in faces[0][1].items()
    }
    added = {
        layer: {
            control: curve - before[control]
            for control, curve in after.items()
            if control.kind not in WHOLE
            and np.abs(curve - before[control]).max(initial=0.0) > LEAST
        }
        for (_, before), (layer, after) in pairwise(faces)
    }
    return base, added
