# SPDX-License-Identifier: GPL-3.0-or-later
"""Which control of a character follows which channels of a face track."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Terms = tuple[tuple[str, float], ...]
# What a control is; the first that can move a channel moves it.
Kind = Literal["shape key", "property", "data property", "pose", "any property"]
KINDS: tuple[Kind, ...] = ("shape key", "property", "data property", "pose", "any property")
ANY: Kind = "any property"


@dataclass(frozen=True, order=True)
class Control:
    """Something of a character that takes a number, by names.

    Parameters
    ----------
    mesh : str
        The object that carries it: a mesh; the armature, for poses and most properties.
    key : str
        Name of the shape key, of the custom property, or of the pose.
    kind : str
        A custom property lies on the object, on one of its bones, or on its data (the mesh, the
        armature) if it is a "data property". A "pose" moves bones away from where they rest.
        "any property" is a number anywhere in the file: `mesh` is its datablock, such as
        ``lights/Key``, and `key` its data path there.
    bone : str
        The bone that carries a property; "" for none.
    """

    mesh: str
    key: str
    kind: Kind = "shape key"
    bone: str = ""


@dataclass(frozen=True)
class Row:
    """One control and the weighted channels that it follows.

    Parameters
    ----------
    control : Control
    terms : tuple of (str, float)
        Channel and weight; the control's value is ``offset`` and ``scale`` times their sum, kept
        within ``low..high``.
    low, high : float
        Limits of the control.
    solved : bool
        The terms are the mouth that the control shows at 1, and its share when the face is put
        together from all such mouths of the rig (`rigs.solve`) takes the place of their sum.
    scale, offset : float
        Into the control's own numbers: what a whole shape adds, and where rest is.
    mute : bool
        The control is left alone.
    """

    control: Control
    terms: Terms
    low: float = 0.0
    high: float = 1.0
    solved: bool = False
    scale: float = 1.0
    offset: float = 0.0
    mute: bool = False

    @property
    def rest(self) -> float:
        """The control's value while the face rests."""
        return min(max(self.offset, self.low), self.high)


@dataclass(frozen=True)
class System:
    """What one naming of a character's controls can do with its mouth, measured on its mesh.

    Parameters
    ----------
    family, label : str
        As in `RigMap`.
    opening : float
        How far the lips part at an AH, in mouth widths.
    shut : float
        How far they are apart on M B P, as a share of that.
    apart : float
        How much wider the mouth is on EE than on OO, in mouth widths at rest.
    tried : bool
        False where none of these was measured so far.
    """

    family: str
    label: str
    opening: float = 0.0
    shut: float = 0.0
    apart: float = 0.0
    tried: bool = True


@dataclass(frozen=True)
class RigMap:
    """How one character is driven.

    Parameters
    ----------
    family, label : str
        The table's name and what an artist calls it, with the spelling found.
    rows : tuple of Row
    missing : tuple of str
        Channels of the family that this character lacks; mouths, if the family is of mouths.
    unused : tuple of Control
        What nothing drives.
    read : tuple of (Control, float)
        What no name told: controls whose effect on the mesh decided, and how surely, 0..1.
    systems : tuple of System
        Where the character carries several mouths at once, or might: what each can do, this one
        first.
    """

    family: str
    label: str
    rows: tuple[Row, ...]
    missing: tuple[str, ...]
    unused: tuple[Control, ...]
    read: tuple[tuple[Control, float], ...] = ()
    systems: tuple[System, ...] = ()

    @property
    def matched(self) -> tuple[str, ...]:
        """Channels that drive something of their own, sorted."""
        driven = {channel for row in self.rows for channel, _ in row.terms}
        return tuple(sorted(driven - set(self.missing)))


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
        Channels, or names from `mouths`, whose absence is worth telling.
    needed : int
        How many different shapes of the mouth must be there for the family to be recognised.
    source : str
        Where the names come from.
    mouths : mapping of str to tuple of (str, float)
        Shapes that are whole mouths (visemes, vowels), and the channels of the face that each
        stands for. Two names of one mouth have equal channels; two mouths never have.
    essential : tuple of str
        Channels without which another family that fits is better.
    enough : int
        So many different shapes of any part of the face will do as well; 0 if they never do.
    rank : int
        Where two families fit equally well, the lower one is taken.
    last_resort : bool
        Only where no other family fits.
    """

    name: str
    label: str
    shapes: Mapping[str, Terms]
    wanted: tuple[str, ...]
    needed: int
    source: str
    mouths: Mapping[str, Terms] = field(default_factory=dict)
    essential: tuple[str, ...] = ()
    enough: int = 0
    rank: int = 1000
    last_resort: bool = False
