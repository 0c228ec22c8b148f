# SPDX-License-Identifier: GPL-3.0-or-later
"""The meshes of a character as arrays, and what `rigs.lips.fit` reads from them, remembered."""

from dataclasses import dataclass
from functools import lru_cache

from ...core.steps import Step, Steps, without_pauses
from ...rigs.drive import drive
from ...rigs.lips.find import FaceMesh
from ...rigs.lips.fit import LipFit, fit_lips
from ...rigs.sample_poses import SAMPLE_POSES, sample_pose
from ...rigs.schema import ANY, RigMap
from ..session import memory
from .chosen import settings_of
from .find import Character, fixed_keys, locked_keys
from .meshes import face_mesh_steps
from .trial import may_try, tried_steps


def calibrated_lips_steps(
    character: Character, rig: RigMap, *, again: bool = True
) -> Steps[LipFit | None]:
    """The lips as the artist calibrated them; None if they are not to be measured, or not found.

    Without `again` lips that were measured before count, if the rig is the same: reading 50 keys
    of a dense head takes 0.2 s, which is too long while a dial is dragged.
    """
    dials = settings_of(character)
    lips = (yield from _lips_steps(character, rig, again=again)) if dials.fit_lips else None
    return None if lips is None else lips.calibrated(dials.opening, dials.seal)


calibrated_lips = without_pauses(calibrated_lips_steps)


def _lips_steps(character: Character, rig: RigMap, *, again: bool = True) -> Steps[LipFit | None]:
    """The character's lips as its meshes are now; None where no lips were found."""
    state = rig, tuple(tuple(locked_keys(mesh).items()) for mesh in character.meshes)
    known = memory.lips.get(character.root.session_uid)
    if again or known is None or known[0] != state:
        meshes = yield from _face_meshes_steps(character, rig)
        yield Step(0.0)
        known = state, fit_lips(meshes, rig, fixed_keys(character))
        yield Step(0.0)
        memory.lips[character.root.session_uid] = known
    return known[1]


lips_of = without_pauses(_lips_steps)


@dataclass(frozen=True)
class Calibration:
    """What an artist is told of a character's lips; shares of the mouth's width.

    `shut` is what is left open on M B P as a share of the opening at an AH.
    """

    mesh: str
    opening: float
    shut: float
    crossing: float


def calibration_of(character: Character) -> Calibration | None:
    """How the calibrated lips do in the test poses; None where none were measured so far.

    Cheap enough for a panel: it measures nothing by itself.
    """
    known = memory.lips.get(character.root.session_uid)
    if known is None or known[1] is None:
        return None
    (rig, _), lips = known
    dials = settings_of(character)
    return _calibration(rig, lips.calibrated(dials.opening, dials.seal))


@lru_cache(maxsize=8)
def _calibration(rig: RigMap, lips: LipFit) -> Calibration:
    gaps = {
        name: lips.distances(drive(sample_pose(name), rig, lips), 1)[0] for name in SAMPLE_POSES
    }
    opening = float(gaps["open"].max())
    return Calibration(
        mesh=lips.mesh,
        opening=opening,
        shut=max(0.0, float(gaps["closed"].max())) / max(opening, 1e-6),
        crossing=max(0.0, *(-float(gap.min()) for gap in gaps.values())),
    )


def _face_meshes_steps(character: Character, rig: RigMap) -> Steps[list[FaceMesh]]:
    """The character's meshes with the keys that the map drives, and what else moves them."""
    wanted = {row.control for row in rig.rows if row.control.kind == "shape key"}
    meshes: list[FaceMesh] = []
    for mesh in character.meshes:
        names = {control.key for control in wanted if control.mesh == mesh.name}
        meshes.append((yield from face_mesh_steps(mesh, names)))
    others = {row.control: row for row in rig.rows if row.control.kind not in ("shape key", ANY)}
    if not others or not may_try(character.root):
        return meshes
    return (yield from tried_steps(character.root, character.meshes, meshes, others))


face_meshes = without_pauses(_face_meshes_steps)
