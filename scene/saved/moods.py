# SPDX-License-Identifier: GPL-3.0-or-later
"""Moods: sliders and dials under a name; the artist's own are JSON files, never code."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ...core.dials import Dial, dials_of
from ...core.errors import SettingsError
from ...core.performance.acting import Acting
from ...core.performance.emotion import AUTO
from ...core.performance.prototypes import BLENDS, FELT, variant_of
from .. import compat
from .acting import LIPWRIGHT_PG_feelings, variant_property
from .presets import SUFFIX, names_in, remove_preset, write_preset
from .properties import LIPWRIGHT_PG_character

KIND, VERSION = "mood", 1
# How eyes and head go with some of the named mixes.
ACTED: dict[str, dict[str, float]] = {
    "tired": {
        "blink_rate_per_minute": 22,
        "blink_speed": 0.7,
        "half_blinks": 0.35,
        "glances": 0.6,
        "head_pitch": 0.6,
        "head_yaw": 0.6,
    },
    "bored": {"aversion": 1.8, "blink_rate_per_minute": 12, "head_yaw": 0.6},
    "outraged": {"blink_rate_per_minute": 8, "aversion": 0.2, "head_pitch": 1.5},
    "cheeky": {"glances": 1.3, "head_roll": 1.5},
}
# A few to begin with; what is not named stays at its middle.
MOODS: dict[str, dict[str, float]] = {
    **{name.capitalize(): {name: 0.8} for name in FELT},
    "Warm": {"happy": 0.45, "glances": 0.8, "aversion": 0.7, "brow": 1.2},
    "Worried": {"fearful": 0.4, "sad": 0.25, "blink_rate_per_minute": 26, "aversion": 1.4},
    "Furious": {"angry": 0.9, "blink_rate_per_minute": 8, "aversion": 0.2, "head_pitch": 1.5},
    "Lying": {"contemptuous": 0.2, "fearful": 0.2, "blink_rate_per_minute": 30, "aversion": 1.8},
    **{name.capitalize(): {**mix, **ACTED.get(name, {})} for name, mix in BLENDS.items()},
}


def _numbers() -> list[Dial]:
    """The dials that a mood sets."""
    return [one for one in dials_of(Acting) if not one.is_switch]


def folder() -> Path:
    """Where the artist's moods lie."""
    return Path(compat.user_folder("moods"))


def own_moods() -> list[str]:
    """Names of the artist's moods, sorted."""
    return names_in(folder())


@dataclass(frozen=True)
class Mood:
    """Values of sliders and dials, and which variant of an emotion is shown."""

    values: Mapping[str, float]
    variants: Mapping[str, str] = field(default_factory=dict)


def read_mood(name: str) -> Mood:
    """What a mood sets; SettingsError if there is none or its file is no mood."""
    if name in MOODS:
        return Mood(MOODS[name])
    path = folder() / f"{name}{SUFFIX}"
    try:
        told = json.loads(path.read_text("utf8"))
        values = {key: float(value) for key, value in told["dials"].items()}
        # Moods of before have none.
        chosen = {one: variant_of(one, it) for one, it in told.get("variants", {}).items()}
    except FileNotFoundError as error:
        raise SettingsError(f"There is no mood “{name}” any more. Save it again") from error
    except (
        *(OSError, ValueError, KeyError, TypeError, AttributeError),
        *(RecursionError, SettingsError),
    ) as error:
        raise SettingsError(f"“{path}” is no mood. Save it again, or remove it") from error
    return Mood(values, chosen)


def save_mood(name: str, dials: LIPWRIGHT_PG_character, feelings: LIPWRIGHT_PG_feelings) -> Path:
    """Write sliders and dials under a name."""
    values = {key: getattr(feelings, key) for key in (*FELT, AUTO)}
    values |= {one.name: getattr(dials.acting, one.name) for one in _numbers()}
    variants = {key: getattr(feelings, variant_property(key)) for key in FELT}
    told = {"version": VERSION, "dials": values, "variants": variants}
    return write_preset(KIND, folder(), name, told, MOODS)


def remove_mood(name: str) -> None:
    """Delete one of the artist's moods."""
    remove_preset(KIND, folder(), name)


def use_mood(name: str, dials: LIPWRIGHT_PG_character, feelings: LIPWRIGHT_PG_feelings) -> None:
    """Set every slider and dial to a mood's values, or to its middle."""
    mood = read_mood(name)
    for key in (*FELT, AUTO):
        setattr(feelings, key, mood.values.get(key, 0.0))
    for key in FELT:
        setattr(feelings, variant_property(key), variant_of(key, mood.variants.get(key, "")))
    for one in _numbers():
        setattr(dials.acting, one.name, mood.values.get(one.name, one.default))
