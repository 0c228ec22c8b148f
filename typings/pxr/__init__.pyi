# SPDX-License-Identifier: GPL-3.0-or-later
# Blender is not typed: whatever comes from it may be anything, and what is ours is checked.
from typing import Any

def __getattr__(name: str) -> Any: ...
