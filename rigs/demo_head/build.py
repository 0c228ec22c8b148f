# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo head: a stylised talking head made by code, so that a newcomer needs no character.

It carries the 52 ARKit shapes and three tongue shapes for speech. The skin is in
`demo_head_surface` (its form), `demo_head_mesh` (its net) and `demo_head_shapes` (its keys), the
rest in `demo_head_parts`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from . import parts
from .mesh import build_net
from .shapes import head_keys
from .surface import EYE_CENTRE, EYE_RADIUS

CENTIMETRE = 0.01
# The sculpting space has its origin below the neck stump; the head stands on z = 0.
ORIGIN = np.array([0.0, 0.0, 2.5])

Colour = tuple[float, float, float, float]
Material = tuple[str, Colour]

SKIN: Material = ("Demo Skin", (0.95, 0.55, 0.38, 1.0))
LIPS: Material = ("Demo Lips", (0.78, 0.32, 0.28, 1.0))
INNER_MOUTH: Material = ("Demo Mouth", (0.10, 0.018, 0.018, 1.0))
LASHES: Material = ("Demo Lashes", (0.045, 0.02, 0.014, 1.0))
WHITE: Material = ("Demo Eye White", (0.93, 0.92, 0.90, 1.0))
IRIS: Material = ("Demo Iris", (0.10, 0.27, 0.30, 1.0))
PUPIL: Material = ("Demo Pupil", (0.006, 0.006, 0.008, 1.0))
IRIS_RIM: Material = ("Demo Iris Rim", (0.025, 0.08, 0.10, 1.0))
GLINT: Material = ("Demo Glint", (1.0, 1.0, 1.0, 1.0))
TEETH: Material = ("Demo Teeth", (0.92, 0.89, 0.82, 1.0))
GUMS: Material = ("Demo Gums", (0.55, 0.17, 0.16, 1.0))
TONGUE: Material = ("Demo Tongue", (0.66, 0.22, 0.22, 1.0))
HAIR: Material = ("Demo Hair", (0.13, 0.055, 0.028, 1.0))
HAIR_SHADOW: Material = ("Demo Hair Shadow", (0.105, 0.043, 0.022, 1.0))


@dataclass(frozen=True)
class MeshPart:
    """One mesh of the demo head, in Blender units.

    Attributes
    ----------
    name : str
        Object name.
    vertices : ndarray, shape (n, 3), float32
        Rest positions; Z up, the face looks along -Y, +X is the character's left.
    faces : tuple of tuple of int
        Corner indices, counter-clockwise from outside.
    face_materials : ndarray, shape (f,), int32
        Index into `materials` of each face.
    materials : tuple of (name, rgba)
        Linear colours in 0..1.
    keys : mapping of str to ndarray, shape (n, 3), float32
        Offset of each vertex at value 1 of a shape key.
    bone : str
        The bone of `BONES` that carries the whole part.
    """

    name: str
    vertices: np.ndarray
    faces: tuple[tuple[int, ...], ...]
    face_materials: np.ndarray
    materials: tuple[Material, ...]
    keys: Mapping[str, np.ndarray]
    bone: str = "head"


@dataclass(frozen=True)
class Bone:
    """A bone of the demo head's skeleton; head and tail in Blender units."""

    name: str
    head: tuple[float, float, float]
    tail: tuple[float, float, float]
    parent: str | None


def _eye_bone(name: str, side: float) -> Bone:
    x, y, z = ((EYE_CENTRE - ORIGIN) * CENTIMETRE).tolist()
    return Bone(name, (x * side, y, z), (x * side, y - 1.6 * EYE_RADIUS * CENTIMETRE, z), "head")


BONES: tuple[Bone, ...] = (
    Bone("root", (0.0, 0.02, 0.0), (0.0, 0.02, 0.02), None),
    Bone("neck", (0.0, 0.02, 0.02), (0.0, 0.015, 0.08), "root"),
    Bone("head", (0.0, 0.015, 0.08), (0.0, 0.015, 0.28), "neck"),
    _eye_bone("eye_L", 1.0),
    _eye_bone("eye_R", -1.0),
)
# Between these heights the skin goes over from the neck's bone to the head's.
NECK_TO_HEAD = (0.03, 0.08)


@lru_cache(maxsize=1)
def build_head() -> tuple[MeshPart, ...]:
    """Build all meshes of the demo head; the same every time, about two seconds at first.

    Returns
    -------
    tuple of MeshPart
        Head, Brows, Eye_L, Eye_R, Teeth, Tongue and Hair.
    """
    net = build_net()
    keys = head_keys(net)
    skin = parts.Part(net.vertices, list(net.faces), net.materials.tolist(), keys)
    eye_materials = (WHITE, IRIS, PUPIL, IRIS_RIM, GLINT)
    return (
        _mesh("Head", skin, (SKIN, LIPS, INNER_MOUTH, LASHES)),
        _mesh("Brows", parts.brows(net.vertices, keys), (HAIR,)),
        _mesh("Eye_L", parts.eye(1), eye_materials, "eye_L"),
        _mesh("Eye_R", parts.eye(-1), eye_materials, "eye_R"),
        _mesh("Teeth", parts.teeth(), (TEETH, GUMS)),
        _mesh("Tongue", parts.tongue(), (TONGUE,)),
        _mesh("Hair", parts.hair(), (HAIR, HAIR_SHADOW)),
    )


def _mesh(
    name: str, part: parts.Part, materials: tuple[Material, ...], bone: str = "head"
) -> MeshPart:
    keys = {key: (move * CENTIMETRE).astype(np.float32) for key, move in part.keys.items()}
    return MeshPart(
        name=name,
        vertices=((part.vertices - ORIGIN) * CENTIMETRE).astype(np.float32),
        faces=tuple(part.faces),
        face_materials=np.array(part.materials, np.int32),
        materials=materials,
        keys=keys,
        bone=bone,
    )
