# SPDX-License-Identifier: GPL-3.0-or-later
"""What faces are called, as data, and the one matcher."""
