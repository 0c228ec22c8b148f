# SPDX-License-Identifier: GPL-3.0-or-later
"""What faces are called, as data: one table a family, and the one matcher."""
