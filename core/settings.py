# SPDX-License-Identifier: GPL-3.0-or-later
"""What the artist asked for: everything that makes one take of a sound another than the next."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from .errors import SettingsError
from .motion.captured import Captured
from .motion.cleared import Cleared
from .motion.mix import Style
from .performance.acting import PLAIN, Acting
from .performance.emotion import Strength
from .performance.layers import DEFAULT_LAYERS, LAYERS
from .performance.prototypes import variants_by_seed


@dataclass(frozen=True)
class Settings:
    """What the artist asked for.

    Parameters
    ----------
    seed : int >= 0
        Another seed is another take of the same words.
    emotions : mapping of str to float or Envelope
        Strength 0..1.5 of each emotion, constant or animated; neutral if empty.
    auto : float or Envelope
        0..1, how much of what the voice seems to feel is added.
    layers : frozenset of str
        Some of `LAYERS`.
    style : Style
    acting : Acting
        The dials of emotion, eyes, head and breath.
    seeds : mapping of str to int
        Seeds of single layers, where they are not to follow `seed`.
    resting : mapping of str to float
        Strength 0..1.5 of what the character feels also between its lines.
    captured : Captured, optional
        Somebody's face of which parts take the place of ours.
    cleared : tuple of Cleared
        Stretches over which layers are at rest.
    """

    seed: int = 0
    emotions: Mapping[str, Strength] = field(default_factory=lambda: MappingProxyType({}))
    auto: Strength = 0.0
    layers: frozenset[str] = DEFAULT_LAYERS
    style: Style = field(default_factory=Style)
    acting: Acting = PLAIN
    seeds: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    resting: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    captured: Captured | None = None
    cleared: tuple[Cleared, ...] = ()

    def seed_of(self, layer: str) -> int:
        """Return the seed of one layer: its own, else the seed of all."""
        return self.seeds.get(layer, self.seed)

    @property
    def acted(self) -> Acting:
        """The dials with the variants that the seed of the emotion chose, where it is to."""
        chosen = variants_by_seed(self.acting.variants, self.seed_of("emotion"))
        return replace(self.acting, variants=chosen)

    def __post_init__(self) -> None:
        unknown = sorted((self.layers | set(self.seeds)) - set(LAYERS))
        if unknown:
            raise SettingsError(
                f"There is no layer “{unknown[0]}”. Choose from {', '.join(LAYERS)}"
            )
        for seed in (self.seed, *self.seeds.values()):
            if seed < 0:
                raise SettingsError(f"The seed is {seed}. Set it to 0 or more")
