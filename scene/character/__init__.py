# SPDX-License-Identifier: GPL-3.0-or-later
"""What one character is and what of it can be moved."""
