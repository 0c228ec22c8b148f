# SPDX-License-Identifier: GPL-3.0-or-later
"""Dials: numbers and switches that an artist turns, each declared once, where it is used.

A dial is a field of a frozen dataclass (`Style`, `Acting`). Its range, label and help lie in the
field's metadata; checks, command line, saved properties and panels read them there.
"""

import dataclasses
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from .errors import SettingsError

_KEY = "dial"


@dataclass(frozen=True)
class Dial:
    """What is known of one dial.

    Parameters
    ----------
    name : str
        The field's.
    label, help : str
        For the artist: a name in title case, and a sentence without its full stop.
    section : str
        The layer that it belongs to.
    default : float or bool
    low, high : float
        Its range; 0 and 1 for a switch.
    option : str
        Of the command line, without dashes; "" where it has none of its own.
    """

    name: str
    label: str
    help: str
    section: str
    default: float | bool
    low: float = 0.0
    high: float = 1.0
    option: str = ""

    @property
    def is_switch(self) -> bool:
        """Say whether it is on or off instead of a number."""
        return isinstance(self.default, bool)


def dial(
    default: float,
    low: float,
    high: float,
    label: str,
    help: str,  # the field's word for it, in argparse as in Blender
    *,
    section: str,
    option: str | None = None,
) -> Any:
    """Declare a number from `low` to `high` as a field of a dataclass.

    Parameters
    ----------
    default, low, high : float
    label, help, section : str
        See `Dial`.
    option : str, optional
        Of the command line; by default the field's name with dashes, "" for none.

    Returns
    -------
    dataclasses.Field
    """
    told = {"label": label, "help": help, "section": section, "low": low, "high": high}
    return dataclasses.field(default=default, metadata={_KEY: told | {"option": option}})


def switch(default: bool, label: str, help: str, *, section: str) -> Any:
    """Declare something that is on or off as a field of a dataclass; see `dial`."""
    told = {"label": label, "help": help, "section": section, "option": None}
    return dataclasses.field(default=default, metadata={_KEY: told})


def dials_of(owner: Any, section: str | None = None) -> tuple[Dial, ...]:
    """List the dials of a dataclass.

    Parameters
    ----------
    owner : type or instance of a dataclass
    section : str, optional
        Only those of this section.

    Returns
    -------
    tuple of Dial
        In the order of the fields.
    """
    whole = _declared(owner if isinstance(owner, type) else type(owner))
    return tuple(one for one in whole if section is None or one.section == section)


@cache
def _declared(owner: type) -> tuple[Dial, ...]:
    """List the dials of a dataclass, once: they are asked for in every take."""
    found: list[Dial] = []
    for one in dataclasses.fields(owner):
        if _KEY not in one.metadata:
            continue
        told = dict(one.metadata[_KEY])
        if told["option"] is None:
            told["option"] = one.name.replace("_", "-")
        found.append(Dial(one.name, default=cast(float, one.default), **told))
    return tuple(found)


def check_dials(owner: Any) -> None:
    """Raise SettingsError if a dial of a dataclass's instance is out of its range."""
    for one in dials_of(owner):
        value = getattr(owner, one.name)
        if not one.low <= value <= one.high:
            raise SettingsError(
                f"The dial “{one.name.replace('_', ' ')}” is {value:g}. "
                f"Set it from {one.low:g} to {one.high:g}"
            )
