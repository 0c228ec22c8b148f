# SPDX-License-Identifier: GPL-3.0-or-later
"""The trained networks (not meshes) and the code that runs them."""
