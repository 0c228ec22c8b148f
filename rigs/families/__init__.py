# SPDX-License-Identifier: GPL-3.0-or-later
"""Rig families: how the controls of each are called, a table a module."""
