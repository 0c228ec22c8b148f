# SPDX-License-Identifier: GPL-3.0-or-later
"""The best of several mouths that a character carries at once: by what they do, not by names.

Avatars often have ARKit shapes, visemes and vowels on one mesh, bones of a face under it, and
sliders that move either; not all of them are well made: some open half as far as the others, some
cannot shut. Each is driven through the same few poses and measured on the lips.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..core.motion.mouth import gap_of
from .drive import drive
from .lips.find import FaceMesh, Lips
from .lips.fit import OPENING, fit_on, offsets_of, skin_of
from .match import driven_by, helped, own_terms
from .sample_poses import SAMPLE_POSES, sample_pose
from .schema import Control, RigMap, System

# What a good mouth does: it opens as far as the pose asks on most heads, leaves less than this
# share of it on M B P, and is so much wider on EE than on OO (a fifth of a mouth; people's lips
# do a quarter to a third).
ENOUGH_OPEN = OPENING * sum(w * gap_of(name) for name, w in SAMPLE_POSES["open"][1])
OPEN_ON_CONTACT = 0.15
ENOUGH_APART = 0.2
# What is left of the marks of a mouth that cannot shut, or not round and spread its lips at all.
CANNOT_SHUT, CANNOT_ROUND = 0.25, 0.5
BETTER = 1.15  # so much better another mouth must be than the one that most names speak for
# Of the marks: a mouth that does so much (the demo head and MakeHuman do .85) is not doubted, and
# bones and sliders beside it are not tried unless the artist asks.
GOOD = 0.75
POOR = 0.5  # of the marks: below, bones of unknown names are worth a try
BONES, SLIDERS = "Bones", "Sliders"  # in front of the names of mouths that are no keys


def best_of(
    rigs: Sequence[RigMap], meshes: Sequence[FaceMesh], fixed: frozenset[Control], wanted: str = ""
) -> RigMap:
    """Choose among several mouths of one character.

    Parameters
    ----------
    rigs : sequence of RigMap
        As `rigs.match.matches` returns them, the likeliest by name first.
    meshes : sequence of FaceMesh
        With all shape keys that the rigs drive.
    fixed : frozenset of Control
        Controls that cannot be written.
    wanted : str
        The family that the artist chose; "" lets the measures decide.

    Returns
    -------
    RigMap
        The first where nothing can be measured; with `systems` where there were several.
    """
    if len(rigs) < 2:
        return rigs[0]
    asked = next((rig for rig in rigs if rig.family == wanted), None)
    found = next((skin for rig in rigs if (skin := skin_of(meshes, rig)) is not None), None)
    if found is None:
        return asked or rigs[0]
    told = [(rig, measured(rig, *found, fixed)) for rig in rigs]
    able = [(rig, system) for rig, system in told if system is not None]
    if not able:
        return asked or rigs[0]
    chosen = able[0]
    for one in able[1:]:
        if marks(one[1]) > BETTER * marks(chosen[1]):
            chosen = one
    rig = asked or chosen[0]
    systems = [system for _, system in able]
    systems.sort(key=lambda system: (system.family != rig.family, -marks(system)))
    return replace(rig, systems=tuple(systems))


def mouth_by(what: str, rig: RigMap) -> RigMap:
    """Name a mouth that is no keys' apart from those that are.

    Parameters
    ----------
    what : str
        `BONES` or `SLIDERS`.
    rig : RigMap

    Returns
    -------
    RigMap
    """
    return replace(rig, family=f"{what.lower()} {rig.family}", label=f"{what}, {rig.label}")


def filled(rig: RigMap, beside: RigMap) -> RigMap:
    """Let single shapes of another mouth move what this one leaves alone.

    Parameters
    ----------
    rig, beside : RigMap

    Returns
    -------
    RigMap
    """
    driven = driven_by(rig.rows) - set(rig.missing)
    used = {row.control for row in rig.rows}
    plain = [replace(row, terms=own_terms(row, beside)) for row in beside.rows if not row.solved]
    more = [row for row in plain if row.control not in used and driven.isdisjoint(dict(row.terms))]
    rows = [*(replace(row, terms=own_terms(row, rig)) for row in rig.rows), *more]
    missing = tuple(name for name in rig.missing if name not in driven_by(rows))
    if not any(row.solved for row in rows):
        rows = helped(rows, set(missing))
    used |= {row.control for row in more}
    unused = dict.fromkeys((*rig.unused, *beside.unused, *(row.control for row in beside.rows)))
    return replace(
        rig,
        rows=tuple(rows),
        missing=missing,
        unused=tuple(one for one in unused if one not in used),
    )


def measured(rig: RigMap, mesh: FaceMesh, lips: Lips, fixed: frozenset[Control]) -> System | None:
    """Drive a mouth through a few poses.

    Parameters
    ----------
    rig : RigMap
    mesh : FaceMesh
    lips : Lips
        Of this mesh.
    fixed : frozenset of Control
        Controls that cannot be written.

    Returns
    -------
    System or None
        None where the rig does not part these lips.
    """
    fit = fit_on(mesh, lips, rig, fixed)
    if fit is None:
        return None
    gaps, widths = {}, {}
    wider = np.array([_wider(mesh, lips, part.controls) for part in fit.parts])
    for name in ("open", "closed", "round", "wide"):
        values = drive(sample_pose(name), rig, fit)
        gaps[name] = float((fit.rest + fit.distances(values, 1)[0]).max())
        widths[name] = float(fit.table(values, 1)[0] @ wider)
    opening = gaps["open"]
    if opening <= 0:
        return None
    shut = max(gaps["closed"], 0.0) / opening
    return System(rig.family, rig.label, opening, shut, widths["wide"] - widths["round"])


def _wider(mesh: FaceMesh, lips: Lips, controls: Sequence[Control]) -> float:
    """How much wider some controls together make the mouth at 1, in mouth widths."""
    moves = (offsets_of(control, mesh) for control in controls)
    sign = np.sign(lips.spread(mesh.vertices)) or 1.0
    return float(sign * sum(lips.spread(offsets) for offsets in moves if offsets is not None))


def marks(system: System) -> float:
    """Say how well a mouth speaks, 0..1.

    Parameters
    ----------
    system : System

    Returns
    -------
    float
    """
    if not system.tried:
        return 0.0
    opens = min(system.opening / ENOUGH_OPEN, 1.0)
    shuts = float(np.clip(1 - system.shut / OPEN_ON_CONTACT, 0, 1))
    rounds = float(np.clip(system.apart / ENOUGH_APART, 0, 1))
    shuts = CANNOT_SHUT + (1 - CANNOT_SHUT) * shuts
    return opens * shuts * (CANNOT_ROUND + (1 - CANNOT_ROUND) * rounds)


def is_weak(rig: RigMap) -> bool:
    """Say whether the mouth of a rig was measured and speaks poorly: worth looking for another."""
    return bool(rig.systems) and rig.systems[0].tried and marks(rig.systems[0]) < POOR


def tell_system(system: System) -> str:
    """Say what a mouth can do, in a few words."""
    if not system.tried:
        return "not tried"
    meets = "lips meet" if system.shut <= OPEN_ON_CONTACT / 3 else f"{system.shut:.0%} open on MBP"
    rounds = "rounds" if system.apart >= ENOUGH_APART / 2 else "hardly rounds"
    return f"opens {system.opening:.0%}, {meets}, {rounds}"


def tell_choice(rig: RigMap) -> str:
    """Say which of several mouths is used, and why; "" where there is only one."""
    if len(rig.systems) < 2:
        return ""
    used, *others = rig.systems
    rest = "; ".join(f"{one.label} {tell_system(one)}" for one in others)
    return f"Of {len(rig.systems)} mouths, {used.label}: {tell_system(used)}. Not used: {rest}"
