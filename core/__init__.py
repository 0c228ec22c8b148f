# SPDX-License-Identifier: GPL-3.0-or-later
"""Sound, motion and performance: plain Python, numpy and scipy, without Blender."""
