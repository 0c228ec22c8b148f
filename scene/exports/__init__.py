# SPDX-License-Identifier: GPL-3.0-or-later
"""One take of one character to FBX, glTF or USD."""
