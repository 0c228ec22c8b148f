# SPDX-License-Identifier: GPL-3.0-or-later
"""The trained networks (not meshes): their files, their facts, and the code that runs them."""
