# SPDX-License-Identifier: GPL-3.0-or-later
"""What the networks learn from: recordings, synthesised speech, labels."""
