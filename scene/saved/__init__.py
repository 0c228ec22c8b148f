# SPDX-License-Identifier: GPL-3.0-or-later
"""What a .blend remembers of us: dials, phones, rows, moods, preferences."""
