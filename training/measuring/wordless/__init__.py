# SPDX-License-Identifier: GPL-3.0-or-later
"""Sounds without words: made in two ways, and how often they are heard for what they are."""
