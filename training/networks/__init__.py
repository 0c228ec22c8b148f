# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks and how they are trained and exported."""
