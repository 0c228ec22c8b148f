# SPDX-License-Identifier: GPL-3.0-or-later
"""Mappings as files: the rows of a rig in JSON, read strictly.

    {"version": 1, "family": "arkit", "rows": [
      {"object": "Head", "name": "jawOpen", "kind": "shape key", "bone": "", "mouth": false,
       "follows": {"jawOpen": 1.0}, "scale": 1.0, "offset": 0.0, "low": 0.0, "high": 1.0,
       "mute": false}, ...],
     "poses": {"jawOpen": {"jaw": {"location": [0, 0, 0], "turn": [0.3, 0, 0],
                                   "growth": [0, 0, 0]}}}}

`object`, `name` and `follows` must be there; the others are as above where they are not. `poses`
are those that were stored on the armature, by bone, as in `rigs.bones.poses.Move`. Objects may have
other names on the next character of the same make: those with the same controls are taken.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np
from scipy.optimize import linear_sum_assignment

from ..core.errors import SettingsError
from ..core.motion.track import FOLLOWED_NAMES
from .bones.poses import Move, Pose, Vector
from .schema import ANY, KINDS, Control, RigMap, Row

VERSION = 1
LABEL = "Your mapping"
MOST = 1e4  # no number of a row is beyond
ALIKE = 0.5  # of an object's rows that another one must have to stand for it
PARTS = ("location", "turn", "growth")

_TYPES: dict[str, type] = {
    "object": str,
    "name": str,
    "kind": str,
    "bone": str,
    "follows": dict,
    "mouth": bool,
    "scale": float,
    "offset": float,
    "low": float,
    "high": float,
    "mute": bool,
}
_NEEDED = ("object", "name", "follows")
_SAID = {str: "text", dict: "an object", bool: "true or false", float: "a number", list: "a list"}


@dataclass(frozen=True)
class _Place:
    """Where in the file we are, for the sentence."""

    text: str

    def fail(self, problem: str) -> NoReturn:
        raise SettingsError(f"{self.text}: {problem}")


def to_text(rig: RigMap, poses: Mapping[str, Pose] | None = None) -> str:
    """Write a mapping as JSON, one row a line.

    Parameters
    ----------
    rig : RigMap
    poses : mapping of str to Pose, optional
        Stored poses that its rows may move.

    Returns
    -------
    str
        `from_text` makes the same rows of it.
    """
    rows = ",\n".join(f"    {json.dumps(_entry(row), ensure_ascii=False)}" for row in rig.rows)
    family = json.dumps(rig.family, ensure_ascii=False)
    told = {
        name: {
            bone: {part: list(getattr(move, part)) for part in PARTS} for bone, move in pose.items()
        }
        for name, pose in (poses or {}).items()
    }
    after = f',\n  "poses": {json.dumps(told, ensure_ascii=False)}' if told else ""
    head = f'"version": {VERSION},\n  "family": {family}'
    return f'{{\n  {head},\n  "rows": [\n{rows}\n  ]{after}\n}}\n'


def _entry(row: Row) -> dict[str, Any]:
    return {
        "object": row.control.mesh,
        "name": row.control.key,
        "kind": row.control.kind,
        "bone": row.control.bone,
        "follows": dict(row.terms),
        "mouth": row.solved,
        "scale": row.scale,
        "offset": row.offset,
        "low": row.low,
        "high": row.high,
        "mute": row.mute,
    }


def from_text(text: str, controls: Collection[Control]) -> RigMap:
    """Read a mapping.

    Parameters
    ----------
    text : str
        JSON as `to_text` writes it.
    controls : collection of Control
        What the character has.

    Returns
    -------
    RigMap

    Raises
    ------
    SettingsError
        If anything is not as it should be, with the row and what is wrong.
    """
    data, place = _data(text)
    here = _moved_to(data["rows"], controls)
    rows: list[Row] = []
    for number, entry in enumerate(data["rows"], 1):
        rows.append(_row(entry, number, controls, here))
        if any(row.control == rows[-1].control for row in rows[:-1]):
            _Place(f"Row {number} of the mapping").fail(f"“{rows[-1].control.key}” is there twice")
    if not rows:
        place.fail("it has no rows. Save it again")
    return mapped(str(data.get("family", "")), rows, controls)


def poses_from_text(text: str) -> dict[str, dict[str, Move]]:
    """Read the poses that a mapping brings along.

    Parameters
    ----------
    text : str
        JSON as `to_text` writes it.

    Returns
    -------
    dict of str to dict of str to Move
        By the pose's name, then by bone; empty if it brings none.

    Raises
    ------
    SettingsError
        If anything is not as it should be.
    """
    found: dict[str, dict[str, Move]] = {}
    for name, pose in _data(text)[0].get("poses", {}).items():
        place = _Place(f"The pose “{name}” of the mapping")
        _check(pose, dict.fromkeys(pose, dict) if isinstance(pose, dict) else {}, (), place)
        found[name] = {bone: _move(move, place) for bone, move in pose.items()}
    return found


def _move(entry: dict[str, Any], place: _Place) -> Move:
    _check(entry, dict.fromkeys(PARTS, list), (), place)
    parts: dict[str, Vector] = {}
    for part, values in entry.items():
        if len(values) != 3:
            place.fail(f"“{part}” should be three numbers")
        x, y, z = (_number(value, part, place) for value in values)
        parts[part] = x, y, z
    return Move(**parts)


@dataclass(frozen=True)
class Make:
    """By what the next character of the same make is known.

    Parameters
    ----------
    rows : frozenset of (str, str, str)
        Name, kind and bone of every control.
    bones : mapping of str to frozenset of str
        Of every pose that comes along.
    """

    rows: frozenset[tuple[str, str, str]] = frozenset()
    bones: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def found(self, controls: Collection[Control], bones: Collection[str]) -> int:
        """Count the rows that a character with these controls and bones can have."""
        here = {(one.key, one.kind, one.bone) for one in controls}
        brought = {name for name, moved in self.bones.items() if moved.issubset(bones)}
        return sum(row in here or (row[1] == "pose" and row[0] in brought) for row in self.rows)


def make_of(text: str) -> Make:
    """Say by what the next character of a mapping's make is known.

    Parameters
    ----------
    text : str
        JSON as `to_text` writes it; SettingsError if it is none.

    Returns
    -------
    Make
    """
    rows = [entry for entry in _data(text)[0]["rows"] if isinstance(entry, dict)]
    poses = {name: frozenset(pose) for name, pose in poses_from_text(text).items()}
    return Make(frozenset(map(_name_of, rows)), poses)


def anywhere(text: str) -> list[Control]:
    """Return the controls of a mapping that are numbers anywhere in a file.

    Parameters
    ----------
    text : str
        JSON as `to_text` writes it; SettingsError if it is none.

    Returns
    -------
    list of Control
    """
    rows = [entry for entry in _data(text)[0]["rows"] if isinstance(entry, dict)]
    found = [Control(str(row.get("object", "")), *_name_of(row)[:1], kind=ANY) for row in rows]
    return [one for one, row in zip(found, rows, strict=True) if row.get("kind") == ANY]


def _name_of(entry: Mapping[str, Any]) -> tuple[str, str, str]:
    return (
        str(entry.get("name", "")),
        str(entry.get("kind", KINDS[0])),
        str(entry.get("bone", "")),
    )


def _moved_to(rows: Sequence[object], controls: Collection[Control]) -> dict[str, str]:
    """Which object stands for each object of the file: itself, or the one most like it."""
    theirs: dict[str, set[tuple[str, str, str]]] = {}
    ours: dict[str, set[tuple[str, str, str]]] = {}
    for entry in rows:
        if isinstance(entry, dict):
            theirs.setdefault(str(entry.get("object", "")), set()).add(_name_of(entry))
    for one in controls:
        ours.setdefault(one.mesh, set()).add((one.key, one.kind, one.bone))
    here = {name: name for name in theirs if name in ours}
    lost = [name for name in theirs if name not in here]
    free = [name for name in ours if name not in here]
    if not lost or not free:
        return here
    alike = np.array([[len(theirs[a] & ours[b]) / len(theirs[a]) for b in free] for a in lost])
    for i, j in zip(*linear_sum_assignment(-alike), strict=True):
        if alike[i, j] >= ALIKE:
            here[lost[i]] = free[j]
    return here


def _data(text: str) -> tuple[dict[str, Any], _Place]:
    """Read the file as JSON, with what it must have."""
    try:
        data = json.loads(text, parse_constant=_no_number, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise SettingsError(
            f"The mapping is not JSON (line {error.lineno}: {error.msg}). Save it again"
        ) from error
    except (RecursionError, ValueError) as error:  # nested without end, a number without end
        raise SettingsError("The mapping is no list of rows. Save it again") from error
    place = _Place("The mapping")
    types = {"version": int, "family": str, "rows": list, "poses": dict}
    _check(data, types, ("version", "rows"), place)
    if data["version"] != VERSION:
        place.fail(f"it is of version {data['version']}, but this Lipwright reads {VERSION}")
    return data, place


def mapped(family: str, rows: Collection[Row], controls: Collection[Control]) -> RigMap:
    """Make the map of rows that an artist decided on; what they leave is unused."""
    used = {row.control for row in rows}
    unused = tuple(control for control in controls if control not in used)
    return RigMap(family, LABEL, tuple(rows), (), unused)


def _row(entry: object, number: int, controls: Collection[Control], here: Mapping[str, str]) -> Row:
    place = _Place(f"Row {number} of the mapping")
    _check(entry, _TYPES, _NEEDED, place)
    assert isinstance(entry, dict)
    place = _Place(f"Row {number} of the mapping (“{entry['name']}” of “{entry['object']}”)")
    kind = entry.get("kind", "shape key")
    if kind not in KINDS:
        place.fail(f"there is no kind “{kind}”. Use one of {', '.join(KINDS)}")
    where = here.get(entry["object"], entry["object"])
    control = Control(where, entry["name"], kind, entry.get("bone", ""))
    if control not in controls:
        where = f" on the bone “{control.bone}”" if control.bone else ""
        place.fail(f"the character has no such {kind}{where}. Rename it, or remove the row")
    terms = tuple((channel, _number(w, channel, place)) for channel, w in entry["follows"].items())
    for channel, _ in terms:
        if channel not in FOLLOWED_NAMES:
            place.fail(f"there is no face channel “{channel}”. Use ARKit names such as jawOpen")
    if not terms:
        place.fail("it follows no face channel. Name one, or remove the row")
    numbers = {
        name: _number(entry[name], name, place)
        for name in ("scale", "offset", "low", "high")
        if name in entry
    }
    row = Row(control, terms, solved=entry.get("mouth", False), mute=entry.get("mute", False))
    row = Row(**{**vars(row), **numbers})
    if row.low > row.high:
        place.fail(f"low ({row.low:g}) is above high ({row.high:g})")
    return row


def _check(data: object, types: dict[str, type], needed: Collection[str], place: _Place) -> None:
    if not isinstance(data, dict):
        place.fail("it should be an object in braces. Save it again")
    for name, value in data.items():
        if name not in types:
            place.fail(f"“{name}” means nothing here. Remove it")
        kind = types[name]
        fits = isinstance(value, bool) if kind is bool else not isinstance(value, bool)
        if not fits or not isinstance(value, (int, float) if kind is float else kind):
            place.fail(f"“{name}” should be {_SAID.get(kind, 'a whole number')}")
    for name in needed:
        if name not in data:
            place.fail(f"“{name}” is not there. Add it")


def _number(value: object, name: str, place: _Place) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        place.fail(f"“{name}” should be a number")
    if not abs(value) <= MOST:
        place.fail(f"“{name}” is {str(value)[:12]}. Use a number from -{MOST:g} to {MOST:g}")
    return float(value)


def _no_number(text: str) -> NoReturn:
    raise SettingsError(f"The mapping has {text} for a number. Put a real number there")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise SettingsError(f"The mapping names “{twice}” twice in one place. Remove one of them")
    return found
