# SPDX-License-Identifier: GPL-3.0-or-later
"""Scripts that ask programs of others; each runs by itself, in an environment of its own."""
