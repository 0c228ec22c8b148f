# SPDX-License-Identifier: GPL-3.0-or-later
"""Styles: a character's dials of speaking and acting under a name; and the other take of two.

What a face feels is no part of a style: that is a mood (`moods.py`).
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bpy

from ...core.dials import Dial, dials_of
from ...core.errors import SettingsError
from ...core.motion.mix import Style
from ...core.performance.acting import Acting
from ...core.performance.layers import LAYERS
from ...core.performance.manners import STYLES
from .. import compat
from .acting import LIPWRIGHT_PG_acting
from .presets import SUFFIX, names_in, write_preset
from .properties import LIPWRIGHT_PG_character

KIND, VERSION = "style", 1
LAYERS_TABLE = "layers"
# What a file says of a style: its tables, each with the dials of a dataclass.
TABLES: dict[str, type] = {"style": Style, "acting": Acting}
# What a take is not: which bones turn, what is looked at, how it is keyed, and the other take.
NO_DIALS = {"rna_type", "name", "version", "other", "few", "hand_keys", "over_strips"}
Told = Mapping[str, Mapping[str, float | bool]]


def folder() -> Path:
    """Where the artist's styles lie."""
    return Path(compat.user_folder("styles"))


def own_styles() -> list[str]:
    """Names of the artist's styles, sorted."""
    return names_in(folder())


def _holder(
    table: str, dials: LIPWRIGHT_PG_character
) -> LIPWRIGHT_PG_character | LIPWRIGHT_PG_acting:
    return dials.acting if table == "acting" else dials


def style_of(dials: LIPWRIGHT_PG_character) -> dict[str, Any]:
    """A character's style, as its file has it."""
    told: dict[str, Any] = {"version": VERSION}
    for table, owner in TABLES.items():
        holder = _holder(table, dials)
        told[table] = {one.name: getattr(holder, one.name) for one in dials_of(owner)}
    told[LAYERS_TABLE] = {
        one.name: getattr(dials, one.saved_as) for one in LAYERS.values() if one.name != "emotion"
    }
    return told


def save_style(name: str, dials: LIPWRIGHT_PG_character) -> Path:
    """Write a character's style under a name, for every scene."""
    return write_preset(KIND, folder(), name, style_of(dials), STYLES)


def use_style(name: str, dials: LIPWRIGHT_PG_character) -> None:
    """Set the dials to a style of ours, or of the artist's; what it does not name to its middle."""
    if name not in STYLES:
        load_style(folder() / f"{name}{SUFFIX}", dials)
        return
    values = STYLES[name]
    for table, owner in TABLES.items():
        for one in dials_of(owner):
            if table == "style" or any(one.name in style for style in STYLES.values()):
                setattr(_holder(table, dials), one.name, values.get(one.name, one.default))


def load_style(path: Path, dials: LIPWRIGHT_PG_character) -> None:
    """Set the dials to those of a file; SettingsError, before any is set, if it is no style."""
    told = _read(path)
    for table, owner in TABLES.items():
        for one in dials_of(owner):
            if one.name in told[table]:
                setattr(_holder(table, dials), one.name, told[table][one.name])
    for layer, on in told[LAYERS_TABLE].items():
        setattr(dials, LAYERS[layer].saved_as, bool(on))


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        told = json.loads(path.read_text("utf8"))
        found = {table: dict(told.get(table, {})) for table in (*TABLES, LAYERS_TABLE)}
    except FileNotFoundError as error:
        raise SettingsError(f"There is no style “{path.stem}” any more. Save it again") from error
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise SettingsError(f"“{path}” is no style. Save it again, or remove it") from error
    if not any(found.values()):
        raise SettingsError(f"“{path}” is no style: it has none of {', '.join(TABLES)}")
    for table, owner in TABLES.items():
        known = {one.name: one for one in dials_of(owner)}
        for name, value in found[table].items():
            if name not in known or not _may_be(known[name], value):
                raise SettingsError(
                    f"“{path.name}” sets “{name}” to {value!r}, which no dial takes. "
                    "Put it right in the file, or save the style again"
                )
    strange = set(found[LAYERS_TABLE]) - LAYERS.keys()
    if strange:
        raise SettingsError(f"“{path.name}” has layers that are not known: {', '.join(strange)}")
    for layer, on in found[LAYERS_TABLE].items():
        if not isinstance(on, bool):
            raise SettingsError(
                f"“{path.name}” sets the layer “{layer}” to {on!r}. A layer is true or false"
            )
    return found


def _may_be(one: Dial, value: Any) -> bool:
    if one.is_switch:
        return isinstance(value, bool)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and one.low - 1e-6 <= value <= one.high + 1e-6


# --- the other of two takes -----------------------------------------------------------------------


def _snapshot(group: bpy.types.PropertyGroup) -> dict[str, Any]:
    """Every number, switch and choice of a group, and of the groups in it."""
    told: dict[str, Any] = {}
    for one in group.bl_rna.properties:
        if one.identifier in NO_DIALS or (one.is_readonly and one.type != "POINTER"):
            continue
        value = getattr(group, one.identifier)
        if isinstance(value, bpy.types.PropertyGroup):
            told[one.identifier] = _snapshot(value)
        elif one.type in {"BOOLEAN", "INT", "FLOAT", "ENUM", "STRING"}:
            told[one.identifier] = value
    return told


def _put_back(group: bpy.types.PropertyGroup, told: Mapping[str, Any]) -> None:
    for name, value in told.items():
        if name not in group.bl_rna.properties:
            continue  # of a newer Lipwright
        if isinstance(value, dict):
            _put_back(getattr(group, name), value)
        elif getattr(group, name) != value:
            setattr(group, name, value)


def keep_take(dials: LIPWRIGHT_PG_character) -> None:
    """Keep the dials as they are now as the other take."""
    dials.other = json.dumps(_snapshot(dials))


def swap_takes(dials: LIPWRIGHT_PG_character) -> None:
    """Change to the other take's dials, and keep those of this one.

    SettingsError, and nothing changed, where what was kept cannot be read.
    """
    now = _snapshot(dials)
    try:
        _put_back(dials, json.loads(dials.other))
    except (ValueError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        _put_back(dials, now)
        raise SettingsError("The take that was kept cannot be read. Keep a take again") from error
    dials.other = json.dumps(now)
