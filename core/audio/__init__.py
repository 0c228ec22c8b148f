# SPDX-License-Identifier: GPL-3.0-or-later
"""From a sound file to 16 kHz mono samples."""
