# SPDX-License-Identifier: GPL-3.0-or-later
"""Curves of a face over time: named channels, mixing, lip contact, keys."""
