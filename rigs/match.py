# SPDX-License-Identifier: GPL-3.0-or-later
"""From names of shape keys to the map that drives them; knows no Blender."""

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ..core.errors import RigError
from ..core.motion.track import FaceTrack
from .arkit import ARKIT
from .schema import Control, Family, RigMap, Row

FAMILIES: tuple[Family, ...] = (ARKIT,)

_SIDE_WORD = re.compile(r"^(?P<base>.+?)[ _.\-]?(?P<side>Left|Right|LEFT|RIGHT)$")
_SIDE_WORD_LOW = re.compile(r"^(?P<base>.+?)[ _.\-](?P<side>left|right)$")
_SIDE_LETTER = re.compile(r"^(?P<base>.+?)[ _.\-](?P<side>[lLrR])$")
_SIDE_FRONT = re.compile(r"^(?P<side>[lLrR]|[lL]eft|[rR]ight)[ _.\-](?P<base>.+)$")

Shape = tuple[str, str]  # name in lower case without separators; side "l", "r" or ""


def parse(name: str) -> Shape:
    """Take a shape's name apart: its bare name and its side.

    Parameters
    ----------
    name : str
        Such as ``eyeBlinkLeft``, ``eyeBlink_L``, ``Eye Blink.L`` or ``EYE_BLINK_LEFT``.

    Returns
    -------
    tuple of str
        ``("eyeblink", "l")`` for all of these; the side is "" where there is none.
    """
    for pattern in (_SIDE_WORD, _SIDE_WORD_LOW, _SIDE_LETTER, _SIDE_FRONT):
        found = pattern.match(name)
        if found:
            return _bare(found["base"]), found["side"][0].lower()
    return _bare(name), ""


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


def _spellings(name: str) -> Iterator[Shape]:
    """Yield what a key may mean: its whole name, then without a prefix such as ``blendShape1.``."""
    yield parse(name)
    for mark in (".", ":", "|", "__", "_"):
        if mark in name:
            tail = name.split(mark, 1)[1] if mark == "_" else name.rsplit(mark, 1)[1]
            if len(tail) > 2:
                yield parse(tail)


def _lookup(family: Family) -> dict[Shape, tuple[tuple[str, float], ...]]:
    """Index a family by parsed name, with both ways in which sides may be joined or split."""
    table: dict[Shape, tuple[tuple[str, float], ...]] = {}
    pairs: dict[str, list[tuple[str, float]]] = {}
    for name, terms in family.shapes.items():
        base, side = parse(name)
        table[base, side] = terms
        if side:
            pairs.setdefault(base, []).extend(terms)
        else:
            # One channel, two keys (browInnerUp_L and _R): each follows it whole.
            table.setdefault((base, "l"), terms)
            table.setdefault((base, "r"), terms)
    for base, terms in pairs.items():
        # Two channels, one key (a blink of both eyes): it follows their mean.
        if len(terms) == 2 and base not in ("mouth", "jaw"):
            table.setdefault((base, ""), tuple((channel, weight / 2) for channel, weight in terms))
    return table


def _rows(family: Family, meshes: Mapping[str, Sequence[str]]) -> tuple[list[Row], list[Control]]:
    table = _lookup(family)
    rows, unused = [], []
    for mesh, keys in meshes.items():
        taken: set[Shape] = set()
        for key in keys:
            found = next((s for s in _spellings(key) if s in table and s not in taken), None)
            if found is None:
                unused.append(Control(mesh, key))
                continue
            taken.add(found)
            rows.append(Row(Control(mesh, key), table[found]))
    return rows, unused


def match(meshes: Mapping[str, Sequence[str]]) -> RigMap:
    """Find out how a character's shape keys are named.

    Parameters
    ----------
    meshes : mapping of str to sequence of str
        Mesh objects of one character and the names of their shape keys, without the Basis.

    Returns
    -------
    RigMap
        Of the family that recognises most shapes.

    Raises
    ------
    RigError
        If there are no shape keys or none that any family knows.
    """
    count = sum(len(keys) for keys in meshes.values())
    if not count:
        raise RigError(
            "This character has no shape keys. Pick the mesh that carries the face shapes, "
            "or try Add > Mesh > Lipwright Demo Head"
        )
    best: RigMap | None = None
    for family in FAMILIES:
        rows, unused = _rows(family, meshes)
        driven = {channel for row in rows for channel, _ in row.terms}
        missing = tuple(name for name in family.wanted if name not in driven)
        known = len({row.terms for row in rows})
        if known >= family.needed and (best is None or len(rows) > len(best.rows)):
            label = f"{family.label} ({_spelling(rows)})"
            best = RigMap(family.name, label, tuple(rows), missing, tuple(unused))
    if best is None:
        example = next(key for keys in meshes.values() for key in keys)
        raise RigError(
            f"None of the {count} shape keys has a name that Lipwright knows (the first is "
            f"“{example}”). Rename them to ARKit names such as jawOpen and mouthPucker"
        )
    return best


def _spelling(rows: Sequence[Row]) -> str:
    sided = [row.control.key for row in rows if parse(row.control.key)[1]]
    if not sided:
        return "no sides"
    return "Left/Right" if sided[0].lower().endswith(("left", "right")) else "_L/_R"


def describe(rig: RigMap) -> str:
    """Say in one line what matched and what is missing."""
    meshes = len({row.control.mesh for row in rig.rows})
    matched = len(rig.matched)
    text = f"{rig.label}: {matched} of {matched + len(rig.missing)} shapes"
    if meshes > 1:
        text += f" on {meshes} meshes"
    if rig.missing:
        shown = ", ".join(rig.missing[:4]) + (" …" if len(rig.missing) > 4 else "")
        text += f"; missing: {shown}"
    return text


def drive(track: FaceTrack, rig: RigMap) -> dict[Control, NDArray[np.float32]]:
    """Turn a face track into values of a character's controls.

    Parameters
    ----------
    track : FaceTrack
        Any rate; channels that the rig does not know are left out.
    rig : RigMap

    Returns
    -------
    dict of Control to ndarray [shape=(frames,)], float32
        Within each row's limits.
    """
    columns = {name: i for i, name in enumerate(track.names)}
    values: dict[Control, NDArray[np.float32]] = {}
    for row in rig.rows:
        terms = [(columns[c], weight) for c, weight in row.terms if c in columns]
        if not terms:
            continue
        total = sum(track.values[:, column] * np.float32(weight) for column, weight in terms)
        values[row.control] = np.clip(total, row.low, row.high).astype(np.float32)
    return values
