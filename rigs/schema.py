# SPDX-License-Identifier: GPL-3.0-or-later
"""Which control of a character follows which channels of a face track."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Control:
    """A shape key of a mesh object, by the two names."""

    mesh: str
    key: str


@dataclass(frozen=True)
class Row:
    """One control and the weighted channels that it follows.

    Parameters
    ----------
    control : Control
    terms : tuple of (str, float)
        Channel and weight; the control's value is their sum, kept within ``low..high``.
    low, high : float
        Limits of the control.
    """

    control: Control
    terms: tuple[tuple[str, float], ...]
    low: float = 0.0
    high: float = 1.0


@dataclass(frozen=True)
class RigMap:
    """How one character is driven.

    Parameters
    ----------
    family, label : str
        The table's name and what an artist calls it, with the spelling found.
    rows : tuple of Row
    missing : tuple of str
        Channels of the family that this character lacks.
    unused : tuple of Control
        Shape keys that nothing drives.
    """

    family: str
    label: str
    rows: tuple[Row, ...]
    missing: tuple[str, ...]
    unused: tuple[Control, ...]

    @property
    def matched(self) -> tuple[str, ...]:
        """Channels that drive something, sorted."""
        return tuple(sorted({channel for row in self.rows for channel, _ in row.terms}))


@dataclass(frozen=True)
class Family:
    """One naming of face shapes, as data.

    Parameters
    ----------
    name, label : str
        Identifier and what artists call it.
    shapes : mapping of str to tuple of (str, float)
        The family's shape names and the channels that each follows.
    wanted : tuple of str
        Channels whose absence is worth telling.
    needed : int
        How many of the shapes must be there for the family to be recognised.
    source : str
        Where the names come from.
    """

    name: str
    label: str
    shapes: Mapping[str, tuple[tuple[str, float], ...]]
    wanted: tuple[str, ...]
    needed: int
    source: str
