# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a face was recognised, as sentences for the artist."""

from ..core.motion.mouth import stem_of
from .match import MOUTH, driven_by
from .schema import RigMap
from .stand_ins import STAND_INS

MOST_TOLD = 6  # names in a sentence


def describe(rig: RigMap) -> str:
    """Say in one line what matched, what is missing, and what does its work instead."""
    if not rig.rows:
        return rig.label
    meshes = len({row.control.mesh for row in rig.rows if row.control.kind == "shape key"})
    if any(row.solved for row in rig.rows):
        matched = len({row.terms for row in rig.rows})
    else:
        matched = len(rig.matched)
    text = f"{rig.label}: {matched} of {matched + len(rig.missing)} shapes"
    if meshes > 1:
        text += f" on {meshes} meshes"
    poses = sum(row.control.kind == "pose" for row in rig.rows)
    if poses:
        text += f", {poses} of them by bones"
    if rig.missing:
        told = tell_missing(rig)
        text += f"; missing: {', '.join(told[:4])}" + (" …" if len(told) > 4 else "")
    return text


def tell_read(rig: RigMap) -> str:
    """Say which controls were told by what they move, and how sure that is; "" for none."""
    if not rig.read:
        return ""
    surest = sorted(rig.read, key=lambda pair: -pair[1])
    names = ", ".join(f"{control.key} {sure:.0%}" for control, sure in surest[:MOST_TOLD])
    more = f" and {len(surest) - MOST_TOLD} more" if len(surest) > MOST_TOLD else ""
    return f"Told by what they move, not by name: {names}{more}"


def tell_missing(rig: RigMap) -> list[str]:
    """Name what is missing, what matters to the mouth first, and what does its work instead."""
    helped = {name for name in STAND_INS if name.startswith(MOUTH)}
    first = sorted(rig.missing, key=lambda name: name not in helped)
    return [name + _instead(rig, name) for name in first]


def _instead(rig: RigMap, name: str) -> str:
    """Say what takes the part of a missing channel, in brackets; nothing if nothing does."""
    own = driven_by(rig.rows) - set(rig.missing)
    helpers = [(c, share) for c, share in STAND_INS.get(name, ()) if c in own]
    if not helpers:
        return ""
    names = " and ".join(dict.fromkeys(stem_of(channel) for channel, _ in helpers))
    return f" ({'less ' if helpers[0][1] < 0 else ''}{names} instead)"
