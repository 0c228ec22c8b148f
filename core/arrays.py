# SPDX-License-Identifier: GPL-3.0-or-later
"""Names for the arrays that travel along the line of data."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

# Real numbers of any width: what a filter gives back depends on what it was given.
Floats = NDArray[np.floating[Any]]
