# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways of keying: one key a frame, key poses, few keys, on twos."""

from dataclasses import dataclass

from ..errors import SettingsError

DENSE, POSES, FEW, TWOS = "dense", "poses", "few", "twos"
THINNED = (POSES, FEW)  # fewer keys than frames
# Name to label and help, for options and panels.
WAYS: dict[str, tuple[str, str]] = {
    DENSE: ("Every Frame", "One key on every frame"),
    POSES: (
        "Key Poses",
        "All shapes of the mouth (of the lids, the gaze, the brows) have their keys on the same "
        "few frames, with curves in between: retime and change them as poses",
    ),
    FEW: ("Few Keys", "Each shape has only the keys that straight lines between them need"),
    TWOS: ("On Twos", "One key on every second frame, held until the next"),
}


@dataclass(frozen=True)
class Keying:
    """How curves become keys.

    Parameters
    ----------
    way : str
        One of `WAYS`.
    tolerance : float, 0..1
        How far key poses and few keys may stray, as a share of a whole shape.
    """

    way: str = DENSE
    tolerance: float = 0.02

    def __post_init__(self) -> None:
        if self.way not in WAYS:
            raise SettingsError(f"There is no way of keying “{self.way}”. Choose of {list(WAYS)}")
        if not 0 <= self.tolerance <= 1:
            raise SettingsError("The tolerance of keys must be from 0 to 1. Set it there")

    @property
    def thins(self) -> bool:
        """Say whether there are fewer keys than frames."""
        return self.way in THINNED


EVERY_FRAME = Keying()
