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
_SIDE_CAPITAL = re.compile(r"^(?P<base>.*[a-z])(?P<side>[LR])$")
_SIDE_FRONT = re.compile(r"^(?P<side>[lLrR]|[lL]eft|[rR]ight)[ _.\-](?P<base>.+)$")

Terms = tuple[tuple[str, float], ...]  # channels and weights
Shape = tuple[str, str]  # name in lower case without separators; side "l", "r" or ""


def parse(name: str) -> Shape:
    """Take a shape's name apart: its bare name and its side.

    Parameters
    ----------
    name : str
        Such as ``eyeBlinkLeft``, ``eyeBlinkL``, ``Eye Blink.L`` or ``EYE_BLINK_LEFT``.

    Returns
    -------
    tuple of str
        ``("eyeblink", "l")`` for all of these; the side is "" where there is none.
    """
    for pattern in (_SIDE_WORD, _SIDE_WORD_LOW, _SIDE_LETTER, _SIDE_CAPITAL, _SIDE_FRONT):
        found = pattern.match(name)
        if found:
            return _bare(found["base"]), found["side"][0].lower()
    return _bare(name), ""


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


def _tails(name: str) -> Iterator[str]:
    """Yield what is left of a key's name without a prefix such as ``blendShape1.``."""
    for mark in re.finditer(r"[.:|_]+", name):
        tail = name[mark.end() :]
        if len(tail) > 2:
            yield tail


def _exact(family: Family) -> dict[Shape, Terms]:
    """Index a family by parsed name, and by name in lower case where the case tells the side."""
    table = {parse(name): terms for name, terms in family.shapes.items()}
    for name, terms in family.shapes.items():
        table.setdefault((_bare(name), ""), terms)
    return table


def _substitutes(family: Family) -> dict[Shape, Terms]:
    """Index what stands in for a family's shapes where a character joined or split their sides."""
    table: dict[Shape, Terms] = {}
    pairs: dict[str, list[tuple[str, float]]] = {}
    for name, terms in family.shapes.items():
        base, side = parse(name)
        if side:
            pairs.setdefault(base, []).extend(terms)
        else:
            # One channel, two keys (browInnerUp_L and _R): each follows it whole.
            table[base, "l"] = table[base, "r"] = terms
    for base, terms in pairs.items():
        # Two channels, one key (a blink of both eyes): it follows their mean.
        if base not in ("mouth", "jaw"):
            table[base, ""] = tuple((channel, weight / 2) for channel, weight in terms)
    return table


def _mesh_rows(family: Family, keys: Sequence[str]) -> dict[str, Terms]:
    """Find what each key of one mesh follows; the plainest reading of a name goes first.

    A key that would move what a plainer one moves already is left out: a character with
    mouthSmileLeft, mouthSmileRight and mouthSmile would smile twice.
    """
    exact, substitutes = _exact(family), _substitutes(family)
    found: dict[str, Terms] = {}
    for table, whole in ((exact, True), (exact, False), (substitutes, True), (substitutes, False)):
        driven = {channel for terms in found.values() for channel, _ in terms}
        taken: set[Shape] = set()
        for key in keys:
            if key in found:
                continue
            for shape in map(parse, (key,) if whole else _tails(key)):
                terms = table.get(shape, ())
                if terms and shape not in taken and driven.isdisjoint(c for c, _ in terms):
                    found[key] = terms
                    taken.add(shape)
                    break
    return found


def _rows(family: Family, meshes: Mapping[str, Sequence[str]]) -> tuple[list[Row], list[Control]]:
    rows, unused = [], []
    for mesh, keys in meshes.items():
        found = _mesh_rows(family, keys)
        for key in keys:
            control = Control(mesh, key)
            if key in found:
                rows.append(Row(control, found[key]))
            else:
                unused.append(control)
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
        If there are no shape keys, or too few that any family knows.
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
        raise _too_few(meshes, count)
    return best


def _too_few(meshes: Mapping[str, Sequence[str]], count: int) -> RigError:
    known = {row.control.key for family in FAMILIES for row in _rows(family, meshes)[0]}
    advice = "Rename them to ARKit names such as jawOpen and mouthPucker"
    if known:
        return RigError(
            f"Only {len(known)} of the {count} shape keys have names that Lipwright knows, which "
            f"is too few for a face. {advice}"
        )
    example = next(key for keys in meshes.values() for key in keys)
    return RigError(
        f"None of the {count} shape keys has a name that Lipwright knows (the first is "
        f"“{example}”). {advice}"
    )


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
