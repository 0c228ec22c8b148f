# SPDX-License-Identifier: GPL-3.0-or-later
"""Our lines on a character, as F-curves beside what the artist animated."""
