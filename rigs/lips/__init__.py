# SPDX-License-Identifier: GPL-3.0-or-later
"""Lips of one character: found in its mesh, measured, and made to meet."""
