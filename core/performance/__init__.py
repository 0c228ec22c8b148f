# SPDX-License-Identifier: GPL-3.0-or-later
"""What a face does besides speaking: emotion, blink, gaze, brows, head. One function, one layer."""
