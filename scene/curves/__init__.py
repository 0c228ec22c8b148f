# SPDX-License-Identifier: GPL-3.0-or-later
"""F-curves as numbers: keys in bulk, beside the artist's own, over a part of a line."""
