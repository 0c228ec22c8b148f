# SPDX-License-Identifier: GPL-3.0-or-later
"""Rig families: how the controls of each are called, a table a module, found by itself."""

import importlib
import pkgutil

from ..schema import Family


def _found() -> tuple[Family, ...]:
    """Every family that a module of this folder declares, the lowest rank first."""
    families: dict[str, Family] = {}
    for module in pkgutil.iter_modules(__path__):
        for one in vars(importlib.import_module(f".{module.name}", __name__)).values():
            if isinstance(one, Family):
                families[one.name] = one
    return tuple(sorted(families.values(), key=lambda one: (one.last_resort, one.rank, one.name)))


EVERY_FAMILY = _found()
# Where two fit equally well, the first is taken.
FAMILIES = tuple(one for one in EVERY_FAMILY if not one.last_resort)
# What is tried where none of them fits.
LAST_RESORTS = tuple(one for one in EVERY_FAMILY if one.last_resort)
