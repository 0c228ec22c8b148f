# SPDX-License-Identifier: GPL-3.0-or-later
# Blender is not typed: whatever comes from it may be anything. What we add to it is: `types.pyi`.
from typing import Any

from . import types as types

context: types.Context
data: types.BlendData

def __getattr__(name: str) -> Any: ...
