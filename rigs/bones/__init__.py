# SPDX-License-Identifier: GPL-3.0-or-later
"""Faces and bodies of bones: what they are called, and the poses that move them."""
