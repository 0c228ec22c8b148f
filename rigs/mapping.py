# SPDX-License-Identifier: GPL-3.0-or-later
"""Mappings as files: the rows of a rig in JSON, read strictly.

    {"version": 1, "family": "arkit", "rows": [
      {"object": "Head", "name": "jawOpen", "kind": "shape key", "bone": "", "mouth": false,
       "follows": {"jawOpen": 1.0}, "scale": 1.0, "offset": 0.0, "low": 0.0, "high": 1.0,
       "mute": false}, ...]}

`object`, `name` and `follows` must be there; the others are as above where they are not.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NoReturn

from ..core.errors import SettingsError
from ..core.motion.track import FACE_NAMES, FEELING_NAMES
from .schema import KINDS, Control, RigMap, Row

VERSION = 1
LABEL = "Your mapping"
MOST = 1e4  # no number of a row is beyond

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


def to_text(rig: RigMap) -> str:
    """Write a mapping as JSON, one row a line.

    Parameters
    ----------
    rig : RigMap

    Returns
    -------
    str
        `from_text` makes the same rows of it.
    """
    rows = ",\n".join(f"    {json.dumps(_entry(row), ensure_ascii=False)}" for row in rig.rows)
    family = json.dumps(rig.family, ensure_ascii=False)
    return f'{{\n  "version": {VERSION},\n  "family": {family},\n  "rows": [\n{rows}\n  ]\n}}\n'


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
    try:
        data = json.loads(text, parse_constant=_no_number, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise SettingsError(
            f"The mapping is not JSON (line {error.lineno}: {error.msg}). Save it again"
        ) from error
    except (RecursionError, ValueError) as error:  # nested without end, a number without end
        raise SettingsError("The mapping is no list of rows. Save it again") from error
    place = _Place("The mapping")
    _check(data, {"version": int, "family": str, "rows": list}, ("version", "rows"), place)
    if data["version"] != VERSION:
        place.fail(f"it is of version {data['version']}, but this Lipwright reads {VERSION}")
    rows: list[Row] = []
    for number, entry in enumerate(data["rows"], 1):
        rows.append(_row(entry, number, controls))
        if any(row.control == rows[-1].control for row in rows[:-1]):
            _Place(f"Row {number} of the mapping").fail(f"“{rows[-1].control.key}” is there twice")
    if not rows:
        place.fail("it has no rows. Save it again")
    return mapped(str(data.get("family", "")), rows, controls)


def mapped(family: str, rows: Collection[Row], controls: Collection[Control]) -> RigMap:
    """Make the map of rows that an artist decided on; what they leave is unused."""
    used = {row.control for row in rows}
    unused = tuple(control for control in controls if control not in used)
    return RigMap(family, LABEL, tuple(rows), (), unused)


def _row(entry: object, number: int, controls: Collection[Control]) -> Row:
    place = _Place(f"Row {number} of the mapping")
    _check(entry, _TYPES, _NEEDED, place)
    assert isinstance(entry, dict)
    place = _Place(f"Row {number} of the mapping (“{entry['name']}” of “{entry['object']}”)")
    kind = entry.get("kind", "shape key")
    if kind not in KINDS:
        place.fail(f"there is no kind “{kind}”. Use one of {', '.join(KINDS)}")
    control = Control(entry["object"], entry["name"], kind, entry.get("bone", ""))
    if control not in controls:
        where = f" on the bone “{control.bone}”" if control.bone else ""
        place.fail(f"the character has no such {kind}{where}. Rename it, or remove the row")
    terms = tuple((channel, _number(w, channel, place)) for channel, w in entry["follows"].items())
    for channel, _ in terms:
        if channel not in FACE_NAMES + FEELING_NAMES:
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
