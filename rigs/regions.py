# SPDX-License-Identifier: GPL-3.0-or-later
"""Regions of a face that may be drawn anew alone: mouth, eyes, brows, head."""

from collections.abc import Collection, Mapping

from .keyed import BROWS, GAZE, LIDS, group_of
from .schema import Control, RigMap

MOUTH, EYES, BROW_REGION, HEAD = "mouth", "eyes", "brows", "head"
# Name to label and help.
REGIONS: Mapping[str, tuple[str, str]] = {
    MOUTH: ("Mouth", "Lips, jaw, tongue, cheeks and nose; of a face of bones, all of it"),
    EYES: ("Eyes", "Lids and gaze"),
    BROW_REGION: ("Brows", "The brows"),
    HEAD: ("Head", "Turns of head and neck, and the breath"),
}
_OF_GROUP = {LIDS: EYES, GAZE: EYES, BROWS: BROW_REGION}
_EYE_ROLES = ("eyeLeft", "eyeRight")


def region_of_role(role: str) -> str:
    """Say which region a turning bone belongs to."""
    return EYES if role in _EYE_ROLES else HEAD


def controls_in(rig: RigMap, regions: Collection[str]) -> frozenset[Control]:
    """List the controls of some regions.

    Parameters
    ----------
    rig : RigMap
    regions : collection of str
        Of `REGIONS`.

    Returns
    -------
    frozenset of Control
        Poses of bones count as the mouth: they are added up before bones are keyed.
    """
    found = set()
    for row in rig.rows:
        group = group_of(row) if row.control.kind != "pose" else MOUTH
        if _OF_GROUP.get(group, MOUTH) in regions:
            found.add(row.control)
    return frozenset(found)
